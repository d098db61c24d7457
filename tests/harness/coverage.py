"""Documents of every format against an engine's index: all there, byte for byte, every field of them mapped and searchable."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from . import albatross
from .index import Index
from .paths import FIXTURES
from .storage import Storage

_SOURCE = (FIXTURES / "source.txt").read_text().strip()
_DATABASES = [FIXTURES / "geo" / name for name in ("city.mmdb", "asn.mmdb")]
# The reasons for which an engine may leave a value out of the index: keywords have this as `ignore_above`, and `date_nanos`
# ends here.
_LONGEST_KEYWORD = 8191
_NANOSECONDS = "1970-01-01T00:00:00", "2262-04-11T23:47:16.854775808"


def every_format(storage: Storage, index: Index, folder: Path, **more: object) -> str:
    """Ingests every fixture that has lines for the index's schema, and looks at what the engine made of it.

    `more` are settings. Raises `AssertionError` when anything is missing, changed, guessed or not indexed.
    """
    settings = folder / "settings.json"
    settings.write_text(json.dumps(json.loads(index.settings) | more))
    bucket = storage.bucket()
    variables = albatross.environment(storage, bucket, index) | {
        "ALBATROSS_SETTINGS": settings.read_text(),
        "ALBATROSS_GEO_FILES": ",".join(map(str, _DATABASES)),
    }
    albatross.setup(variables)
    expected: dict[str, bytes] = {}
    for log in sorted(FIXTURES.glob("*.log")):
        key = _SOURCE.split("/", 3)[3].format(name=log.stem)
        items = albatross.bulk_items(log, bucket.uri(key), settings, _DATABASES)
        if items:
            bucket.put(key, log.read_bytes())
        expected |= {_only_value(json.loads(action))["_id"]: document for action, document in items}

    done = albatross.ingest(variables)

    assert done.status == 0, done.messages
    assert done.report["indexed"] == index.count() == len(expected) > 0, done.report
    hits = index.hits()
    assert {hit["_id"] for hit in hits} == expected.keys()
    mapping = index.template_mapping()
    assert all(each == mapping for each in index.mappings()), "a mapping is not the template's"
    having: Counter[str] = Counter()
    too_much: Counter[str] = Counter()
    for hit in hits:
        document = expected[hit["_id"]]
        assert index.source_of(hit) == document, hit
        values = dict(_leaves(json.loads(document), mapping))
        left_out = {field for field, value in values.items() if _is_left_out(value, mapping[field])}
        # Not every engine says what it has left out.
        assert left_out >= set(hit.get("_ignored", [])), hit
        having.update(values.keys())
        too_much.update(left_out)
    assert having.keys() == mapping.keys(), having.keys() ^ mapping.keys()
    for field, definition in mapping.items():
        searchable = having[field] - too_much[field] if definition.get("index", True) else 0
        assert index.count_of({"query": {"exists": {"field": field}}}) == searchable, field
    more = ", ".join(f"{count} {field}" for field, count in sorted(too_much.items()))
    return f"{len(hits)} documents, {len(mapping)} fields; too much to be searched for, by design: {more or 'none'}"


def _only_value(action: dict[str, Any]) -> Any:
    (value,) = action.values()
    return value


def _leaves(value: Any, mapping: dict[str, Any], path: str = "") -> list[tuple[str, Any]]:
    """The fields of a document and their values; what the mapping does not know is gone into, to its end."""
    if path in mapping or not isinstance(value, dict):
        return [(path, value)]
    return [leaf for key, each in value.items() for leaf in _leaves(each, mapping, f"{path}.{key}" if path else key)]


def _is_left_out(value: Any, definition: dict[str, Any]) -> bool:
    if definition["type"] == "date_nanos":
        first, end = _NANOSECONDS
        return not first <= value.rstrip("Z") < end
    return definition["type"] == "keyword" and _utf16_length(value) > _LONGEST_KEYWORD


def _utf16_length(value: Any) -> int:
    """The length that Java sees; of several values, the longest."""
    return max(len(str(each).encode("utf-16-le")) // 2 for each in (value if isinstance(value, list) else [value]))
