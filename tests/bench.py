"""`make bench`: how fast and how large, written to docs/benchmarks.md. What must hold is tested elsewhere."""

import os
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from harness.console import step
from harness.paths import REPOSITORY
from measure import engine, parsing, sink, sizes, start
from measure.figures import Figures
from measure.logs import bomb, log, repeated

PAGE = REPOSITORY / "docs" / "benchmarks.md"


def main() -> None:
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with step("Making logs"):
            plain = log("100MB.log", size=100_000_000)
            zipped = log("100MB.log.gz", size=100_000_000)
            small = log("30MB.log.gz", size=30_000_000)
            large = {"a 1 GB object": repeated(zipped, 10), "a 5 GB object": repeated(zipped, 50), "a bomb of 1:1000": bomb()}
            log("200k.log.gz", lines=200_000)
        figures.add("machine", f"{_processor()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}; {datetime.now(UTC):%Y-%m-%d}")
        with step("Sizes"):
            sizes.measure(figures, folder)
        with step("Cold start"):
            start.measure(figures)
        with step("albatross parse"):
            parsing.measure(figures, plain, zipped)
        with step("albatross ingest, into an engine that only acknowledges"):
            sink.measure(figures, zipped, objects=8)
        with step("albatross ingest, large objects into the same"):
            sink.measure_large(figures, large)
        with step("albatross ingest, and a bare loader, into a real engine"):
            engine.measure(figures, small, folder)
    figures.write(PAGE)


def _processor() -> str:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
