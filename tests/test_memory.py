"""Memory does not follow an object's size, nor its expansion: the bound is that of docs/ARCHITECTURE.md."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.peers import Folder, acknowledging_engine, folder_storage
from measure.logs import bomb, log, repeated
from measure.sink import ingest

_MIB = 1 << 20
# ALBATROSS_BATCH_BYTES as by default, and the requests in flight for each object.
_BATCH_BYTES, _REQUESTS = 3 * _MIB, 2


def bound(objects: int) -> int:
    """Bytes of peak RSS, where so many objects are in flight; a batch's gzip is a third of it at most."""
    return 64 * _MIB + objects * (_REQUESTS * (_BATCH_BYTES + _BATCH_BYTES // 3) + 8 * _MIB)


@pytest.fixture
def peers() -> Iterator[tuple[Folder, str]]:
    with ExitStack() as stack:
        yield stack.enter_context(folder_storage()), stack.enter_context(acknowledging_engine())


def hundred_mb() -> Path:
    return log("100MB.log.gz", size=100_000_000)


@pytest.mark.parametrize("gigabytes", [1, 5])
def test_one_large_object(peers: tuple[Folder, str], gigabytes: int) -> None:
    storage, engine = peers
    cost = ingest(storage, engine, [repeated(hundred_mb(), gigabytes * 10)], {})
    assert cost.inflated_bytes >= gigabytes * 1_000_000_000
    assert cost.report["indexed"] == cost.report["lines"]
    assert cost.peak_rss_bytes < bound(objects=1)


def test_a_bomb(peers: tuple[Folder, str]) -> None:
    storage, engine = peers
    cost = ingest(storage, engine, [bomb()], {})
    assert cost.inflated_bytes >= 1_000_000_000 > 900 * cost.report["bytes"]["received"]
    assert (cost.report["indexed"], cost.report["quarantined"]) == (100, 100)
    assert cost.peak_rss_bytes < bound(objects=1)


def test_several_objects_at_once(peers: tuple[Folder, str]) -> None:
    storage, engine = peers
    cost = ingest(storage, engine, [hundred_mb()] * 4, {"ALBATROSS_OBJECTS_IN_FLIGHT": "4"})
    assert cost.report["indexed"] == cost.report["lines"]
    assert cost.peak_rss_bytes < bound(objects=4) <= 128 * _MIB
