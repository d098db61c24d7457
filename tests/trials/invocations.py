"""The Lambda by the Runtime API: ticks, S3's events, a fan-out queue whose messages come again, backfills; killed and
started again. What is acknowledged to a queue is done, or is remembered.
"""

import random
import time
from collections.abc import Callable
from typing import Any

from harness.audit import expect
from harness.deposit import Deposit, deposits
from harness.end import End
from harness.faults import Rates
from harness.index import Index
from harness.runtime import Invocation, Lambda
from harness.storage import Bucket, Queue

from .deployment import CALM, Deployment
from .trial import Trial

# The least that the Lambda takes.
_SECONDS = 15
_ENGINE, _S3 = Rates(0.1, 0.003, 0), Rates(0.1, 0.003, 0)
# A dead invocation's lease ends with its time; half a minute is more than that.
_LEASE_SECONDS = 30
# Ticks without faults, each with the work that follows from it, until everything is settled.
_TICKS = 6
_KILLED = 0.25


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("invocations")
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name, objects=30, lines=3_000)
        trial.put(bucket, made)
        function = Function(trial, bucket, index, made, rng.choice(("delete", "archive", "keep")), rng.random() < 0.7)
        with function:
            steps: list[Callable[[random.Random, End], object]] = [
                function.tick, function.backfill, function.notify, function.work_off, function.work_off,
                function.come_again,
            ]  # fmt: skip
            for step in range(rng.randint(4, 8)):
                with trial.world.faults(f"{trial.seed}/{step}", _ENGINE, _S3):
                    end = End(int(2 ** rng.uniform(1, 7))) if rng.random() < _KILLED else CALM
                    rng.choice(steps)(rng, end)
                function.audit.check()
            function.settle()


class Function:
    """The function with its queues, and who invokes it."""

    def __init__(
        self, trial: Trial, bucket: Bucket, index: Index, made: list[Deposit], settle: str, fans_out: bool
    ) -> None:
        self._trial, self._bucket, self._index = trial, bucket, index
        self._deposits = {each.key: each for each in made if not each.stays}
        self._keeps = settle == "keep"
        self._queues = [trial.world.storage.queue() for _ in range(2)]
        more = {
            "ALBATROSS_BACKFILL_QUEUE_URL": self._queues[1].url,
            "AWS_ENDPOINT_URL_SQS": trial.world.storage.url,
        } | ({"ALBATROSS_FANOUT_QUEUE_URL": self._queues[0].url} if fans_out else {})
        self._deployment = Deployment(trial, bucket, index, made, settle=settle, more=more)
        self._lambda = Lambda(self._deployment.variables)
        # Messages in flight, and what was handed over before.
        self._in_flight: list[tuple[Queue, dict[str, Any]]] = []
        self._handed_over: list[list[dict[str, Any]]] = []
        self.audit = self._deployment.audit

    def __enter__(self) -> "Function":
        self._lambda.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._lambda.__exit__()

    def invoke(self, event: object, end: End = CALM) -> Invocation:
        """One invocation, which may be killed."""
        self._lambda.start()
        with end.awaits([self._lambda.process], self._trial.world.proxies):
            ended = self._lambda.invoke(event, _SECONDS)
        for proxy in self._trial.world.proxies:
            proxy.wait_until_idle()
        how = "killed" if ended.was_killed else "an error" if ended.is_error else "an answer"
        self._trial.world.tally.ends[f"invocation: {how}"] += 1
        self._trial.note(f"{event!s:.200}", how, ended.answer, self._lambda.messages())
        return ended

    def tick(self, _: random.Random, end: End = CALM) -> Invocation:
        """The schedule's."""
        return self.invoke({"source": "aws.events", "detail-type": "Scheduled Event"}, end)

    def backfill(self, _: random.Random, end: End = CALM) -> Invocation:
        """An operator's order for the days of the logs."""
        return self.invoke({"albatross": "backfill", "from": "2026-09-22", "to": "2026-09-24"}, end)

    def notify(self, rng: random.Random, end: End) -> None:
        """S3's event of a few objects; it may come late, or twice."""
        keys = rng.sample(sorted(self._deposits), rng.randint(1, 5))
        self.invoke({"Records": [notification(self._bucket.name, key) for key in keys]}, end)

    def work_off(self, _: random.Random, end: End = CALM) -> int:
        """Hands over messages, and removes from the queue those that were not given back; how many came."""
        count = 0
        for queue in self._queues:
            records = queue.receive()
            count += len(records)
            if records:
                self._handed_over.append(records)
                self._take_back(queue, records, self.invoke({"Records": records}, end))
        return count

    def come_again(self, rng: random.Random, end: End) -> None:
        """Messages that were handed over before, as SQS may deliver them."""
        if self._handed_over:
            records = rng.choice(self._handed_over)
            again = [each | {"attributes": each["attributes"] | {"ApproximateReceiveCount": "2"}} for each in records]
            self.given_back(again, self.invoke({"Records": again}, end))

    def settle(self) -> None:
        """Invocations without faults until everything is settled, and one more, which has nothing to do.

        Raises `audit.Broken` when that is not so after some ticks.
        """
        rng = random.Random(0)
        for _ in range(_TICKS):
            for queue, record in self._in_flight:
                queue.release(record)
            self._in_flight.clear()
            while self.work_off(rng):
                pass
            ended = self._tick_when_nobody_else_runs(rng)
            check_calm(ended)
            while self.work_off(rng):
                pass
            self.audit.check()
            if self.audit.is_settled():
                break
        self.audit.check_end()
        check_idle(self._tick_when_nobody_else_runs(rng))
        self.audit.check_end()

    def _tick_when_nobody_else_runs(self, rng: random.Random) -> Invocation:
        """A tick that was killed holds the lease for as long as it could have run, and no longer."""
        until = time.monotonic() + _LEASE_SECONDS
        while (ended := self.tick(rng)).was_skipped:
            expect("the lease of a dead invocation does not end", [ended.answer] if time.monotonic() > until else ())
            time.sleep(1)
        return ended

    def _take_back(self, queue: Queue, records: list[dict[str, Any]], ended: Invocation) -> None:
        given_back = self.given_back(records, ended)
        for record in records:
            if record["messageId"] in given_back:
                self._in_flight.append((queue, record))
            else:
                queue.delete(record)

    def given_back(self, records: list[dict[str, Any]], ended: Invocation) -> set[str]:
        """Which messages come again. The objects of the others are done, or remembered.

        Raises `audit.Broken`.
        """
        if ended.was_killed or ended.is_error:
            return {each["messageId"] for each in records}
        given_back = {each["itemIdentifier"] for each in ended.answer["batchItemFailures"]}
        acknowledged = [each["body"] for each in records if each["messageId"] not in given_back]
        present, ids = set(self._bucket.keys()), None
        open_objects = []
        for key, deposit in self._deposits.items():
            if not any(f'"{key}"' in body for body in acknowledged):
                continue
            if self._index.count() and ids is None:
                ids = self._index.ids()
            if (key in present and not self._keeps) or deposit.ids - (ids or set()):
                open_objects.append(key)
        if open_objects:
            # An archived object is acknowledged and remembered: no message can restore it.
            _, told = self._deployment.status()
            known = {each["key"] for each in told["objects"]}
            lost = set(open_objects) - known
            expect("a message was acknowledged, and its object is neither done nor remembered", lost)
        return given_back


def check_calm(ended: Invocation) -> None:
    """Without faults a tick succeeds.

    Raises `audit.Broken`.
    """
    expect("a tick without faults is an error", [ended.answer] if ended.is_error else ())


def check_idle(ended: Invocation) -> None:
    """Settled is settled.

    Raises `audit.Broken`.
    """
    did = ended.answer["lines"] or ended.answer["objects"]["enqueued"]
    expect("a tick over a settled bucket did something", [ended.answer] if did else ())


def notification(bucket: str, key: str) -> dict[str, Any]:
    """A record of S3's event."""
    place = {"bucket": {"name": bucket}, "object": {"key": key}}
    return {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": place}
