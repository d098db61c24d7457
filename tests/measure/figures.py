"""Figures as they come, for the person watching, and once more for docs/benchmarks.md."""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.console import fact

_BEGIN = "<!-- figures: written by `make bench` -->\n"
_END = "<!-- end of figures -->"


class Figures:
    """Rows of one table."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str]] = []

    def add(self, name: str, value: str) -> None:
        fact(name, value)
        self._rows.append((name, value))

    def write(self, page: Path) -> None:
        """Puts the table where the page has the last one."""
        before, rest = page.read_text().split(_BEGIN)
        after = rest.split(_END)[1]
        rows = "".join(f"| {name} | {value} |\n" for name, value in self._rows)
        page.write_text(f"{before}{_BEGIN}\n| what | measured |\n|---|---|\n{rows}\n{_END}{after}")


def spread(values: Sequence[float], show: Callable[[float], str] = lambda value: f"{value:.0f}") -> str:
    """The median, and how far the runs lay apart."""
    return f"{show(statistics.median(values))} (median of {len(values)}; {show(min(values))} to {show(max(values))})"
