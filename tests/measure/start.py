"""Cold start: from the process's start to its first question for work, asked of a Runtime API that only listens."""

import socket
import subprocess
import time

from harness.paths import INGEST_LAMBDA
from harness.server import LOOPBACK

from .figures import Figures, spread

_RUNS = 21


def measure(figures: Figures) -> None:
    # The first run reads the binary from disk.
    times = [_first_poll_ms() for _ in range(_RUNS)][1:]
    figures.add("Lambda: process start to first poll", f"{spread(times, lambda ms: f'{ms:.1f}')} ms")


def _first_poll_ms() -> float:
    with socket.create_server((LOOPBACK, 0)) as listener:
        environment = {
            "AWS_LAMBDA_RUNTIME_API": "{}:{}".format(*listener.getsockname()),
            "AWS_LAMBDA_FUNCTION_NAME": "ingest-lambda",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/ingest-lambda",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "ALBATROSS_BUCKET": "logs",
            "ALBATROSS_SETTLE": "delete",
            "ALBATROSS_ENDPOINT": f"http://{LOOPBACK}:9",
        }
        started = time.perf_counter()
        with subprocess.Popen([INGEST_LAMBDA], env=environment, stderr=subprocess.DEVNULL) as process:
            listener.settimeout(30)
            with listener.accept()[0] as connection:
                poll = connection.recv(4096)
            elapsed_ms = (time.perf_counter() - started) * 1000
            process.kill()
        assert poll.startswith(b"GET /2018-06-01/runtime/invocation/next"), poll
        return elapsed_ms
