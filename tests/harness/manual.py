"""What infra/README.md promises: its sections, and the table of permissions."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .account import Permission
from .terraform import MODULE

SECTIONS = ["What is created", "What it may touch", "What it costs", "How to remove it"]

_TABLE = re.compile(r"<!-- permissions: .*?-->\n(.*?)<!-- end of permissions -->", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_PLACEHOLDER = re.compile(r"[A-Z_]{3,}")


@dataclass(frozen=True)
class Row:
    """Roles, actions and ARNs, with words in capitals for what differs between deployments."""

    roles: list[str]
    actions: list[str]
    resources: list[str]

    def covers(self, permission: Permission, values: Mapping[str, str]) -> bool:
        """Whether a deployment may have it by this row, given what the words in capitals stand for in it."""
        return (
            permission.role in [_filled(role, values) for role in self.roles]
            and permission.action in self.actions
            and permission.resource in [_filled(resource, values) for resource in self.resources]
        )


def missing_sections() -> list[str]:
    """What is not answered under a heading of its own."""
    headings = re.findall(r"^## (.*)$", _text(), re.MULTILINE)
    return [section for section in SECTIONS if section not in headings]


def rows() -> list[Row]:
    """The table of permissions."""
    (table,) = _TABLE.findall(_text())
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    return [Row(_CODE.findall(row[0]), _CODE.findall(row[1]), _CODE.findall(row[2])) for row in cells]


def untold(permissions: Iterable[Permission], values: Mapping[str, str]) -> list[Permission]:
    """What the roles of a deployment may do and the table does not say."""
    told = rows()
    return sorted(each for each in permissions if not any(row.covers(each, values) for row in told))


def _filled(pattern: str, values: Mapping[str, str]) -> str | None:
    """The ARN or name; none where the deployment has nothing of the kind."""
    words = _PLACEHOLDER.findall(pattern)
    return _PLACEHOLDER.sub(lambda word: values[word[0]], pattern) if values.keys() >= set(words) else None


def _text() -> str:
    return (MODULE / "README.md").read_text()
