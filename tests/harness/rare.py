"""The requests that make a log interesting: one or more for every verdict an access log line can show, and the
oddities found in genuine logs.

Each is a set of arguments to `entry.entry`; `SITE` stands for the site's own address. What is left out
keeps the values of an ordinary client (address, user agent, trace).
"""

from typing import Any

from .entry import ABSENT, target_group

SITE = "https://shop.example.com:443"
PLAIN_SITE = "http://shop.example.com:80"
SENT_NO_ANSWER = "0.001 {} -1"
NOTHING_SENT = "-1 -1 -1"

_WEB = target_group("shop-web", "73e2d6bc24d8a067")
_GRPC = target_group("stock-grpc", "9d1a2c3b4e5f6071")
_LAMBDA = target_group("price-lambda", "0a1b2c3d4e5f6789")

# A connection that never became a request has none of what a request brings along.
_NOTHING: dict[str, Any] = {
    "user_agent": ABSENT, "cipher": "- -", "trace": ABSENT, "domain": ABSENT, "cert": ABSENT,
    "priority": ABSENT, "actions": ABSENT,
}  # fmt: skip
_PLAIN: dict[str, Any] = {"type": "http", "cipher": "- -", "domain": ABSENT, "cert": ABSENT}


def _web(request: str, status: str, target_status: str = ABSENT, **more: Any) -> dict[str, Any]:
    """A request that routing gave to the web servers."""
    return {"request": request, "status": status, "target": "10.0.1.23:8080", "target_status": target_status,
            "group": _WEB, "sent": 610, "received": 312} | more  # fmt: skip


def _unrouted(request: str, status: str, **more: Any) -> dict[str, Any]:
    """A request that the load balancer answered itself."""
    return {"request": request, "status": status, "sent": 288, "received": 187} | more


def _lambda(request: str, status: str, error: str, **more: Any) -> dict[str, Any]:
    """A request to a Lambda target, which has no address."""
    return {"request": request, "status": status, "error": error, "group": _LAMBDA,
            "times": "0.000 0.154 -1", "received": 402, "sent": 290} | more  # fmt: skip


RARE: list[dict[str, Any]] = [
    # target
    _web(f"GET {SITE}/api/v1/orders/999999 HTTP/1.1", "404", "404", times="0.001 0.009 0.000"),
    _web(f"POST {SITE}/api/v1/orders HTTP/1.1", "500", "500", times="0.002 1.204 0.000"),
    _web(f"GET {SITE}/api/v1/report HTTP/1.1", "502", times=NOTHING_SENT),
    _web(f"GET {SITE}/api/v1/report HTTP/1.1", "504", times=NOTHING_SENT),
    _web(f"PUT {SITE}/api/v1/cart HTTP/1.1", "502", times=SENT_NO_ANSWER.format("0.016")),
    _web(f"GET {SITE}/api/v1/export HTTP/1.1", "502", "200", times="0.001 0.310 -1"),
    _web(f"GET {SITE}/api/v1/export?format=csv HTTP/1.1", "504", times="0.000 60.001 -1"),
    _lambda(f"GET {SITE}/price/quote?sku=1042 HTTP/2.0", "502", "LambdaUnhandled"),
    _lambda(f"GET {SITE}/price/quote?sku=7 HTTP/2.0", "503", "LambdaThrottling"),
    _lambda(f"GET {SITE}/price/catalogue HTTP/2.0", "502", "LambdaResponseTooLarge"),
    _lambda(f"GET {SITE}/price/quote?sku=3 HTTP/2.0", "200", ABSENT, target_status="200", times="0.000 0.021 0.000"),
    # client
    _unrouted("- " + PLAIN_SITE + "- -", "400", **_PLAIN | _NOTHING, received=0),
    _unrouted(f"POST {PLAIN_SITE}- HTTP/1.1", "400", **_PLAIN | _NOTHING),
    _unrouted(f"GET {SITE}/search?q=%zz HTTP/1.1", "400", priority=ABSENT, actions=ABSENT),
    _unrouted(f"POST {SITE}/upload HTTP/1.1", "408", times=SENT_NO_ANSWER.format("-1"), actions="forward"),
    _web(f"GET {SITE}/api/v1/report?year=2025 HTTP/1.1", "460", times="0.001 27.883 -1"),
    _unrouted(f"GET {SITE}/ HTTP/1.1", "463", actions=ABSENT),
    _unrouted(f"TRACE {SITE}/ HTTP/1.1", "405", actions=ABSENT),
    _unrouted(f"GET {SITE}/search?q={'a' * 1900} HTTP/1.1", "414", actions=ABSENT),
    _lambda(f"POST {SITE}/price/import HTTP/1.1", "413", "LambdaRequestTooLarge", received=1_310_720),
    _unrouted(f"POST {SITE}/api/v1/orders HTTP/1.1", "501", actions=ABSENT),
    _unrouted(f"GET {SITE}/ HTTP/3.1", "505", actions=ABSENT),
    _unrouted(f"GET {SITE}/ HTTP/2.0", "000", type="h2", actions=ABSENT),
    _unrouted(f"POST {SITE}/api/v1/orders HTTP/1.1", "400", classification="Severe",
              classification_reason="MultipleContentLength", actions=ABSENT),  # fmt: skip
    _web(f"POST {SITE}/api/v1/orders HTTP/1.1", "200", "200", times="0.001 0.020 0.000",
         classification="Ambiguous", classification_reason="UndefinedContentLengthSemantics"),  # fmt: skip
    # configuration
    {"request": f"GET {SITE}/beta/ HTTP/2.0", "status": "503", "group": target_group("beta", "6d0ecf831eec9f09"),
     "sent": 337, "received": 88},  # fmt: skip
    {"request": f"GET {SITE}/stock.Stock/Level HTTP/1.1", "status": "464", "group": _GRPC, "received": 120},
    _unrouted(f"GET {SITE}/rules HTTP/1.1", "500", priority="-1", actions=ABSENT),
    _unrouted(f"GET {SITE}/old/{{id}} HTTP/1.1", "500", transform_status="TransformReplaceError", priority="40"),
    _web(f"GET {SITE}/v1/items HTTP/2.0", "200", "200", times="0.000 0.012 0.000", actions="rewrite,forward",
         transformed_host="items.internal", transformed_uri="/items", transform_status="TransformSuccess"),  # fmt: skip
    # waf
    _unrouted(f"GET {SITE}/search?q=1%27%20or%20%271%27=%271 HTTP/1.1", "403", actions="waf"),
    _unrouted(f"POST {SITE}/login HTTP/2.0", "403", actions="waf", type="h2"),
    _web(f"GET {SITE}/admin HTTP/2.0", "403", "403", times="0.004 0.003 0.000", actions="waf,forward"),
    _unrouted(f"GET {SITE}/ HTTP/2.0", "500", actions="waf-failed", error="WAFConnectionTimeout"),
    # auth
    _unrouted(f"GET {SITE}/account HTTP/2.0", "302", actions="authenticate", priority="20"),
    _unrouted(f"GET {SITE}/oauth2/idpresponse HTTP/2.0", "401", actions="authenticate", priority="20",
              error="AuthInvalidCookie"),  # fmt: skip
    _unrouted(f"GET {SITE}/oauth2/idpresponse?error=access_denied HTTP/2.0", "561", actions="authenticate",
              priority="20", error="AuthInvalidGrantError"),  # fmt: skip
    _unrouted(f"GET {SITE}/oauth2/idpresponse?code=x HTTP/2.0", "500", actions="authenticate", priority="20",
              error="AuthTokenEpRequestTimeout"),  # fmt: skip
    _unrouted(f"GET {SITE}/api/v2/orders HTTP/2.0", "401", priority="21", error="JWTSignatureValidationError"),
    _unrouted(f"GET {SITE}/api/v2/orders HTTP/2.0", "500", priority="21", error="JWKSRequestTimeout"),
    # rule
    _unrouted(f"GET {PLAIN_SITE}/cart HTTP/1.1", "301", **_PLAIN | {"actions": "redirect", "priority": "1",
              "redirect": "https://shop.example.com:443/cart"}),  # fmt: skip
    _unrouted(f"GET {SITE}/sale summer HTTP/1.1", "302", actions="redirect", priority="5", redirect=f"{SITE}/sale summer",
              classification="Acceptable", classification_reason="SpaceInUri"),  # fmt: skip
    _unrouted(f"GET {SITE}/health HTTP/1.1", "200", actions="fixed-response", priority="3"),
    _unrouted(f"GET {SITE}/.env HTTP/1.1", "404", actions="fixed-response", times=NOTHING_SENT),
    # load balancer
    _unrouted(f"GET {SITE}/ HTTP/2.0", "500", error="WeightedTargetGroupsUnhandledException"),
    _unrouted(f"GET {SITE}/ HTTP/2.0", "500"),
    # other protocols
    {"request": f"GET {SITE}/live?room=7 HTTP/1.1", "type": "wss", "status": "101", "target_status": "101",
     "target": "10.0.1.24:8080", "group": _WEB, "times": "0.001 0.004 0.000", "received": 1284, "sent": 90_211},  # fmt: skip
    {"request": f"POST {SITE}/stock.Stock/Level HTTP/2.0", "type": "grpcs", "status": "200", "target_status": "200",
     "target": "10.0.3.7:50051", "group": _GRPC, "times": "0.000 0.002 0.000", "received": 97, "sent": 131,
     "user_agent": "grpc-go/1.71.0"},  # fmt: skip
    # oddities of genuine logs
    _unrouted("- - - ", "-", **_PLAIN | _NOTHING),
    _unrouted(f"- {PLAIN_SITE}- ", "400", **_PLAIN | _NOTHING),
    _unrouted(f"GET {PLAIN_SITE}/ HTTP/1.0 ", "400", **_PLAIN | {"classification": "Acceptable",
              "classification_reason": "NonCompliantVersion", "actions": ABSENT}),  # fmt: skip
    _unrouted("GET https://shop.example.com HTTP/1.1", "404", actions="fixed-response"),
    _unrouted("ZSDLKFJ2 http://035.079.085.199:80/ HTTP/1.1", "404", **_PLAIN | {"actions": "fixed-response"}),
    _unrouted("SSTP_DUPLEX_POST https://10.0.0.10:443/sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/ HTTP/1.1", "404",
              domain="10.0.0.10:443", actions="fixed-response"),  # fmt: skip
    _web(f"GET {SITE}/search?q=caf\\xC3\\xA9 HTTP/1.1", "200", "200", times="0.001 0.031 0.000",
         user_agent="Optional(\\x22Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\\x22) \\xF0\\x9F\\x98\\x80 C:\\x5Capp"),  # fmt: skip
    _web(f"GET {SITE}/ HTTP/1.1", "200", "200", times="0.001 0.006 0.000", actions="", domain="*",
         trace="Self=1-6ab37ca3-0123456789abcdef01234567;Root=1-6ab37ca3-72b3ccd0353538ac305db394"),  # fmt: skip
]
