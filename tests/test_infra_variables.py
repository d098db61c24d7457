"""Each variable of the Lambda can be set in Terraform, under the same name in lower case."""

import re

from harness.paths import REPOSITORY

# Those that follow from other variables, by what they follow from.
DERIVED = {"ALBATROSS_FANOUT_QUEUE_URL": "fanout", "ALBATROSS_BACKFILL_QUEUE_URL": "backfill"}


def known_to_the_lambda() -> set[str]:
    """The names in the program's own list."""
    return set(re.findall(r'"(ALBATROSS_[A-Z0-9_]+)"', (REPOSITORY / "ingest-lambda/src/config/variables.rs").read_text()))


def test_the_functions_environment_has_every_variable() -> None:
    names = re.findall(r"^ +(ALBATROSS_[A-Z0-9_]+) += ", (REPOSITORY / "infra/environment.tf").read_text(), re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(names) == known_to_the_lambda()


def test_each_is_a_variable_of_the_module() -> None:
    declared = re.findall(r'^variable "(\w+)"', (REPOSITORY / "infra/knobs.tf").read_text(), re.MULTILINE)
    expected = {name.removeprefix("ALBATROSS_").lower() for name in known_to_the_lambda() - DERIVED.keys()}
    assert set(declared) == expected
    deployment = (REPOSITORY / "infra/variables.tf").read_text()
    assert all(f'variable "{source}"' in deployment for source in DERIVED.values())
