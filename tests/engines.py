#!/usr/bin/env python3
"""`make engines`: a full run, and documents of every format, into every search engine that this machine can run, one
after the other.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from harness import albatross, coverage
from harness.console import say, styled
from harness.distribution import ALL, Distribution
from harness.engine import Engine
from harness.index import Index
from harness.scenario import LogObject, log_objects
from harness.security import has_plugin
from harness.storage import Storage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", default="", help="engines whose name holds this, such as opensearch-3")
    only = parser.parse_args().only
    objects = log_objects()
    failed = False
    with Storage() as storage:
        for distribution in ALL:
            if only not in f"{distribution.name}-{distribution.version}":
                continue
            if distribution.java() is None:
                needed = f"Java {distribution.oldest_java} to {distribution.newest_java}"
                say(f"{distribution.label:<52} {styled(f'skipped: needs {needed}', 'yellow')}")
                continue
            failed |= not try_engine(distribution, storage, objects)
            if has_plugin(distribution):
                failed |= not try_engine(distribution, storage, objects, secured=True)
    sys.exit(failed)


def try_engine(
    distribution: Distribution, storage: Storage, objects: list[LogObject], *, secured: bool = False
) -> bool:
    """Runs on every kind of index the engine has; says how it went."""
    started = time.monotonic()
    with ExitStack() as stack:
        engine = stack.enter_context(Engine(distribution, secured=secured))
        up = time.monotonic() - started
        say(f"{engine!s:<52} up in {up:.0f} s")
        good = True

        def attempt(what: str, run: Callable[[Index], str], target: str = "daily", schema: str = "ecs") -> None:
            nonlocal good
            try:
                with Index(engine.url, distribution.generation, target, engine.access, schema) as index:
                    say(f"  {what:<24}{run(index)}")
            except Exception as problem:  # noqa: BLE001 - the other engines have their turn all the same
                say(f"  {what:<24}{styled(f'failed: {problem}', 'red')}")
                good = False

        for target in ("daily", "monthly", "data_stream"):
            if target == "data_stream" and not distribution.has_data_streams:
                say(f"  {target:<24}{styled('skipped: this distribution has none', 'yellow')}")
                continue
            attempt(target, lambda index: full_run(storage, index, objects), target)
        attempt("every format", lambda index: every_format(storage, index, keep_original=True))
        attempt("network-log", lambda index: beside_a_planted_template(storage, index, distribution), schema="network-log")
        return good


def every_format(storage: Storage, index: Index, **settings: object) -> str:
    """All fixtures; see `coverage`."""
    with tempfile.TemporaryDirectory() as folder:
        return coverage.every_format(storage, index, Path(folder), **settings)


def beside_a_planted_template(storage: Storage, index: Index, distribution: Distribution) -> str:
    """The same where a template of the engine's own wants our indices, if the engine knows such templates."""
    if distribution.generation == "elasticsearch-6":
        return every_format(storage, index)
    index.plant(has_data_streams=distribution.has_data_streams)
    try:
        outcome = every_format(storage, index)
        assert index.indices()
        return f"{outcome}; with a template planted"
    finally:
        index.uproot()


def full_run(storage: Storage, index: Index, objects: list[LogObject]) -> str:
    """Setup, ingest, count, and the same again.

    Raises `AssertionError` when a count is not what it must be.
    """
    bucket = storage.bucket()
    variables = albatross.environment(storage, bucket, index)
    albatross.setup(variables)
    reports = []
    for _ in range(2):
        for each in objects:
            bucket.put(each.key, each.body)
        done = albatross.ingest(variables)
        assert done.status == 0, done.messages
        reports.append(done.report)
    first, second = reports
    lines = sum(each.text.count(b"\n") - each.quarantined for each in objects)
    documents = index.count()
    assert documents == first["indexed"] == second["duplicate"] >= lines > 0, (documents, lines, first, second)
    assert second["indexed"] == 0, second
    assert len(bucket.quarantined()) == 1
    return f"{documents:,} documents, the second time {second['duplicate']:,} duplicates"


if __name__ == "__main__":
    main()
