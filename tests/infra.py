#!/usr/bin/env python3
"""`make infra-test`: the Terraform module, checked, tested, and applied to a local AWS account with the real Lambda."""

import argparse
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import generate
from harness import manual, traffic
from harness.account import Account
from harness.console import fact, say, styled
from harness.emulator import Emulator
from harness.engine import Engine
from harness.entry import ACCOUNT, REGION
from harness.index import Index
from harness.paths import REPOSITORY
from harness.storage import Bucket, Storage, object_key
from harness.terraform import INSTALL, MODULE, Terraform, TerraformError, copy, mirror_for, version
from test_infra_permissions import allowed

OVERRIDES = REPOSITORY / "tests" / "terraform"
LINES = 50
# Not known to moto.
WITHOUT_COMPOSITES = 'resource "aws_cloudwatch_composite_alarm" "unless" {\n  for_each = {}\n}\n'
MAILS = '["ops@example.com"]'
# Of a host that does not exist.
CLOUD_ID = f"logs:{base64.b64encode(b'example.com$0123456789abcdef$').decode()}"


@contextmanager
def step(title: str) -> Iterator[None]:
    """One line: what is done, and how long it took."""
    started = time.monotonic()
    print(f"{title:<62}", end="", flush=True)
    try:
        yield
    except BaseException:
        say(styled("failed", "red"))
        raise
    say(f"{time.monotonic() - started:6.1f} s")


def main() -> None:
    # Ended from outside, everything is left all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkov", type=Path, required=True, help="the command")
    parser.add_argument("--domain", action="store_true", help="make the domain of the example complete, too: half an hour")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="albatross-infra-") as folder:
        module = copy(Path(folder, "checked"))
        check_texts(module, arguments.checkov)
        if version() is None:
            skip(f"terraform is not on the path; install it from {INSTALL}")
            return
        with step("terraform fmt"):
            Terraform(MODULE).run("fmt", "-check", "-recursive", "-diff")
        try:
            with step("the AWS provider"):
                mirror = mirror_for(module)
        except TerraformError as problem:
            skip(f"the AWS provider cannot be had here; name a mirror by TF_PLUGIN_DIR: {problem}")
            return
        check(module, mirror)
        examples = copy(Path(folder, "applied"))
        (examples / "alarms_override.tf").write_text(WITHOUT_COMPOSITES)
        (examples / "local_override.tf").write_text((OVERRIDES / "module_override.tf").read_text())
        with Storage() as storage:
            account = Account(storage)
            with ExitStack() as stack:
                with step("a search engine"):
                    index = stack.enter_context(Index(os.environ.get("ENGINE_URL") or stack.enter_context(Engine()).url))
                whole_life(examples / "examples" / "minimal", mirror, account, storage.bucket(), index)
            other_examples(examples / "examples", mirror, account, storage, arguments.domain)


def skip(reason: str) -> None:
    say(styled(f"skipped: {reason}", "yellow"))


def check_texts(module: Path, checkov: Path) -> None:
    """What can be said without Terraform."""
    with step("README: its sections, and the actions that it lists"):
        assert not manual.missing_sections(), manual.missing_sections()
        told = {action for row in manual.rows() for action in row.actions}
        assert told == allowed(), f"README or policies only: {told ^ allowed()}"
    with step("checkov, and a reason for each exception"):
        for file in module.rglob("*.tf"):
            unexplained = re.findall(r"checkov:skip=\w+(?!\w*: \w)", file.read_text())
            assert not unexplained, f"{file.name}: {unexplained}"
        command = [checkov, "--directory", module, "--framework", "terraform", "--compact", "--quiet", "--skip-download"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"checkov:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"


def check(module: Path, mirror: Path) -> None:
    """What can be said without an account."""
    for folder in (module, *examples_of(module)):
        terraform = Terraform(folder)
        with step(f"terraform validate: {folder.relative_to(module.parent)}"):
            terraform.init(mirror)
            terraform.run("validate")
    with step("terraform test"):
        Terraform(module).run("test")


def examples_of(module: Path) -> list[Path]:
    return sorted(path for path in (module / "examples").iterdir() if path.is_dir())


def at_home(example: Path, mirror: Path, account: Account, *overrides: str, **variables: str) -> Terraform:
    """Terraform in the example, with the local server as AWS."""
    for override in ("example", *overrides):
        shutil.copy(OVERRIDES / f"{override}_override.tf", example)
    terraform = Terraform(example, account.environment | {f"TF_VAR_{name}": value for name, value in variables.items()})
    terraform.init(mirror)
    return terraform


def whole_life(example: Path, mirror: Path, account: Account, bucket: Bucket, index: Index) -> None:
    """The least example, from nothing to nothing, with logs in between."""
    before = account.inventory()
    (example / "settings.json").write_text(index.settings)
    terraform = at_home(example, mirror, account, "minimal", bucket=bucket.name, endpoint=index.engine_url, alarm_emails=MAILS)
    with step("terraform apply: minimal, with both queues"):
        terraform.apply()
    with tempfile.TemporaryDirectory(prefix="albatross-infra-") as logs:
        move_logs(terraform, account, bucket, index, Path(logs))
    with step("its roles may do what the README says, and nothing else"):
        as_told(account, NAME="albatross", BUCKET=bucket.name, PREFIX="")
    with step("terraform plan: nothing to change"):
        nothing_to_change(terraform)
    with step("terraform destroy: nothing left"):
        terraform.destroy()
        nothing_left(account, before)


def other_examples(folder: Path, mirror: Path, account: Account, storage: Storage, domain: bool) -> None:
    """The others, from nothing to nothing, side by side."""
    certificate = storage.connect("acm").request_certificate(DomainName="www.example.com")["CertificateArn"]
    everything = {"name": "complete", "bucket": "complete-logs", "certificate_arn": certificate}
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:elastic-AbCdEf"
    logs = storage.bucket().name
    before = account.inventory()
    cloud = {"bucket": logs, "cloud_id": CLOUD_ID, "secret_arn": secret, "alarm_emails": MAILS}
    overrides = [] if domain else ["complete"]
    both = [
        at_home(folder / "complete", mirror, account, *overrides, **everything, alarm_emails=MAILS),
        at_home(folder / "elastic-cloud", mirror, account, **cloud),
    ]
    with ThreadPoolExecutor() as pool:
        with step(f"terraform apply: complete{'' if domain else ' without its domain'}, elastic-cloud"):
            list(pool.map(Terraform.apply, both))
        with step("their roles may do what the README says, and nothing else"):
            as_told(account, NAME="complete", BUCKET="complete-logs", PREFIX="AWSLogs/", ARCHIVE="complete-logs/albatross/archive/")
            as_told(account, NAME="albatross", BUCKET=logs, PREFIX="AWSLogs/", ARCHIVE=f"{logs}/albatross/archive/", SECRET=secret)
        with step("terraform plan: nothing to change"):
            list(pool.map(nothing_to_change, both))
        with step("terraform destroy: nothing left"):
            list(pool.map(Terraform.destroy, both))
            nothing_left(account, before)


def as_told(account: Account, **values: str) -> None:
    """Holds a deployment's roles to the README, given what its words in capitals stand for."""
    name = values["NAME"]
    roles = {name, f"{name}-setup", f"{name}-schedule"}
    own = [each for each in account.permissions() if each.role in roles]
    constants = {"OWN": "albatross/", "DOMAIN": name, "REGION": REGION, "ACCOUNT": ACCOUNT, "KEY": account.key(name)}
    untold = manual.untold(own, constants | values)
    assert own and not untold, f"infra/README.md does not say: {untold}"


def nothing_left(account: Account, before: set[str]) -> None:
    changed = account.inventory() ^ before
    assert not changed, changed


def move_logs(terraform: Terraform, account: Account, bucket: Bucket, index: Index, logs: Path) -> None:
    """A log by the event's queue, and one by the tick and the fan-out queue, through the function as it was configured."""
    name = output(terraform, "function_name")
    function = account.function(name)
    tick, pollers = account.tick(f"{function['FunctionArn']}:tick"), account.pollers(function["FunctionArn"])
    events, fanout = pollers[f"{name}-events"], pollers[f"{name}-fanout"]
    for poller in (events, fanout):
        assert poller.redrive["deadLetterTargetArn"].endswith(f":{name}-dead-letters"), poller.redrive
    role = function["Role"].rsplit("/", 1)[1]
    credentials = account.credentials(function["Role"])
    environment = function["Environment"]["Variables"] | account.environment | credentials
    with events.taken_over(), fanout.taken_over(), account.guarded(role), Emulator(environment, logs) as emulator:
        assert account.refuses(credentials, "another-bucket"), "the role is not held to its policies"
        with step("the work order of the apply: setup"):
            (order,) = [each for each in terraform.resources() if each["type"] == "aws_lambda_invocation"]
            answer = emulator.invoke(json.loads(order["values"]["input"]))
            assert answer["template"] == index.template, answer
        with step("a log by the bucket's event"):
            bucket.put(key(1), log(1))
            events.deliver(emulator.invoke)
            settled(bucket, index, LINES)
        with step("a log by the schedule's tick"):
            bucket.put(key(2), log(2))
            bucket.age(key(2), timedelta(minutes=20))
            report = emulator.invoke(tick)
            assert report["objects"]["enqueued"] == 1, report
            fanout.deliver(emulator.invoke)
            settled(bucket, index, 2 * LINES)
        events.deliver(emulator.invoke)


def settled(bucket: Bucket, index: Index, documents: int) -> None:
    assert (index.count(), bucket.logs()) == (documents, [])


def nothing_to_change(terraform: Terraform) -> None:
    differences = terraform.differences()
    assert not differences, differences


def key(number: int) -> str:
    return object_key(datetime(2026, 9, 23, 9, 5 * number, tzinfo=UTC), f"infra{number:03}")


def log(number: int) -> bytes:
    return generate.compress("".join(f"{line}\n" for line in traffic.lines(LINES, seed=number)).encode())


def output(terraform: Terraform, name: str) -> Any:
    return json.loads(terraform.run("output", "-json").stdout)[name]["value"]


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, TerraformError) as problem:
        sys.exit(f"\ninfra-test: {problem}")
