"""Albatross and the `user_agent` processor of a real OpenSearch, given the same rules, say the same of user agents."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from harness.distribution import OPENSEARCH
from harness.engine import Engine
from harness.entry import entry
from harness.paths import ALBATROSS, FIXTURES, REGEXES

USER_AGENTS = (FIXTURES / "user-agents.txt").read_text().splitlines()
# As it stands, the file keeps OpenSearch from starting: the processor takes no null, and has no use for models.
RULES = REGEXES.read_text().replace("    model_replacement: null\n", "")

# What the processor leaves in its answers. It fills in `$1` of a name alone, where uap-core means every group anywhere.
UNFILLED = re.compile(r"\$\d")

Answer = dict[str, str | None]


@pytest.fixture(scope="module")
def engine_url() -> Iterator[str]:
    """An engine of our own, since it reads the rules when it starts; OpenSearch 2.19.1 has no such processor here."""
    newest = OPENSEARCH[0]
    if newest.java() is None:
        pytest.skip(f"{newest.label} needs Java {newest.oldest_java} to {newest.newest_java}")
    with Engine(newest, files={"ingest-user-agent/rules.yml": RULES}) as engine:
        yield engine.url


def test_the_engine_says_the_same(engine_url: str, tmp_path: Path) -> None:
    theirs = asked(engine_url, USER_AGENTS)
    ours = parsed(USER_AGENTS, tmp_path)
    agreed = 0
    for user_agent, mine, other in zip(USER_AGENTS, ours, theirs, strict=True):
        filled = {field for field, value in other.items() if not UNFILLED.search(value or "")}
        assert {field: mine[field] for field in filled} == {field: tidy(other[field]) for field in filled}, user_agent
        agreed += len(filled) == len(other)
    assert agreed >= 1000


def asked(engine_url: str, user_agents: list[str]) -> list[Answer]:
    """What the processor answers."""
    pipeline = {"processors": [{"user_agent": {"field": "text", "regex_file": "rules.yml"}}]}
    documents = [{"_source": {"text": user_agent}} for user_agent in user_agents]
    answer = requests.post(
        f"{engine_url}/_ingest/pipeline/_simulate", json={"pipeline": pipeline, "docs": documents}, timeout=120
    )
    answer.raise_for_status()
    return [flat(each["doc"]["_source"]["user_agent"]) for each in answer.json()["docs"]]


def parsed(user_agents: list[str], folder: Path) -> list[Answer]:
    """What stands in the documents of lines with these user agents."""
    log = folder / "user-agents.log"
    lines = [
        entry("2026-11-23T00:04:15.343325Z", "198.51.100.7:40512", "GET https://shop.example:443/ HTTP/1.1", user_agent=logged(each))
        for each in user_agents
    ]
    log.write_text("".join(f"{line}\n" for line in lines))
    output = subprocess.run([ALBATROSS, "parse", "--strict", log], check=True, capture_output=True, text=True).stdout
    return [flat(json.loads(line)["user_agent"]) for line in output.splitlines()]


def logged(user_agent: str) -> str:
    """As a load balancer writes it."""
    return re.sub(rb'[^ -~]|["\\]', lambda found: rb"\x%02X" % ord(found[0]), user_agent.encode()).decode()


def flat(user_agent: dict[str, Any]) -> Answer:
    os = user_agent.get("os", {})
    return {
        "name": user_agent.get("name"),
        "version": user_agent.get("version"),
        "os.name": os.get("name"),
        "os.version": os.get("version"),
        "os.full": os.get("full"),
        "device.name": user_agent.get("device", {}).get("name"),
    }


def tidy(value: str | None) -> str | None:
    """Without the spaces at its ends and the dots of parts that are empty, as uap-core has it."""
    return (value or "").strip().rstrip(".") or None
