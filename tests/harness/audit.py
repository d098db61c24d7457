"""The invariants of an ingest, checked from outside: by what bucket and index hold, never by what Albatross says."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from .deposit import Deposit
from .index import Index
from .storage import OWN_PREFIX, Bucket

ARCHIVE = f"{OWN_PREFIX}archive/"
_OBJECTS = "quarantine/objects/"
_DAMAGE = ".damage.json"
_LISTED = 5  # examples of each problem


class Broken(AssertionError):
    """An invariant does not hold; says which, and where it shows."""


class Audit:
    """The books of one deployment: of the objects under its prefix, its index, and its folder."""

    def __init__(
        self, bucket: Bucket, index: Index, deposits: Sequence[Deposit], settle: str = "delete", prefix: str = ""
    ) -> None:
        self._bucket = bucket
        self._index = index
        self._settle = settle
        self._prefix = prefix
        self._deposits: list[Deposit] = []
        # Good lines that the engine never takes: they belong into quarantine.
        self._unwelcome: dict[str, tuple[str, int, str]] = {}
        self.arrive(deposits)

    def arrive(self, deposits: Sequence[Deposit]) -> None:
        """Takes further objects into the books."""
        self._deposits += [each for each in deposits if each.key.startswith(self._prefix)]

    def expect_refused(self, document_id: str, deposit: Deposit, line: int) -> None:
        """The engine will never take this document: its line is to lie in quarantine."""
        self._unwelcome[document_id] = (deposit.key, line, deposit.line(line))

    def check(self) -> None:
        """What must hold at any moment.

        Raises `Broken`.
        """
        # The bucket first: what is gone by now must be in the index and in quarantine by now.
        keys = set(self._bucket.keys())
        self._check(keys, {each.key for each in self._deposits} - keys)

    def check_end(self, waiting: Collection[str] = ()) -> None:
        """What must hold when everything is settled but what waits for somebody: `check`, with every other log done.

        Raises `Broken`.
        """
        keys = set(self._bucket.keys())
        logs = {each.key for each in self._deposits if not each.stays}
        if self._settle != "keep":
            expect("an object is not settled", (logs & keys) - set(waiting))
        self._check(keys, logs.difference(waiting))
        corrupt = {self._quarantined(each, keys) for each in self._deposits if each.corrupt}
        whole = {key.removesuffix(_DAMAGE) for key in keys if key.startswith(f"{self._folder(keys)}{_OBJECTS}")}
        expect("a sound object in quarantine", whole - corrupt)

    def is_settled(self, waiting: Collection[str] = ()) -> bool:
        """Whether the end holds."""
        try:
            self.check_end(waiting)
        except Broken:
            return False
        return True

    def _folder(self, keys: Collection[str]) -> str:
        """The folder of this deployment: its name begins like the index."""
        start = f"{OWN_PREFIX}{self._index.prefix}-"
        folders = {f"{start}{key.removeprefix(start).split('/')[0]}/" for key in keys if key.startswith(start)}
        expect("a deployment with several folders", folders if len(folders) > 1 else ())
        return folders.pop() if folders else f"{start}none/"

    def _check(self, keys: set[str], done: set[str]) -> None:
        gone = [each for each in self._deposits if each.key not in keys]
        expect("an object left alone is gone", (each.key for each in gone if each.stays or self._settle == "keep"))
        known = {each.key for each in self._deposits}
        unknown = {key for key in keys if key.startswith(self._prefix) and not key.startswith(OWN_PREFIX)} - known
        expect("an unknown object outside the own prefix", unknown)
        finished = [each for each in self._deposits if each.key in done]
        self._check_documents(finished)
        self._check_lines(finished, self._folder(keys))
        for each in finished:
            if each.corrupt:
                self._check_copy(each, self._quarantined(each, keys), keys)
                record = self._quarantined(each, keys) + _DAMAGE
                expect("a corrupt object without a record of its damage", () if record in keys else [each.key])
            elif self._settle == "archive":
                self._check_copy(each, ARCHIVE + each.key, keys)

    def _check_documents(self, done: list[Deposit]) -> None:
        count, ids = self._index.count(), self._index.ids()
        for each in done:
            missing = each.ids - ids - self._unwelcome.keys()
            expect(f"{each.key} ({each.about}) is done with, and documents of its good lines are missing", missing)
        expect("a document of no good line", ids.difference(*(each.ids for each in self._deposits)))
        expect("a document that the engine refuses is in the index", ids & self._unwelcome.keys())
        expect("an id in two indices", [f"{count} documents of {len(ids)} ids"] if count != len(ids) else ())

    def _check_lines(self, done: list[Deposit], folder: str) -> None:
        bad: dict[tuple[str, int], str] = {(each.key, line): raw for each in self._deposits for line, raw in each.bad.items()}
        bad |= {(key, line): raw for key, line, raw in self._unwelcome.values()}
        found: Counter[tuple[str, int]] = Counter()
        wrong = []
        for entry in self._bucket.quarantined(folder):
            place = entry["key"], entry["line"]
            found[place] += 1
            if entry["raw"] != bad.get(place):
                wrong.append(place)
        expect("a line in quarantine that is not bad", wrong)
        expect("a line in quarantine more than once", (place for place, times in found.items() if times > 1))
        finished = {each.key: each.about for each in done}
        open_lines = [(key, line) for key, line in bad if key in finished and not found[key, line]]
        missing = [f"{key} ({finished[key]}), line {line}" for key, line in open_lines]
        expect("an object is done with, and bad lines of it are not in quarantine", missing)

    def _quarantined(self, deposit: Deposit, keys: Collection[str]) -> str:
        """Where a corrupt object lies: its ETag, by which S3 tells versions apart, is the MD5 of what was put."""
        version = hashlib.md5(deposit.body, usedforsecurity=False).hexdigest()
        return f"{self._folder(keys)}{_OBJECTS}{deposit.key}@{version}"

    def _check_copy(self, deposit: Deposit, copy: str, keys: set[str]) -> None:
        expect("an object is done with that was to be moved", () if copy in keys else [copy])
        expect("an object was moved with other content", () if self._bucket.get(copy) == deposit.body else [copy])


def expect(what: str, exceptions: Iterable[object]) -> None:
    """Raises `Broken` where there is one."""
    found = sorted(map(str, exceptions))
    if found:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise Broken(f"{what}: {', '.join(found[:_LISTED])}{more}")
