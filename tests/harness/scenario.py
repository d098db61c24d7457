"""What a bucket with a day's logs looks like, good and bad: used by the demo and by the end-to-end test."""

from dataclasses import dataclass
from datetime import timedelta

import generate

from . import traffic
from .storage import TEST_FILE, TEST_FILE_KEY, object_key

# Each log has five minutes: from 09:10 to 09:40, with what `traffic.incident` plants there.
_FIRST_MINUTE = 9 * 60 + 10
BAD_LINE = "https 2026-09-23T09:31:00.000000Z app/shop/50dc6c495c0c9188 203.0.113.7:66666 cut short"


@dataclass(frozen=True)
class LogObject:
    """An object to upload, and what must become of it."""

    key: str
    body: bytes
    text: bytes  # what it holds, as far as it can be read
    about: str
    is_log: bool = True
    is_damaged: bool = False
    quarantined: int = 0  # lines


def log_objects(lines_each: int = 400) -> list[LogObject]:
    """Six access logs, among them one damaged and one with a bad line, and the file that AWS tests its permission with."""
    part = [_part(position, lines_each) for position in range(6)]
    halves = part[3][: len(part[3]) // 2], part[3][len(part[3]) // 2 :]
    bad = part[4][:20] + [BAD_LINE] + part[4][20:]
    whole = _gzip(part[5])
    return [
        LogObject(_key(0), _gzip(part[0]), _text(part[0]), "a log"),
        LogObject(_key(1), _gzip(part[1]), _text(part[1]), "a log"),
        LogObject(_key(2), _text(part[2]), _text(part[2]), "a log in plain text, whatever its name says"),
        LogObject(_key(3), _gzip(halves[0]) + _gzip(halves[1]), _text(part[3]), "a log of two gzip members"),
        LogObject(_key(4), _gzip(bad), _text(bad), "one bad line", quarantined=1),
        LogObject(_key(5), whole[: len(whole) * 2 // 3], b"", "gzip, cut at two thirds", is_damaged=True),
        LogObject(TEST_FILE_KEY, TEST_FILE, b"", "AWS's test file", is_log=False),
    ]


def _part(position: int, lines: int) -> list[str]:
    """Each log shows its own part of the rare requests, since every stretch of 25 lines goes on to the next one."""
    begin = _FIRST_MINUTE + 5 * position
    rare_from = position * lines // traffic.RARE_EVERY
    return list(traffic.incident(lines, seed=position, rare_from=rare_from, minutes=range(begin, begin + 5)))


def _key(position: int) -> str:
    end = traffic.START + timedelta(minutes=_FIRST_MINUTE + 5 * (position + 1))
    return object_key(end, f"demo{position:04}")


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _gzip(lines: list[str]) -> bytes:
    return generate.compress(_text(lines))
