"""What the dashboards ask an engine for, asked for here: every visualization finds something in documents of all formats.

No OpenSearch Dashboards or Kibana is asked: how they take the file stands in ingest-lambda/tests/dashboards.rs.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from harness import albatross
from harness.index import Index
from harness.paths import ALBATROSS, FIXTURES
from harness.storage import Storage

NAMES = sorted(path.stem for path in FIXTURES.glob("*.log"))
SOURCE = (FIXTURES / "source.txt").read_text().strip()
PLACES = [FIXTURES / "geo" / "city.mmdb", FIXTURES / "geo" / "asn.mmdb"]

# What an engine calls the fields that an aggregation takes.
KINDS = {
    "terms": {"keyword", "boolean", "long", "ip"},
    "cardinality": {"keyword", "ip"},
    "sum": {"long", "float"},
    "percentiles": {"long", "float"},
    "range": {"long", "float"},
    "date_histogram": {"date", "date_nanos"},
}


@pytest.fixture(scope="module")
def filled(storage: Storage, engine_url: str) -> Iterator[tuple[Index, list[Any]]]:
    """Documents of every format, with places; and the saved objects for them."""
    with Index(engine_url) as index:
        bucket = storage.bucket()
        places = {"ALBATROSS_GEO_FILES": ",".join(map(str, PLACES))}
        variables = albatross.environment(storage, bucket, index) | places
        command = [ALBATROSS, "setup", "--dashboards", "-"]
        run = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
        for name in NAMES:
            key = SOURCE.removeprefix("s3://fixtures/").format(name=name)
            bucket.put(key, (FIXTURES / f"{name}.log").read_bytes())
        done = albatross.ingest(variables)
        assert done.status == 0, done.messages
        assert index.count() > 0
        yield index, [json.loads(line) for line in run.stdout.splitlines()]


def test_every_visualization_finds_something(filled: tuple[Index, list[Any]], tmp_path: Path) -> None:
    index, objects = filled
    settings = tmp_path / "settings.json"
    settings.write_text(index.settings)
    [pattern] = [each["attributes"] for each in objects if each["type"] == "index-pattern"]
    assert pattern["timeFieldName"] == "@timestamp"
    panels = [each["attributes"] for each in objects if each["type"] == "visualization"]
    empty = []
    for panel in panels:
        aggs = json.loads(panel["visState"])["aggs"]
        search = json.loads(panel["kibanaSavedObjectMeta"]["searchSourceJSON"])
        query = search["query"]["query"]
        chosen = albatross.search_body(query, settings) if query else {}
        body = chosen | {"size": 0, "aggs": nested(aggs)}
        answer = requests.post(f"{index.engine_url}/{pattern['title']}/_search", json=body, timeout=60)
        assert answer.ok, (panel["title"], answer.text)
        found = answer.json()
        assert found["_shards"]["failed"] == 0, found
        if not has_values(found["aggregations"] | {"doc_count": found["hits"]["total"]["value"]}, aggs):
            empty.append((panel["title"], found["aggregations"]))
    assert panels and not empty


def test_every_field_is_there_and_of_its_kind(filled: tuple[Index, list[Any]]) -> None:
    index, objects = filled
    [pattern] = [each["attributes"]["title"] for each in objects if each["type"] == "index-pattern"]
    answer = requests.get(f"{index.engine_url}/{pattern}/_field_caps?fields=*", timeout=60)
    fields = answer.json()["fields"]
    for panel in objects:
        if panel["type"] != "visualization":
            continue
        for agg in json.loads(panel["attributes"]["visState"])["aggs"]:
            if field := agg["params"].get("field"):
                [(kind, can)] = fields[field].items()
                assert kind in KINDS[agg["type"]], (field, kind, agg)
                assert can["aggregatable"] and can["searchable"], (field, can)


def nested(aggs: list[Any]) -> dict[str, Any]:
    """The request for a visualization: each bucket holds the next one, and the innermost the metrics."""
    metrics = {each["id"]: request for each in aggs if each["schema"] == "metric" and (request := request_for(each))}
    inner = metrics
    for bucket in reversed([each for each in aggs if each["schema"] != "metric"]):
        inner = {bucket["id"]: request_for(bucket) | {"aggs": inner | metrics}}
    return inner | metrics


def request_for(agg: Any) -> dict[str, Any]:
    """One aggregation as the engine takes it; nothing for the count, which comes with every bucket."""
    params = agg["params"]
    field = {"field": params.get("field")}
    match agg["type"]:
        case "count":
            return {}
        case "cardinality" | "sum" as kind:
            return {kind: field}
        case "percentiles":
            return {"percentiles": field | {"percents": params["percents"], "keyed": True}}
        case "date_histogram":
            return {"date_histogram": field | {"calendar_interval": "day", "min_doc_count": params["min_doc_count"]}}
        case "range":
            return {"range": field | {"ranges": params["ranges"], "keyed": True}}
        case "terms":
            return {"terms": field | {"size": params["size"], "order": order(params)}}
    raise AssertionError(agg)


def order(params: Any) -> dict[str, str]:
    """By the first metric: the count has no name of its own, and none other here is sorted by."""
    by = params["orderBy"]
    return {"_count" if by == "1" else by: params["order"]}


def has_values(found: Any, aggs: list[Any]) -> bool:
    """Whether, at some depth of buckets, every metric has a value."""
    buckets = [each for each in aggs if each["schema"] != "metric"]
    if not buckets:
        return found["doc_count"] > 0 and all(is_value(found, each) for each in aggs)
    inside = found[buckets[0]["id"]]["buckets"]
    inside = inside.values() if isinstance(inside, dict) else inside
    rest = [each for each in aggs if each is not buckets[0]]
    return any(has_values(each, rest) for each in inside)


def is_value(found: Any, metric: Any) -> bool:
    match metric["type"]:
        case "count":
            return True
        case "percentiles":
            values = found[metric["id"]]["values"]
            return len(values) == len(metric["params"]["percents"]) and all(each is not None for each in values.values())
    return found[metric["id"]]["value"] > 0
