"""What a trial of `make chaos` finds in the bucket, and what has to become of it: the same for the same seed."""

import gzip
import json
import random
import subprocess
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from . import traffic
from .paths import ALBATROSS
from .storage import TEST_FILE, TEST_FILE_KEY, object_key

_START = datetime(2026, 9, 23, 9, 0, tzinfo=UTC)
_POOL_LINES = 30_000
# Of the lines: the objects have them in turn, and there are two daily indices.
DAYS = ("2026.09.23", "2026.09.22")
TEAMS = ("", "team-a/", "team-b/")
_GZIP = b"\x1f\x8b"
_DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def line_of(document_id: str) -> int:
    """The number of the line whose document has this id."""
    number = 0
    for digit in document_id[12:18]:
        number = 64 * number + _DIGITS.index(digit)
    return number


@dataclass(frozen=True)
class Deposit:
    """An object to upload, and its fate."""

    key: str
    body: bytes
    about: str
    stays: bool = False  # where it is: it is no log
    corrupt: bool = False
    # The ids of its documents, and its bad lines by number: what `albatross parse` makes of it.
    ids: frozenset[str] = frozenset()
    bad: dict[int, str] = field(default_factory=dict)
    day: str = DAYS[0]  # whose index its documents belong to

    def line(self, number: int) -> str:
        """One of its lines."""
        text = gzip.decompress(self.body) if self.body.startswith(_GZIP) else self.body
        return text.decode().split("\n")[number - 1]


def deposits(
    seed: int, bucket: str, objects: int = 50, lines: int = 10_000, damage: bool = True, start: datetime = _START
) -> list[Deposit]:
    """The objects of a run, with that many lines in all, the first of them written at `start`; where `damage` is wanted,
    bad lines and corrupt objects too.
    """
    rng = random.Random(f"deposits {seed}")
    shares = _shares(rng, objects, lines)
    first = rng.randrange(_POOL_LINES - lines)
    keys = _keys(rng, objects, start)
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for position, (key, share) in enumerate(zip(keys, shares, strict=True)):
            text = [line.replace(_date(DAYS[0]), _date(DAYS[position % 2])) for line in _pool()[first : first + share]]
            first += share
            made.append(_deposit(rng, position, key, text, damage))
        truths = [truth(bucket, *each, Path(folder)) for each in made]
    whole = [replace(each, day=DAYS[position % 2]) for position, each in enumerate(truths)]
    return [*whole, Deposit(TEST_FILE_KEY, TEST_FILE, "AWS's test file", stays=True)]


def _date(day: str) -> str:
    return day.replace(".", "-")


@cache
def _pool() -> list[str]:
    return list(traffic.lines(_POOL_LINES, seed=7))


def _shares(rng: random.Random, objects: int, lines: int) -> list[int]:
    """How many lines each object has: none, one, few, many."""
    weights = [0.0] + [rng.random() ** 3 for _ in range(objects - 1)]
    total = sum(weights)
    shares = [int(weight / total * lines) for weight in weights]
    shares[-1] += lines - sum(shares)
    rng.shuffle(shares)
    return shares


def _keys(rng: random.Random, objects: int, start: datetime) -> list[str]:
    """Every fifth key has the base name of the one before, under another prefix."""
    keys: list[str] = []
    for position in range(objects):
        if position % 5 == 4:
            base = keys[-1].removeprefix("team-a/").removeprefix("team-b/")
            other = [f"{team}{base}" for team in TEAMS if f"{team}{base}" != keys[-1]]
            keys.append(rng.choice(other))
            continue
        key = object_key(start + timedelta(minutes=5 * position), f"{rng.getrandbits(40):08x}")
        keys.append(rng.choice(TEAMS) + key)
    return keys


def _deposit(
    rng: random.Random, position: int, key: str, text: list[str], damage: bool
) -> tuple[str, bytes, str, bool]:
    """Key, body, what it is, and whether it is corrupt."""
    form = rng.choice(("plain", "gzip", "gzip", "members"))
    corrupt = damage and position in (11, 31)
    if corrupt:
        form = "gzip"
    if damage and not corrupt and position % 6 == 1 and text:
        for number in {rng.randrange(len(text)) for _ in range(1 + len(text) // 50)}:
            text[number] = _bad_line(rng, position, number, text[number])
        form += ", bad lines"
    if position % 7 == 2:
        for _ in range(3):
            text.insert(rng.randint(0, len(text)), "")
        form += ", blank lines"
    data = "".join(f"{line}\n" for line in text).encode()
    if position % 9 == 3:
        data = data.removesuffix(b"\n")
        form += ", no last line feed"
    if form.startswith("plain"):
        return key, data, form, False
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randint(1, 4))) if "members" in form else []
    members = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    body = b"".join(gzip.compress(member, compresslevel=1, mtime=0) for member in members)
    if not corrupt:
        return key, body, form, False
    if position == 11:
        return key, body[: max(30, len(body) * 2 // 3)] if text else body[:-3], "gzip, cut", True
    return key, body[:-8] + bytes(255 - byte for byte in body[-8:-4]) + body[-4:], "gzip, wrong checksum", True


def _bad_line(rng: random.Random, position: int, number: int, line: str) -> str:
    """A line that cannot be parsed, and is like no other."""
    mark = f"object {position} line {number}"
    return rng.choice((
        f"{mark} is no log",
        f"{line[: rng.randrange(20, 90)]} {mark} cut short",
        line.replace("Z ", "? ", 1) + f' "{mark}"',
    ))  # fmt: skip


def truth(bucket: str, key: str, body: bytes, about: str, corrupt: bool, folder: Path) -> Deposit:
    """The object, with what `albatross parse` says of it: the ids of its documents, and its bad lines."""
    log = folder / "object"
    log.write_bytes(body)
    command = [ALBATROSS, "parse", "--bulk", "--source", f"s3://{bucket}/{key}", log]
    output = subprocess.run(command, check=False, capture_output=True)
    ids = frozenset(json.loads(action)["create"]["_id"] for action in output.stdout.splitlines()[0::2])
    told = [json.loads(line) for line in output.stderr.splitlines()]
    bad = {each["line"]: each["raw"] for each in told if "raw" in each}
    # What was planted, and nothing else, is bad.
    assert bool(bad) == ("bad lines" in about), f"{key}: {output.stderr[:300]!r}"
    assert corrupt == (len(told) > len(bad)), f"{key}: {output.stderr[:300]!r}"
    return Deposit(key, body, about, corrupt=corrupt, ids=ids, bad=bad)
