"""Big buckets: a sweep hands its objects to a queue, and the same Lambda works them off."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import generate
import pytest
from harness import albatross, traffic
from harness.emulator import SCHEDULED_EVENT, Emulator
from harness.index import Index
from harness.storage import Bucket, Queue, Storage, object_key

OBJECTS = 25
LINES_EACH = 20
FIRST_DAY = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def queue(storage: Storage, variables: dict[str, str]) -> Iterator[Queue]:
    """An empty queue, which the configuration names for both purposes."""
    made = storage.queue()
    variables |= {
        "ALBATROSS_FANOUT_QUEUE_URL": made.url,
        "ALBATROSS_BACKFILL_QUEUE_URL": made.url,
        "AWS_ENDPOINT_URL_SQS": storage.url,
    }
    yield made


def put_days(bucket: Bucket) -> None:
    """One log a day."""
    for day in range(OBJECTS):
        text = "".join(f"{line}\n" for line in traffic.lines(LINES_EACH, seed=day))
        bucket.put(object_key(FIRST_DAY + timedelta(days=day), f"day{day:05}"), generate.compress(text.encode()))


def test_a_sweep_hands_over_and_the_lambda_works_off(
    bucket: Bucket, index: Index, variables: dict[str, str], queue: Queue, tmp_path: Path
) -> None:
    put_days(bucket)
    with Emulator(variables, tmp_path) as emulator:
        swept = emulator.invoke(SCHEDULED_EVENT)
        assert (swept["objects"]["enqueued"], swept["objects"]["left"]) == (OBJECTS, 0)
        assert index.count() == 0

        busy = emulator.invoke(SCHEDULED_EVENT)
        assert busy["left_by_reason"] == {"queue_busy": OBJECTS}

        messages = queue.receive_all()
        assert len(messages) == OBJECTS
        # The same message twice, as SQS may deliver it.
        for batch in (messages[:15], messages[10:]):
            records = [{"messageId": id, "eventSource": "aws:sqs", "body": body} for id, body in batch]
            assert emulator.invoke({"Records": records}) == {"batchItemFailures": []}
    assert index.count() == OBJECTS * LINES_EACH
    assert bucket.logs() == []


def test_a_backfill_feeds_the_queue_and_goes_on_where_it_was(
    bucket: Bucket, variables: dict[str, str], queue: Queue
) -> None:
    put_days(bucket)
    first, last = FIRST_DAY.date() + timedelta(days=5), FIRST_DAY.date() + timedelta(days=14)
    # As if an earlier backfill of these days had been stopped after the third.
    region = object_key(FIRST_DAY, "x").split("/2026/")[0]
    third = first + timedelta(days=2)
    progress = {"version": 1, "last": [str(third), f"{region}/{third:%Y/%m/%d}/"]}
    state = f"{folder(variables)}state/backfill/{first}_{last}.json"
    bucket.put(state, json.dumps(progress).encode())

    done = albatross.run(variables, "backfill", "--from", str(first), "--to", str(last))

    assert done.status == 0, done.messages
    assert (done.report["folders"], done.report["folders_done"], done.report["enqueued"]) == (10, 10, 7)
    days = sorted(json.loads(body)["key"].rsplit("day", 1)[1][:5] for _, body in queue.receive_all())
    assert days == [f"{day:05}" for day in range(8, 15)]
    assert state not in bucket.keys()


def folder(variables: dict[str, str]) -> str:
    """Where everything of this deployment lies, as a backfill's line in the log says."""
    day = str(FIRST_DAY.date() - timedelta(days=1))
    nothing = albatross.run(variables, "backfill", "--from", day, "--to", day)
    return json.loads(nothing.messages.splitlines()[-1])["state"]
