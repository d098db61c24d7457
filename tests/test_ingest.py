"""S3 → Lambda → search engine and back, as a schedule would run it."""

import json
from pathlib import Path

import pytest
from harness import albatross
from harness.emulator import SCHEDULED_EVENT, Emulator
from harness.index import Index
from harness.scenario import LogObject, log_objects
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
    assert first["rejected"] == 1
    ledger = first["indexed"] + first["duplicate"] + first["rejected"] + sum(first["skipped"].values())
    assert ledger == first["lines"]

    # What was settled is gone; what was not stays, and the report says why.
    staying = {each.key for each in objects if each.stays}
    assert set(bucket.keys()) == staying
    reasons = {each["key"]: each["reason"] for each in first["left"]}
    assert set(reasons) | {TEST_FILE_KEY} == staying
    assert all(reasons.values())
    assert first["objects"]["settled"] == len(objects) - len(staying)

    # The same lines again are the same documents.
    assert second["indexed"] == 0
    assert second["duplicate"] == second["lines"] - second["rejected"] - sum(second["skipped"].values())
    assert index.count() == documents


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
        assert len(items) == lines - each.rejected
        ids.update(json.loads(action)["create"]["_id"] for action, _ in items)
    return ids
