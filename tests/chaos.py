#!/usr/bin/env python3
"""`make chaos`: many seeded trials of Albatross between failing neighbours.

Each trial has a bucket and indices of its own; `trials` has a file for each kind. After each end of the program, and
once more at the end, the invariants of `harness.audit` are checked, and those of the trial.

A seed decides everything but the order in which concurrent requests arrive.
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import trials
from harness.engine import Engine
from harness.storage import Storage
from trials.tally import Tally
from trials.trial import Trial
from trials.world import World, world

RUNS = 200
# Side by side. A trial waits as much as it works: for an engine, for the end of a pause.
_WORKERS = (os.cpu_count() or 1) + 2
# Of a problem, in the line about a trial; the whole of it comes at the end.
_SHOWN = 160


@dataclass(frozen=True)
class Result:
    """What came of a trial."""

    seed: int
    trial: str
    seconds: float
    problem: str | None
    tally: Tally


class Worker:
    """A process that works through seeds, with a storage and proxies of its own."""

    here: "Worker"

    def __init__(self, engine_url: str, trial: str | None, evidence: Path) -> None:
        self._trial, self._evidence = trial, evidence
        # Until the process ends.
        self._stack = ExitStack()
        self._world: World = self._stack.enter_context(world(self._stack.enter_context(Storage()), engine_url))

    @classmethod
    def begin(cls, engine_url: str, trial: str | None, evidence: Path) -> None:
        """Makes this process a worker."""
        # Ended by the parent alone.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        cls.here = cls(engine_url, trial, evidence)

    @classmethod
    def survives(cls, seed: int) -> Result:
        """One trial, and what came of it."""
        return cls.here.attempt(seed)

    def attempt(self, seed: int) -> Result:
        name = self._trial or trials.of(seed)
        evidence = self._evidence / f"seed-{seed}"
        evidence.mkdir()
        self._world.tally = Tally()
        self._world.tally.trials[name] += 1
        problem, started = None, time.monotonic()
        try:
            trials.TRIALS[name](Trial(self._world, seed, evidence))
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
            self._world.tally.breaches[name] += 1
            (evidence / "problem.txt").write_text(f"{name}\n{problem}\n")
        else:
            shutil.rmtree(evidence)
        return Result(seed, name, time.monotonic() - started, problem, self._world.tally)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this seed only")
    parser.add_argument("--trial", choices=sorted(trials.TRIALS), help="this kind of trial only, whatever the seeds say")
    arguments = parser.parse_args()
    seeds = [arguments.seed] if arguments.seed is not None else range(arguments.first, arguments.first + arguments.runs)

    # Ended from outside, everything is left all the same: no engine runs on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    evidence = Path(tempfile.mkdtemp(prefix="albatross-chaos-"))
    started, tally, failed = time.monotonic(), Tally(), []
    with ExitStack() as stack:
        engine_url = os.environ.get("ENGINE_URL") or stack.enter_context(Engine()).url
        workers = min(_WORKERS, len(seeds))
        pool = multiprocessing.get_context("fork").Pool(workers, Worker.begin, (engine_url, arguments.trial, evidence))
        stack.enter_context(pool)
        for done, result in enumerate(pool.imap_unordered(Worker.survives, seeds), 1):
            tally.add(result.tally)
            failed += [result] if result.problem else []
            tell(result, done, len(seeds))
    summary(tally, time.monotonic() - started)
    if not failed:
        evidence.rmdir()
        return
    print()
    for result in sorted(failed, key=lambda result: result.seed):
        print(f"BROKEN: {result.trial}, seed {result.seed}: {result.problem}")
        print(f"  look at {evidence}/seed-{result.seed}; again: make chaos CHAOS='{again(result, arguments.trial)}'")
    sys.exit(1)


def again(result: Result, trial: str | None) -> str:
    """The arguments that repeat a trial."""
    return f"--seed {result.seed}" + (f" --trial {trial}" if trial else "")


def tell(result: Result, done: int, total: int) -> None:
    """A line about a trial."""
    counts = f"{result.tally.processes:>3} processes  {result.tally.injected.total():>4} faults"
    verdict = (result.problem or "ok")[:_SHOWN]
    seconds = f"{result.seconds:>5.1f} s"
    print(f"{done:>3}/{total}  seed {result.seed:>4}  {result.trial:<11}  {counts}  {seconds}  {verdict}", flush=True)


def summary(tally: Tally, seconds: float) -> None:
    """What was tried, and what it came to."""
    print(
        f"\n{tally.trials.total()} trials in {seconds:.0f} s: {tally.documents:,} documents, {tally.bad_lines:,} bad lines,"
        f" {tally.breaches.total()} breaches"
    )
    for name, count in tally.trials.most_common():
        print(f"  {name:<24} {count:>7,}  {tally.breaches[name]} broken")
    print(f"{tally.processes:,} processes and invocations ended:")
    table(tally.ends)
    print(f"{tally.injected.total():,} faults were met, in {tally.requests:,} requests with passing ones:")
    table(tally.injected)


def table(counts: Counter[str]) -> None:
    for name, count in counts.most_common():
        print(f"  {name:<24} {count:>7,}")


if __name__ == "__main__":
    main()
