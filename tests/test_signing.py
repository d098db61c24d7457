"""What `albatross` signs, botocore signs the same way: an independent implementation of AWS signature version 4."""

import subprocess
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from harness.paths import ALBATROSS
from harness.recorder import Received, Recorder

REGION = "eu-central-1"
LONG_LIVED = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
OF_A_ROLE = Credentials("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a/session+token==")

# An ISM policy that is there already: changing it takes a request with a query.
POLICY = b'{"_id":"albatross-elb","_seq_no":7,"_primary_term":2,"policy":{}}'


# Behind a path that has to be encoded once more to be signed.
PATH = "/be%20hind"
IMPORT = "/_dashboards/api/saved_objects/_import?overwrite=true"


def answer(request: Received) -> tuple[int, bytes]:
    """Has ISM and no ILM, and takes everything; as OpenSearch Dashboards too."""
    if request.target.endswith(IMPORT):
        return 200, b'{"success":true,"successCount":%d}' % request.body.count(b"\n{")
    if "/_ism/" in request.target:
        return 200, POLICY
    return (200, b'{"acknowledged":true}') if request.method == "PUT" else (400, b"{}")


def setup(url: str, service: str, credentials: Credentials, retention: dict[str, str]) -> None:
    environment = {
        "ALBATROSS_BUCKET": "unused",
        "ALBATROSS_SETTLE": "keep",
        "ALBATROSS_ENDPOINT": url,
        "ALBATROSS_SIGV4": service,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_SESSION_TOKEN": credentials.token or "",
    }
    command = [ALBATROSS, "setup", "--dashboards", f"{url}/_dashboards"]
    run = subprocess.run(command, env=environment | retention, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def expected_authorization(request: Received, service: str, credentials: Credentials) -> str:
    """The `Authorization` that botocore gives a request with the same headers, at the time that stands in it."""
    signed = request.headers["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed)
    target = urlsplit(request.target)
    same = AWSRequest(
        request.method,
        f"http://{request.headers['host']}{target.path}",
        headers={name: request.headers[name] for name in signed},
        data=request.body,
        params=parse_qsl(target.query),
    )
    same.context["timestamp"] = request.headers["x-amz-date"]
    # The hash is botocore's own, not the one that came.
    del same.headers["x-amz-content-sha256"]
    signer = SigV4Auth(credentials, service, REGION)
    same.headers["x-amz-content-sha256"] = signer.payload(same)
    text = signer.string_to_sign(same, signer.canonical_request(same))
    headers = signer.signed_headers(signer.headers_to_sign(same))
    signature = signer.signature(text, same)
    return f"AWS4-HMAC-SHA256 Credential={signer.scope(same)}, SignedHeaders={headers}, Signature={signature}"


@pytest.mark.parametrize("credentials", [LONG_LIVED, OF_A_ROLE], ids=["user", "role"])
@pytest.mark.parametrize("service", ["es", "aoss"])
def test_signatures_are_those_of_botocore(service: str, credentials: Credentials) -> None:
    # Serverless has no retention policies to set up.
    retention = {"ALBATROSS_RETENTION_DAYS": "30"} if service == "es" else {}
    with Recorder(answer) as engine:
        setup(f"http://127.0.0.1:{engine.port}{PATH}", service, credentials, retention)
    targets = [(request.method, request.target.removeprefix(PATH)) for request in engine.requests]
    assert targets[-1] == ("POST", IMPORT)
    assert ("PUT", "/_index_template/albatross-elb") in targets
    if retention:
        policy = "/_plugins/_ism/policies/albatross-elb"
        assert targets[:3] == [
            ("GET", "/_ilm/status"),
            ("GET", policy),
            ("PUT", f"{policy}?if_seq_no=7&if_primary_term=2"),
        ]
    for request in engine.requests:
        assert request.headers["authorization"] == expected_authorization(request, service, credentials)
        assert request.headers.get("x-amz-security-token") == credentials.token
