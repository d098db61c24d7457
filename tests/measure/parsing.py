"""`albatross parse`, whole processes, plain and gzip in turn so that both see the same machine."""

import subprocess
import time
from pathlib import Path

from harness.paths import ALBATROSS

from .figures import Figures, spread

_RUNS = 5


def measure(figures: Figures, plain: Path, zipped: Path) -> None:
    seconds: dict[Path, list[float]] = {plain: [], zipped: []}
    for _ in range(_RUNS):
        for path, times in seconds.items():
            times.append(_parse(path))
    for path, times in seconds.items():
        rates = [plain.stat().st_size / each / 1e6 for each in times]
        figures.add(f"`albatross parse {path.name}` to /dev/null", f"{spread(rates)} MB/s of log text")


def _parse(path: Path) -> float:
    started = time.perf_counter()
    subprocess.run([ALBATROSS, "parse", path], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
