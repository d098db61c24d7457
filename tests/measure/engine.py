"""Ingest into a real engine, beside a bare loader that sends the same documents, prepared beforehand.

In turn, each into an index of its own; the engine has one CPU, whoever feeds it the other. Both have as many requests
in flight, of as many documents.
"""

import subprocess
import time
from pathlib import Path

from harness import albatross
from harness.engine import Engine
from harness.index import Index
from harness.paths import ALBATROSS
from harness.peers import BUCKET, Folder, folder_storage, load

from .figures import Figures, spread

_PAIRS = 5
_OBJECTS = 4
_OURS, _THEIRS = 0, 1
_CONNECTIONS = 8  # objects times requests in flight, as by default


def measure(figures: Figures, log: Path, folder: Path) -> None:
    with Engine() as engine, folder_storage(_OURS) as storage:
        engine.pin(_THEIRS)
        _run_ours(engine.url, storage, log)  # the engine's first documents are its slowest
        ours, bare, ratios = [], [], []
        for _ in range(_PAIRS):
            rate, body_bytes = _run_ours(engine.url, storage, log)
            ours.append(rate)
            bare.append(_run_bare(engine.url, log, folder, body_bytes))
            ratios.append(ours[-1] / bare[-1])
        figures.add(f"ingest into {engine}", f"{spread(ours, lambda rate: f'{rate:,.0f}')} documents/s")
        figures.add("bare loader into the same", f"{spread(bare, lambda rate: f'{rate:,.0f}')} documents/s")
        figures.add("ingest : bare loader", spread(ratios, lambda ratio: f"{ratio:.2f}"))


def _run_ours(engine_url: str, storage: Folder, log: Path) -> tuple[float, int]:
    """Documents a second, and the bytes of an average body."""
    for number in range(_OBJECTS):
        storage.put(f"AWSLogs/bench{number:03}.log.gz", log)
    with Index(engine_url) as index:
        environment = storage.environment | {
            "ALBATROSS_BUCKET": BUCKET,
            "ALBATROSS_SETTLE": "delete",
            "ALBATROSS_PREFIX": "AWSLogs/",
            "ALBATROSS_ENDPOINT": engine_url,
            "ALBATROSS_SETTINGS": index.settings,
        }
        albatross.setup(environment)
        started = time.perf_counter()
        done = albatross.ingest(environment, _OURS)
        seconds = time.perf_counter() - started
        assert done.status == 0 and index.count() == done.report["indexed"] > 0, done.messages
        return done.report["indexed"] / seconds, done.report["engine"]["sent_bytes"] // done.report["engine"]["requests"]


def _run_bare(engine_url: str, log: Path, folder: Path, body_bytes: int) -> float:
    with Index(engine_url) as index:
        settings, items = folder / "settings.json", folder / "items.ndjson"
        settings.write_text(index.settings)
        with items.open("wb") as file:
            for number in range(_OBJECTS):
                source = f"s3://{BUCKET}/AWSLogs/bench{number:03}.log.gz"
                command = [ALBATROSS, "parse", "--bulk", "--settings", settings, "--source", source, log]
                subprocess.run(command, check=True, stdout=file, stderr=subprocess.DEVNULL)
        template = {"ALBATROSS_BUCKET": BUCKET, "ALBATROSS_SETTLE": "delete", "AWS_REGION": "eu-central-1"}
        albatross.setup(template | {"ALBATROSS_ENDPOINT": engine_url, "ALBATROSS_SETTINGS": index.settings})
        documents, seconds = load(engine_url, items, body_bytes, _CONNECTIONS, gzip=False, cpu=_OURS)
        assert index.count() == documents
        return documents / seconds
