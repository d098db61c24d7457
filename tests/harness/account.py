"""The local AWS account that Terraform applies to: what is in it, read back as AWS's own APIs tell it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import jmespath
import requests
from botocore.exceptions import ClientError
from moto.iam.models import iam_backends

from .entry import ACCOUNT, REGION
from .storage import CREDENTIALS, Storage

# What a deployment could leave: service, operation, and where its answer has the names.
_KINDS = [
    ("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"),
    ("ec2", "describe_internet_gateways", "InternetGateways[].InternetGatewayId"),
    ("ec2", "describe_route_tables", "RouteTables[].RouteTableId"),
    ("ec2", "describe_security_groups", "SecurityGroups[].GroupId"),
    ("ec2", "describe_subnets", "Subnets[].SubnetId"),
    ("ec2", "describe_vpc_endpoints", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
    ("ec2", "describe_vpcs", "Vpcs[].VpcId"),
    ("elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups[].TargetGroupArn"),
    ("iam", "list_roles", "Roles[].RoleName"),
    ("kms", "list_aliases", "Aliases[].AliasName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings[].UUID"),
    ("lambda", "list_functions", "Functions[].FunctionName"),
    ("logs", "describe_log_groups", "logGroups[].logGroupName"),
    ("logs", "describe_metric_filters", "metricFilters[].filterName"),
    ("logs", "describe_resource_policies", "resourcePolicies[].policyName"),
    ("opensearch", "list_domain_names", "DomainNames[].DomainName"),
    ("s3", "list_buckets", "Buckets[].Name"),
    ("scheduler", "list_schedules", "Schedules[].Name"),
    ("secretsmanager", "list_secrets", "SecretList[].Name"),
    ("sns", "list_subscriptions", "Subscriptions[].SubscriptionArn"),
    ("sns", "list_topics", "Topics[].TopicArn"),
    ("sqs", "list_queues", "QueueUrls[]"),
]

_OWNER = "owner"


@dataclass(frozen=True, order=True)
class Permission:
    """One action on one ARN, or pattern of ARNs."""

    role: str
    action: str
    resource: str


class Account:
    """The account on the server that also speaks S3."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # Its functions answer without a container, which would be Docker's.
        self._ask("config", json={"lambda": {"use_docker": False}})

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Terraform and everybody else finds it."""
        return CREDENTIALS | {"AWS_ENDPOINT_URL": self._storage.url}

    def inventory(self) -> set[str]:
        """Everything in it, by kind and name. A key that waits for its deletion does not count."""
        found = {f"{service} {name}" for service, operation, names in _KINDS for name in self._all(service, operation, names)}
        kms = self._storage.connect("kms")
        for key in self._all("kms", "list_keys", "Keys[].KeyId"):
            if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion":
                found.add(f"kms {key}")
        return found

    def permissions(self) -> set[Permission]:
        """What its roles may do, as their policies say."""
        iam = self._storage.connect("iam")
        found = set()
        for role in self._all("iam", "list_roles", "Roles[].RoleName"):
            attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
            assert not attached, f"{role} has a managed policy: {attached}"
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
                for statement in policy["Statement"]:
                    assert statement["Effect"] == "Allow" and "Condition" not in statement, statement
                    found |= {
                        Permission(role, action, resource)
                        for action in _list(statement["Action"])
                        for resource in _list(statement["Resource"])
                    }
        return found

    def key(self, alias: str) -> str:
        """The id of the key with that alias."""
        return self._storage.connect("kms").describe_key(KeyId=f"alias/{alias}")["KeyMetadata"]["KeyId"]

    def function(self, name: str) -> Any:
        """A function's configuration."""
        return self._storage.connect("lambda").get_function_configuration(FunctionName=name)

    def tick(self, function_arn: str) -> Any:
        """The event that the schedule sends to the function."""
        scheduler = self._storage.connect("scheduler")
        targets = [
            scheduler.get_schedule(Name=name)["Target"]
            for name in self._all("scheduler", "list_schedules", "Schedules[].Name")
        ]
        (target,) = [target for target in targets if target["Arn"] == function_arn]
        return json.loads(target["Input"])

    def pollers(self, function_arn: str) -> dict[str, "Poller"]:
        """By the queue's name, what takes its messages to the function."""
        client = self._storage.connect("lambda")
        mappings = client.list_event_source_mappings(FunctionName=function_arn)["EventSourceMappings"]
        return {each["EventSourceArn"].rsplit(":", 1)[1]: Poller(self._storage, each) for each in mappings}

    @contextmanager
    def guarded(self, role: str) -> Iterator[None]:
        """Meanwhile a program that is the role may do only what the policies of the role allow."""
        iam = self._storage.connect("iam")
        # AWS asks for `sqs:SendMessage`, the server for the name of the operation.
        queues = [each.resource for each in self.permissions() if (each.role, each.action) == (role, "sqs:SendMessage")]
        iam.put_role_policy(RoleName=role, PolicyName=_OWNER, PolicyDocument=_policy("sqs:SendMessageBatch", queues))
        iam.create_user(UserName=_OWNER)
        iam.put_user_policy(UserName=_OWNER, PolicyName=_OWNER, PolicyDocument=_policy("*", ["*"]))
        iam.create_access_key(UserName=_OWNER)
        # The server chooses keys by itself, and our clients have theirs already.
        (ours,) = iam_backends[ACCOUNT]["aws"].get_all_access_keys_for_all_users()
        ours.access_key_id, ours.secret_access_key = CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"]
        self._ask("reset-auth", data="0")
        try:
            yield
        finally:
            self._ask("reset-auth", data="inf")
            iam.delete_role_policy(RoleName=role, PolicyName=_OWNER)

    def credentials(self, role_arn: str) -> dict[str, str]:
        """The variables with which a program is the role."""
        given = self._storage.connect("sts").assume_role(RoleArn=role_arn, RoleSessionName="function")["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def refuses(self, credentials: dict[str, str], bucket: str) -> bool:
        """Whether the bucket may not be listed with those credentials."""
        names = {name.lower(): value for name, value in credentials.items()}
        client = boto3.client("s3", endpoint_url=self._storage.url, region_name=REGION, **names)
        try:
            client.list_objects_v2(Bucket=bucket)
        except ClientError as error:
            return error.response["Error"]["Code"] == "AccessDenied"
        return False

    def _ask(self, path: str, **body: Any) -> None:
        """Something of the server itself."""
        requests.post(f"{self._storage.url}/moto-api/{path}", **body, timeout=10).raise_for_status()

    def _all(self, service: str, operation: str, names: str) -> list[str]:
        client = self._storage.connect(service)
        if client.can_paginate(operation):
            return list(client.get_paginator(operation).paginate().search(names))
        return jmespath.search(names, getattr(client, operation)()) or []


class Poller:
    """An event source mapping of an SQS queue: receives as Lambda would."""

    def __init__(self, storage: Storage, mapping: Any) -> None:
        self._client, self._sqs = storage.connect("lambda"), storage.connect("sqs")
        self._mapping = mapping
        name = mapping["EventSourceArn"].rsplit(":", 1)[1]
        self.queue_url = self._sqs.get_queue_url(QueueName=name)["QueueUrl"]
        assert mapping["State"] == "Enabled", mapping
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], mapping

    @property
    def redrive(self) -> Any:
        """Where messages go that fail again and again, and after how many times."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=["RedrivePolicy"])
        return json.loads(attributes["Attributes"]["RedrivePolicy"])

    @contextmanager
    def taken_over(self) -> Iterator[None]:
        """The server's own poller stands still meanwhile: it would delete the messages without the function."""
        self._enable(False)
        try:
            yield
        finally:
            self._enable(True)

    def deliver(self, invoke: Any) -> int:
        """Hands over what is in the queue, until it is empty; how many messages that were.

        Raises `AssertionError` when the function could not deal with one.
        """
        delivered = 0
        while messages := self._receive():
            answer = invoke({"Records": [self._record(each) for each in messages]})
            assert answer == {"batchItemFailures": []}, answer
            for each in messages:
                self._sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=each["ReceiptHandle"])
            delivered += len(messages)
        return delivered

    def _receive(self) -> list[Any]:
        most = self._mapping["BatchSize"]
        return self._sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=most).get("Messages", [])

    def _record(self, message: Any) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._mapping["EventSourceArn"],
            "awsRegion": self._mapping["EventSourceArn"].split(":")[3],
        }

    def _enable(self, enabled: bool) -> None:
        self._client.update_event_source_mapping(UUID=self._mapping["UUID"], Enabled=enabled)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _policy(action: str, resources: list[str]) -> str:
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resources}],
    })
