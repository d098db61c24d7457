"""Faults that pass: in both connections of a few runs, most of them killed or asked to end at a random moment, some side
by side. Runs without faults then settle the bucket.
"""

import random
from dataclasses import dataclass

from harness.deposit import deposits
from harness.end import End
from harness.faults import Rates
from harness.index import Index

from .deployment import Deployment
from .trial import Trial

# How often two processes work on the same bucket.
_SIDE_BY_SIDE = 0.15


@dataclass(frozen=True)
class Plan:
    """What the seed decided."""

    settle: str
    gzip: bool
    batch_bytes: int
    engine: Rates
    s3: Rates
    attempts: int

    @classmethod
    def of(cls, seed: int) -> "Plan":
        rng = random.Random(f"plan {seed}")
        return cls(
            settle=rng.choice(("delete", "delete", "archive")),
            gzip=rng.random() < 0.7,
            batch_bytes=rng.choice((50_000, 100_000, 400_000)),
            engine=Rates(rng.choice((0.05, 0.15, 0.3)), rng.choice((0, 0.005, 0.03)), rng.choice((0, 0.1))),
            s3=Rates(rng.choice((0.03, 0.1, 0.2)), rng.choice((0, 0.003, 0.01)), rng.choice((0, 0.1))),
            attempts=rng.randint(2, 7),
        )


def run(trial: Trial) -> None:
    """One trial."""
    plan = Plan.of(trial.seed)
    rng = trial.rng("run")
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name)
        trial.put(bucket, made)
        more = {"ALBATROSS_BATCH_BYTES": str(plan.batch_bytes)}
        deployment = Deployment(trial, bucket, index, made, settle=plan.settle, gzip=plan.gzip, more=more)
        for attempt in range(plan.attempts):
            if deployment.audit.is_settled():
                break
            with trial.world.faults(f"{trial.seed}/{attempt}", plan.engine, plan.s3):
                end, several = End.of(rng), rng.random() < _SIDE_BY_SIDE
                trial.see_through(end, *(deployment.start() for _ in range(1 + several)))
            deployment.audit.check()
        deployment.settle()
        deployment.rest()
