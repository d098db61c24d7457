"""What the two dashboards of Elastic's AWS integration ask for, asked of documents of all formats below `logs-*`, where
they look: fields, types, values and counts of every panel.

The panels are written down here as "[Logs AWS] ELB Access Log Overview" and "[Logs AWS] ALB Connection Log Overview" have
them; no Kibana is asked.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from harness import albatross
from harness.index import Index
from harness.paths import FIXTURES
from harness.storage import Storage

NAMES = sorted(path.stem for path in FIXTURES.glob("*.log"))
SOURCE = (FIXTURES / "source.txt").read_text().strip()
PLACES = [FIXTURES / "geo" / "city.mmdb", FIXTURES / "geo" / "asn.mmdb"]
DATA_SET = {"term": {"data_stream.dataset": "aws.elb_logs"}}

# Elastic's types. `@timestamp` has six decimals of a second, which `date` does not keep.
TYPES = {
    "@timestamp": "date_nanos",
    "aws.elb.leaf_client_cert_not_after": "date",
    "aws.elb.leaf_client_cert_not_before": "date",
    "aws.elb.leaf_client_cert_serial_number": "keyword",
    "aws.elb.leaf_client_cert_subject": "keyword",
    "aws.elb.listener": "keyword",
    "aws.elb.name": "keyword",
    "aws.elb.protocol": "keyword",
    "aws.elb.ssl_protocol": "keyword",
    "aws.elb.tls_error_code": "keyword",
    "aws.elb.tls_handshake_latency": "float",
    "aws.elb.tls_verify_status": "keyword",
    "client.ip": "ip",
    "client.port": "long",
    "data_stream.dataset": "keyword",
    "destination.bytes": "long",
    "http.request.body.bytes": "long",
    "http.response.body.bytes": "long",
    "http.response.status_code": "long",
    "source.bytes": "long",
    "source.geo.location": "geo_point",
    "source.ip": "ip",
    "tags": "keyword",
    "user_agent.original": "keyword",
}

# Each panel's aggregation, of documents of the data set.
PANELS = {
    "requests over time": {"date_histogram": {"field": "@timestamp", "fixed_interval": "365d"}},
    "load balancers": {"terms": {"field": "aws.elb.name"}},
    "clients": {"terms": {"field": "source.ip"}},
    "bytes received of connections": {"sum": {"field": "source.bytes"}},
    "bytes sent of connections": {"sum": {"field": "destination.bytes"}},
    "statuses": {"terms": {"field": "http.response.status_code"}},
    "user agents": {"terms": {"field": "user_agent.original"}},
    "places": {"geohash_grid": {"field": "source.geo.location", "precision": 1}},
    "bytes received": {"sum": {"field": "http.request.body.bytes"}},
    "bytes sent": {"sum": {"field": "http.response.body.bytes"}},
    "listeners": {"terms": {"field": "aws.elb.listener"}, "aggs": {"latency": {"avg": {"field": "aws.elb.tls_handshake_latency"}}}},
    "verified": {"terms": {"field": "aws.elb.tls_verify_status"}},
    "errors": {"terms": {"field": "aws.elb.tls_error_code"}},
    "protocols": {"terms": {"field": "aws.elb.ssl_protocol"}},
}


@pytest.fixture(scope="module")
def below_logs(storage: Storage, engine_url: str) -> Iterator["Below"]:
    with Index(engine_url) as index:
        bucket = storage.bucket()
        places = {"ALBATROSS_GEO_FILES": ",".join(map(str, PLACES))}
        variables = albatross.environment(storage, bucket, index) | places
        albatross.setup(variables)
        for name in NAMES:
            bucket.put(SOURCE.split("/", 3)[3].format(name=name), (FIXTURES / f"{name}.log").read_bytes())
        done = albatross.ingest(variables)
        assert done.status == 0, done.messages
        assert index.count() > 0
        yield Below(index)


class Below:
    """One test's documents, found below `logs-*`, where those of others may be too."""

    def __init__(self, index: Index) -> None:
        self.url = index.engine_url
        self._ours = {"prefix": {"_index": index.prefix}}

    def ask(self, *conditions: Any, aggs: Any = None, size: int = 0) -> Any:
        query = {"bool": {"filter": [self._ours, DATA_SET, *conditions]}}
        body = {"query": query, "size": size, "track_total_hits": True} | ({"aggs": aggs} if aggs else {})
        answer = requests.post(f"{self.url}/logs-*/_search", json=body, timeout=60)
        assert answer.ok, answer.text
        assert answer.json()["_shards"]["failed"] == 0, answer.text
        return answer.json()

    def count(self, *conditions: Any) -> int:
        return self.ask(*conditions)["hits"]["total"]["value"]

    def documents(self) -> list[Any]:
        return [hit["_source"] for hit in self.ask(size=10_000)["hits"]["hits"]]


def test_every_field_is_there_and_of_elastics_type(below_logs: Below) -> None:
    answer = requests.get(f"{below_logs.url}/logs-*/_field_caps?fields=*", timeout=60).json()["fields"]
    found = {field: set(answer.get(field, {})) for field in TYPES}
    assert found == {field: {kind} for field, kind in TYPES.items()}


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_has_an_answer(below_logs: Below, panel: str) -> None:
    found = below_logs.ask(aggs={"panel": PANELS[panel]})["aggregations"]["panel"]
    assert found["buckets"] if "buckets" in found else found["value"] > 0


def test_values_are_elastics(below_logs: Below) -> None:
    documents = below_logs.documents()
    connections = [each for each in documents if "client" in each]
    elbs = [each["aws"]["elb"] for each in connections]
    counted = {
        "aws.elb.listener": Counter(elb["listener"] for elb in elbs if "listener" in elb),
        "aws.elb.tls_verify_status": Counter(elb["tls_verify_status"] for elb in elbs if "tls_verify_status" in elb),
    }
    for field, values in counted.items():
        for value, count in values.items():
            if len(value) <= 8191:
                assert below_logs.count({"term": {field: value}}) == count, (field, value)
    assert counted["aws.elb.listener"].keys() >= {"443", "80"}
    statuses = counted["aws.elb.tls_verify_status"].keys()
    assert statuses >= {"Success", "Failed"} and not any(":" in status for status in statuses)
    assert {elb["protocol"] for elb in elbs} == {"tcp"}
    assert below_logs.count({"term": {"tags": "aws-elb-logs"}}) == below_logs.count() == len(documents)


def test_certificates_are_found_by_their_times(below_logs: Below) -> None:
    documents = below_logs.documents()
    for field in ("not_before", "not_after"):
        ours, elastics = f"tls.client.{field}", f"aws.elb.leaf_client_cert_{field}"
        times = [each["tls"]["client"][field] for each in documents if field in each.get("tls", {}).get("client", {})]
        assert min(times) < "1970" or max(times) > "2263"
        for bound in ("1600-01-01T00:00:00Z", "1971-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "2300-01-01T00:00:00Z"):
            expected = sum(time >= bound for time in times)
            for name in (ours, elastics):
                assert below_logs.count({"range": {name: {"gte": bound}}}) == expected, (name, bound)


def test_the_table_of_certificates_where_the_engine_has_its_language(below_logs: Below) -> None:
    version = requests.get(below_logs.url, timeout=60).json()["version"]
    major, minor = map(int, version["number"].split(".")[:2])
    if version.get("distribution") == "opensearch" or (major, minor) < (8, 11):
        pytest.skip("the engine has no ES|QL")
    query = (
        'FROM logs-* | WHERE data_stream.dataset == "aws.elb_logs"'
        " | WHERE aws.elb.leaf_client_cert_not_after < now() - 30days"
        " | KEEP aws.elb.listener, aws.elb.ssl_protocol, aws.elb.leaf_client_cert_serial_number,"
        " aws.elb.leaf_client_cert_subject, aws.elb.leaf_client_cert_not_after"
    )
    answer = requests.post(f"{below_logs.url}/_query", json={"query": query}, timeout=60)
    assert answer.ok, answer.text
    assert answer.json()["values"]
