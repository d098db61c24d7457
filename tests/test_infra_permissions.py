"""The roles may do what the code calls, and nothing else."""

import json
import re

from harness.paths import REPOSITORY

# By the SDK's call, or by the name of the operation in a request that is signed without an SDK.
# <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>: a copy takes the tags along.
CALLS = {
    "GetParameter": {"ssm:GetParameter"},
    "GetSecretValue": {"secretsmanager:GetSecretValue"},
    "abort_multipart_upload": {"s3:AbortMultipartUpload"},
    "change_message_visibility": {"sqs:ChangeMessageVisibility"},
    "complete_multipart_upload": {"s3:PutObject"},
    "copy_object": {"s3:GetObject", "s3:GetObjectTagging", "s3:PutObject", "s3:PutObjectTagging"},
    "create_multipart_upload": {"s3:PutObject"},
    "delete_object": {"s3:DeleteObject"},
    "delete_objects": {"s3:DeleteObject"},
    "get_object": {"s3:GetObject"},
    "get_queue_attributes": {"sqs:GetQueueAttributes"},
    "head_bucket": {"s3:ListBucket"},
    "head_object": {"s3:GetObject"},
    "list_objects_v2": {"s3:ListBucket"},
    "put_object": {"s3:PutObject"},
    "send_message": {"sqs:SendMessage"},
    "send_message_batch": {"sqs:SendMessage"},
    "upload_part": {"s3:PutObject"},
}

# Methods of clients that call nobody.
LOCAL = {"clone", "no_proxy"}

# What services do in the role's name, or ask of it, without a call in the code.
WITHOUT_A_CALL = {
    "aoss:APIAccessAll": "the one permission of Serverless, whatever the method",
    "ec2:AssignPrivateIpAddresses": "Lambda, in a VPC",
    "ec2:CreateNetworkInterface": "Lambda, in a VPC",
    "ec2:DeleteNetworkInterface": "Lambda, in a VPC",
    "ec2:DescribeNetworkInterfaces": "Lambda, in a VPC",
    "ec2:DescribeSubnets": "Lambda, in a VPC",
    "ec2:UnassignPrivateIpAddresses": "Lambda, in a VPC",
    "kms:Decrypt": "what is read is encrypted",
    "kms:GenerateDataKey": "what is written is encrypted",
    "lambda:InvokeFunction": "EventBridge Scheduler",
    "logs:CreateLogStream": "Lambda's log",
    "logs:PutLogEvents": "Lambda's log",
    "sqs:DeleteMessage": "Lambda's poller",
    "sqs:ReceiveMessage": "Lambda's poller",
}

SOURCES = [path.read_text() for path in sorted((REPOSITORY / "ingest-lambda/src").rglob("*.rs"))]


def called() -> set[str]:
    """The operations of AWS's services in the code, as methods of a client or by name."""
    calls = {name for text in SOURCES for name in re.findall(r"(?:\bclient|\bs3\(sdk\))\s*\.\s*(\w+)\(\)", text)}
    calls |= {name for text in SOURCES for name in re.findall(r'\("([A-Z]\w+)", json!', text)}
    return calls - LOCAL


def methods() -> set[str]:
    """The HTTP methods with which the engine is asked."""
    return {method for text in SOURCES for method in re.findall(r"\bMethod::([A-Z]+)\b", text)}


def allowed() -> set[str]:
    """The actions in the roles' policies."""
    actions = set()
    for path in sorted((REPOSITORY / "infra").glob("*.tf")):
        blocks = re.findall(r'^resource "aws_iam_role_policy" .*?^}', path.read_text(), re.MULTILINE | re.DOTALL)
        blocks += re.findall(r"^  \w+_statements = .*?^  [\])]", path.read_text(), re.MULTILINE | re.DOTALL)
        blocks += re.findall(r"^  \w+_actions += .*$", path.read_text(), re.MULTILINE)
        actions |= {action for block in blocks for action in re.findall(r'"([a-z0-9]+:[A-Z]\w*\*?)"', block)}
    return actions


def test_every_call_is_known() -> None:
    assert called() == CALLS.keys()


def test_what_is_called_is_allowed_and_nothing_else() -> None:
    needed = {action for name in called() for action in CALLS[name]}
    needed |= {f"es:ESHttp{method.capitalize()}" for method in methods()}
    assert allowed() == needed | WITHOUT_A_CALL.keys()


def test_nothing_is_allowed_by_a_pattern() -> None:
    assert not [action for action in allowed() if "*" in action]


def test_what_reads_logs_puts_nothing_into_the_engine() -> None:
    (reading,) = re.findall(r"^  reading_actions += (.*)$", (REPOSITORY / "infra/engine.tf").read_text(), re.MULTILINE)
    assert json.loads(reading) == ["es:ESHttpGet", "es:ESHttpPost"]
