"""`make bench`: how fast and how large. Figures only; what must hold is tested elsewhere."""

import gzip
import os
import statistics
import subprocess
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import generate
from harness import albatross
from harness.console import fact, step
from harness.engine import Engine
from harness.index import Index
from harness.paths import ALBATROSS, INGEST_LAMBDA, REPOSITORY
from harness.storage import Storage, object_key

FOLDER = REPOSITORY / "target" / "bench"
RUNS = 5
WASM = REPOSITORY / "web" / "wasm" / "parser_wasm_bg.wasm"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with step("Making logs"):
        plain = log("100MB.log", size=100_000_000)
        zipped = log("100MB.log.gz", size=100_000_000)
        large = log("1GB.log.gz", size=1_000_000_000)
        log("200k.log.gz", lines=200_000)
    with step("Sizes"):
        fact("wasm", f"{WASM.stat().st_size:,} bytes, gzipped {len(gzip.compress(WASM.read_bytes())):,}")
        fact("bootstrap", f"{INGEST_LAMBDA.stat().st_size:,} bytes, gzipped {len(gzip.compress(INGEST_LAMBDA.read_bytes())):,}")
    with step("albatross parse, 100 MB to /dev/null"):
        # In turn, so that both see the same machine.
        seconds: dict[Path, list[float]] = {plain: [], zipped: []}
        for _ in range(RUNS):
            for path, times in seconds.items():
                times.append(parse(path))
        for path, times in seconds.items():
            rates = sorted(plain.stat().st_size / each / 1e6 for each in times)
            median = statistics.median(rates)
            fact(path.name, f"{median:.0f} MB/s of log (median of {RUNS}; {rates[0]:.0f} to {rates[-1]:.0f})")
    with step("albatross ingest, one object of 1 GB, into a real engine"):
        ingest(large)


def log(name: str, *, size: int | None = None, lines: int = 0) -> Path:
    """A generated log, made once."""
    path = FOLDER / name
    if not path.exists():
        amount = ["--bytes", str(size)] if size else ["--lines", str(lines)]
        command = ["python3", REPOSITORY / "tests" / "generate.py", *amount, "--out", path]
        subprocess.run(command, check=True)
    fact(name, f"{path.stat().st_size:,} bytes")
    return path


def parse(path: Path) -> float:
    """Seconds of one whole process."""
    started = time.perf_counter()
    subprocess.run([ALBATROSS, "parse", path], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def ingest(path: Path) -> None:
    with ExitStack() as stack:
        url = os.environ.get("ENGINE_URL") or stack.enter_context(Engine()).url
        storage, index = stack.enter_context(Storage()), stack.enter_context(Index(url))
        bucket = storage.bucket()
        variables = albatross.environment(storage, bucket, index)
        albatross.setup(variables)
        bucket.put(object_key(datetime(2026, 9, 23, 9, 5, tzinfo=UTC), "large001"), path.read_bytes())
        started = time.perf_counter()
        done = albatross.ingest(variables)
        seconds = time.perf_counter() - started
        fact("peak RSS", f"{done.peak_rss_bytes / 2**20:.0f} MiB")
        fact("settled", f"{done.report['objects']['settled']} of {done.report['objects']['listed']} objects")
        fact("documents", f"{done.report['indexed']:,} in {seconds:.0f} s; the engine has {index.count():,}")


if __name__ == "__main__":
    main()
