"""State that cannot be understood: each state object in turn is garbage, or a newer version's. The run stops with a
sentence that says what to do, and changes nothing. Once it is restored or deleted, everything is settled.
"""

import json
import random
import signal
from typing import Any

from harness.albatross import Ingest
from harness.audit import expect
from harness.deposit import Deposit, deposits
from harness.end import End
from harness.index import Index
from harness.lasting import denied
from harness.runtime import Invocation, Lambda
from harness.storage import Bucket

from .big import big
from .deployment import Deployment
from .invocations import notification
from .trial import Trial

_NEWER = b'{"version":2,"entries":0,"versions":0,"objects":[]}\n'
_GARBAGE = (b"", b"{", b"<html><body>ok</body></html>", b"null", b"\x1f\x8b\x08\x00", _NEWER, _NEWER)
# The names of these say all; their bodies are empty.
_EMPTY = "/notes/done/"
# Of one object, and so no reason for a run to stop.
_OF_AN_OBJECT = "/state/resume/"
_LEASE = "/state/lease.json"
_ATTEMPT = "/state/attempt.json"


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("remembered")
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name, objects=16, lines=1_000)
        large = big(rng, bucket.name, 100, 3_000_000)
        more = {
            "ALBATROSS_BATCH_BYTES": "100000",
            "ALBATROSS_BACKFILL_QUEUE_URL": trial.world.storage.queue().url,
            "AWS_ENDPOINT_URL_SQS": trial.world.storage.url,
        }
        deployment = Deployment(trial, bucket, index, [*made, large], settle="keep", more=more)
        lost = rng.choice([each for each in made[:8] if not each.stays]).key
        with trial.world.lasting(s3=(denied("GET", bucket.name, lambda key: key == lost),)):
            _remember(trial, rng, deployment, bucket, made, large)
            _note(deployment, bucket, lost)
            others = (_EMPTY, _OF_AN_OBJECT)
            states = [key for key in bucket.own() if "/state/" in key and not any(part in key for part in others)]
            rng.shuffle(states)
            for key in states:
                trial.world.tally.injected[f"state: {_name(key)}"] += 1
                _spoil(rng, deployment, bucket, key)
                deployment.audit.check()
        _spoil_progress(trial, rng, deployment, bucket)
        _spoil_point(trial, deployment, bucket, large)
        _spoil_lease(trial, deployment, bucket)
        deployment.settle()
        deployment.rest()


def _remember(
    trial: Trial, rng: random.Random, deployment: Deployment, bucket: Bucket, made: list[Deposit], large: Deposit
) -> None:
    """Runs that leave every kind of state: one to its end, one that is asked to end, one that is killed."""
    trial.put(bucket, made[:8])
    deployment.run()
    trial.put(bucket, [large])
    deployment.run(end=End(rng.randint(20, 40), number=signal.SIGTERM))
    trial.put(bucket, made[8:])
    deployment.run(end=End(rng.randint(20, 60)))
    deployment.audit.check()


def _note(deployment: Deployment, bucket: Bucket, lost: str) -> None:
    """An event of an object that cannot be read leaves a note."""
    with Lambda(deployment.variables) as function:
        ended = function.invoke({"Records": [notification(bucket.name, lost)]}, 15)
    expect("an event of an object that cannot be read is a success", [] if ended.is_error else [ended.answer])


def _spoil(rng: random.Random, deployment: Deployment, bucket: Bucket, key: str, *command: str) -> None:
    """Replaces a state object, runs, and repairs it as the message says."""
    kept, spoilt = bucket.get(key), rng.choice(_GARBAGE)
    bucket.put(key, spoilt)
    before = contents(bucket)
    check_refusal(deployment.run(*command), key, is_newer=spoilt == _NEWER)
    check_unchanged(before, contents(bucket))
    if rng.random() < 0.7:
        bucket.put(key, kept)
    else:
        bucket.delete(key)


def _spoil_progress(trial: Trial, rng: random.Random, deployment: Deployment, bucket: Bucket) -> None:
    """How far a replay or a backfill came."""
    folder = _folder(bucket)
    for name, command in (
        ("replay.json", ["replay"]),
        ("backfill/2026-09-22_2026-09-24.json", ["backfill", "--from", "2026-09-22", "--to", "2026-09-24"]),
    ):
        key = f"{folder}/state/{name}"
        trial.world.tally.injected[f"state: {_name(key)}"] += 1
        bucket.put(key, b"")
        _spoil(rng, deployment, bucket, key, *command)
        bucket.delete(key)


def _folder(bucket: Bucket) -> str:
    return next(key for key in bucket.own() if "/state/" in key).split("/state/")[0]


def _spoil_point(trial: Trial, deployment: Deployment, bucket: Bucket, large: Deposit) -> None:
    """A resume point is its object's: all others go on."""
    points = [key for key in bucket.own() if _OF_AN_OBJECT in key]
    for key in points:
        trial.world.tally.injected["state: resume/"] += 1
        bucket.put(key, _NEWER)
        deployment.settle(frozenset([large.key]))
        _, told = deployment.status()
        check_point(told, large.key, key)
        bucket.delete(key)


def _spoil_lease(trial: Trial, deployment: Deployment, bucket: Bucket) -> None:
    """A lease that is garbage, or ends in thousands of years, holds up nobody."""
    folder = _folder(bucket)
    for body in (b"{", json.dumps({"version": 1, "until_epoch_s": 1_795_475_456_000, "owner": 1}).encode()):
        trial.world.tally.injected["state: lease.json"] += 1
        bucket.put(folder + _LEASE, body)
        with Lambda(deployment.variables) as function:
            ended = function.tick(15)
        check_lease(ended)
        deployment.audit.check()


def check_refusal(ended: Ingest, key: str, *, is_newer: bool) -> None:
    """A run that met state that it does not understand has stopped, and says what to do.

    Raises `audit.Broken`.
    """
    expect("a run did not stop at state that it cannot understand", [ended.report] if ended.status != 1 else ())
    words = (key, "delete", "has version 2" if is_newer else "is invalid")
    expect(f"a sentence without {words}", [ended.messages] if not all(word in ended.messages for word in words) else ())


def check_point(told: Any, key: str, point: str) -> None:
    """Status names the resume point for which an object waits.

    Raises `audit.Broken`.
    """
    reasons = {each["key"]: each["reason"] for each in told["objects"]}
    is_named = all(word in reasons.get(key, "") for word in (point, "delete"))
    expect("status does not say which resume point is to be deleted", [] if is_named else [reasons])


def check_lease(ended: Invocation) -> None:
    """A tick takes a lease that is garbage.

    Raises `audit.Broken`.
    """
    expect("a lease that is garbage holds up a tick", [ended.answer] if ended.is_error or ended.was_skipped else ())


def contents(bucket: Bucket) -> dict[str, bytes]:
    """All that is in a bucket."""
    return {key: bucket.get(key) for key in bucket.keys()}


def check_unchanged(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """A run that stopped at once has changed nothing; but where objects stay, it has proved that it can write.

    Raises `audit.Broken`.
    """
    keys = {key for key in before.keys() | after.keys() if not key.endswith(_ATTEMPT)}
    changed = {key for key in keys if before.get(key) != after.get(key)}
    expect("a run that could not understand its state changed objects", changed)


def _name(key: str) -> str:
    """The kind of a state object."""
    name = key.split("/state/", 1)[1]
    return name if "/" not in name else f"{name.rsplit('/', 1)[0]}/"
