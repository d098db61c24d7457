"""Faults that never pass by themselves: rules that a proxy follows until somebody takes them away."""

from collections.abc import Callable
from urllib.parse import parse_qs, quote, unquote, urlencode

from .faults import Answer, Fault, Request, bulk_items, failing_items, s3_error
from .storage import OWN_PREFIX

# What becomes of a request; none where the rule has nothing to say about it.
Rule = Callable[[Request], Fault | None]


def denied(method: str, bucket: str, is_denied: Callable[[str], bool], code: str = "AccessDenied") -> Rule:
    """S3 never allows this method on these keys; or refuses it with another code of status 403."""

    def rule(request: Request) -> Fault | None:
        key = key_of(request, bucket)
        if request.method != method or not key or not is_denied(key):
            return None
        return s3_error(f"lasting {method} {code}", request, 403, code)

    return rule


def document_failed(document_id: str) -> Rule:
    """The engine never takes this document, and always takes those beside it."""

    def rule(request: Request) -> Fault | None:
        items = bulk_items(request)
        failing = {position for position, item in enumerate(items) if _has_id(item, document_id)}
        error = {"status": 500, "error": {"type": "illegal_state_exception", "reason": "made up"}}
        return failing_items("lasting item 500", items, failing, error) if failing else None

    return rule


def request_failed(document_id: str, status: int) -> Rule:
    """Somebody in front never lets a request with this document through."""

    def rule(request: Request) -> Fault | None:
        if not any(_has_id(item, document_id) for item in bulk_items(request)):
            return None
        answer = Answer(status, {"content-type": "text/html"}, b"<html>made up</html>")
        return Fault(f"lasting request {status}", answer=lambda _: answer)

    return rule


def pages(bucket: str, keys: int, seconds: float = 0) -> Rule:
    """A listing comes in pages of so many keys; each page of logs takes so long."""

    def rule(request: Request) -> Fault | None:
        query = parse_qs(request.query, keep_blank_values=True)
        is_listing = request.method == "GET" and unquote(request.path).strip("/") == bucket and "list-type" in query
        if not is_listing:
            return None
        query["max-keys"] = [str(keys)]
        target = f"{request.path}?{urlencode(query, doseq=True, quote_via=quote)}"
        is_of_logs = "delimiter" not in query and not query.get("prefix", [""])[0].startswith(OWN_PREFIX)
        return Fault("small page", forwards=True, target=target, delay=seconds if is_of_logs else 0)

    return rule


def key_of(request: Request, bucket: str) -> str:
    """The key that a request to S3 is about; empty where it is about the bucket."""
    return unquote(request.path).removeprefix(f"/{bucket}").removeprefix("/")


def _has_id(item: bytes, document_id: str) -> bool:
    return document_id.encode() in item.split(b"\n", 1)[0]
