"""The first that `make demo` shows, while the rest is built: what albatross makes of a log, the incident in
its documents and one of them. Needs nothing but Python.
"""

import json
import subprocess
import sys
from typing import Any

from harness import incident
from harness.console import fact, say, step
from harness.paths import ALBATROSS, REPOSITORY

# What tells of a request and its end.
_FIELDS = (
    "@timestamp", "source.ip", "http.request.method", "url.path", "http.response.status_code", "aws.elb.backend.ip",
    "albatross.latency.total_ms", "albatross.verdict.by", "albatross.verdict.reason", "albatross.verdict.text",
)  # fmt: skip


def main(log: str) -> None:
    with step("A first look: the sample log's documents, and the incident in them"):
        output = subprocess.run([ALBATROSS, "parse", log], check=True, stdout=subprocess.PIPE).stdout
        documents = [json.loads(line) for line in output.splitlines()]
        fact("documents", f"{len(documents):,}")
        found = incident.find(documents)
        found.show()
        say("\n  the first of these failures, some of its fields")
        for name in _FIELDS:
            say(f"    {name:<28} {value(found.first, name)}")
        say(f"\n  {ALBATROSS.relative_to(REPOSITORY)} parse --where '{found.filter}' {log}")


def value(document: Any, name: str) -> Any:
    """The field's, by its path."""
    for part in name.split("."):
        document = document[part]
    return document


if __name__ == "__main__":
    main(sys.argv[1])
