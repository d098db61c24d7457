"""A few of the seeded trials of `make chaos`, and what they are worth: invariants are broken on purpose, and noticed."""

import gzip
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trials
from harness import albatross, faults
from harness.audit import Broken
from harness.deposit import DAYS, Deposit, deposits, line_of
from harness.faults import Answer, Fault, Request
from harness.index import Index
from harness.lasting import denied
from harness.runtime import Invocation
from harness.storage import Bucket, Storage
from harness.waiting import Waiting, check_status
from trials import big, invocations, pages, remembered
from trials.deployment import Deployment
from trials.invocations import Function
from trials.kept import check_late
from trials.lasting import check_exits
from trials.neighbours import check_replay
from trials.trial import Trial, check_report
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

    def __init__(self, chaos: World, bucket: Bucket, index: Index, evidence: Path, settle: str = "delete") -> None:
        self.bucket, self.index = bucket, index
        self.deposits = deposits(1, bucket.name, objects=14, lines=700)
        self.trial = Trial(chaos, 1, evidence)
        self.trial.put(bucket, self.deposits)
        self.deployment = Deployment(self.trial, bucket, index, self.deposits, settle=settle)
        self.audit = self.deployment.audit
        self.audit.check()
        self.deployment.settle()

    def any(self, wanted: Callable[[Deposit], object]) -> Deposit:
        return next(each for each in self.deposits if wanted(each))

    def first(self) -> Deposit:
        """One with documents of the first day."""
        return self.any(lambda each: each.ids and each.day == DAYS[0])

    def own(self, part: str) -> str:
        return next(key for key in self.bucket.keys() if part in key)

    def remove(self, *parts: str) -> None:
        for key in self.bucket.keys():
            if any(part in key for part in parts):
                self.bucket.delete(key)

    def document(self, method: str, day: str, document_id: str) -> None:
        url = f"{self.index.engine_url}/{self.index.prefix}-{day}/_doc/{document_id}"
        body = {"@timestamp": f"{day.replace('.', '-')}T12:00:00Z", "log": {"offset": 1, "file": {"path": "x"}}}
        requests.request(method, url, json=body, timeout=30).raise_for_status()


@pytest.fixture
def books(chaos: World, bucket: Bucket, index: Index, tmp_path: Path) -> Books:
    return Books(chaos, bucket, index, tmp_path)


@pytest.fixture
def kept(chaos: World, bucket: Bucket, index: Index, tmp_path: Path) -> Books:
    return Books(chaos, bucket, index, tmp_path, "keep")


def lose_a_document(books: Books) -> None:
    books.document("DELETE", DAYS[0], min(books.first().ids))


def add_a_document(books: Books) -> None:
    books.document("PUT", DAYS[0], "AAAAAAAAAAAAAAAA-00000001-00000000")


def double_a_document(books: Books) -> None:
    books.document("PUT", DAYS[1], min(books.first().ids))


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


def add_an_object(books: Books) -> None:
    books.bucket.put("nobody.log", b"x")


def quarantine_a_sound_object(books: Books) -> None:
    key = books.own("quarantine/objects/")
    books.bucket.put(f"{key}0", b"x")


def index_a_refused_document(books: Books) -> None:
    document = min(books.first().ids)
    books.audit.expect_refused(document, books.first(), line_of(document))


def lose_a_refused_line(books: Books) -> None:
    index_a_refused_document(books)
    lose_a_document(books)


def have_two_folders(books: Books) -> None:
    folder = books.own("/state/").split("/state/")[0]
    books.bucket.put(f"{folder}0/state/deployment.json", b"{}")


def lose_a_kept_object(books: Books) -> None:
    books.remove(books.first().key)


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
        (add_an_object, "an unknown object"),
        (quarantine_a_sound_object, "a sound object in quarantine"),
        (index_a_refused_document, "a document that the engine refuses is in the index"),
        (lose_a_refused_line, "bad lines of it are not in quarantine"),
        (have_two_folders, "several folders"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_audit_notices(books: Books, falsify: Callable[[Books], None], noticed: str) -> None:
    falsify(books)
    with pytest.raises(Broken, match=noticed):
        books.audit.check_end()


@pytest.mark.parametrize(
    ("falsify", "noticed"),
    [
        (lose_a_document, "documents of its good lines are missing"),
        (lose_bad_lines, "bad lines of it are not in quarantine"),
        (lose_a_kept_object, "left alone is gone"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_the_audit_of_kept_objects_notices(kept: Books, falsify: Callable[[Books], None], noticed: str) -> None:
    falsify(kept)
    with pytest.raises(Broken, match=noticed):
        kept.audit.check_end()


def test_what_is_sent_again_is_noticed(kept: Books) -> None:
    kept.remove("/state/done/", "/state/notes/")
    with pytest.raises(Broken, match="a run over a settled bucket did something"):
        kept.deployment.rest()


def test_what_is_not_settled_within_some_runs_is_noticed(books: Books) -> None:
    other = books.deposits[1]
    books.bucket.put(other.key, other.body)
    rule = denied("GET", books.bucket.name, lambda key: key == other.key)
    with books.trial.world.lasting(s3=(rule,)), pytest.raises(Broken, match="an object is not settled"):
        books.deployment.settle(frozenset(["another.log"]), runs=2)


@pytest.fixture
def waiting(books: Books) -> tuple[Any, dict[str, Waiting]]:
    """A genuine status, and what waits indeed."""
    first, second = (each for each in books.deposits[:3] if each.ids)
    for each in (first, second):
        books.bucket.put(each.key, each.body)
    read = denied("GET", books.bucket.name, lambda key: key == first.key)
    delete = denied("DELETE", books.bucket.name, lambda key: key == second.key)
    waits = {first.key: Waiting("access_denied", "GetObject"), second.key: Waiting("settlement", "DeleteObject")}
    with books.trial.world.lasting(s3=(read, delete)):
        books.deployment.run()
    status, told = books.deployment.status()
    check_status(told, waits)
    check_exits(1, status, waits)
    return told, waits


def test_a_status_that_is_not_true_is_noticed(waiting: tuple[Any, dict[str, Waiting]]) -> None:
    told, waits = waiting
    first, second = told["objects"]
    for objects, count, noticed in [
        ([first], 1, "status hides an object"),
        ([first, second, second | {"key": "another"}], 3, "status names an object that does not wait"),
        ([first, second], 3, "status counts other objects"),
        ([first, second | {"code": "storage"}], 2, "status gives another reason"),
        ([first, second | {"reason": "it failed"}], 2, "does not name what is to be mended"),
    ]:
        with pytest.raises(Broken, match=noticed):
            check_status({"objects": objects, "waiting": count}, waits)


@pytest.fixture
def neighbours(kept: Books, engine_url: str) -> Iterator[tuple[Books, Deployment]]:
    """Two deployments that have done the same objects."""
    with Index(engine_url) as index:
        other = Deployment(kept.trial, kept.bucket, index, kept.deposits, settle="keep")
        other.settle()
        yield kept, other


def test_one_deployment_in_the_others_quarantine_is_noticed(neighbours: tuple[Books, Deployment]) -> None:
    books, other = neighbours
    files = [key for key in books.bucket.own() if "/quarantine/lines/" in key]
    file = next(key for key in files if books.index.prefix in key)
    theirs = next(key for key in files if books.index.prefix not in key)
    content = books.bucket.get(file)
    books.bucket.delete(file)
    other.audit.check_end()
    with pytest.raises(Broken, match="bad lines of it are not in quarantine"):
        books.audit.check_end()
    books.bucket.put(file, content)
    books.audit.check_end()
    books.bucket.put(f"{theirs}.again.ndjson.gz", content)
    books.audit.check_end()
    with pytest.raises(Broken, match="in quarantine more than once"):
        other.audit.check_end()


def test_an_upload_that_is_left_is_noticed(storage: Storage, bucket: Bucket) -> None:
    place = {"Bucket": bucket.name, "Key": "albatross/x/quarantine/lines/a.ndjson.gz"}
    upload = storage.client.create_multipart_upload(**place)["UploadId"]
    big.check_uploads(bucket, 0)
    storage.client.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"x")
    big.check_uploads(bucket, 1)
    with pytest.raises(Broken, match="an upload is left"):
        big.check_uploads(bucket, 0)


@pytest.fixture
def function(books: Books) -> Iterator[invocations.Function]:
    made = Function(books.trial, books.bucket, books.index, books.deposits, "delete", fans_out=True)
    with made:
        yield made


def test_an_acknowledgement_of_a_message_that_is_not_done_is_noticed(books: Books, function: Function) -> None:
    other = books.first()
    books.bucket.put(other.key, other.body)
    order = {"albatross": "ingest", "bucket": books.bucket.name, "key": other.key}
    records = [{"messageId": "1", "body": json.dumps(order)}]
    assert function.given_back(records, Invocation({}, is_error=True)) == {"1"}
    assert function.given_back(records, Invocation({"batchItemFailures": [{"itemIdentifier": "1"}]})) == {"1"}
    with pytest.raises(Broken, match="neither done nor remembered"):
        function.given_back(records, Invocation({"batchItemFailures": []}))


def test_a_lease_that_does_not_end_is_noticed(
    books: Books, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocations, "_LEASE_SECONDS", 0)
    folder = books.own("/state/").split("/state/")[0]
    lease = {"version": 1, "until_epoch_s": int(time.time()) + 600, "owner": 1}
    books.bucket.put(f"{folder}/state/lease.json", json.dumps(lease).encode())
    with pytest.raises(Broken, match="the lease of a dead invocation does not end"):
        function.settle()


def test_a_run_that_changes_what_it_does_not_understand_is_noticed(books: Books) -> None:
    before = remembered.contents(books.bucket)
    remembered.check_unchanged(before, remembered.contents(books.bucket))
    books.bucket.put(books.own("/state/deployment.json"), b"{}")
    with pytest.raises(Broken, match="changed objects"):
        remembered.check_unchanged(before, remembered.contents(books.bucket))


def test_a_log_of_today_that_waits_is_noticed(books: Books) -> None:
    pages.check_arrived(books.index, books.deposits)
    lose_a_document(books)
    with pytest.raises(Broken, match="a log of today waits"):
        pages.check_arrived(books.index, books.deposits)


def refused(message: str, status: int = 1) -> albatross.Ingest:
    return albatross.Ingest(status, None, message, 0)


def ended(lines: int) -> albatross.Ingest:
    return albatross.Ingest(0, {"lines": lines}, "", 0)


def reported(**objects: int) -> Any:
    return {"objects": objects}


def ticked(**answer: Any) -> Invocation:
    usual = {"lines": 0, "stopped": None, "listing_complete": True, "objects": {"settled": 0, "enqueued": 0}}
    return Invocation(usual | answer)


ERROR = Invocation({"errorMessage": "x"}, is_error=True)
PARTIAL = ticked(stopped="listing: x", listing_complete=False)
DENIED = {"a": Waiting("access_denied", "GetObject")}
ARCHIVED = {"a": Waiting("archived", "restore")}
KEY = "albatross/x/state/deployment.json"
BALANCED = {
    "lines": 2, "indexed": 1, "duplicate": 0, "filtered": 0, "quarantined": 1, "unstored": 0, "skipped": {"blank": 0},
    "left_by_reason": {"test_file": 1},
}  # fmt: skip
LINES = [Deposit("a", b"", "", ids=frozenset("ab"), bad={3: "x"})]


@pytest.mark.parametrize(
    ("holds", "breaks", "noticed"),
    [
        (lambda: check_report(BALANCED), lambda: check_report(BALANCED | {"lines": 3}), "does not balance"),
        (lambda: check_exits(1, 1, DENIED), lambda: check_exits(0, 1, DENIED), "of a run"),
        (lambda: check_exits(0, 0, ARCHIVED), lambda: check_exits(0, 1, ARCHIVED), "of status"),
        (lambda: check_late(reported(late=2), 2), lambda: check_late(reported(late=1), 2), "late"),
        (lambda: check_replay({"emptied": 0}), lambda: check_replay({"emptied": 1}), "a replay emptied"),
        (lambda: big.check_points({"a": 5}, {"a": 5}), lambda: big.check_points({"a": 5}, {"a": 4}), "went back"),
        (lambda: big.check_lines([ended(1), ended(2)], LINES), lambda: big.check_lines([ended(2)] * 2, LINES), "twice"),
        (lambda: invocations.check_calm(ticked()), lambda: invocations.check_calm(ERROR), "is an error"),
        (lambda: invocations.check_idle(ticked()), lambda: invocations.check_idle(ticked(lines=1)), "did something"),
        (
            lambda: remembered.check_refusal(refused(f"{KEY} is invalid: delete it"), KEY, is_newer=False),
            lambda: remembered.check_refusal(refused("", status=0), KEY, is_newer=False),
            "a run did not stop",
        ),
        (
            lambda: remembered.check_refusal(refused(f"{KEY} has version 2: delete it"), KEY, is_newer=True),
            lambda: remembered.check_refusal(refused(f"{KEY} is invalid: delete it"), KEY, is_newer=True),
            "a sentence without",
        ),
        (
            lambda: remembered.check_point({"objects": [{"key": "a", "reason": f"{KEY}: delete it"}]}, "a", KEY),
            lambda: remembered.check_point({"objects": [{"key": "a", "reason": "it failed"}]}, "a", KEY),
            "which resume point",
        ),
        (lambda: remembered.check_lease(ticked()), lambda: remembered.check_lease(ticked(skipped="held")), "holds up"),
        (lambda: pages.check_tick(PARTIAL, None, "b"), lambda: pages.check_tick(ticked(), None, "b"), "is not complete"),
        (lambda: pages.check_tick(ticked(), "a", "b"), lambda: pages.check_tick(ticked(), "b", "b"), "moved nothing on"),
        (lambda: pages.check_tick(ticked(), None, None), lambda: pages.check_tick(ERROR, None, None), "is an error"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_check_of_a_trial_can_fail(holds: Callable[[], None], breaks: Callable[[], None], noticed: str) -> None:
    holds()
    with pytest.raises(Broken, match=noticed):
        breaks()
