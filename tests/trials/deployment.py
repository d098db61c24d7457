"""A deployment at work: its configuration, its runs, and its books."""

from typing import Any

from harness import albatross
from harness.audit import ARCHIVE, Audit, expect
from harness.deposit import Deposit
from harness.end import End
from harness.index import Index
from harness.storage import Bucket

from .trial import Trial

# Runs without passing faults until everything is settled that can be: one, and some that find a dead run's traces in
# their way.
CALM_RUNS = 6
# A calm run is not killed; one that takes so long hangs.
CALM = End(seconds=120)


class Deployment:
    """One configuration on a bucket and an index; another bucket's or index's deployment may stand beside it."""

    def __init__(
        self,
        trial: Trial,
        bucket: Bucket,
        index: Index,
        deposits: list[Deposit],
        *,
        settle: str = "delete",
        gzip: bool = True,
        more: dict[str, str] | None = None,
    ) -> None:
        self._trial = trial
        direct = albatross.environment(trial.world.storage, bucket, index)
        albatross.setup(direct)
        # By the name of another machine, bodies are compressed.
        engine = trial.world.engine.url.replace("127.0.0.1", "0.0.0.0") if gzip else trial.world.engine.url
        archive = {"ALBATROSS_ARCHIVE_TO": bucket.uri(ARCHIVE)} if settle == "archive" else {}
        self.variables = direct | archive | {
            "ALBATROSS_SETTLE": settle,
            "ALBATROSS_REQUEST_TIMEOUT_SECONDS": "2",
            "AWS_ENDPOINT_URL_S3": trial.world.s3.url,
            "ALBATROSS_ENDPOINT": engine,
        } | (more or {})
        self.audit = Audit(bucket, index, deposits, settle, self.variables.get("ALBATROSS_PREFIX", ""))

    def start(self, *command: str) -> albatross.RunningIngest:
        """A process under way: an ingest, unless told otherwise."""
        return albatross.RunningIngest(self.variables, command or ("ingest",))

    def run(self, *command: str, end: End = CALM) -> albatross.Ingest:
        """A process, to its end."""
        return self._trial.see_through(end, self.start(*command))[0]

    def status(self) -> tuple[int, Any]:
        """What `albatross status` exits with and says."""
        told = self.run("status", "--objects", "1000")
        expect("status says nothing", [told.messages] if told.report is None else ())
        return told.status, told.report

    def settle(self, waiting: frozenset[str] = frozenset(), runs: int = CALM_RUNS) -> albatross.Ingest:
        """Runs until everything is settled but what waits for somebody; the last run.

        Raises `audit.Broken` when that is not so after this many runs, or an invariant is broken.
        """
        for _ in range(runs):
            done = self.run()
            self.audit.check()
            if (done.status == 0 or waiting) and self.audit.is_settled(waiting):
                break
        self.audit.check_end(waiting)
        return done

    def rest(self) -> None:
        """Settled is settled: there is nothing to do, and nothing changes."""
        after = self.run()
        did = after.status or after.report["lines"]
        expect("a run over a settled bucket did something", [after] if did else ())
        self.audit.check_end()
