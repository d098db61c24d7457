"""One Application Load Balancer access log entry, in the 36 columns of 2026."""

ACCOUNT = "123456789012"
REGION = "eu-central-1"
LOAD_BALANCER = "app/shop/50dc6c495c0c9188"
ABSENT = "-"


def target_group(name: str, suffix: str) -> str:
    """The ARN of a target group."""
    return f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/{name}/{suffix}"


def certificate(suffix: str) -> str:
    """The ARN of a certificate."""
    return f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-{suffix}"


def entry(
    time: str,
    client: str,
    request: str,
    *,
    type: str = "https",
    target: str = ABSENT,
    times: str = "-1 -1 -1",
    status: str = "200",
    target_status: str = ABSENT,
    received: int = 0,
    sent: int = 0,
    user_agent: str = ABSENT,
    cipher: str = "TLS_AES_128_GCM_SHA256 TLSv1.3",
    group: str = ABSENT,
    trace: str = ABSENT,
    domain: str = ABSENT,
    cert: str = ABSENT,
    priority: str = "0",
    created: str = "",
    actions: str = "forward",
    redirect: str = ABSENT,
    error: str = ABSENT,
    classification: str = ABSENT,
    classification_reason: str = ABSENT,
    connection: str = ABSENT,
    transformed_host: str = ABSENT,
    transformed_uri: str = ABSENT,
    transform_status: str = ABSENT,
    node: str = "10.0.0.10",
) -> str:
    """The line, without its end. The two lists repeat `target` and `target_status`, as real lines do."""
    return (
        f"{type} {time} {LOAD_BALANCER} {client} {target} {times} {status} {target_status} {received} {sent} "
        f'"{request}" "{user_agent}" {cipher} {group} "{trace}" "{domain}" "{cert}" {priority} {created or time} '
        f'"{actions}" "{redirect}" "{error}" "{target}" "{target_status}" "{classification}" '
        f'"{classification_reason}" {connection} "{transformed_host}" "{transformed_uri}" "{transform_status}" '
        f'{node} "-" "-"'
    )
