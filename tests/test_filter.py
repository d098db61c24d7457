"""One filter, two counts: what `albatross parse --where` lets through is what the engine finds.

The filters are in `fixtures/filters.txt`, for everything that reads filters, and in docs/filter.md, for people. Kibana
cannot run here: `fixtures/kibana.ndjson` has filters beside the queries that it renders for them.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from harness import albatross, traffic
from harness.index import Index
from harness.paths import FIXTURES, REPOSITORY
from harness.storage import Bucket

FILTERS = [line for line in (FIXTURES / "filters.txt").read_text().splitlines() if line and not line.startswith("#")]
KIBANA: list[dict[str, Any]] = [json.loads(line) for line in (FIXTURES / "kibana.ndjson").read_text().splitlines()]
LINES = 20_000


def documented() -> list[str]:
    """The filters that docs/filter.md says one can write."""
    table = (REPOSITORY / "docs" / "filter.md").read_text().split("## ")[1]
    return [row.replace(r"\|", "|") for row in re.findall(r"^\| `(.*?)` \| ", table, re.MULTILINE)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.write_text("".join(f"{line}\n" for line in traffic.lines(LINES, seed=7)))
    return path


def test_the_command_and_the_engine_count_the_same(
    log: Path, bucket: Bucket, index: Index, variables: dict[str, str], tmp_path: Path
) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(index.settings)
    bucket.put("access.log", log.read_bytes())
    assert albatross.ingest(variables).report["indexed"] == LINES == index.count()

    filters = [*FILTERS, *documented(), *(each["filter"] for each in KIBANA)]
    counts = {each: albatross.documents_where(log, each, settings) for each in filters}
    found = {each: index.count_of(albatross.search_body(each, settings)) for each in filters}
    assert counts == found
    # A filter that finds nothing, or everything, tries little.
    telling = [each for each, count in counts.items() if 0 < count < LINES]
    assert len(telling) >= 140

    # What Kibana asks for finds the same. A word by itself is looked for inside of text as well, so it finds no less.
    asked = {each["filter"]: index.count_of({"query": each["query"]}) for each in KIBANA}
    words = {each["filter"] for each in KIBANA if each["is_word"]}
    assert {each: counts[each] for each in asked.keys() - words} == {each: asked[each] for each in asked.keys() - words}
    assert [(each, counts[each], asked[each]) for each in words if counts[each] < asked[each]] == []


def test_filtered_lines_are_accounted_for(bucket: Bucket, index: Index, variables: dict[str, str], log: Path) -> None:
    text = log.read_bytes()
    bucket.put("access.log", text)
    chosen = "http.response.status_code >= 400 and not albatross.verdict.by: target"
    settings = index.settings.removesuffix("}") + f', "filter": "{chosen}"}}'
    variables |= {"ALBATROSS_SETTINGS": settings}
    held = albatross.ingest(variables)
    assert held.status == 1 and "ALBATROSS_DELETE_FILTERED" in held.messages, held.messages
    assert bucket.logs() == ["access.log"]
    assert 0 < held.report["indexed"] < 2000
    assert held.report["indexed"] + held.report["filtered"] == held.report["lines"] == text.count(b"\n")
    done = albatross.ingest(variables | {"ALBATROSS_DELETE_FILTERED": "true"})
    assert done.status == 0, done.messages
    assert index.count() == held.report["indexed"]
    assert bucket.logs() == []
