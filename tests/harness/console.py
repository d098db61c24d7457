"""What a person watching the demo sees: steps, facts and small bars, plain where it is not a terminal."""

import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_BAR = 30


def styled(text: str, style: str) -> str:
    """The text in a style, on a terminal."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if sys.stdout.isatty() else text


def say(text: str = "") -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """A heading, what the block says, and how long it took."""
    say(f"\n{styled('▸', 'cyan')} {styled(title, 'bold')}")
    started = time.monotonic()
    yield
    say(styled(f"  {time.monotonic() - started:.1f} s", "dim"))


def fact(name: str, value: object) -> None:
    """One line of a step."""
    say(f"  {name:<18} {value}")


def bars(rows: Sequence[tuple[str, int, str]]) -> None:
    """A bar chart: label, count and style of each row."""
    if not rows:
        return
    widest = max(len(label) for label, _, _ in rows)
    most = max(count for _, count, _ in rows)
    room = max(10, min(_BAR, shutil.get_terminal_size().columns - widest - 14))
    for label, count, style in rows:
        bar = "█" * max(1, round(room * count / most))
        say(f"  {label:<{widest}} {count:>7,}  {styled(bar, style)}")
