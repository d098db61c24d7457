"""A child process that serves on a loopback port, and never outlives us."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ServerError(Exception):
    """A server did not come up; says what its log ends with."""


def free_port() -> int:
    """A port nobody listens on now, for servers that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def accepts(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def pinned(command: Sequence[str | Path], cpu: int | None) -> list[str | Path]:
    """The command, on one CPU alone where one is named."""
    return list(command) if cpu is None else ["/usr/bin/taskset", "--cpu-list", str(cpu), *command]


def _die_with_parent() -> None:
    """Asks the kernel to end the child even where we are killed and cannot."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """A running program: its process group, and its log."""

    def __init__(
        self,
        arguments: Sequence[str | Path],
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: int | None = None,
    ) -> None:
        self.name = Path(arguments[0]).name
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                arguments,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                user=user,
                group=user,
                extra_groups=[] if user is not None else None,
            )

    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Returns when `ready` says so.

        Raises `ServerError` when the program ends or the time runs out before.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running():
                raise ServerError(f"{self.name} ended with status {self.process.returncode}{self.log_end()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} was not ready after {seconds:.0f} s{self.log_end()}")
            time.sleep(0.05)

    def log_end(self, lines: int = 25) -> str:
        """The last lines of the log, for messages."""
        text = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "".join(f"\n  | {line}" for line in text)

    def kill(self) -> None:
        """Ends it at once, as a power failure would."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Asks it to end, and insists after ten seconds."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        # Whatever is left of its process group.
        self.kill()

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
