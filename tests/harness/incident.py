"""The incident that a log's documents show: which target failed, when, and why. Needs nothing but Python."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .console import fact, styled


@dataclass(frozen=True)
class Incident:
    """The time in which one target failed, and what it failed with."""

    failures: list[Any]  # its documents, in the order of time
    requests: int  # to the target, meanwhile
    others: int  # to all others, meanwhile
    others_failed: int

    @property
    def first(self) -> Any:
        """The document of its first failure."""
        return self.failures[0]

    @property
    def filter(self) -> str:
        """What finds its failures, on the page and by `albatross`."""
        return f"aws.elb.backend.ip: {_target(self.first)[0]} and http.response.status_code >= 500"

    def show(self) -> None:
        """Says it, as some lines of a step."""
        begin, end = _time(self.first), _time(self.failures[-1])
        reasons = Counter(each["albatross"]["verdict"]["reason"] for each in self.failures)
        fact("who failed", styled(f"target {':'.join(_target(self.first))} of {self.first['aws']['elb']['name']}", "bold"))
        fact("when", f"{begin:%Y-%m-%d}, {begin:%H:%M:%S} to {end:%H:%M:%S} UTC")
        fact("how much", f"{len(self.failures)} of its {self.requests} requests; {self.others_failed} of {self.others} to others")
        fact("why", ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()))


def find(documents: Iterable[Any]) -> Incident:
    """The incident of the target that failed most often.

    Raises `ValueError` when none failed.
    """
    routed = sorted((each for each in documents if "ip" in each["aws"]["elb"].get("backend", {})), key=_time)
    counts = Counter(_target(each) for each in routed if _has_failed(each))
    if not counts:
        raise ValueError("no target failed")
    worst = counts.most_common(1)[0][0]
    failures = [each for each in routed if _has_failed(each) and _target(each) == worst]
    meanwhile = [each for each in routed if _time(failures[0]) <= _time(each) <= _time(failures[-1])]
    others = [each for each in meanwhile if _target(each) != worst]
    return Incident(failures, len(meanwhile) - len(others), len(others), sum(map(_has_failed, others)))


def _target(document: Any) -> tuple[str, str]:
    backend = document["aws"]["elb"]["backend"]
    return backend["ip"], backend["port"]


def _time(document: Any) -> datetime:
    return datetime.fromisoformat(document["@timestamp"])


def _has_failed(document: Any) -> bool:
    return document["http"]["response"]["status_code"] >= 500
