"""`keep`, with logs that arrive between the runs: late ones and backdated ones, as S3 replication makes them. Each is
taken once, whatever its time; what is done is not sent again, not even to a data stream that has rolled over.
"""

import random
from datetime import timedelta
from typing import Any

from harness.audit import expect
from harness.deposit import Deposit, deposits
from harness.end import End
from harness.faults import Rates
from harness.index import Index
from harness.storage import Bucket

from .deployment import Deployment
from .trial import Trial

_ROUNDS = 3
_BACKDATED = 0.4
# From this on an object counts as late: a whole listing a day after its time has not shown it.
_A_DAY = timedelta(days=1, hours=1)
_ENGINE, _S3 = Rates(0.1, 0.005, 0), Rates(0.1, 0.005, 0)


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("kept")
    target = rng.choice(("daily", "daily", "data_stream"))
    with trial.bucket() as bucket, Index(trial.world.engine_url, target=target) as index:
        made = deposits(trial.seed, bucket.name, objects=42, lines=5_000)
        rng.shuffle(made)
        deployment = Deployment(trial, bucket, index, [], settle="keep")
        size = -(-len(made) // _ROUNDS)
        for number in range(_ROUNDS):
            arriving = made[number * size : (number + 1) * size]
            late = _arrive(trial, rng, bucket, deployment, arriving)
            attempts = rng.randint(0, 2)
            for attempt in range(attempts):
                with trial.world.faults(f"{trial.seed}/{number}/{attempt}", _ENGINE, _S3):
                    trial.see_through(End.of(rng), deployment.start())
                deployment.audit.check()
            last = deployment.settle()
            if number and not attempts:
                check_late(last.report, late)
            deployment.rest()
            # A repeat would double from now on.
            if index.is_data_stream:
                index.roll_over()


def _arrive(trial: Trial, rng: random.Random, bucket: Bucket, deployment: Deployment, arriving: list[Deposit]) -> int:
    """Puts objects, some of which look as if they had been there for long; how many of these are logs."""
    trial.put(bucket, arriving)
    deployment.audit.arrive(arriving)
    backdated = [each for each in arriving if rng.random() < _BACKDATED]
    for each in backdated:
        bucket.age(each.key, _A_DAY + timedelta(days=rng.expovariate(1 / 100)))
    return sum(not each.stays for each in backdated)


def check_late(report: Any, late: int) -> None:
    """Who appears with an old time is named.

    Raises `audit.Broken`.
    """
    told = report["objects"]["late"]
    expect("other objects are counted as late than are", [f"{told}, not {late}"] if told != late else ())
