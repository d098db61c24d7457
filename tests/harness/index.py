"""The indices of one test in a search engine that may be somebody's own: a prefix nobody else uses."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from .access import OPEN, Access


class Index:
    """Indices `PREFIX-YYYY.MM.DD` and their template, as Albatross makes them."""

    def __init__(
        self,
        engine_url: str,
        generation: str = "current",
        target: str = "daily",
        access: Access = OPEN,
        schema: str = "ecs",
    ) -> None:
        self.engine_url = engine_url.rstrip("/")
        self._generation, self._target, self._schema = generation, target, schema
        self.prefix = f"albatross-test-{uuid.uuid4().hex[:12]}"
        self.access = access
        self._session = access.session()

    @property
    def settings(self) -> str:
        """The value of `ALBATROSS_SETTINGS`."""
        settings = {"index": self.prefix, "engine": self._generation, "target": self._target}
        return json.dumps(settings if self._schema == "ecs" else settings | {"schema": self._schema})

    @property
    def template(self) -> str:
        """The name of the index template."""
        return self.prefix if self._schema == "ecs" else f"{self.prefix}-network-log"

    @property
    def is_data_stream(self) -> bool:
        """Whether it is one, and not indices by time."""
        return self._target == "data_stream"

    def plant(self, *, has_data_streams: bool = True) -> None:
        """Puts a template of somebody else's that would make data streams of our indices, as Elasticsearch has one for
        `logs-*-*`; or, where there are none, would refuse every document.
        """
        spoils = {"data_stream": {}} if has_data_streams else {"template": {"mappings": {"dynamic": "strict"}}}
        planted = {"index_patterns": [f"{self.prefix}-*"], "priority": 100} | spoils
        self._ask("PUT", f"_index_template/{self.prefix}-planted", planted)

    def uproot(self) -> None:
        """Removes it."""
        self._ask("DELETE", f"_index_template/{self.prefix}-planted")

    def close_day(self, day: str) -> None:
        """Closes the index of a day (`YYYY.MM.DD`), which is made where there is none."""
        self._make(day)
        self._ask("POST", f"{self.prefix}-{day}/_close")

    def open_day(self, day: str) -> None:
        """Opens it again."""
        self._ask("POST", f"{self.prefix}-{day}/_open")

    def block_writes(self, day: str, yes: bool) -> None:
        """Blocks the index of a day for writing, or lifts that block."""
        self._make(day)
        self._ask("PUT", f"{self.prefix}-{day}/_settings", {"index.blocks.write": yes})

    def roll_over(self) -> None:
        """Gives the data stream its next backing index."""
        self._ask("POST", f"{self.prefix}/_rollover")

    def indices(self) -> list[str]:
        """The plain indices, and none of a data stream."""
        found = self._ask("GET", f"_resolve/index/{self._pattern}")
        assert not found["data_streams"], found
        return sorted(each["name"] for each in found["indices"])

    def count(self) -> int:
        """How many documents there are, all of them visible."""
        self._ask("POST", f"{self._pattern}/_refresh?ignore_unavailable=true")
        return self._ask("GET", f"{self._pattern}/_count?ignore_unavailable=true")["count"]

    def count_of(self, body: object) -> int:
        """How many of the visible documents a search finds."""
        return self._ask("POST", f"{self._pattern}/_count", body)["count"]

    def written(self) -> int:
        """How many documents have been written so far, visible or not."""
        primaries = self._ask("GET", f"{self._pattern}/_stats/indexing")["_all"]["primaries"]
        return primaries.get("indexing", {}).get("index_total", 0)

    def ids(self) -> set[str]:
        """The ids of all documents."""
        query: dict[str, Any] = {"size": 5000, "_source": False, "sort": ["log.offset", "log.file.path"]}
        found: set[str] = set()
        while True:
            hits = self._ask("GET", f"{self._pattern}/_search", query)["hits"]["hits"]
            if not hits:
                return found
            found.update(hit["_id"] for hit in hits)
            query["search_after"] = hits[-1]["sort"]

    def source(self, index: str, document_id: str) -> bytes:
        """A document's bytes, as the engine keeps them."""
        answer = self._session.get(f"{self.engine_url}/{index}/_source/{document_id}", timeout=30)
        answer.raise_for_status()
        return answer.content

    def hits(self) -> list[Any]:
        """Every document, as a search finds it, without the document itself; 10,000 at most."""
        return self._ask("GET", f"{self._pattern}/_search", {"size": 10_000, "_source": False})["hits"]["hits"]

    def documents(self) -> list[Any]:
        """Every document; 10,000 at most."""
        hits = self._ask("GET", f"{self._pattern}/_search", {"size": 10_000})["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def source_of(self, hit: Any) -> bytes:
        """The bytes of a document that a search has found."""
        path = f"{hit['_index']}/_source/{hit['_id']}"
        if self._generation == "elasticsearch-6":
            path = f"{hit['_index']}/{hit['_type']}/{hit['_id']}/_source"
        answer = self._session.get(f"{self.engine_url}/{path}", timeout=30)
        answer.raise_for_status()
        return answer.content

    def mappings(self) -> list[dict[str, Any]]:
        """What each index takes the fields for, by their paths."""
        return [self._fields(each["mappings"]) for each in self._ask("GET", f"{self._pattern}/_mapping").values()]

    def template_mapping(self) -> dict[str, Any]:
        """The same, as our template says."""
        if self._generation == "elasticsearch-6":
            return self._fields(self._ask("GET", f"_template/{self.template}")[self.template]["mappings"])
        (found,) = self._ask("GET", f"_index_template/{self.template}")["index_templates"]
        return self._fields(found["index_template"]["template"]["mappings"])

    def terms(self, *fields: str) -> list[tuple[tuple[str, ...], int]]:
        """The values of the fields together, with how many documents have them, most frequent first."""
        sources = [{field: {"terms": {"field": field, "missing_bucket": True}}} for field in fields]
        aggregation = {"groups": {"composite": {"size": 1000, "sources": sources}}}
        answer = self._ask("GET", f"{self._pattern}/_search", {"size": 0, "aggs": aggregation})
        groups = [
            (tuple(str(group["key"][field]) for field in fields), group["doc_count"])
            for group in answer["aggregations"]["groups"]["buckets"]
        ]
        return sorted(groups, key=lambda group: (-group[1], group[0]))

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Removes the indices and the template, and nothing else."""
        if self.is_data_stream:
            self._session.delete(f"{self.engine_url}/_data_stream/{self.prefix}", timeout=60)
        else:
            for name in self._ask("GET", f"{self._pattern}/_settings"):
                self._session.delete(f"{self.engine_url}/{name}", timeout=60).raise_for_status()
        template = "_template" if self._generation == "elasticsearch-6" else "_index_template"
        self._session.delete(f"{self.engine_url}/{template}/{self.template}", timeout=60)

    def _make(self, day: str) -> None:
        index = f"{self.engine_url}/{self.prefix}-{day}"
        if not self._session.head(index, timeout=60).ok:
            self._session.put(index, timeout=60).raise_for_status()

    def _fields(self, mappings: Any) -> dict[str, Any]:
        if self._generation == "elasticsearch-6":
            (mappings,) = mappings.values()  # of the one type
        return dict(_leaves("", mappings["properties"]))

    @property
    def _pattern(self) -> str:
        return self.prefix if self.is_data_stream else f"{self.prefix}-*"

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._session.request(method, f"{self.engine_url}/{path}", json=body, timeout=60)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()


def _leaves(above: str, properties: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, definition in properties.items():
        if "properties" in definition:
            yield from _leaves(f"{above}{name}.", definition["properties"])
        else:
            yield f"{above}{name}", definition
