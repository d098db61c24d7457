"""The Lambda Runtime API, and the packaged Lambda polling it: one invocation after another, each with its deadline.

`emulator` has cargo-lambda's, which knows no deadlines. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .paths import INGEST_LAMBDA
from .server import LOOPBACK

# A machine that is busy with other things may be late by so much. What never ends is much later.
_LATE_SECONDS = 60
_TICK = {"source": "aws.events", "detail-type": "Scheduled Event"}


@dataclass(frozen=True)
class Invocation:
    """How an invocation ended: with an answer or an error; with neither where the process was killed."""

    answer: Any
    is_error: bool = False

    @property
    def was_killed(self) -> bool:
        return self.answer is None

    @property
    def was_skipped(self) -> bool:
        """Whether another run held the lease."""
        return isinstance(self.answer.get("skipped"), str)


class Lambda:
    """The function's process, which is started anew after it was killed."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._runtime: _Runtime | None = None
        # Two places in one file: the process writes at the end, and we read what is new.
        self._log = tempfile.NamedTemporaryFile("a")
        self._read = open(self._log.name)

    def __enter__(self) -> "Lambda":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._read.close()
        self._log.close()

    def start(self) -> None:
        """Makes sure that a process is there."""
        if self._runtime and self.process.poll() is None:
            return
        self._stop()
        self._runtime = _Runtime()
        variables = self._environment | {
            "AWS_LAMBDA_RUNTIME_API": f"{LOOPBACK}:{self._runtime.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "albatross",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/albatross",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        }
        self.process = subprocess.Popen([INGEST_LAMBDA], env=variables, stdout=subprocess.DEVNULL, stderr=self._log)

    def tick(self, seconds: float) -> Invocation:
        """A schedule's tick."""
        return self.invoke(_TICK, seconds)

    def invoke(self, event: object, seconds: float) -> Invocation:
        """Hands over an event, with so much time to answer.

        Raises `TimeoutError` when neither an answer comes nor the process ends.
        """
        assert self._runtime
        deadline = time.time() + seconds
        self._runtime.events.put((event, deadline))
        while time.time() < deadline + _LATE_SECONDS:
            try:
                return self._runtime.answers.get(timeout=0.05)
            except queue.Empty:
                if self.process.poll() is not None:
                    return Invocation(None)
        raise TimeoutError("an invocation did not end with its time")

    def messages(self) -> str:
        """The log since the last call."""
        return self._read.read()

    def _stop(self) -> None:
        if self._runtime:
            self.process.kill()
            self.process.wait()
            self._runtime.close()


class _Runtime(ThreadingHTTPServer):
    """The API for one process."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.events: queue.Queue[tuple[object, float]] = queue.Queue()
        self.answers: queue.Queue[Invocation] = queue.Queue()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A process that was killed is gone, and so is its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Runtime

    def do_GET(self) -> None:
        """`next`: the event, once there is one."""
        event, deadline = self.server.events.get()
        headers = {
            "lambda-runtime-aws-request-id": "1",
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:eu-central-1:123456789012:function:albatross",
            "lambda-runtime-deadline-ms": str(int(deadline * 1000)),
        }
        self._send(200, json.dumps(event).encode(), headers)

    def do_POST(self) -> None:
        """`response` or `error`."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._send(202, b"{}", {})
        self.server.answers.put(Invocation(json.loads(body or b"null"), self.path.endswith("/error")))

    def log_message(self, *_: object) -> None:
        pass

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
