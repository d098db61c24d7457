"""Which fault meets which request: decisions that follow from a seed and the request's number, and nothing else.

What is decided here is carried out by `proxy`. No fault ever says that something was done which was not: every answer
is one that a real engine, a real S3 or something between could give, and from which nothing may be lost.
"""

import gzip
import json
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

# Weather changes every so many requests: calm, usual, or a storm in which one kind prevails.
_STRETCH = 24
_STORM_RATE = 0.7


@dataclass(frozen=True)
class Request:
    """An HTTP request; header names in lower case."""

    method: str
    target: str  # path and query, as sent
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Delivery(Enum):
    """How an answer reaches the client."""

    WHOLE = "whole"
    CUT = "cut"  # fewer bytes than announced, then the connection ends
    RESET = "reset"  # none
    HANG = "hang"  # none, and the connection stays open until the client loses patience
    STALL = "stall"  # the same, halfway through the answer
    DRIP = "drip"  # whole, a little at a time


@dataclass(frozen=True)
class Fault:
    """What happens to one request."""

    kind: str
    # Whether upstream gets the request, and with which path, query or body if not its own.
    forwards: bool = False
    target: str | None = None
    body: bytes | None = None
    # So many seconds upstream seems to need.
    delay: float = 0
    # What the client is told, made from upstream's answer where there is one.
    answer: Callable[[Answer | None], Answer] | None = None
    delivery: Delivery = Delivery.WHOLE
    # After how many bytes of the body it is cut or stalls.
    cut: Callable[[bytes], int] = lambda body: len(body) // 2


@dataclass(frozen=True)
class Rates:
    """Probabilities per request, in usual weather."""

    passing: float  # faults that a repetition overcomes
    stopping: float  # refusals that end a run
    storms: float  # of a stretch of requests


@dataclass
class Faults:
    """The faults of one proxy in one run of the program."""

    seed: str
    rates: Rates
    decide: Callable[[random.Random, Request, bool, str | None], Fault | None]
    requests: int = 0
    log: list[tuple[int, str, str]] = field(default_factory=list)  # number, kind and request line
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, request: Request) -> Fault | None:
        """The fault of this request, the next one in number; mostly none."""
        with self._lock:
            number = self.requests
            self.requests += 1
        weather = random.Random(f"{self.seed} stretch {number // _STRETCH}")
        storm = weather.random() < self.rates.storms
        prevailing = weather.choice(_STORMY) if storm else None
        rng = random.Random(f"{self.seed} request {number}")
        stops = rng.random() < self.rates.stopping
        if not stops and rng.random() >= (_STORM_RATE if storm else self.rates.passing):
            return None
        fault = self.decide(rng, request, stops, prevailing)
        if fault is not None:
            with self._lock:
                self.log.append((number, fault.kind, f"{request.method} {request.target}"))
        return fault

    def injected(self) -> Counter[str]:
        """How many faults of each kind."""
        return Counter(kind for _, kind, _ in self.log)


# What comes in storms: an overloaded or restarting service, a broken network. A hang each time would only take time.
_STORMY = ("status 429", "status 503", "status 502", "reset before", "reset after", "cut", "items")


def _pick(rng: random.Random, weights: dict[str, float], prevailing: str | None) -> str:
    if prevailing in weights:
        return prevailing
    return rng.choices(list(weights), list(weights.values()))[0]


def _on_the_way(rng: random.Random, kind: str) -> Fault:
    """What may happen to any request between here and there, and back."""
    match kind:
        case "reset before":
            return Fault(kind, delivery=Delivery.RESET)
        case "reset after":  # the worst: it was done, and nobody tells
            return Fault(kind, forwards=True, delivery=Delivery.RESET)
        case "hang before":
            return Fault(kind, delivery=Delivery.HANG)
        case "hang after":
            return Fault(kind, forwards=True, delivery=Delivery.HANG)
        case "drip":
            return Fault(kind, forwards=True, delivery=Delivery.DRIP)
        case "cut" | "stall":
            where, delivery = rng.random(), Delivery.CUT if kind == "cut" else Delivery.STALL
            return Fault(kind, forwards=True, delivery=delivery, cut=lambda body: _cut(body, where))
    raise ValueError(kind)


def _cut(body: bytes, where: float) -> int:
    """Where to cut a body: anywhere, or where it is hardest to notice."""
    anywhere = int(len(body) * (where * 3 % 1))
    if where < 1 / 3:
        return anywhere
    # After a whole gzip member, or after a whole line of plain text.
    member = body.find(b"\x1f\x8b\x08", 1) if body[:2] == b"\x1f\x8b" else -1
    return member if member > 0 else body.find(b"\n", anywhere) + 1 or anywhere


## The engine

_ENGINE_PASSING: dict[str, float] = {
    "status 429": 3, "status 500": 1, "status 502": 1, "status 503": 3, "status 504": 1,
    "reset before": 2, "reset after": 3, "cut": 2, "hang before": 0.15, "hang after": 0.15, "stall": 0.1,
}  # fmt: skip
_BULK_PASSING = _ENGINE_PASSING | {
    "status 413": 2, "items": 6, "items answered wrongly": 3, "too few items": 1, "too many items": 1, "garbage": 1,
}  # fmt: skip
_BULK_STOPPING = {"status 403": 1.0, "status 400": 1.0, "items refused": 4.0}

_BUSY = (
    (429, "es_rejected_execution_exception", "rejected execution of primary operation"),
    (503, "unavailable_shards_exception", "primary shard is not active Timeout: [1m]"),
    (503, "process_cluster_event_timeout_exception", "failed to process cluster event (auto-create) within 30s"),
    (500, "internal_server_error", "an I/O error occurred"),
)  # fmt: skip
_SYSTEMIC = (
    (400, "illegal_argument_exception",
     "Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum normal shards open;"),
    (404, "index_not_found_exception", "no such index [x] and [action.auto_create_index] is [false]"),
    (403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)];"),
    (400, "index_closed_exception", "closed"),
)  # fmt: skip


def engine(rng: random.Random, request: Request, stops: bool, prevailing: str | None) -> Fault | None:
    """A fault between Albatross and the search engine."""
    items = bulk_items(request)
    if stops:
        kind = _pick(rng, _BULK_STOPPING, None) if items else "status 403"
    else:
        kind = _pick(rng, _BULK_PASSING if items else _ENGINE_PASSING, prevailing)
    if kind == "status 413" and len(items) < 2:
        # It would be the truth about an item that no engine takes, and put a good line into quarantine.
        return None
    match kind:
        case "items" | "items answered wrongly" | "items refused":
            errors = _SYSTEMIC if kind == "items refused" else _BUSY
            return _partial(rng, kind, items, errors, taken=kind == "items answered wrongly")
        case "too few items":  # one is neither taken nor spoken of
            missing = rng.randrange(len(items))
            rest = b"".join(items[:missing] + items[missing + 1 :])
            nothing = Answer(200, {"content-type": "application/json"}, b'{"errors":false,"items":[]}')
            return Fault(kind, forwards=bool(rest), body=rest, answer=lambda answer: answer or nothing)
        case "too many items":
            return Fault(kind, forwards=True, answer=_one_more)
        case "garbage":
            text = rng.choice((b"", b"{", b"<html><body>ok</body></html>", b'{"took":3,"errors":false}', b"null"))
            answer = Answer(200, {"content-type": "application/json"}, text)
            return Fault(kind, forwards=rng.random() < 0.5, answer=lambda _: answer)
    if kind.startswith("status "):
        status = int(kind.removeprefix("status "))
        headers = {"content-type": "application/json"}
        if status in (429, 503) and rng.random() < 0.1:
            headers["retry-after"] = "1"
        error = {"error": {"type": "chaos", "reason": "made up"}, "status": status}
        body = json.dumps(error).encode() if rng.random() < 0.5 else b"<html>made up</html>"
        # A gateway that answers 502 or 504 does not know either whether the engine took the request.
        forwards = status in (500, 502, 504) and rng.random() < 0.5
        return Fault(kind, forwards=forwards, answer=lambda _: Answer(status, headers, body))
    return _on_the_way(rng, kind)


def bulk_items(request: Request) -> list[bytes]:
    """The items of a bulk request, action and document each; none for other requests."""
    if request.method != "POST" or not request.path.endswith("/_bulk"):
        return []
    body = request.body
    if request.headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    lines = body.splitlines(keepends=True)
    return [action + document for action, document in zip(lines[0::2], lines[1::2], strict=True)]


def _partial(
    rng: random.Random, kind: str, items: list[bytes], errors: tuple[tuple[int, str, str], ...], taken: bool
) -> Fault:
    """Some items fail; the engine takes the others only, or all of them where the errors are `taken` wrongly."""
    share = rng.choice((0.02, 0.3, 1.0))
    failing = {position for position in range(len(items)) if rng.random() < share} or {rng.randrange(len(items))}
    status, error_type, reason = rng.choice(errors)
    error = {"status": status, "error": {"type": error_type, "reason": reason}}
    return failing_items(kind, items, failing, error, taken)


def failing_items(kind: str, items: list[bytes], failing: set[int], error: object, taken: bool = False) -> Fault:
    """These items get that error; the engine takes the others only, or all of them where the errors are `taken` wrongly."""
    sent = items if taken else [item for position, item in enumerate(items) if position not in failing]

    def merged(answer: Answer | None) -> Answer:
        told = json.loads(answer.body)["items"] if answer else []
        name = next(iter(told[0])) if told else "create"
        rest = iter(told)
        merged = []
        for position in range(len(items)):
            own = next(rest) if taken or position not in failing else None
            merged.append({name: error} if position in failing else own)
        body = json.dumps({"errors": True, "items": merged}).encode()
        return Answer(200, {"content-type": "application/json"}, body)

    def answer(upstream: Answer | None) -> Answer:
        # An engine that has troubles of its own is believed.
        return upstream if upstream and upstream.status != 200 else merged(upstream)

    return Fault(kind, forwards=bool(sent), body=b"".join(sent), answer=answer)


def _one_more(answer: Answer | None) -> Answer:
    """The engine's answer with its last item twice."""
    assert answer is not None
    if answer.status != 200:
        return answer
    told = json.loads(answer.body)
    told["items"].append(told["items"][-1])
    return replace(answer, body=json.dumps(told).encode())


## S3

_S3_PASSING: dict[str, float] = {
    "status 500": 2, "status 503": 3, "reset before": 2, "reset after": 3, "cut": 3, "drip": 1,
    "hang before": 0.1, "hang after": 0.1, "stall": 0.1,
}  # fmt: skip
# What holds for everybody who asks: the codes of S3, and the statuses that they come with.
_S3_STOPPING = ("status 403", "ExpiredToken", "PermanentRedirect", "TemporaryRedirect", "RequestTimeTooSkewed")
_S3_STATUSES = {
    "ExpiredToken": 400, "PermanentRedirect": 301, "TemporaryRedirect": 307, "RequestTimeTooSkewed": 403,
    "InvalidObjectState": 403,
}  # fmt: skip
_CONDITIONS = ("if-match", "if-none-match", "x-amz-copy-source-if-match")
_S3_CODES = {
    403: "AccessDenied", 409: "ConditionalRequestConflict", 412: "PreconditionFailed",
    500: "InternalError", 503: "SlowDown",
}  # fmt: skip


def s3(rng: random.Random, request: Request, stops: bool, prevailing: str | None) -> Fault | None:
    """A fault between Albatross and S3."""
    kinds = dict(_S3_PASSING)
    listing = request.method == "GET" and "list-type=2" in request.query
    # These two answer 200 before they are done, and may tell of an error afterwards, in the body.
    copies = request.method == "PUT" and "x-amz-copy-source" in request.headers
    completes = request.method == "POST" and "uploadId=" in request.query
    if listing:
        kinds["short listing"] = 3
    if copies or completes:
        kinds["error in a 200"] = 3
    if request.method in ("HEAD", "PUT", "DELETE") and not copies:
        # Their answers have no body.
        del kinds["cut"], kinds["stall"], kinds["drip"]
    elif request.method == "GET" and not listing and request.path.endswith((".log", ".log.gz")):
        kinds["InvalidObjectState"] = 0.3
    if any(name in request.headers for name in _CONDITIONS):
        kinds |= {"status 412": 0.5, "status 409": 0.5}
    kind = rng.choice(_S3_STOPPING) if stops else _pick(rng, kinds, prevailing)
    if kind in _S3_STATUSES:
        return s3_error(kind, request, _S3_STATUSES[kind], kind)
    if kind == "short listing":
        where = rng.random()
        return Fault(kind, forwards=True, answer=lambda answer: _shortened(answer, where))
    if kind == "error in a 200":
        return Fault(kind, answer=lambda _: Answer(200, {"content-type": "application/xml"}, _xml("InternalError")))
    if kind.startswith("status "):
        status = int(kind.removeprefix("status "))
        forwards = status == 500 and rng.random() < 0.5
        return replace(s3_error(kind, request, status, _S3_CODES[status]), forwards=forwards)
    return _on_the_way(rng, kind)


def s3_error(kind: str, request: Request, status: int, code: str) -> Fault:
    """S3 answers with this error; to HEAD without its words."""
    body = b"" if request.method == "HEAD" else _xml(code)
    return Fault(kind, answer=lambda _: Answer(status, {"content-type": "application/xml"}, body))


def _xml(code: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>made up</Message><RequestId>chaos</RequestId></Error>"
    ).encode()


def _shortened(answer: Answer | None, where: float) -> Answer:
    """The beginning of an answer that claims to be the whole."""
    assert answer is not None
    return replace(answer, body=answer.body[: int(len(answer.body) * where)])
