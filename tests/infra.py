#!/usr/bin/env python3
"""`make infra-test`: the Terraform module, checked, tested, and applied to a local AWS account with the real Lambda."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import generate
from harness import traffic
from harness.account import Account
from harness.console import fact, say, styled
from harness.emulator import Emulator
from harness.engine import Engine
from harness.index import Index
from harness.paths import REPOSITORY
from harness.storage import Bucket, Storage, object_key
from harness.terraform import INSTALL, MODULE, Terraform, TerraformError, copy, mirror_for, version

OVERRIDES = REPOSITORY / "tests" / "terraform"
LINES = 50


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkov", type=Path, required=True, help="the command")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="albatross-infra-") as folder:
        if version() is None:
            skip(f"terraform is not on the path; install it from {INSTALL}")
            return
        module = copy(Path(folder, "checked"))
        try:
            with step("the AWS provider"):
                mirror = mirror_for(module)
        except TerraformError as problem:
            skip(f"the AWS provider cannot be had here; name a mirror by TF_PLUGIN_DIR: {problem}")
            return
        check(module, mirror, arguments.checkov)
        examples = copy(Path(folder, "applied"))
        prepare(examples)
        whole_life(examples, mirror)


def skip(reason: str) -> None:
    say(styled(f"skipped: {reason}", "yellow"))


def check(module: Path, mirror: Path | None, checkov: Path) -> None:
    """What can be said without an account."""
    with step("terraform fmt"):
        Terraform(MODULE).run("fmt", "-check", "-recursive", "-diff")
    for folder in (module, *examples_of(module)):
        terraform = Terraform(folder)
        with step(f"terraform validate: {folder.relative_to(module.parent)}"):
            terraform.init(mirror)
            terraform.run("validate")
    with step("terraform test"):
        Terraform(module).run("test")
    with step("checkov"):
        command = [checkov, "--directory", module, "--framework", "terraform", "--compact", "--quiet", "--skip-download"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise TerraformError(f"checkov:\n{done.stdout[-6000:]}{done.stderr[-2000:]}")


def examples_of(module: Path) -> list[Path]:
    return sorted(path for path in (module / "examples").iterdir() if path.is_dir())


def prepare(module: Path) -> None:
    """Lays beside the module and its examples what they need at the local server."""
    (module / "local_override.tf").write_text((OVERRIDES / "module_override.tf").read_text())
    for example in examples_of(module):
        override = OVERRIDES / f"{example.name}_override.tf"
        parts = [OVERRIDES / "example_override.tf", *([override] if override.exists() else [])]
        (example / "local_override.tf").write_text("\n".join(part.read_text() for part in parts))


def whole_life(module: Path, mirror: Path | None) -> None:
    """The least example, from nothing to nothing, with logs in between."""
    with ExitStack() as stack:
        with step("a search engine"):
            index = stack.enter_context(Index(os.environ.get("ENGINE_URL") or stack.enter_context(Engine()).url))
        storage = stack.enter_context(Storage())
        account = Account(storage)
        bucket = storage.bucket()
        before = account.inventory()

        example = module / "examples" / "minimal"
        (example / "settings.json").write_text(index.settings)
        variables = {"TF_VAR_bucket": bucket.name, "TF_VAR_endpoint": index.engine_url}
        terraform = Terraform(example, account.environment | variables)
        terraform.init(mirror)
        with step("terraform apply: examples/minimal, with events and fanout"):
            terraform.apply()
        with tempfile.TemporaryDirectory(prefix="albatross-infra-") as logs:
            move_logs(terraform, account, bucket, index, Path(logs))
        with step("terraform plan: nothing to change"):
            nothing_to_change(terraform)
        with step("terraform destroy: nothing left"):
            terraform.destroy()
            left = account.inventory() ^ before
            assert not left, left


def move_logs(terraform: Terraform, account: Account, bucket: Bucket, index: Index, logs: Path) -> None:
    """A log by the event's queue, and one by the tick and the fan-out queue, through the function as it was configured."""
    name = output(terraform, "function_name")
    function = account.function(name)
    tick, pollers = account.tick(function["FunctionArn"]), account.pollers(function["FunctionArn"])
    events, fanout = pollers[f"{name}-events"], pollers[f"{name}-fanout"]
    for poller in (events, fanout):
        assert poller.redrive["deadLetterTargetArn"].endswith(f":{name}-dead-letters"), poller.redrive
    role = function["Role"].rsplit("/", 1)[1]
    environment = function["Environment"]["Variables"] | account.environment | account.credentials(function["Role"])
    with events.taken_over(), fanout.taken_over(), account.guarded(role), Emulator(environment, logs) as emulator:
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
