"""A listing in small pages. Slow ones take longer than an invocation has: each tick moves something on, new logs are
found while it lasts, and it comes to its end.
"""

import json
import random
from datetime import UTC, datetime

from harness.audit import expect
from harness.deposit import Deposit, deposits
from harness.end import End
from harness.faults import Rates
from harness.index import Index
from harness.lasting import pages
from harness.runtime import Invocation, Lambda
from harness.storage import Bucket

from .deployment import Deployment
from .trial import Trial

_SECONDS = 15
# Of these, a listing has so many.
_LISTING_SECONDS = 5
_STATE = "/state/deployment.json"


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("pages")
    if rng.random() < 0.5:
        _small(trial, rng)
    else:
        _slow(trial, rng)


def _small(trial: Trial, rng: random.Random) -> None:
    """Many pages, of which some get lost or come short."""
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name, objects=40, lines=3_000)
        trial.put(bucket, made)
        deployment = Deployment(trial, bucket, index, made, settle=rng.choice(("delete", "archive", "keep")))
        with trial.world.lasting(s3=(pages(bucket.name, rng.randint(1, 7)),)):
            for attempt in range(rng.randint(1, 3)):
                with trial.world.faults(f"{trial.seed}/{attempt}", Rates(0.05, 0, 0), Rates(0.1, 0, 0)):
                    trial.see_through(End.of(rng), deployment.start())
                deployment.audit.check()
            deployment.settle()
            deployment.rest()


def _slow(trial: Trial, rng: random.Random) -> None:
    """More pages than an invocation has time for."""
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name, objects=40, lines=2_000)
        trial.put(bucket, made)
        # A busy machine is not what this is about.
        patient = {"ALBATROSS_REQUEST_TIMEOUT_SECONDS": "30"}
        deployment = Deployment(trial, bucket, index, made, settle=rng.choice(("delete", "keep")), more=patient)
        times = rng.uniform(1.2, 2.5)
        keys = rng.randint(2, 4)
        seconds = times * _LISTING_SECONDS / (len(made) / keys)
        with trial.world.lasting(s3=(pages(bucket.name, keys, seconds),)), Lambda(deployment.variables) as function:
            # Its own objects are listed, too: marks, state and quarantine.
            most = int(times * 2) + 4
            today: list[Deposit] = []
            for number in range(most):
                before = place(bucket)
                ended = function.tick(_SECONDS)
                trial.world.tally.ends["invocation: an answer"] += not ended.is_error
                trial.note("tick", "", ended.answer, function.messages())
                check_tick(ended, before, place(bucket))
                deployment.audit.check()
                check_arrived(index, today)
                if number == 0:
                    today = _arrive(trial, bucket, deployment)
                elif deployment.audit.is_settled():
                    break
            deployment.audit.check_end()
        deployment.rest()


def _arrive(trial: Trial, bucket: Bucket, deployment: Deployment) -> list[Deposit]:
    """Logs of today, while the listing lasts."""
    start = datetime.now(UTC).replace(hour=0, minute=5)
    today = deposits(trial.seed + 1_000_000, bucket.name, objects=4, lines=200, damage=False, start=start)[:-1]
    trial.put(bucket, today)
    deployment.audit.arrive(today)
    return today


def place(bucket: Bucket) -> str | None:
    """Where the listing goes on; none where it came to its end, or never began."""
    states = [key for key in bucket.own() if key.endswith(_STATE)]
    return json.loads(bucket.get(states[0]))["listing"].get("after") if states else None


def check_tick(ended: Invocation, before: str | None, after: str | None) -> None:
    """A tick whose listing does not come to its end moves on all the same, and says so.

    Raises `audit.Broken`.
    """
    expect("a tick with a slow listing is an error", [ended.answer] if ended.is_error else ())
    # Later ticks begin with the newest folders; having seen these is as good.
    is_told = before or (ended.answer["stopped"] and not ended.answer["listing_complete"])
    expect("a tick does not say that its listing is not complete", [ended.answer] if after and not is_told else ())
    has_moved = before != after or ended.answer["objects"]["settled"] > 0
    expect("a tick moved nothing on", [f"{before}: {ended.answer}"] if before and not has_moved else ())


def check_arrived(index: Index, today: list[Deposit]) -> None:
    """New logs do not wait for the rest of the listing.

    Raises `audit.Broken`.
    """
    ids = index.ids() if today and index.count() else set()  # the count makes documents visible
    expect("a log of today waits for the listing", (each.key for each in today if each.ids - ids))
