"""The engine is killed halfway through a run: nothing is lost, and the next run brings exactly the rest."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import generate
import pytest
from harness import albatross, traffic
from harness.engine import Engine
from harness.index import Index
from harness.storage import Bucket, Storage, object_key

OBJECTS = 3
LINES_EACH = 20_000

pytestmark = pytest.mark.skipif("ENGINE_URL" in os.environ, reason="only an engine of our own may be killed")


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def test_a_killed_engine_loses_nothing(engine: Engine, storage: Storage, bucket: Bucket) -> None:
    index = Index(engine.url)
    variables = albatross.environment(storage, bucket, index)
    albatross.setup(variables)
    keys = [object_key(datetime(2026, 9, 23, 9, 5 * n, tzinfo=UTC), f"crash{n:03}") for n in range(OBJECTS)]
    for position, key in enumerate(keys):
        text = "".join(f"{line}\n" for line in traffic.lines(LINES_EACH, seed=position))
        bucket.put(key, generate.compress(text.encode()))

    running = albatross.RunningIngest(variables)
    wait_for(lambda: index.written() > OBJECTS * LINES_EACH // 2, running)
    engine.kill()
    interrupted = running.wait()

    assert interrupted.status != 0
    left = bucket.logs()
    assert left, "the object under way must still be in the bucket"

    engine.start()
    index.engine_url = engine.url
    survived = index.count()
    assert 0 < survived < OBJECTS * LINES_EACH
    finished = albatross.ingest(albatross.environment(storage, bucket, index))

    assert finished.status == 0, finished.messages
    assert finished.report["duplicate"] > 0
    assert finished.report["indexed"] == OBJECTS * LINES_EACH - survived
    assert index.count() == len(index.ids()) == OBJECTS * LINES_EACH
    assert bucket.logs() == []


def wait_for(condition, running: albatross.RunningIngest) -> None:
    deadline = time.monotonic() + timedelta(minutes=5).total_seconds()
    while not condition():
        assert running.process.poll() is None, "the run ended before the engine could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
