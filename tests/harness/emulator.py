"""The Lambda, run by cargo-lambda's emulator of the Lambda Runtime API."""

import json
import os
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from .paths import INGEST_LAMBDA, REPOSITORY, TOOLS
from .server import LOOPBACK, Server, accepts, free_port

_CARGO_LAMBDA = TOOLS / "venv" / "bin" / "cargo-lambda"
_FUNCTION = "ingest-lambda"
_MEMORY_MB = "256"

# What an EventBridge rule with a schedule sends.
SCHEDULED_EVENT = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-09-23T12:00:00Z",
    "region": "eu-central-1",
    "resources": ["arn:aws:events:eu-central-1:123456789012:rule/albatross-schedule"],
    "detail": {},
}


class InvocationError(Exception):
    """The function answered with an error, or not at all."""


class Emulator:
    """The Runtime API, and the packaged binary polling it."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self._environment = environment
        self._logs = logs
        self._port = free_port()
        self._servers: list[Server] = []

    def __enter__(self) -> "Emulator":
        address = ["--invoke-address", LOOPBACK, "--invoke-port", str(self._port)]
        try:
            runtime_api = self._serve([_CARGO_LAMBDA, "lambda", "watch", "--only-lambda-apis", *address], os.environ)
            runtime_api.wait_until(lambda: accepts(self._port), 30)
            self._function = self._serve([INGEST_LAMBDA], self._function_environment())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def invoke(self, event: object) -> Any:
        """The function's answer to `event`."""
        command = [
            _CARGO_LAMBDA, "lambda", "invoke", _FUNCTION,
            "--invoke-address", LOOPBACK, "--invoke-port", str(self._port),
            "--data-ascii", json.dumps(event), "--output-format", "json",
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as invocation:
            # The emulator would wait for ever for a function that has ended.
            while invocation.poll() is None and self._function.is_running():
                time.sleep(0.02)
            invocation.kill()
            answer, problem = invocation.communicate()
        if invocation.returncode != 0:
            raise InvocationError(f"{problem.strip()}{self._function.log_end()}")
        return json.loads(answer)

    def _serve(self, command: list[str | Path], environment: Any) -> Server:
        log = self._logs / f"{Path(command[0]).name}.log"
        server = Server(command, log, environment, REPOSITORY)
        self._servers.append(server)
        return server

    def _function_environment(self) -> dict[str, str]:
        return self._environment | {
            "AWS_LAMBDA_RUNTIME_API": f"http://{LOOPBACK}:{self._port}/.rt/{_FUNCTION}",
            "AWS_LAMBDA_FUNCTION_NAME": _FUNCTION,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": _MEMORY_MB,
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{_FUNCTION}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        }

    def _stop(self) -> None:
        for server in reversed(self._servers):
            server.stop()
