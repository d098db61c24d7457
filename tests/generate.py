#!/usr/bin/env python3
"""Write a realistic access log: `generate.py --incident 2000 --out sample.log.gz`. Needs nothing but Python.

The same arguments give the same bytes.
"""

import argparse
import gzip
import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from harness import traffic

_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}
_LINE_BYTES = 650  # of an average line; --bytes stops at the true size


def size(text: str) -> int:
    """Bytes from `250000`, `100M` or `1G` (powers of ten)."""
    unit = _UNITS.get(text[-1:].upper(), 1)
    return int(float(text.rstrip("kKmMgG")) * unit)


def until(limit: int, lines: Iterable[str]) -> Iterator[str]:
    """The lines until their text has reached `limit` bytes."""
    written = 0
    for line in lines:
        if written >= limit:
            return
        written += len(line) + 1
        yield line


def write(lines: Iterable[str], out: BinaryIO) -> None:
    """The lines, each with its line feed, in large writes."""
    buffer = io.StringIO()
    for line in lines:
        buffer.write(line)
        buffer.write("\n")
        if buffer.tell() > 1 << 20:
            out.write(buffer.getvalue().encode("ascii"))
            buffer = io.StringIO()
    out.write(buffer.getvalue().encode("ascii"))


def compress(data: bytes) -> bytes:
    """One gzip member without a time, so that equal data give equal bytes."""
    return gzip.compress(data, compresslevel=6, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--lines", type=int, help="of a day")
    amount.add_argument("--incident", type=int, metavar="LINES", help="of half an hour in which one target fails")
    amount.add_argument("--bytes", type=size, help="size of the text: 250000, 100M, 1G")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="gzip when it ends in .gz; standard output when left out")
    arguments = parser.parse_args()

    if arguments.lines is not None:
        lines = traffic.lines(arguments.lines, arguments.seed)
    elif arguments.incident is not None:
        lines = traffic.incident(arguments.incident, arguments.seed)
    else:
        # A little more than needed, since `until` cuts.
        lines = until(arguments.bytes, traffic.lines(arguments.bytes * 102 // 100 // _LINE_BYTES, arguments.seed))
    if arguments.out is None:
        write(lines, sys.stdout.buffer)
        return
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("wb") as file:
        if arguments.out.suffix == ".gz":
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as compressed:
                write(lines, compressed)
        else:
            write(lines, file)


if __name__ == "__main__":
    main()
