"""Each variable of the Lambda can be set in Terraform, under the same name in lower case; infra/README.md says why others cannot."""

import re

from harness.paths import REPOSITORY

# Those that the module sets by itself.
DERIVED = {
    "ALBATROSS_BACKFILL_QUEUE_URL",
    "ALBATROSS_FANOUT_QUEUE_URL",
    "ALBATROSS_GRANT_ROLE",
    "ALBATROSS_SIGV4_REGION",
}

# Those that it does not set.
UNSET = {
    "ALBATROSS_API_KEY",
    "ALBATROSS_DASHBOARDS_URL",
    "ALBATROSS_PASSWORD",
    "ALBATROSS_REDACT_KEY",
    "ALBATROSS_S3_PATH_STYLE",
    "ALBATROSS_USERNAME",
}


def known_to_the_lambda() -> set[str]:
    """The names in the program's own list."""
    return set(re.findall(r'"(ALBATROSS_[A-Z0-9_]+)"', (REPOSITORY / "ingest-lambda/src/config/variables.rs").read_text()))


def test_the_functions_environment_has_every_variable() -> None:
    names = re.findall(r"^ +(ALBATROSS_[A-Z0-9_]+) += ", (REPOSITORY / "infra/environment.tf").read_text(), re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(names) == known_to_the_lambda() - UNSET


def test_each_is_a_variable_of_the_module() -> None:
    declared = re.findall(r'^variable "(\w+)"', (REPOSITORY / "infra/knobs.tf").read_text(), re.MULTILINE)
    expected = {name.removeprefix("ALBATROSS_").lower() for name in known_to_the_lambda() - DERIVED - UNSET}
    assert set(declared) == expected


def test_the_readme_says_why_others_are_not() -> None:
    text = (REPOSITORY / "infra/README.md").read_text()
    (table,) = re.findall(r"^\| variable \| why it is none of the module \|\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(ALBATROSS_\w+)`", table)) == DERIVED | UNSET


def test_what_becomes_of_objects_has_no_default() -> None:
    text = (REPOSITORY / "infra/knobs.tf").read_text()
    (block,) = re.findall(r'^variable "settle" \{\n.*?^}', text, re.MULTILINE | re.DOTALL)
    assert "default" not in re.sub(r'description = ".*"', "", block)
