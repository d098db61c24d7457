"""The servers that the tests share, and one bucket and one index for each test."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from harness import albatross
from harness.engine import Engine
from harness.index import Index
from harness.storage import Bucket, Storage


def pytest_configure() -> None:
    """Ended from outside, the fixtures are left all the same: no engine runs on, no folder stays."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@pytest.fixture(scope="session")
def storage() -> Iterator[Storage]:
    """A server that speaks the S3 protocol."""
    with Storage() as running:
        yield running


@pytest.fixture(scope="session")
def engine_url() -> Iterator[str]:
    """The address of a real search engine: the user's own (`ENGINE_URL`), or one of ours."""
    if os.environ.get("ENGINE_URL"):
        yield os.environ["ENGINE_URL"]
        return
    with Engine() as engine:
        yield engine.url


@pytest.fixture
def bucket(storage: Storage) -> Bucket:
    """An empty bucket."""
    return storage.bucket()


@pytest.fixture
def index(engine_url: str) -> Iterator[Index]:
    """Indices of a new name, removed afterwards."""
    with Index(engine_url) as made:
        yield made


@pytest.fixture
def variables(storage: Storage, bucket: Bucket, index: Index) -> dict[str, str]:
    """The configuration for bucket and index, whose template is in place."""
    configured = albatross.environment(storage, bucket, index)
    albatross.setup(configured)
    return configured
