"""The schema `network-log`: flat documents in indices named as in 2019, on an engine that would rather have data streams."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from harness import albatross
from harness.index import Index
from harness.paths import FIXTURES
from harness.storage import Bucket, Storage

GOLDEN = FIXTURES / "network-log"
NAMES = sorted(path.name.split(".")[0] for path in GOLDEN.glob("*.rejected.ndjson"))
SOURCE = (FIXTURES / "source.txt").read_text().strip()


@pytest.fixture
def flat(engine_url: str) -> Iterator[Index]:
    """Indices of the schema, where a template like Elasticsearch's own `logs-*-*` would make data streams of them."""
    with Index(engine_url, schema="network-log") as index:
        index.plant()
        try:
            yield index
        finally:
            index.uproot()


def test_plain_indices_with_the_golden_documents(storage: Storage, bucket: Bucket, flat: Index) -> None:
    variables = albatross.environment(storage, bucket, flat)
    without = albatross.ingest(variables)
    assert without.status != 0 and "albatross setup" in without.messages

    albatross.setup(variables)
    expected = {}
    for name in NAMES:
        # Ids are made of the base name, and so are those of the golden files.
        bucket.put(SOURCE.removeprefix("s3://").split("/", 1)[1].format(name=name), log(name))
        lines = (GOLDEN / f"{name}.ndjson").read_bytes().splitlines()
        for action, document in zip(lines[0::2], lines[1::2], strict=True):
            create = json.loads(action)["create"]
            day = create["_index"].removeprefix("logs-")
            expected[f"{flat.prefix}-{day}", create["_id"]] = document
    connections = "conn_log_1_elasticloadbalancing_eu-west-1_app.a.1_20261123T0005Z_192.0.2.1_x.log"
    bucket.put(connections, log("connection"))

    done = albatross.ingest(variables)

    assert done.status == 0, done.messages
    assert done.report["indexed"] == flat.count() == len(expected)
    for (index, document_id), document in expected.items():
        assert flat.source(index, document_id) == document
    # Plain indices: a data stream's backing index has another name, and `_source` by the name would find nothing.
    streams = requests.get(f"{flat.engine_url}/_data_stream/{flat.prefix}-*", timeout=60)
    assert streams.status_code == 404 or streams.json()["data_streams"] == []
    # Logs of other formats stay where they are, and are named.
    assert done.report["left_by_reason"] == {"other_format": 1}
    assert bucket.logs() == [connections]


def log(name: str) -> bytes:
    return (FIXTURES / f"{name}.log").read_bytes()


def test_filters_mean_the_same_as_on_the_engine(
    storage: Storage, bucket: Bucket, flat: Index, tmp_path: Path
) -> None:
    settings_file = tmp_path / "settings.json"
    settings_file.write_text(flat.settings)
    variables = albatross.environment(storage, bucket, flat)
    albatross.setup(variables)
    bucket.put("requests.log", log("requests"))
    everything = albatross.ingest(variables).report["indexed"]
    assert flat.count() == everything > 0
    for chosen in ["statusCode >= 400", "externalIp: 198.51.100.0/24", "shop", "not internalIp: \"-\"", "ruleId > 0"]:
        settings = json.dumps(json.loads(flat.settings) | {"filter": chosen})
        bucket.put("requests.log", log("requests"))
        done = albatross.ingest(variables | {"ALBATROSS_SETTINGS": settings})
        assert done.report["duplicate"] == flat.count_of(albatross.search_body(chosen, settings_file)), chosen
        assert done.report["filtered"] == everything - done.report["duplicate"], chosen
