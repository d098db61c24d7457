"""An ingest with the rights that `albatross setup --grant` gives it, and no others, in OpenSearch's security plugin."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from harness import albatross
from harness.access import Access
from harness.distribution import ALL
from harness.engine import Engine
from harness.index import Index
from harness.paths import ALBATROSS
from harness.scenario import log_objects
from harness.security import has_plugin
from harness.storage import Bucket, Storage

ARN = "arn:aws:iam::123456789012:role/albatross-ingest"


@pytest.fixture(scope="module")
def secured() -> Iterator[Engine]:
    with Engine(next(each for each in ALL if has_plugin(each)), secured=True) as engine:
        yield engine


@pytest.fixture(scope="module")
def ingester(secured: Engine) -> Access:
    """A user of the plugin's own who has the backend role that an Amazon domain would give to an IAM role."""
    user = replace(secured.access, username="ingester", password="a-Long-0ne-of-its-own")
    body = {"password": user.password, "backend_roles": [ARN]}
    plugin(secured, "PUT", f"internalusers/{user.username}", body)
    return user


@pytest.mark.parametrize("target", ["daily", "data_stream"])
def test_exactly_what_an_ingest_needs(
    storage: Storage, bucket: Bucket, secured: Engine, ingester: Access, target: str
) -> None:
    with Index(secured.url, target=target, access=secured.access) as index:
        admin = albatross.environment(storage, bucket, index)
        variables = admin | ingester.environment
        logs = [each for each in log_objects(40) if each.is_log and not each.is_damaged]
        for each in logs:
            bucket.put(each.key, each.body)
        albatross.setup(admin)
        stopped = albatross.ingest(variables)
        assert stopped.status == 1 and "no permissions for [indices:admin/index_template/get]" in stopped.messages
        assert "it takes an administrator" in grant(variables).stderr

        try:
            granted = grant(admin)
            assert granted.returncode == 0 and ARN in granted.stdout, granted.stderr
            role = f"{index.prefix}-ingest"
            plugin(secured, "PATCH", f"rolesmapping/{role}", [{"op": "add", "path": "/backend_roles/-", "value": "other"}])
            assert grant(admin).returncode == 0
            assert plugin(secured, "GET", f"rolesmapping/{role}")[role]["backend_roles"] == [ARN, "other"]

            done = albatross.ingest(variables)
            assert done.status == 0, done.messages
            assert done.report["indexed"] == index.count() > 0
            assert done.report["quarantined"] == 1
            assert albatross.run(variables, "replay").report["lines"] == 1
            if target == "data_stream":
                # Its next index is made by the engine itself.
                ask(secured.access, "POST", f"{secured.url}/{index.prefix}/_rollover").raise_for_status()
            else:
                bucket.put(logs[0].key, logs[0].body)
                again = albatross.run(variables, "ingest", "--overwrite")
                assert again.status == 0 and again.report["indexed"] > 0, again.messages
            bucket.put(logs[1].key.replace("demo", "more"), logs[1].body)
            assert albatross.ingest(variables).report["indexed"] > 0

            for method, path, body in forbidden(index):
                answer = ask(ingester, method, f"{secured.url}/{path}", body)
                assert answer.status_code == 403, (method, path, answer.text)
            before = index.count()
            for action in bulk_forbidden(index):
                answer = ask(ingester, "POST", f"{secured.url}/_bulk", lines=action)
                assert answer.json()["items"][0].popitem()[1]["status"] == 403, answer.text
            assert index.count() == before

            if target == "daily":
                # A shard that no node may hold: the ingester sees that, and documents for others are taken.
                nowhere = {"settings": {"index.routing.allocation.require._name": "nobody"}}
                red = f"{secured.url}/{index.prefix}-2020.01.01?wait_for_active_shards=0"
                ask(secured.access, "PUT", red, nowhere).raise_for_status()
                bucket.put(logs[0].key, logs[0].body)
                warned = albatross.ingest(variables)
                assert warned.status == 0 and "found red indices" in warned.messages, warned.messages
                assert f"{index.prefix}-2020.01.01" in warned.messages, warned.messages
        finally:
            for kind in ("rolesmapping", "roles"):
                ask(secured.access, "DELETE", f"{secured.url}/_plugins/_security/api/{kind}/{index.prefix}-ingest")


def forbidden(index: Index) -> list[tuple[str, str, object]]:
    """Requests that an ingest has no use for."""
    template = {"index_patterns": [f"{index.prefix}-*"]}
    everything = {"query": {"match_all": {}}}
    own = index.prefix if index.is_data_stream else f"{index.prefix}-*"
    return [
        ("PUT", f"_index_template/{index.prefix}", template),
        ("DELETE", f"_index_template/{index.prefix}", None),
        ("DELETE", f"_data_stream/{own}" if index.is_data_stream else f"{index.prefix}-2026.09.23", None),
        ("PUT", f"{own}/_mapping", {"properties": {"more": {"type": "keyword"}}}),
        ("PUT", f"{own}/_settings", {"index.number_of_replicas": 0}),
        ("POST", f"{own}/_search", everything),
        ("POST", ".opendistro_security/_search", everything),
        ("PUT", "somebody-elses", None),
        ("GET", "_plugins/_security/api/roles", None),
        ("GET", "_cluster/settings", None),
    ]


def bulk_forbidden(index: Index) -> list[str]:
    """Bulk items that take rights of their own, each a body."""
    document = json.dumps({"@timestamp": "2026-09-23T00:00:00Z"})
    # The engine itself deletes nothing in a data stream by its name.
    own = [] if index.is_data_stream else [f'{{"delete":{{"_index":"{index.prefix}-2026.09.23","_id":"x"}}}}\n']
    return [
        *own,
        f'{{"create":{{"_index":"somebody-elses","_id":"x"}}}}\n{document}\n',
        f'{{"index":{{"_index":"{index.prefix}-others","_id":"x"}}}}\n{document}\n',
    ]


def grant(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [ALBATROSS, "setup", "--grant", ARN]
    return subprocess.run(command, env=variables, check=False, capture_output=True, text=True)


def plugin(engine: Engine, method: str, path: str, body: object = None) -> dict[str, dict[str, list[str]]]:
    """The security plugin's answer to an administrator."""
    answer = ask(engine.access, method, f"{engine.url}/_plugins/_security/api/{path}", body)
    answer.raise_for_status()
    return answer.json()


def ask(access: Access, method: str, url: str, body: object = None, lines: str | None = None) -> requests.Response:
    headers = {"content-type": "application/x-ndjson"} if lines else {}
    return access.session().request(method, url, json=body, data=lines, headers=headers, timeout=60)
