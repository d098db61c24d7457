"""The invariants of an ingest, checked from outside: by what bucket and index hold, never by what Albatross says."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

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
    """The books of one bucket and its index."""

    def __init__(self, bucket: Bucket, index: Index, deposits: Sequence[Deposit], archives: bool) -> None:
        self._bucket = bucket
        self._index = index
        self._deposits = deposits
        self._archives = archives
        self._ids = frozenset().union(*(each.ids for each in deposits))
        self._bad = {(each.key, line): raw for each in deposits for line, raw in each.bad.items()}

    def check(self) -> None:
        """What must hold at any moment.

        Raises `Broken`.
        """
        # The bucket first: what is gone by now must be in the index and in quarantine by now.
        keys = set(self._bucket.keys())
        gone = [each for each in self._deposits if each.key not in keys]
        expect("an object left alone is gone", (each.key for each in gone if each.stays))
        unknown = {key for key in keys if not key.startswith(OWN_PREFIX)} - {each.key for each in self._deposits}
        expect("an unknown object outside the own prefix", unknown)
        self._check_documents(gone)
        self._check_lines(gone)
        for each in gone:
            if each.corrupt:
                self._check_copy(each, self._quarantined(each), keys)
                record = self._quarantined(each) + _DAMAGE
                expect("a corrupt object without a record of its damage", () if record in keys else [each.key])
            elif self._archives:
                self._check_copy(each, ARCHIVE + each.key, keys)

    def is_settled(self) -> bool:
        """Whether nothing is left in the bucket but what stays there."""
        return not self._left()

    def check_end(self) -> None:
        """What must hold when the bucket is settled: `check`, with every log gone.

        Raises `Broken`.
        """
        expect("an object is not settled", self._left())
        self.check()
        corrupt = {self._quarantined(each) for each in self._deposits if each.corrupt}
        whole = {key.removesuffix(_DAMAGE) for key in self._bucket.own() if f"/{_OBJECTS}" in key}
        expect("a sound object in quarantine", whole - corrupt)

    def _left(self) -> set[str]:
        return set(self._bucket.logs()) - {each.key for each in self._deposits if each.stays}

    def _check_documents(self, gone: list[Deposit]) -> None:
        count, ids = self._index.count(), self._index.ids()
        for each in gone:
            expect(f"{each.key} ({each.about}) is gone, and documents of its good lines are missing", each.ids - ids)
        expect("a document of no good line", ids - self._ids)
        expect("an id in two indices", [f"{count} documents of {len(ids)} ids"] if count != len(ids) else ())

    def _check_lines(self, gone: list[Deposit]) -> None:
        found: Counter[tuple[str, int]] = Counter()
        wrong = []
        for entry in self._bucket.quarantined():
            place = entry["key"], entry["line"]
            found[place] += 1
            if entry["raw"] != self._bad.get(place):
                wrong.append(place)
        expect("a line in quarantine that is not bad", wrong)
        expect("a line in quarantine more than once", (place for place, times in found.items() if times > 1))
        for each in gone:
            missing = [line for line in each.bad if (each.key, line) not in found]
            expect(f"{each.key} ({each.about}) is gone, and bad lines of it are not in quarantine", missing)

    def _quarantined(self, deposit: Deposit) -> str:
        """Where a corrupt object lies: its ETag, by which S3 tells versions apart, is the MD5 of what was put."""
        version = hashlib.md5(deposit.body, usedforsecurity=False).hexdigest()
        return f"{self._bucket.folder()}{_OBJECTS}{deposit.key}@{version}"

    def _check_copy(self, deposit: Deposit, copy: str, keys: set[str]) -> None:
        expect("an object is gone that was to be moved", () if copy in keys else [copy])
        expect("an object was moved with other content", () if self._bucket.get(copy) == deposit.body else [copy])


def expect(what: str, exceptions: Iterable[object]) -> None:
    """Raises `Broken` where there is one."""
    found = sorted(map(str, exceptions))
    if found:
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise Broken(f"{what}: {', '.join(found[:_LISTED])}{more}")
