"""A local server that speaks the S3 protocol, and a bucket on it."""

import gzip
import json
import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

import boto3
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from .entry import ACCOUNT, LOAD_BALANCER, REGION
from .server import LOOPBACK

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
}


# Where Albatross keeps quarantine and state, unless told otherwise.
OWN_PREFIX = "albatross/"
# In the folder of each deployment: who it is.
_DEPLOYMENT = "state/deployment.json"


class Storage:
    """The server, in a thread of this process."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address=LOOPBACK, port=0, verbose=False)

    def __enter__(self) -> "Storage":
        self._server.start()
        self.url = "http://{}:{}".format(*self._server.get_host_and_port())
        self.client = self.connect("s3")
        return self

    def connect(self, service: str) -> Any:
        """A client of one of its services."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds the server."""
        return CREDENTIALS | {"AWS_ENDPOINT_URL_S3": self.url}

    def queue(self) -> "Queue":
        """A new, empty SQS queue, on the same server."""
        return Queue(self.connect("sqs"))

    def bucket(self) -> "Bucket":
        """A new, empty bucket."""
        name = f"logs-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return Bucket(self.client, name)


class Bucket:
    """The bucket that the load balancers write to."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    def put(self, key: str, body: bytes) -> None:
        self._client.put_object(Bucket=self.name, Key=key, Body=body)

    def age(self, key: str, by: timedelta) -> None:
        """Makes an object look as if it had been written so much earlier."""
        s3_backends[ACCOUNT]["aws"].get_object(self.name, key).last_modified -= by

    def keys(self) -> list[str]:
        """What is in it, in order."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [each["Key"] for page in pages for each in page.get("Contents", [])]

    def logs(self) -> list[str]:
        """The keys that are not Albatross's own."""
        return [key for key in self.keys() if not key.startswith(OWN_PREFIX)]

    def own(self) -> list[str]:
        """The keys that are Albatross's own."""
        return [key for key in self.keys() if key.startswith(OWN_PREFIX)]

    def folder(self) -> str:
        """The folder of the only deployment that has run; one that never ran has none, and nothing lies in it."""
        deployments = [key.removesuffix(_DEPLOYMENT) for key in self.own() if key.endswith(_DEPLOYMENT)]
        return deployments[0] if deployments else f"{OWN_PREFIX}none/"

    def quarantined(self, folder: str = OWN_PREFIX) -> list[Any]:
        """Every entry of every file of quarantined lines, of one deployment where its folder is named."""
        files = [key for key in self.own() if key.startswith(folder) and "/quarantine/lines/" in key]
        return [json.loads(line) for key in files for line in gzip.decompress(self.get(key)).splitlines()]

    def get(self, key: str) -> bytes:
        return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def uri(self, key: str) -> str:
        return f"s3://{self.name}/{key}"

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.name, Key=key)

    def uploads(self) -> list[str]:
        """The keys of multipart uploads that hold parts, and that nobody has completed or aborted."""
        found = self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])
        return [each["Key"] for each in found if self._parts(each["Key"], each["UploadId"])]

    def _parts(self, key: str, upload: str) -> list[Any]:
        return self._client.list_parts(Bucket=self.name, Key=key, UploadId=upload).get("Parts", [])

    def remove(self) -> None:
        """Removes it with all that is in it: very many buckets would fill the memory."""
        for key in self.keys():
            self.delete(key)
        self._client.delete_bucket(Bucket=self.name)


class Queue:
    """An SQS queue, and who polls it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.url = client.create_queue(QueueName=f"fanout-{uuid.uuid4().hex[:12]}")["QueueUrl"]

    def receive(self) -> list[dict[str, Any]]:
        """Up to ten messages, as records of an event; they are in flight then."""
        answer = self._client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, AttributeNames=["All"])
        return [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{self.url.rsplit('/', 1)[1]}",
            }
            for each in answer.get("Messages", [])
        ]

    def delete(self, record: dict[str, Any]) -> None:
        """Its message is done with."""
        self._client.delete_message(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"])

    def release(self, record: dict[str, Any]) -> None:
        """Its message can be received again, at once."""
        self._client.change_message_visibility(QueueUrl=self.url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0)

    def receive_all(self) -> list[tuple[str, str]]:
        """Every message, by id and body; they are in flight then."""
        found: list[tuple[str, str]] = []
        while messages := self._client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [(each["MessageId"], each["Body"]) for each in messages]
        return found


def object_key(end: datetime, random: str, node: str = "10.0.0.10") -> str:
    """The key that an Application Load Balancer gives the log of the five minutes before `end`."""
    balancer = LOAD_BALANCER.replace("/", ".")
    return (
        f"AWSLogs/{ACCOUNT}/elasticloadbalancing/{REGION}/{end:%Y/%m/%d}/"
        f"{ACCOUNT}_elasticloadbalancing_{REGION}_{balancer}_{end:%Y%m%dT%H%MZ}_{node}_{random}.log.gz"
    )


TEST_FILE_KEY = f"AWSLogs/{ACCOUNT}/ELBAccessLogTestFile"
TEST_FILE = f"Enable AccessLog for ELB: {LOAD_BALANCER} at 2026-09-22T16:47:00.781Z".encode()
