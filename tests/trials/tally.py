"""What was done to the program, counted."""

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass
class Tally:
    """The counts of some trials."""

    trials: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    processes: int = 0
    requests: int = 0
    documents: int = 0
    bad_lines: int = 0

    def add(self, other: "Tally") -> None:
        """Takes the counts of others in."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
