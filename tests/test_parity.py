"""Golden file = what `albatross parse --bulk` writes = `_source` as the engine gives it back, for every fixture.

The page is held to the same golden files by its own end-to-end test.
"""

import json
import subprocess
from pathlib import Path

import pytest
from harness import albatross
from harness.index import Index
from harness.paths import ALBATROSS, FIXTURES
from harness.storage import Bucket, Storage

NAMES = sorted(path.stem for path in FIXTURES.glob("*.log"))
SOURCE = (FIXTURES / "source.txt").read_text().strip() if NAMES else ""


def test_there_are_fixtures() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_command_writes_the_golden_file(name: str) -> None:
    source = SOURCE.format(name=name)
    command = [ALBATROSS, "parse", "--bulk", "--source", source, f"{name}.log"]
    output = subprocess.run(command, cwd=FIXTURES, check=False, capture_output=True)
    assert output.stdout == golden(name)
    notes = [line for line in output.stderr.splitlines() if b'"line":' not in line]
    rejected = [line for line in output.stderr.splitlines() if b'"line":' in line]
    golden_lines = (FIXTURES / f"{name}.rejected.ndjson").read_bytes().splitlines()
    # Of values that nobody can tell apart the command says once that there are such lines.
    of_the_file = [line for line in golden_lines if json.loads(line)["code"] == "delimiter"]
    assert rejected == [line for line in golden_lines if line not in of_the_file]
    kinds = [json.loads(note)["kind"] for note in notes]
    assert kinds.count("delimiter") == (1 if of_the_file else 0)
    assert set(kinds) <= {"notice", "delimiter"}
    assert output.returncode == (1 if of_the_file else 0)


def test_the_engine_keeps_the_golden_documents(storage: Storage, index: Index) -> None:
    bucket = FixtureBucket(storage)
    # The golden files have the default settings' index names; here the names are the test's own.
    variables = albatross.environment(storage, bucket, index)
    albatross.setup(variables)
    for name in NAMES:
        bucket.put(bucket.key(name), (FIXTURES / f"{name}.log").read_bytes())

    done = albatross.ingest(variables)

    compared = 0
    for name in NAMES:
        lines = golden(name).splitlines()
        for action, document in zip(lines[0::2], lines[1::2], strict=True):
            create = json.loads(action)["create"]
            day = create["_index"].removeprefix("albatross-elb-")
            assert index.source(f"{index.prefix}-{day}", create["_id"]) == document, f"{name}: {create}"
            compared += 1
    assert done.report["indexed"] == compared == index.count()


class FixtureBucket(Bucket):
    """The bucket that `source.txt` names."""

    def __init__(self, storage: Storage) -> None:
        name, self._key = SOURCE.removeprefix("s3://").split("/", 1)
        storage.client.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": storage.client.meta.region_name}
        )
        super().__init__(storage.client, name)

    def key(self, fixture: str) -> str:
        return self._key.format(name=fixture)


def golden(name: str) -> bytes:
    return (FIXTURES / f"{name}.ndjson").read_bytes()
