"""Generated logs, made once, below target/bench."""

import gzip
import subprocess
from pathlib import Path

from harness import traffic
from harness.paths import REPOSITORY

FOLDER = REPOSITORY / "target" / "bench"


def log(name: str, *, size: int | None = None, lines: int = 0) -> Path:
    """A generated log of so many bytes or lines, compressed where the name says so."""
    path = FOLDER / name
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        amount = ["--bytes", str(size)] if size else ["--lines", str(lines)]
        partial = path.with_name(f"partial-{name}")
        subprocess.run(["python3", REPOSITORY / "tests" / "generate.py", *amount, "--out", partial], check=True)
        partial.rename(path)
    return path


def repeated(path: Path, times: int) -> Path:
    """The same log so many times over, as members of one gzip file."""
    many = path.with_name(f"{times}x{path.name}")
    if not many.exists():
        partial = many.with_name(f"partial-{many.name}")
        member = path.read_bytes()
        with partial.open("wb") as file:
            for _ in range(times):
                file.write(member)
        partial.rename(many)
    return many


def bomb() -> Path:
    """A gigabyte in a thousandth of the bytes, as far as deflate goes: lines without end between good ones."""
    path = FOLDER / "bomb.log.gz"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with gzip.GzipFile("", "wb", compresslevel=9, fileobj=path.open("wb"), mtime=0) as file:
            for line in traffic.lines(100):
                file.write(line.encode() + b"\n" + bytes(10_000_000) + b"\n")
    return path
