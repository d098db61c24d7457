"""Objects of 2 to 30 MB, half of their lines bad: runs are asked to end, or are killed, inside them. The next one goes on
at the resume point, and the quarantine file is an upload in several parts.
"""

import base64
import gzip
import json
import random
import signal
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from harness import traffic
from harness.albatross import Ingest
from harness.audit import expect
from harness.deposit import Deposit, truth
from harness.end import End
from harness.faults import Rates
from harness.index import Index
from harness.storage import Bucket, object_key

from .deployment import CALM, CALM_RUNS, Deployment
from .trial import Trial

_FIRST = datetime(2026, 9, 23, 9, 0, tzinfo=UTC)
_MB = 1_000_000
_RESUME = "/state/resume/"


def run(trial: Trial) -> None:
    """One trial."""
    rng = trial.rng("big")
    hurts = rng.choice(("asked", "asked or killed", "faults too"))
    with trial.bucket() as bucket, Index(trial.world.engine_url) as index:
        largest = 2 * 15 ** rng.random()
        sizes = [largest] if largest > 10 else [largest, 2 + rng.random()]
        made = [big(rng, bucket.name, position, int(size * _MB)) for position, size in enumerate(sizes)]
        trial.put(bucket, made)
        more = {"ALBATROSS_BATCH_BYTES": "400000"}
        deployment = Deployment(trial, bucket, index, made, settle=rng.choice(("delete", "archive")), more=more)
        ended = []
        for attempt in range(rng.randint(2, 5)):
            before = points(bucket)
            end = _end(rng, "kill" if hurts != "asked" and rng.random() < 0.4 else "ask")
            if hurts == "faults too":
                with trial.world.faults(f"{trial.seed}/{attempt}", Rates(0.03, 0, 0), Rates(0.03, 0, 0)):
                    ended += trial.see_through(end, deployment.start())
            else:
                ended += trial.see_through(end, deployment.start())
            after = points(bucket)
            check_points(before, after)
            trial.world.tally.ends["… inside a big object"] += after != before
            trial.world.tally.ends["… within an upload"] += bool(after and bucket.uploads())
            deployment.audit.check()
        for _ in range(CALM_RUNS):
            ended.append(deployment.run())
            if deployment.audit.is_settled():
                break
        deployment.rest()
        expect("a resume point is left", points(bucket))
        if hurts != "faults too":
            # An upload that was begun when nobody could write down its id is S3's lifecycle's to remove.
            check_uploads(bucket, sum(each.status < 0 for each in ended) * len(made))
        if hurts == "asked":
            check_lines(ended, made)


def big(rng: random.Random, bucket: str, position: int, size: int) -> Deposit:
    """An object of so many bytes of text, half of whose lines are bad and hardly to be compressed."""
    lines, written = [], 0
    good = traffic.lines(size // 600, seed=rng.getrandbits(32))
    while written < size and (line := next(good, None)):
        noise = base64.b64encode(rng.randbytes(rng.randrange(200, 800))).decode()
        lines += rng.sample([line, f"object {position} line {len(lines)} is no log {noise}"], 2)
        written += sum(map(len, lines[-2:])) + 2
    body = "".join(f"{line}\n" for line in lines).encode()
    form = "plain" if size < 4 * _MB or rng.random() < 0.4 else "gzip"
    body = gzip.compress(body, compresslevel=1, mtime=0) if form == "gzip" else body
    key = object_key(_FIRST + timedelta(minutes=5 * position), f"big{rng.getrandbits(32):08x}")
    with tempfile.TemporaryDirectory() as folder:
        return truth(bucket, key, body, f"big, {form}, bad lines", False, Path(folder))


def points(bucket: Bucket) -> dict[str, int]:
    """The resume points, and the line of each."""
    return {key: json.loads(bucket.get(key))["line"] for key in bucket.own() if _RESUME in key}


def check_points(before: dict[str, int], after: dict[str, int]) -> None:
    """No run takes back what was accounted for.

    Raises `audit.Broken`.
    """
    back = [f"{key}: {line}, then {after[key]}" for key, line in before.items() if after.get(key, line) < line]
    expect("a resume point went back", back)


def check_uploads(bucket: Bucket, most: int) -> None:
    """No more uploads are left than processes could not end. A run that is broken off while it begins one does not know
    its id; that one has no parts, costs nothing, and does not count.

    Raises `audit.Broken`.
    """
    uploads = bucket.uploads()
    expect("an upload is left", uploads if len(uploads) > most else ())


def check_lines(ended: list[Ingest], made: list[Deposit]) -> None:
    """Where every run could say how far it came, no line was accounted for twice.

    Raises `audit.Broken`.
    """
    told, lines = sum(each.report["lines"] for each in ended), sum(len(each.ids) + len(each.bad) for each in made)
    expect("lines have been accounted for twice, or not at all", [f"{told} of {lines}"] if told != lines else ())


def _end(rng: random.Random, how: str) -> End:
    """Soon after the beginning, or a good deal later."""
    number = signal.SIGKILL if how == "kill" else signal.SIGTERM
    return End(int(2 ** rng.uniform(4, 7)), seconds=CALM.seconds, number=number)
