"""The peers of `make bench`: an S3 on a folder, an engine that only acknowledges, a bare loader."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .entry import REGION
from .paths import REPOSITORY, TOOLS
from .server import LOOPBACK, Server, accepts, free_port, pinned
from .storage import CREDENTIALS

_BUILT = REPOSITORY / "target" / "peers" / "release"
_S3S_FS = TOOLS / "bin" / "s3s-fs"
BUCKET = "logs"


@dataclass(frozen=True)
class Folder:
    """The bucket `BUCKET`, and the folder that holds it."""

    path: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds it."""
        return CREDENTIALS | {"AWS_ENDPOINT_URL_S3": self.url}

    def put(self, key: str, file: Path) -> None:
        """Gives the bucket an object, without copying it."""
        target = self.path / BUCKET / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(file)

    def logs(self) -> list[Path]:
        """What is left of the objects that were put."""
        return [path for path in (self.path / BUCKET / "AWSLogs").rglob("*") if path.is_file()]


@contextmanager
def folder_storage(cpu: int | None = None) -> Iterator[Folder]:
    """An S3 that is quick enough not to be what is measured (s3s-fs)."""
    (REPOSITORY / "target").mkdir(exist_ok=True)
    # Hard links do not cross file systems.
    with tempfile.TemporaryDirectory(dir=REPOSITORY / "target") as name:
        path, port = Path(name), free_port()
        (path / BUCKET).mkdir()
        command = [
            _S3S_FS, "--host", LOOPBACK, "--port", str(port), "--access-key", CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "--secret-key", CREDENTIALS["AWS_SECRET_ACCESS_KEY"], path,
        ]  # fmt: skip
        server = Server(pinned(command, cpu), path / "output.log", os.environ | {"RUST_LOG": "error", "AWS_REGION": REGION})
        try:
            server.wait_until(lambda: accepts(port), 30)
            yield Folder(path, f"http://{LOOPBACK}:{port}")
        finally:
            server.stop()


@contextmanager
def acknowledging_engine(cpu: int | None = None) -> Iterator[str]:
    """The address of an engine that takes everything and keeps nothing."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "address"
        server = Server(pinned([_BUILT / "acknowledge"], cpu), log)
        try:
            server.wait_until(lambda: log.exists() and log.read_text().endswith("\n"), 30)
            yield log.read_text().strip()
        finally:
            server.stop()


def load(engine_url: str, items: Path, body_bytes: int, connections: int, gzip: bool, cpu: int | None) -> tuple[int, float]:
    """Sends the items with nothing else to do; documents and seconds.

    Raises `CalledProcessError` when the engine does not take one of them.
    """
    address, encoding = engine_url.removeprefix("http://"), "gzip" if gzip else "plain"
    command = [_BUILT / "load", address, items, str(body_bytes), str(connections), encoding]
    documents, seconds = subprocess.run(pinned(command, cpu), check=True, capture_output=True, text=True).stdout.split()
    return int(documents), float(seconds)
