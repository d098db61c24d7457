"""How a process under faults ends."""

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
    """By itself, or by a signal: at some answer, which then never arrives, or after some time."""

    answers: int | None = None
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
                return cls(answers, number=signal.SIGTERM)
        return cls()

    @contextmanager
    def awaits(self, processes: Sequence[subprocess.Popen[bytes]], proxies: Sequence[Proxy]) -> Iterator[None]:
        """Brings it about, while the processes run and talk through the proxies."""
        # One permit for each answer that passes unharmed.
        left = threading.Semaphore((self.answers or 1) - 1)

        def answered() -> None:
            if self.answers and not left.acquire(blocking=False):
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
