"""Ingest into an engine that only acknowledges: what Albatross itself costs.

Albatross has one CPU, S3 and the engine share the other. The rate is log text by the CPU time of the process, so that
waiting for them does not count.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import albatross
from harness.peers import BUCKET, Folder, acknowledging_engine, folder_storage

from .figures import Figures, spread

_RUNS = 3
_OURS, _THEIRS = 0, 1


@dataclass(frozen=True)
class Cost:
    """Of one process."""

    inflated_bytes: int
    cpu_seconds: float
    wall_seconds: float
    peak_rss_bytes: int
    report: Any

    @property
    def mb_per_cpu_second(self) -> float:
        return self.inflated_bytes / self.cpu_seconds / 1e6


def measure(figures: Figures, log: Path, objects: int) -> dict[bool, list[Cost]]:
    """Several objects at once, as a sweep has them, with plain and with compressed bodies in turn."""
    costs: dict[bool, list[Cost]] = {False: [], True: []}
    with folder_storage(_THEIRS) as storage, acknowledging_engine(_THEIRS) as engine:
        for _ in range(_RUNS):
            for gzip, found in costs.items():
                # By the name of another machine, bodies are compressed.
                address = engine.replace("127.0.0.1", "0.0.0.0") if gzip else engine
                found.append(ingest(storage, address, [log] * objects, {}))
    for gzip, found in costs.items():
        bodies = "gzip bodies" if gzip else "plain bodies"
        rates = [each.mb_per_cpu_second for each in found]
        figures.add(f"ingest, {objects} objects, {bodies}", f"{spread(rates)} MB/s of log text per core")
        peak = max(each.peak_rss_bytes for each in found)
        figures.add(f"ingest, {objects} objects, {bodies}: peak RSS", f"{peak / 2**20:.0f} MiB")
    return costs


def measure_large(figures: Figures, logs: dict[str, Path]) -> None:
    """One object at a time: memory must not follow its size."""
    with folder_storage() as storage, acknowledging_engine() as engine:
        for name, log in logs.items():
            cost = ingest(storage, engine, [log], {})
            figures.add(
                f"ingest, {name}",
                f"peak RSS {cost.peak_rss_bytes / 2**20:.0f} MiB; {cost.inflated_bytes / 1e9:.2f} GB, {cost.report['lines']:,} lines"
                f" in {cost.wall_seconds:.0f} s",
            )


def ingest(storage: Folder, engine_url: str, logs: list[Path], variables: dict[str, str]) -> Cost:
    """One sweep over these logs.

    Raises `AssertionError` when one of them is not settled.
    """
    for number, log in enumerate(logs):
        storage.put(f"AWSLogs/bench{number:03}.log.gz", log)
    environment = storage.environment | {
        "ALBATROSS_BUCKET": BUCKET,
        "ALBATROSS_SETTLE": "delete",
        "ALBATROSS_PREFIX": "AWSLogs/",
        "ALBATROSS_ENDPOINT": engine_url,
        "ALBATROSS_SETTINGS": json.dumps({"index": "albatross-bench"}),
    }
    albatross.setup(environment)
    before = os.times()
    done = albatross.ingest(environment | variables, _OURS)
    after = os.times()
    assert done.status == 0 and not storage.logs(), (done.messages, done.report)
    return Cost(
        inflated_bytes=done.report["bytes"]["inflated"],
        cpu_seconds=after.children_user + after.children_system - before.children_user - before.children_system,
        wall_seconds=after.elapsed - before.elapsed,
        peak_rss_bytes=done.peak_rss_bytes,
        report=done.report,
    )
