"""Faults that never pass: a closed index, a denied object, a document that the engine does not take. Everything else is
settled within a few runs, and `albatross status` says of each object that is not why. Once they are mended, the rest
is settled, too.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from harness.audit import expect
from harness.deposit import DAYS, TEAMS, Deposit, deposits, line_of
from harness.end import End
from harness.faults import Rates
from harness.index import Index
from harness.lasting import Rule, denied, document_failed, request_failed
from harness.storage import Bucket
from harness.waiting import Waiting, check_status

from .deployment import Deployment
from .trial import Trial

# Runs until all is settled that can be, with what lasts and without what passes.
_RUNS = 3
_NO_QUARANTINE = Waiting("access_denied", "PutObject")


@dataclass
class Lasting:
    """What lasts, what waits for it, and how it is mended."""

    bucket: Bucket
    index: Index
    deposits: list[Deposit]
    s3: list[Rule] = field(default_factory=list)
    engine: list[Rule] = field(default_factory=list)
    waits: dict[str, Waiting] = field(default_factory=dict)
    has_quarantine: bool = True
    mends: list[Callable[[], None]] = field(default_factory=list)
    # Documents that the engine never takes, of which object, and in which line.
    unwelcome: list[tuple[str, Deposit, int]] = field(default_factory=list)

    def close(self, _: random.Random) -> None:
        """The index of a day is closed."""
        self.index.close_day(DAYS[1])
        self.mends.append(lambda: self.index.open_day(DAYS[1]))
        self._refuse_old()

    def block(self, _: random.Random) -> None:
        """The index of a day takes no writes."""
        self.index.block_writes(DAYS[1], True)
        self.mends.append(lambda: self.index.block_writes(DAYS[1], False))
        self._refuse_old()

    def _refuse_old(self) -> None:
        waits = Waiting("index_refused", f"{self.index.prefix}-{DAYS[1]}")
        self._wait(waits, lambda each: each.ids and each.day == DAYS[1])

    def deny_object(self, rng: random.Random) -> None:
        """One object cannot be read."""
        key = rng.choice(self._logs()).key
        self.s3.append(denied("GET", self.bucket.name, lambda it: it == key))
        self._wait(Waiting("access_denied", "GetObject"), lambda each: each.key == key)

    def deny_prefix(self, _: random.Random) -> None:
        """No object below a prefix can be read."""
        self.s3.append(denied("GET", self.bucket.name, lambda it: it.startswith(TEAMS[1])))
        self._wait(Waiting("access_denied", "GetObject"), lambda each: each.key.startswith(TEAMS[1]))

    def deny_settlement(self, rng: random.Random) -> None:
        """Some objects cannot be deleted."""
        keys = {each.key for each in rng.sample(self._logs(), 3)}
        self.s3.append(denied("DELETE", self.bucket.name, lambda it: it in keys))
        self._wait(Waiting("settlement", "DeleteObject"), lambda each: each.key in keys)

    def deny_quarantine(self, _: random.Random) -> None:
        """No bad line can be put into quarantine."""
        self.s3.append(denied("PUT", self.bucket.name, lambda it: "/quarantine/lines/" in it))
        self.has_quarantine = False
        self._wait(_NO_QUARANTINE, lambda each: each.bad)

    def archive(self, rng: random.Random) -> None:
        """S3 keeps some objects in an archive, which the listing does not show."""
        keys = {each.key for each in rng.sample(self._logs(), 2)}
        self.s3.append(denied("GET", self.bucket.name, lambda it: it in keys, "InvalidObjectState"))
        self._wait(Waiting("archived", "restore the object"), lambda each: each.key in keys)

    def fail_document(self, rng: random.Random) -> None:
        """A good document is not taken: item by item, or by whole requests."""
        sound = [each for each in self._logs() if len(each.ids) > 20 and each.day == DAYS[0] and not each.corrupt]
        free = [each for each in sound if each.key not in self.waits]
        if not free:
            return
        deposit = rng.choice(free)
        document = rng.choice(sorted(deposit.ids))
        line = line_of(document)
        by_request = (request_failed(document, status) for status in (403, 500))
        self.engine.append(rng.choice((document_failed(document), *by_request)))
        self.unwelcome.append((document, deposit, line))
        if not self.has_quarantine:
            self.waits[deposit.key] = _NO_QUARANTINE

    def _logs(self) -> list[Deposit]:
        return [each for each in self.deposits if not each.stays]

    def _wait(self, why: Waiting, wanted: Callable[[Deposit], object]) -> None:
        for each in self._logs():
            if wanted(each):
                self.waits.setdefault(each.key, why)


# In the order in which an object meets them: the first one is the reason that it waits.
_KINDS: dict[str, Callable[[Lasting, random.Random], None]] = {
    "denied object": Lasting.deny_object,
    "denied prefix": Lasting.deny_prefix,
    "archived object": Lasting.archive,
    "closed index": Lasting.close,
    "blocked index": Lasting.block,
    "denied quarantine": Lasting.deny_quarantine,
    "denied settlement": Lasting.deny_settlement,
    "failing document": Lasting.fail_document,
}


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("lasting")
    kinds = set(rng.sample(sorted(_KINDS), rng.randint(1, 3)))
    # An index that is closed takes no block.
    kinds -= {"blocked index"} if "closed index" in kinds else set()
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        made = deposits(trial.seed, bucket.name, objects=40, lines=5_000)
        trial.put(bucket, made)
        deployment = Deployment(trial, bucket, index, made, settle=rng.choice(("delete", "archive")))
        lasting = Lasting(bucket, index, made)
        for kind, add in _KINDS.items():
            if kind in kinds:
                add(lasting, rng)
        for document in lasting.unwelcome:
            deployment.audit.expect_refused(*document)
        with trial.world.lasting(s3=tuple(lasting.s3), engine=tuple(lasting.engine)):
            if rng.random() < 0.5:
                with trial.world.faults(f"{trial.seed}", Rates(0.1, 0, 0), Rates(0.1, 0, 0)):
                    trial.see_through(End.of(rng), deployment.start())
                deployment.audit.check()
            _check_rest(deployment, lasting.waits)
        for mend in lasting.mends:
            mend()
        with trial.world.lasting(engine=tuple(lasting.engine)):
            deployment.settle()
            deployment.rest()
            status, told = deployment.status()
            check_status(told, {})
            check_exits(0, status, {})


def _check_rest(deployment: Deployment, waits: dict[str, Waiting]) -> None:
    """Everything else is settled, and a sentence each says what is not, and why."""
    deployment.settle(frozenset(waits), _RUNS)
    last = deployment.run()
    deployment.audit.check_end(waits)
    status, told = deployment.status()
    check_status(told, waits)
    check_exits(last.status, status, waits)


def check_exits(run: int, status: int, waits: Mapping[str, Waiting]) -> None:
    """A run that can settle nothing for a reason is a failure, and so is a status with somebody to act.

    Raises `audit.Broken`.
    """
    needs_somebody = any(why.code != "archived" for why in waits.values())
    expect("the exit status of a run is wrong", [run] if bool(run) != needs_somebody else ())
    expect("the exit status of status is wrong", [status] if bool(status) != needs_somebody else ())
