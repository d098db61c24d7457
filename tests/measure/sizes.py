"""What is shipped, and how large it is."""

import gzip
import zipfile
from pathlib import Path

from harness.paths import INGEST_LAMBDA, REPOSITORY

from .figures import Figures

_WASM = REPOSITORY / "web" / "wasm" / "parser_wasm_bg.wasm"


def measure(figures: Figures, folder: Path) -> None:
    wasm = _WASM.read_bytes()
    figures.add("page: wasm", f"{len(wasm):,} bytes, gzipped {len(gzip.compress(wasm)):,}")
    archive = folder / "bootstrap.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(INGEST_LAMBDA, "bootstrap")
    figures.add("Lambda: bootstrap", f"{INGEST_LAMBDA.stat().st_size:,} bytes, zipped {archive.stat().st_size:,}")
