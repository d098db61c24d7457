"""What `make chaos` tries: one file for each kind of trial, and which seed has which."""

import random
from collections.abc import Callable

from . import big, invocations, kept, lasting, neighbours, pages, passing, remembered
from .trial import Trial

TRIALS: dict[str, Callable[[Trial], None]] = {
    "passing": passing.run,
    "lasting": lasting.run,
    "kept": kept.run,
    "neighbours": neighbours.run,
    "big": big.run,
    "invocations": invocations.run,
    "remembered": remembered.run,
    "pages": pages.run,
}
# How often each of them comes.
_WEIGHTS = {
    "passing": 5, "lasting": 5, "kept": 4, "neighbours": 3, "big": 3, "invocations": 5, "remembered": 3, "pages": 3,
}  # fmt: skip


def of(seed: int) -> str:
    """The trial of a seed."""
    return random.Random(f"trial {seed}").choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
