"""Alarms and dashboard look at metrics that there are, and the dashboard at all of them."""

import re

from harness.paths import REPOSITORY


def emitted() -> set[str]:
    """The metrics of a run, by the code that writes them."""
    text = (REPOSITORY / "ingest-lambda/src/metrics.rs").read_text()
    return set(re.findall(r'\("(\w+)", "(?:Count|Bytes|Seconds|Milliseconds)", ', text))


def watched() -> set[str]:
    """The metrics of a run that an alarm looks at."""
    text = (REPOSITORY / "infra/alarms.tf").read_text()
    (own,) = re.findall(r"^  causes = .*?(?=^  own_alarms = )", text, re.MULTILINE | re.DOTALL)
    return {name for line in re.findall(r"^ +metrics? += (.*)$", own, re.MULTILINE) for name in re.findall(r'"(\w+)"', line)}


def test_alarms_look_at_metrics_that_there_are() -> None:
    lasting = {"Sweeps", "ListingComplete", "TicksSkipped", "OldestFailedAge", "JobsStopped", "StateNotWritten"}
    faults = {"Stopped", "Quarantined", "ObjectsQuarantined", "ObjectsFailed", "OldestWaitingAge", "Unstored", "UnknownNames"}
    assert watched() == lasting | faults
    assert emitted() >= watched()


def test_the_dashboard_shows_every_metric() -> None:
    text = (REPOSITORY / "infra/dashboard.tf").read_text()
    lists = re.findall(r'for name in \[(.*?)\] : \["Albatross"', text) + re.findall(r'\[\["Albatross", ("\w+")', text)
    # Lines is the sum of what became of them.
    assert {name for names in lists for name in re.findall(r'"(\w+)"', names)} == emitted() - {"Lines"}
