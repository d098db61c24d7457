"""One seed's room: what its processes did and left, and what is counted of it."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import albatross
from harness.audit import expect
from harness.deposit import Deposit
from harness.end import End
from harness.storage import Bucket

from .world import World


@dataclass
class Trial:
    """What a trial is given: the servers, its seed, and a folder for evidence."""

    world: World
    seed: int
    evidence: Path
    _noted: int = 0

    def rng(self, about: str) -> random.Random:
        """Draws for one purpose; those for others do not move them."""
        return random.Random(f"{about} {self.seed}")

    @contextmanager
    def bucket(self) -> Iterator[Bucket]:
        """A bucket of its own."""
        bucket = self.world.storage.bucket()
        try:
            yield bucket
        finally:
            (self.evidence / "bucket.txt").write_text("\n".join(bucket.keys()))
            bucket.remove()

    def put(self, bucket: Bucket, deposits: list[Deposit]) -> None:
        """Uploads objects."""
        for each in deposits:
            bucket.put(each.key, each.body)
        self.world.tally.documents += sum(len(each.ids) for each in deposits)
        self.world.tally.bad_lines += sum(len(each.bad) for each in deposits)

    def see_through(self, end: End, *running: albatross.RunningIngest) -> list[albatross.Ingest]:
        """Brings processes to their end, side by side, and writes down what came of them."""
        with end.awaits([each.process for each in running], self.world.proxies):
            ended = [each.wait() for each in running]
        for proxy in self.world.proxies:
            proxy.wait_until_idle()
        for each in ended:
            self.world.tally.ends[_how(each.status)] += 1
            self.note(str(end), each.status, each.report, each.messages)
            check_report(each.report)
        return ended

    def note(self, what: str, status: int | str, report: Any, messages: str = "") -> None:
        """Writes down what came of a process, or of an invocation."""
        self.world.tally.processes += 1
        self._noted += 1
        injected = {proxy.name: proxy.faults.log for proxy in self.world.proxies if proxy.faults}
        note = {"what": what, "status": status, "report": report, "faults": injected}
        (self.evidence / f"{self._noted:02}.json").write_text(json.dumps(note, indent=1))
        (self.evidence / f"{self._noted:02}.log").write_text(messages)


def check_report(report: Any) -> None:
    """No line has two fates, and every line has one where no object was given up halfway.

    Raises `audit.Broken`.
    """
    if not report or "left_by_reason" not in report:
        return  # of another command than an ingest, or of none
    fates = ("indexed", "duplicate", "filtered", "quarantined", "unstored")
    known = sum(report[fate] for fate in fates) + sum(report["skipped"].values())
    halfway = report["left_by_reason"].keys() - {"test_file"}
    balances = known == report["lines"] or (known < report["lines"] and bool(halfway))
    expect("a report does not balance", [] if balances else [report])


def _how(status: int) -> str:
    return "killed" if status < 0 else "by itself" if status == 0 else "stopped"
