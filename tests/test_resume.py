"""A run that ends inside a big object: the next one goes on where it was."""

import json
import signal
import time
from datetime import UTC, datetime

from harness import albatross
from harness.index import Index
from harness.storage import Bucket, object_key
from measure.logs import log

BAD_LINE = b"this is no log line\n"


def test_the_next_run_goes_on_inside_the_object(bucket: Bucket, index: Index, variables: dict[str, str]) -> None:
    key = object_key(datetime(2026, 9, 23, 9, 5, tzinfo=UTC), "resume01")
    # Begins with a bad line, in a member of its own: what was quarantined before the break is not lost.
    bucket.put(key, albatross.gzip_member(BAD_LINE) + log("300MB.log.gz", size=300_000_000).read_bytes())

    running = albatross.RunningIngest(variables)
    deadline = time.monotonic() + 120
    while index.written() < 50_000:
        assert running.process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    running.process.send_signal(signal.SIGTERM)
    broken_off = running.wait()
    assert broken_off.report["stopped"] == "interrupted"
    assert bucket.logs() == [key]
    (state,) = [each for each in bucket.own() if "/state/resume/" in each]
    point = json.loads(bucket.get(state))
    assert point["line"] >= 40_000
    before = index.count()

    finished = albatross.ingest(variables)

    assert finished.status == 0, finished.messages
    # Each run reports its own part; only what was in flight is sent twice.
    assert (broken_off.report["quarantined"], finished.report["quarantined"]) == (1, 0)
    assert broken_off.report["lines"] == point["line"]
    assert broken_off.report["lines"] + finished.report["lines"] - 1 == index.count()
    assert finished.report["engine"]["sent_documents"] <= index.count() - point["line"] + 1
    assert before < index.count()
    assert [entry["line"] for entry in bucket.quarantined()] == [1]
    assert bucket.logs() == []
    assert not [each for each in bucket.own() if "/state/resume/" in each]
