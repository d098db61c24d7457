"""A day of traffic at one load balancer: deterministic for a seed, and fast enough for gigabytes.

Ordinary requests dominate and follow the sun; every `RARE_EVERY`th line is the next of the rare requests in turn, so
that a few thousand lines show all of them; for two minutes in a hundred the web servers fail, as they do. `incident` is
of a part of the day, and of one target that fails.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .entry import certificate, entry, target_group
from .rare import RARE, SITE

START = datetime(2026, 9, 23, tzinfo=UTC)
RARE_EVERY = 25
_MINUTES = 24 * 60
_DAY = range(_MINUTES)
_INCIDENT = range(9 * 60 + 10, 9 * 60 + 40)

_GROUPS = (
    (target_group("shop-web", "73e2d6bc24d8a067"), ("10.0.1.23:8080", "10.0.1.24:8080", "10.0.2.31:8080")),
    (target_group("shop-api", "5a4b3c2d1e0f9a8b"), ("10.0.3.11:9000", "10.0.3.12:9000")),
    (target_group("images", "f0e1d2c3b4a59687"), ("2001:db8:85a3::8a2e:370:7334:8443",)),
)
_PATHS = (
    ("/", "/cart", "/checkout", "/product/{}", "/product/{}", "/product/{}?ref=mail", "/search?q=shoes&page={}"),
    ("/api/v1/items/{}", "/api/v1/items?page={}", "/api/v1/cart", "/api/v1/orders/{}"),
    ("/img/{}.webp", "/img/{}@2x.webp?w=640", "/static/app.{}.js", "/static/style.{}.css"),
)
_USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "okhttp/4.12.0",
    "curl/8.14.1",
    "-",
)
_METHODS = ("GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "PUT", "HEAD")
_STATUSES = ("200", "200", "200", "200", "200", "200", "200", "204", "304", "404")
_FAILURES = (("502", "0.001 0.004 -1"), ("504", "0.000 10.001 -1"), ("503", "-1 -1 -1"))
_NODES = ("10.0.0.10", "10.0.0.74")
_CERTIFICATES = (certificate("0123456789ab"), "session-reused")


@dataclass(frozen=True)
class _Outage:
    """Some minutes of a day in which requests to a target group, or to one of its targets, fail."""

    minutes: range
    group: int
    target: str | None
    draw_below: float  # what chooses the group chooses the part of its requests, too
    failures: tuple[tuple[str, str], ...]

    def hits(self, minute: int, group: int, target: str, draw: float) -> bool:
        """Whether a request fails."""
        is_its = group == self.group and self.target in (None, target)
        return is_its and minute in self.minutes and draw < self.draw_below


_WEB_OUTAGE = _Outage(range(13 * 60 + 40, 14 * 60 + 9), 0, None, 0.16, _FAILURES)
# One of two targets resets connections, or does not answer.
_TARGET_OUTAGE = _Outage(range(9 * 60 + 21, 9 * 60 + 30), 1, "10.0.3.12:9000", 0.68, (*_FAILURES[:1] * 3, _FAILURES[1]))


def lines(count: int, seed: int = 1, rare_from: int = 0) -> Iterator[str]:
    """`count` entries, without their line ends, spread over a day; the rare requests begin with the `rare_from`th."""
    return _lines(count, seed, rare_from, _DAY, _WEB_OUTAGE)


def incident(count: int, seed: int = 1, rare_from: int = 0, minutes: range = _INCIDENT) -> Iterator[str]:
    """The same, spread over these minutes of the day; from 09:21 to 09:30 one target fails."""
    return _lines(count, seed, rare_from, minutes, _TARGET_OUTAGE)


def _lines(count: int, seed: int, rare_from: int, minutes: range, outage: _Outage) -> Iterator[str]:
    rng = random.Random(seed)
    clients = [_client(rng) for _ in range(500)]
    written = 0
    for minute, share in zip(minutes, _shares(minutes), strict=True):
        due = min(count, round(share * count)) - written
        base = START + timedelta(minutes=minute)
        epoch = int(base.timestamp())
        prefix = base.strftime("%Y-%m-%dT%H:%M:")
        for position in range(due):
            within = (position + rng.random()) * 60 / due
            written += 1
            if written % RARE_EVERY:
                yield _ordinary(rng, clients, prefix, epoch, within, minute, outage)
            else:
                yield _rare(rng, clients, prefix, epoch, within, rare_from + written // RARE_EVERY - 1)


def _shares(minutes: range) -> list[float]:
    """The part of the requests that has come at the end of each minute: quiet nights, busy afternoons."""
    weights = [1 - 0.8 * math.cos(2 * math.pi * (minute - 180) / _MINUTES) for minute in minutes]
    total = sum(weights)
    share, shares = 0.0, []
    for weight in weights:
        share += weight / total
        shares.append(share)
    return shares


def _client(rng: random.Random) -> str:
    if rng.random() < 0.15:
        return "2001:db8:" + ":".join(f"{rng.getrandbits(16):x}" for _ in range(6))
    return f"{rng.choice(('203.0.113', '198.51.100', '192.0.2'))}.{rng.randrange(1, 255)}"


def _stamp(rng: random.Random, prefix: str, within: float) -> tuple[str, str]:
    """When the response was made, and when the request came: the latter to the millisecond, as AWS writes it."""
    seconds = int(within)
    micros = int((within - seconds) * 1_000_000)
    millis = max(0, micros // 1000 - int(rng.random() * 40))
    return f"{prefix}{seconds:02}.{micros:06}Z", f"{prefix}{seconds:02}.{millis:03}000Z"


def _ordinary(
    rng: random.Random, clients: list[str], prefix: str, epoch: int, within: float, minute: int, outage: _Outage
) -> str:
    draw = rng.random()
    pick, unique = rng.getrandbits(64), rng.getrandbits(128)
    which = 0 if draw < 0.4 else 1 if draw < 0.75 else 2
    group, targets = _GROUPS[which]
    paths = _PATHS[which]
    path = paths[pick % len(paths)].format((pick >> 8) % 4000)
    method = _METHODS[(pick >> 20) % 10]
    status, target = _STATUSES[(pick >> 24) % 10], targets[(pick >> 28) % len(targets)]
    times = f"0.00{(pick >> 32) % 4} {draw * draw * 0.4:.3f} 0.000"
    target_status = status
    if outage.hits(minute, which, target, draw):
        status, times = outage.failures[(pick >> 36) % len(outage.failures)]
        target_status = "-"
        target = "-" if status == "503" else target
    time, created = _stamp(rng, prefix, within)
    return entry(
        time,
        f"{clients[(pick >> 40) % len(clients)]}:{1024 + (pick >> 48) % 60000}",
        f"{method} {SITE}{path} HTTP/{'2.0' if draw < 0.6 else '1.1'}",
        type="h2" if draw < 0.6 else "https",
        target=target,
        times=times,
        status=status,
        target_status=target_status,
        received=80 + (pick >> 16) % 700,
        sent=200 + (pick >> 12) % 60000,
        user_agent=_USER_AGENTS[(pick >> 52) % len(_USER_AGENTS)],
        group=group,
        trace=f"Root=1-{epoch + int(within):08x}-{unique >> 32:024x}",
        domain="shop.example.com",
        cert=_CERTIFICATES[pick & 1],
        priority=str(which * 10),
        created=created,
        connection=f"TID_{unique:032x}",
        node=_NODES[(pick >> 2) & 1],
    )


def _rare(rng: random.Random, clients: list[str], prefix: str, epoch: int, within: float, turn: int) -> str:
    time, created = _stamp(rng, prefix, within)
    defaults = {
        "user_agent": rng.choice(_USER_AGENTS),
        "trace": f"Root=1-{epoch + int(within):08x}-{rng.getrandbits(96):024x}",
        "domain": "shop.example.com",
        "cert": _CERTIFICATES[0],
        "connection": f"TID_{rng.getrandbits(128):032x}",
        "node": rng.choice(_NODES),
    }
    client = f"{rng.choice(clients)}:{rng.randrange(1024, 61024)}"
    return entry(time, client, created=created, **defaults | RARE[turn % len(RARE)])
