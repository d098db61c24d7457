"""Two deployments on one bucket, side by side: of the same objects, which both keep, or each of its own prefix. Each has
its own index, and is audited by itself; nothing that one does shows in the other's books.
"""

from typing import Any

from harness.audit import expect
from harness.deposit import TEAMS, deposits
from harness.end import End
from harness.faults import Rates
from harness.index import Index

from .deployment import CALM, CALM_RUNS, Deployment
from .trial import Trial

_ENGINE, _S3 = Rates(0.1, 0.005, 0), Rates(0.1, 0.005, 0)


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("neighbours")
    is_shared = rng.random() < 0.5
    with trial.bucket() as bucket, Index(trial.world.engine_url) as one, Index(trial.world.engine_url) as other:
        made = deposits(trial.seed, bucket.name, objects=40, lines=4_000)
        prefixes = ("", "") if is_shared else TEAMS[1:]
        if not is_shared:
            made = [each for each in made if each.key.startswith(prefixes)]
        trial.put(bucket, made)
        both = [
            Deployment(
                trial, bucket, index, made,
                settle="keep" if is_shared else rng.choice(("delete", "archive", "keep")),
                gzip=rng.random() < 0.5,
                more={"ALBATROSS_PREFIX": prefix} if prefix else None,
            )
            for index, prefix in zip((one, other), prefixes, strict=True)
        ]  # fmt: skip
        for attempt in range(rng.randint(1, 3)):
            with trial.world.faults(f"{trial.seed}/{attempt}", _ENGINE, _S3):
                trial.see_through(End.of(rng), *(each.start() for each in both))
            for each in both:
                each.audit.check()
        for _ in range(CALM_RUNS):
            trial.see_through(CALM, *(each.start() for each in both))
            if all(each.audit.is_settled() for each in both):
                break
        # A replay of what is still bad: it all stays, and none of the other's is touched.
        replayed = rng.choice(both).run("replay")
        check_replay(replayed.report)
        for each in both:
            each.audit.check_end()
        for each in both:
            each.rest()
        for each in both:
            each.audit.check_end()


def check_replay(report: Any) -> None:
    """Lines that are bad today are bad lines still.

    Raises `audit.Broken`.
    """
    expect("a replay emptied a quarantine of bad lines", [report] if report["emptied"] else ())
