"""What `albatross status` has to say of the objects that wait for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .audit import expect


@dataclass(frozen=True)
class Waiting:
    """Why an object waits: the stable name of the reason, and what its sentence must name."""

    code: str
    named: str


def check_status(told: Any, waits: Mapping[str, Waiting]) -> None:
    """What a status says, beside what waits indeed.

    Raises `audit.Broken`.
    """
    found = {each["key"]: each for each in told["objects"]}
    expect("status hides an object that waits", waits.keys() - found.keys())
    expect("status names an object that does not wait", found.keys() - waits.keys())
    expect("status counts other objects than it names", [told["waiting"]] if told["waiting"] != len(found) else ())
    wrong = [f"{key}: {found[key]['code']}, not {why.code}" for key, why in waits.items() if found[key]["code"] != why.code]
    expect("status gives another reason", wrong)
    vague = [f"{key}: {found[key]['reason']}" for key, why in waits.items() if why.named not in found[key]["reason"]]
    expect("a reason does not name what is to be mended", vague)
