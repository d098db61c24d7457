"""A few of the seeded trials of `make chaos`, and what they are worth: invariants are broken on purpose, and noticed."""

import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import trials
from harness import albatross, faults
from harness.audit import Audit, Broken
from harness.deposit import Deposit, deposits
from harness.faults import Answer, Fault, Request
from harness.index import Index
from harness.storage import Bucket, Storage
from trials.trial import Trial
from trials.world import World, world

SEEDS = [("passing", 1), ("passing", 2), *((name, 1) for name in trials.TRIALS if name != "passing")]


@pytest.fixture(scope="module")
def chaos(storage: Storage, engine_url: str) -> Iterator[World]:
    with world(storage, engine_url) as running:
        yield running


@pytest.mark.parametrize(("trial", "seed"), SEEDS)
def test_nothing_is_lost_and_nothing_doubled(chaos: World, trial: str, seed: int, tmp_path: Path) -> None:
    trials.TRIALS[trial](Trial(chaos, seed, tmp_path))


def test_an_acknowledgement_of_what_was_not_taken_is_noticed(
    chaos: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "engine", lie)
    with pytest.raises(Broken, match="documents of its good lines are missing"):
        trials.TRIALS["passing"](Trial(chaos, 1, tmp_path))


def lie(_rng: random.Random, request: Request, _stops: bool, _prevailing: str | None) -> Fault | None:
    """What no fault may do."""
    items = len(faults.bulk_items(request))
    body = {"errors": False, "items": [{"create": {"status": 201, "result": "created"}}] * items}
    return Fault("lie", answer=lambda _: Answer(200, {}, json.dumps(body).encode())) if items else None


class Books:
    """A small bucket, settled without faults, to be falsified."""

    def __init__(self, storage: Storage, bucket: Bucket, index: Index, variables: dict[str, str]) -> None:
        self.bucket, self.index = bucket, index
        self.client = storage.client
        self.deposits = deposits(1, bucket.name, objects=14, lines=700)
        for each in self.deposits:
            bucket.put(each.key, each.body)
        self.audit = Audit(bucket, index, self.deposits)
        self.audit.check()
        assert albatross.ingest(variables).status == 0
        self.audit.check_end()

    def any(self, wanted: Callable[[Deposit], object]) -> Deposit:
        return next(each for each in self.deposits if wanted(each))

    def own(self, part: str) -> str:
        return next(key for key in self.bucket.keys() if part in key)

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket.name, Key=key)

    def document(self, method: str, day: str, document_id: str) -> None:
        url = f"{self.index.engine_url}/{self.index.prefix}-{day}/_doc/{document_id}"
        body = {"@timestamp": f"{day.replace('.', '-')}T12:00:00Z", "log": {"offset": 1, "file": {"path": "x"}}}
        requests.request(method, url, json=body, timeout=30).raise_for_status()


@pytest.fixture
def books(storage: Storage, bucket: Bucket, index: Index, variables: dict[str, str]) -> Books:
    return Books(storage, bucket, index, variables)


def lose_a_document(books: Books) -> None:
    first = books.any(lambda each: each.ids and books.deposits.index(each) % 2 == 0)
    books.document("DELETE", "2026.09.23", min(first.ids))


def add_a_document(books: Books) -> None:
    books.document("PUT", "2026.09.23", "AAAAAAAAAAAAAAAA-00000001-00000000")


def double_a_document(books: Books) -> None:
    first = books.any(lambda each: each.ids and books.deposits.index(each) % 2 == 0)
    books.document("PUT", "2026.09.22", min(first.ids))


def lose_bad_lines(books: Books) -> None:
    books.remove(books.own("quarantine/lines/"))


def double_bad_lines(books: Books) -> None:
    key = books.own("quarantine/lines/")
    books.bucket.put(f"{key}.again.ndjson.gz", books.bucket.get(key))


def put_a_good_line_into_quarantine(books: Books) -> None:
    key = books.own("quarantine/lines/")
    entry = json.loads(gzip.decompress(books.bucket.get(key)).splitlines()[0]) | {"line": 999}
    books.bucket.put(f"{key}.good.ndjson.gz", gzip.compress(json.dumps(entry).encode()))


def lose_a_corrupt_object(books: Books) -> None:
    books.remove(books.own("quarantine/objects/"))


def change_a_corrupt_object(books: Books) -> None:
    books.bucket.put(books.own("quarantine/objects/"), b"")


def lose_the_record_of_damage(books: Books) -> None:
    books.remove(books.own(".damage.json"))


def lose_the_test_file(books: Books) -> None:
    books.remove(books.any(lambda each: each.stays).key)


def leave_an_object(books: Books) -> None:
    books.bucket.put(books.deposits[0].key, books.deposits[0].body)


@pytest.mark.parametrize(
    ("falsify", "noticed"),
    [
        (lose_a_document, "documents of its good lines are missing"),
        (add_a_document, "a document of no good line"),
        (double_a_document, "an id in two indices"),
        (lose_bad_lines, "bad lines of it are not in quarantine"),
        (double_bad_lines, "in quarantine more than once"),
        (put_a_good_line_into_quarantine, "in quarantine that is not bad"),
        (lose_a_corrupt_object, "that was to be moved"),
        (change_a_corrupt_object, "moved with other content"),
        (lose_the_record_of_damage, "without a record of its damage"),
        (lose_the_test_file, "left alone is gone"),
        (leave_an_object, "not settled"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_audit_notices(books: Books, falsify: Callable[[Books], None], noticed: str) -> None:
    falsify(books)
    with pytest.raises(Broken, match=noticed):
        books.audit.check_end()
