"""S3 → Lambda → search engine and back, as a schedule would run it."""

import hashlib
import json
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from harness import albatross
from harness.emulator import SCHEDULED_EVENT, Emulator
from harness.index import Index
from harness.scenario import BAD_LINE, LogObject, log_objects
from harness.storage import TEST_FILE_KEY, Bucket


@pytest.fixture(scope="module")
def objects() -> list[LogObject]:
    return log_objects()


def test_a_scheduled_run(
    objects: list[LogObject], bucket: Bucket, index: Index, variables: dict[str, str], tmp_path: Path
) -> None:
    for each in objects:
        bucket.put(each.key, each.body)
    expected = expected_ids(objects, bucket, index, tmp_path)

    with Emulator(variables, tmp_path) as emulator:
        first = emulator.invoke(SCHEDULED_EVENT)
        documents = index.count()
        ids = index.ids()
        second = emulator.invoke(SCHEDULED_EVENT)

    # Every good line is a document, once, under the id that everybody can compute.
    assert documents == len(ids)
    assert expected <= ids
    assert first["indexed"] == documents
    assert first["duplicate"] == 0
    assert first["quarantined"] == 1
    fates = ("indexed", "duplicate", "filtered", "quarantined", "unstored")
    assert sum(first[fate] for fate in fates) + sum(first["skipped"].values()) == first["lines"]

    # What was accounted for is gone: the bad line and the damaged object lie in quarantine.
    logs = [each for each in objects if each.is_log]
    damaged = [each for each in logs if each.is_damaged]
    assert bucket.logs() == [TEST_FILE_KEY]
    assert [each["raw"] for each in bucket.quarantined()] == [BAD_LINE]
    for each in damaged:
        version = hashlib.md5(each.body, usedforsecurity=False).hexdigest()  # S3's ETag
        assert bucket.get(f"{bucket.folder()}quarantine/objects/{each.key}@{version}") == each.body
    assert first["objects"]["settled"] == len(logs) - len(damaged)
    assert [each["key"] for each in first["damaged"]] == [each.key for each in damaged]
    assert first["left_by_reason"] == {"test_file": 1}

    # Nothing is left to do.
    assert second["lines"] == 0
    assert index.count() == documents


def test_the_same_objects_again_are_the_same_documents(
    objects: list[LogObject], bucket: Bucket, index: Index, variables: dict[str, str]
) -> None:
    for _ in range(2):
        for each in objects:
            bucket.put(each.key, each.body)
        done = albatross.ingest(variables)
        assert done.status == 0, done.messages

    assert done.report["indexed"] == 0
    assert done.report["duplicate"] == index.count() > 0
    assert len(bucket.quarantined()) == 1


def test_a_planted_template_makes_no_data_stream_of_our_indices(
    objects: list[LogObject], bucket: Bucket, index: Index, variables: dict[str, str]
) -> None:
    index.plant()
    try:
        albatross.setup(variables)
        log = objects[0]
        bucket.put(log.key, log.body)
        done = albatross.ingest(variables)
        assert done.status == 0, done.messages
        assert done.report["indexed"] == log.text.count(b"\n")
        assert index.indices() == [f"{index.prefix}-2026.09.23"]
    finally:
        index.uproot()


def test_objects_that_a_queue_names(
    objects: list[LogObject], bucket: Bucket, index: Index, variables: dict[str, str], tmp_path: Path
) -> None:
    log = objects[0]
    bucket.put(log.key, log.body)
    bodies = [notification(bucket.name, log.key), notification(bucket.name, "gone.log.gz"), "no JSON"]
    records = [
        {"messageId": str(number), "eventSource": "aws:sqs", "body": body} for number, body in enumerate(bodies)
    ]
    with Emulator(variables, tmp_path) as emulator:
        answer = emulator.invoke({"Records": records})

    # Only what nobody can read comes again; what is gone has been dealt with.
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert index.count() == log.text.count(b"\n")
    assert bucket.keys() == []


def test_work_orders(bucket: Bucket, index: Index, variables: dict[str, str], tmp_path: Path) -> None:
    with Emulator(variables, tmp_path) as emulator:
        assert emulator.invoke({"albatross": "setup"})["template"] == index.prefix
        assert emulator.invoke({"albatross": "replay"})["files"] == 0
        with pytest.raises(Exception, match="ALBATROSS_BACKFILL_QUEUE_URL"):
            emulator.invoke({"albatross": "backfill", "from": "2026-01-01", "to": "2026-01-31"})


def notification(bucket: str, key: str) -> str:
    """What S3 tells a queue."""
    where = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/")}}
    return json.dumps({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": where}]})


def test_an_unknown_event_is_an_error(variables: dict[str, str], tmp_path: Path) -> None:
    with Emulator(variables, tmp_path) as emulator, pytest.raises(Exception, match="event"):
        emulator.invoke({"source": "aws.unknown"})


def expected_ids(objects: list[LogObject], bucket: Bucket, index: Index, folder: Path) -> set[str]:
    """The ids of all lines of the undamaged objects."""
    settings, log = folder / "settings.json", folder / "object.log"
    settings.write_text(index.settings)
    ids: set[str] = set()
    for each in objects:
        if not each.text:
            continue
        log.write_bytes(each.text)
        items = albatross.bulk_items(log, bucket.uri(each.key), settings)
        lines = each.text.count(b"\n")
        assert len(items) == lines - each.quarantined
        ids.update(json.loads(action)["create"]["_id"] for action, _ in items)
    return ids
