#!/usr/bin/env python3
"""`make chaos`: many seeded runs of `albatross ingest` between failing neighbours, killed and started again.

Each run has a bucket with 10,000 lines in 50 objects and indices of its own. First come a few runs of the program with
faults in both of its connections, most of them killed or asked to end at a random moment, some side by side; then
runs without faults, until the bucket is settled. After each end of the program, and once more at the end, the
invariants of `harness.audit` are checked.

A seed decides everything but the order in which concurrent requests arrive.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import albatross, faults
from harness.audit import ARCHIVE, Audit, expect
from harness.deposit import deposits
from harness.end import End
from harness.engine import Engine
from harness.faults import Faults, Rates
from harness.index import Index
from harness.proxy import Proxy
from harness.storage import Bucket, Storage

RUNS = 200
# Fault-free runs until the bucket must be settled: one, and some that find a dead run's traces in their way.
CALM_RUNS = 6
# A calm run is not killed; one that takes so long hangs.
CALM = End(seconds=120)
# How often two processes work on the same bucket.
SIDE_BY_SIDE = 0.15


@dataclass(frozen=True)
class Plan:
    """What the seed decided for one run."""

    seed: int
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
            seed=seed,
            settle=rng.choice(("delete", "delete", "archive")),
            gzip=rng.random() < 0.7,
            batch_bytes=rng.choice((50_000, 100_000, 400_000)),
            engine=Rates(rng.choice((0.05, 0.15, 0.3)), rng.choice((0, 0.005, 0.03)), rng.choice((0, 0.1))),
            s3=Rates(rng.choice((0.03, 0.1, 0.2)), rng.choice((0, 0.003, 0.01)), rng.choice((0, 0.1))),
            attempts=rng.randint(2, 7),
        )

    def variables(self, bucket: Bucket) -> dict[str, str]:
        archive = {"ALBATROSS_ARCHIVE_TO": bucket.uri(ARCHIVE)} if self.settle == "archive" else {}
        return archive | {
            "ALBATROSS_SETTLE": self.settle,
            "ALBATROSS_BATCH_BYTES": str(self.batch_bytes),
            "ALBATROSS_REQUEST_TIMEOUT_SECONDS": "2",
        }


@dataclass
class Tally:
    """What was done to the program."""

    injected: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    processes: int = 0
    kills: int = 0
    stopped: int = 0
    requests: int = 0
    documents: int = 0
    bad_lines: int = 0


@dataclass
class World:
    """The servers, and the proxies before them."""

    storage: Storage
    engine_url: str
    s3: Proxy
    engine: Proxy
    tally: Tally = field(default_factory=Tally)

    @property
    def proxies(self) -> tuple[Proxy, Proxy]:
        return self.s3, self.engine

    def run(self, plan: Plan, evidence: Path) -> None:
        """One run, with its own bucket and index.

        Raises `audit.Broken` when an invariant is; `evidence` tells more.
        """
        bucket = self.storage.bucket()
        with Index(self.engine_url) as index:
            made = deposits(plan.seed, bucket.name)
            for each in made:
                bucket.put(each.key, each.body)
            direct = albatross.environment(self.storage, bucket, index)
            albatross.setup(direct)
            # By the name of another machine, bodies are compressed.
            engine = self.engine.url.replace("127.0.0.1", "0.0.0.0") if plan.gzip else self.engine.url
            between = {"AWS_ENDPOINT_URL_S3": self.s3.url, "ALBATROSS_ENDPOINT": engine}
            variables = direct | plan.variables(bucket) | between
            audit = Audit(bucket, index, made, plan.settle == "archive")
            try:
                Run(self, plan, variables, audit, evidence).go()
            finally:
                (evidence / "bucket.txt").write_text("\n".join(bucket.keys()))
                remove(self.storage, bucket)
        self.tally.runs += 1
        self.tally.documents += sum(len(each.ids) for each in made)
        self.tally.bad_lines += sum(len(each.bad) for each in made)


@dataclass
class Run:
    """The processes of one run."""

    world: World
    plan: Plan
    variables: dict[str, str]
    audit: Audit
    evidence: Path
    ended: int = 0

    def go(self) -> None:
        rng = random.Random(f"run {self.plan.seed}")
        for attempt in range(self.plan.attempts):
            if self.audit.is_settled():
                break
            self._under_faults(rng, attempt)
            self.audit.check()
        for _ in range(CALM_RUNS):
            done = self._ingest(CALM)
            self.audit.check()
            if done.status == 0 and self.audit.is_settled():
                break
        self.audit.check_end()
        # Settled is settled: there is nothing to do, and nothing changes.
        after = self._ingest(CALM)
        expect("a run over a settled bucket did something", [after] if after.status or after.report["lines"] else ())
        self.audit.check_end()

    def _under_faults(self, rng: random.Random, attempt: int) -> None:
        seed = f"{self.plan.seed}/{attempt}"
        self.world.engine.faults = Faults(f"engine {seed}", self.plan.engine, faults.engine)
        self.world.s3.faults = Faults(f"s3 {seed}", self.plan.s3, faults.s3)
        try:
            self._ingest(End.of(rng), side_by_side=rng.random() < SIDE_BY_SIDE)
        finally:
            for proxy in self.world.proxies:
                assert proxy.faults
                self.world.tally.injected.update(proxy.faults.injected())
                self.world.tally.requests += proxy.faults.requests
                proxy.faults = None

    def _ingest(self, end: End, side_by_side: bool = False) -> albatross.Ingest:
        """One process, or two that know nothing of each other; gives what the last one left."""
        started = [albatross.RunningIngest(self.variables) for _ in range(1 + side_by_side)]
        with end.awaits([each.process for each in started], self.world.proxies):
            ended = [each.wait() for each in started]
        for proxy in self.world.proxies:
            proxy.wait_until_idle()
        for each in ended:
            self._note(end, each)
        return ended[-1]

    def _note(self, end: End, done: albatross.Ingest) -> None:
        """Writes down what came of a process."""
        tally = self.world.tally
        tally.processes += 1
        tally.kills += done.status < 0
        tally.stopped += done.status > 0
        self.ended += 1
        injected = {proxy.name: proxy.faults.log for proxy in self.world.proxies if proxy.faults}
        note = {"end": str(end), "status": done.status, "report": done.report, "faults": injected}
        (self.evidence / f"{self.ended:02}.json").write_text(json.dumps(note, indent=1))
        (self.evidence / f"{self.ended:02}.log").write_text(done.messages)
        expect("the report does not balance", [done.report] if done.report and not balances(done.report) else ())


def balances(report: Any) -> bool:
    """Whether no line has two fates, and every line has one where no object was given up halfway."""
    fates = ("indexed", "duplicate", "filtered", "quarantined", "unstored")
    known = sum(report[fate] for fate in fates) + sum(report["skipped"].values())
    halfway = report["left_by_reason"].keys() - {"test_file"}
    return known == report["lines"] or (known < report["lines"] and bool(halfway))


def remove(storage: Storage, bucket: Bucket) -> None:
    """Empties and removes a bucket: two hundred of them would fill the memory."""
    for key in bucket.keys():
        storage.client.delete_object(Bucket=bucket.name, Key=key)
    storage.client.delete_bucket(Bucket=bucket.name)


@contextmanager
def world(storage: Storage, engine_url: str) -> Iterator[World]:
    """Proxies before both servers."""
    with Proxy("s3", storage.url) as s3, Proxy("engine", engine_url) as engine:
        yield World(storage, engine_url, s3, engine)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this seed only")
    arguments = parser.parse_args()
    seeds = [arguments.seed] if arguments.seed is not None else range(arguments.first, arguments.first + arguments.runs)

    # Ended from outside, everything is left all the same: no engine runs on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    evidence = Path(tempfile.mkdtemp(prefix="albatross-chaos-"))
    started = time.monotonic()
    with ExitStack() as stack:
        storage = stack.enter_context(Storage())
        engine_url = os.environ.get("ENGINE_URL") or stack.enter_context(Engine()).url
        chaos = stack.enter_context(world(storage, engine_url))
        failed = [seed for seed in seeds if not survives(chaos, Plan.of(seed), evidence / f"seed-{seed}")]
    summary(chaos.tally, time.monotonic() - started)
    if not failed:
        evidence.rmdir()
    else:
        sys.exit(f"FAILED with seed {', '.join(map(str, failed))}; evidence in {evidence}")


def survives(chaos: World, plan: Plan, evidence: Path) -> bool:
    """One run, and a line about it."""
    started, before = time.monotonic(), chaos.tally.processes
    evidence.mkdir()
    problem: Exception | None = None
    try:
        chaos.run(plan, evidence)
    except Exception as error:
        problem = error
        (evidence / "problem.txt").write_text(f"{plan}\n{type(error).__name__}: {error}\n")
    else:
        shutil.rmtree(evidence)
    print(
        f"seed {plan.seed:>4}  {plan.settle:<7}  {chaos.tally.processes - before:>2} processes"
        f"  {time.monotonic() - started:>5.1f} s  {problem or 'ok'}",
        flush=True,
    )
    return problem is None


def summary(tally: Tally, seconds: float) -> None:
    print(
        f"\n{tally.runs} runs in {seconds:.0f} s: {tally.processes} processes, of which {tally.kills} were killed and"
        f" {tally.stopped} stopped; {tally.documents:,} documents, {tally.bad_lines:,} bad lines"
    )
    print(f"{tally.injected.total():,} faults in {tally.requests:,} requests:")
    for kind, count in tally.injected.most_common():
        print(f"  {kind:<24} {count:>7,}")


if __name__ == "__main__":
    main()
