"""The command `albatross`, run on a bucket and an index."""

import gzip
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .index import Index
from .paths import ALBATROSS
from .server import pinned
from .storage import Bucket, Storage


def environment(storage: Storage, bucket: Bucket, index: Index) -> dict[str, str]:
    """The configuration of `albatross` and of the Lambda, and nothing inherited."""
    return storage.environment | index.access.environment | {
        "ALBATROSS_BUCKET": bucket.name,
        "ALBATROSS_SETTLE": "delete",
        "ALBATROSS_ENDPOINT": index.engine_url,
        "ALBATROSS_SETTINGS": index.settings,
    }


def setup(variables: dict[str, str]) -> None:
    """Puts the index template."""
    subprocess.run([ALBATROSS, "setup"], env=variables, check=True, capture_output=True, text=True)


@dataclass(frozen=True)
class Ingest:
    """What came of one `albatross ingest`."""

    status: int
    report: Any
    messages: str
    peak_rss_bytes: int


class RunningIngest:
    """One `albatross ingest` under way."""

    def __init__(self, variables: dict[str, str], command: Sequence[str] = ("ingest",), cpu: int | None = None) -> None:
        # Files, not pipes: nobody reads while it runs.
        self._output, self._messages = tempfile.TemporaryFile("w+"), tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            pinned([ALBATROSS, *command], cpu), env=variables, stdout=self._output, stderr=self._messages
        )

    def wait(self, seconds: float = 900) -> Ingest:
        """Waits for its end, watching its memory."""
        peak, deadline = 0, time.monotonic() + seconds
        while self.process.poll() is None:
            # The kernel keeps the peak of this program; `ru_maxrss` would begin with that of ours, which forked it.
            peak = max(peak, _peak_rss_bytes(self.process.pid))
            if time.monotonic() > deadline:
                self.process.kill()
                raise TimeoutError(f"albatross ingest ran for more than {seconds:.0f} s")
            time.sleep(0.01)
        with self._output, self._messages:
            self._output.seek(0)
            self._messages.seek(0)
            output, messages = self._output.read(), self._messages.read()
        report = json.loads(output) if output.strip() else None
        return Ingest(self.process.returncode, report, messages, peak)


def ingest(variables: dict[str, str], cpu: int | None = None) -> Ingest:
    """One sweep, to its end; on one CPU alone where one is named."""
    return RunningIngest(variables, cpu=cpu).wait()


def run(variables: dict[str, str], *command: str) -> Ingest:
    """Another command that prints a report, to its end."""
    return RunningIngest(variables, command).wait()


def gzip_member(text: bytes) -> bytes:
    """A gzip member, to be followed by others."""
    return gzip.compress(text, mtime=0)


def bulk_items(log: Path, source: str, settings: Path, databases: Sequence[Path] = ()) -> list[tuple[bytes, bytes]]:
    """The action and the document of every line, as `albatross parse --bulk` writes them."""
    geo = [part for each in databases for part in ("--geo", each)]
    command = [ALBATROSS, "parse", "--bulk", "--source", source, "--settings", settings, *geo, log]
    output = subprocess.run(command, check=False, capture_output=True).stdout.split(b"\n")
    return list(zip(output[0:-1:2], output[1:-1:2], strict=True))


def documents_where(log: Path, filter: str, settings: Path) -> int:
    """How many documents of a log a filter lets through."""
    command = [ALBATROSS, "parse", "--where", filter, "--settings", settings, log]
    return subprocess.run(command, check=True, capture_output=True).stdout.count(b"\n")


def search_body(filter: str, settings: Path) -> Any:
    """The filter as the body of a search."""
    command = [ALBATROSS, "filter", "--settings", settings, filter]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def _peak_rss_bytes(pid: int) -> int:
    """The high-water mark of a process's resident set, or 0 when it has just ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
