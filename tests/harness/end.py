"""How a process under faults ends."""

import itertools
import random
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .proxy import Proxy

# What is not ended before is killed after so long.
_LONGEST_SECONDS = 20.0


@dataclass(frozen=True)
class End:
    """By itself, or by a signal: at some answer, which never arrives after a kill, or after some time."""

    answers: int | None = None
    times: int = 1  # so often the signal is sent, at that answer and the next ones
    seconds: float = _LONGEST_SECONDS
    number: signal.Signals = signal.SIGKILL

    @classmethod
    def of(cls, rng: random.Random) -> "End":
        """One that `rng` decides; most are kills."""
        answers = int(2 ** rng.uniform(1, 8))
        match rng.choice(("answer", "answer", "answer", "time", "asked", "by itself")):
            case "answer":
                return cls(answers)
            case "time":
                return cls(seconds=rng.uniform(0.02, 0.8))
            case "asked":
                # What is asked twice ends at once.
                return cls(answers, times=rng.choice((1, 1, 2)), number=signal.SIGTERM)
        return cls()

    @contextmanager
    def awaits(self, processes: Sequence[subprocess.Popen[bytes]], proxies: Sequence[Proxy]) -> Iterator[None]:
        """Brings it about, while the processes run and talk through the proxies."""
        passed = itertools.count()

        def answered() -> None:
            if self.answers and self.answers - 1 <= next(passed) < self.answers - 1 + self.times:
                send(self.number)

        def send(number: signal.Signals) -> None:
            for process in processes:
                process.send_signal(number)

        timer = threading.Timer(self.seconds, send, [signal.SIGKILL])
        timer.start()
        for proxy in proxies:
            proxy.answered = answered
        try:
            yield
        finally:
            timer.cancel()
            for proxy in proxies:
                proxy.answered = lambda: None
