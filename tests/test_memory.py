"""Memory does not follow the object's size."""

import gzip
import io
from datetime import UTC, datetime

import generate
from harness import albatross, traffic
from harness.index import Index
from harness.storage import Bucket, object_key

INFLATED_BYTES = 300_000_000
BOUND_BYTES = 128 * 1024 * 1024


def test_peak_memory_is_bounded(bucket: Bucket, index: Index, variables: dict[str, str]) -> None:
    key = object_key(datetime(2026, 9, 23, 9, 5, tzinfo=UTC), "large001")
    bucket.put(key, large_log(INFLATED_BYTES))

    done = albatross.ingest(variables)

    assert done.status == 0, done.messages
    assert done.report["bytes"]["inflated"] >= INFLATED_BYTES
    assert done.report["indexed"] == done.report["lines"] == index.count()
    assert done.peak_rss_bytes < BOUND_BYTES


def large_log(inflated_bytes: int) -> bytes:
    """A gzip log of that many bytes, inflated."""
    file = io.BytesIO()
    lines = traffic.lines(inflated_bytes // 600)
    with gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=0) as compressed:
        generate.write(generate.until(inflated_bytes, lines), compressed)
    return file.getvalue()
