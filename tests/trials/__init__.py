"""What `make chaos` tries: one file for each kind of trial, and which seed has which."""

import random
from collections.abc import Callable

from . import kept, lasting, neighbours, passing
from .trial import Trial

# How often each of them comes.
_WEIGHTS = {"passing": 6, "lasting": 4, "kept": 4, "neighbours": 4}
TRIALS: dict[str, Callable[[Trial], None]] = {
    "passing": passing.run,
    "lasting": lasting.run,
    "kept": kept.run,
    "neighbours": neighbours.run,
}


def of(seed: int) -> str:
    """The trial of a seed."""
    return random.Random(f"trial {seed}").choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
