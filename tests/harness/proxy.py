"""A reverse proxy in which faults happen: HTTP/1.1 on a loopback port, one thread for each connection."""

import http.client
import socket
import socketserver
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import BinaryIO
from urllib.parse import urlsplit

from .faults import Answer, Delivery, Fault, Faults, Request
from .lasting import Rule
from .server import LOOPBACK

# A client whose patience is longer than this sees a reset instead: long waits would teach nothing more.
_HANG_SECONDS = 4
_UPSTREAM_SECONDS = 60
# A body that drips comes in so many parts, with a wait before each.
_DRIPS = 10
_DRIP_SECONDS = 0.05

# What concerns one connection only, or is said anew for the other one.
_HOP = {"connection", "keep-alive", "te", "transfer-encoding", "content-length", "expect", "accept-encoding"}


class Proxy:
    """Stands at `url` before the server at `upstream`. Honest while it has neither faults nor rules."""

    def __init__(self, name: str, upstream: str) -> None:
        self.name = name
        self.upstream = urlsplit(upstream)
        self.faults: Faults | None = None
        # What lasts: the first one that has something to say about a request decides.
        self.rules: list[Rule] = []
        self.met: Counter[str] = Counter()
        # Called when upstream has spoken and the client does not know yet.
        self.answered: Callable[[], None] = lambda: None
        self._server = _Listener((LOOPBACK, 0), _Connection)
        self._server.proxy = self
        self._under_way = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self._server.server_address)

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait_until_idle(self, seconds: float = 60) -> None:
        """Returns when upstream has answered everything that was passed on."""
        deadline = time.monotonic() + seconds
        while self._under_way:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.upstream.geturl()} does not answer")
            time.sleep(0.002)

    def fault(self, request: Request) -> Fault:
        """What happens to a request."""
        for rule in self.rules:
            if fault := rule(request):
                with self._lock:
                    self.met[fault.kind] += 1
                return fault
        return (self.faults and self.faults.next(request)) or Fault("none", forwards=True)

    def count(self, change: int) -> None:
        """Keeps the number of requests under way."""
        with self._lock:
            self._under_way += change


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    proxy: Proxy

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        # Without the polite shutdown before it, a close can be a reset.
        self.close_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed, or an upstream that was: the next connection knows nothing of it."""


class _Connection(socketserver.StreamRequestHandler):
    """One client's connection, and the one to upstream that belongs to it."""

    disable_nagle_algorithm = True
    server: _Listener

    def handle(self) -> None:
        self._proxy = self.server.proxy
        upstream = self._proxy.upstream
        assert upstream.hostname
        self._upstream = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=_UPSTREAM_SECONDS)
        try:
            while (request := _read(self.rfile, self.connection)) and self._serve(request):
                pass
        except (OSError, http.client.HTTPException):
            self._reset()
        finally:
            self._upstream.close()

    def _serve(self, request: Request) -> bool:
        """Whether the connection can take another request."""
        self._proxy.count(1)
        try:
            fault = self._proxy.fault(request)
            answer = self._forward(request, fault) if fault.forwards else None
            if fault.answer:
                answer = fault.answer(answer)
            self._proxy.answered()
        finally:
            self._proxy.count(-1)
        match fault.delivery:
            case Delivery.WHOLE:
                assert answer is not None
                self.connection.sendall(_head(request, answer) + answer.body)
                return True
            case Delivery.CUT:
                assert answer is not None
                self.connection.sendall(_head(request, answer) + answer.body[: fault.cut(answer.body)])
                return False
            case Delivery.DRIP:
                assert answer is not None
                self.connection.sendall(_head(request, answer))
                size = max(1, -(-len(answer.body) // _DRIPS))
                for start in range(0, len(answer.body), size):
                    time.sleep(_DRIP_SECONDS)
                    self.connection.sendall(answer.body[start : start + size])
                return True
            case Delivery.STALL:
                assert answer is not None
                self.connection.sendall(_head(request, answer) + answer.body[: fault.cut(answer.body)])
                self._hang()
            case Delivery.HANG:
                self._hang()
        self._reset()
        return False

    def _forward(self, request: Request, fault: Fault) -> Answer:
        upstream = self._upstream
        target = request.target if fault.target is None else fault.target
        upstream.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name not in _HOP and not (name == "content-encoding" and fault.body is not None):
                upstream.putheader(name, value)
        body = request.body if fault.body is None else fault.body
        if body or request.method in ("POST", "PUT"):
            upstream.putheader("content-length", str(len(body)))
        upstream.endheaders(body or None)
        time.sleep(fault.delay)
        response = upstream.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())

    def _hang(self) -> None:
        self.connection.settimeout(_HANG_SECONDS)
        try:
            self.connection.recv(1)
        except TimeoutError:
            pass

    def _reset(self) -> None:
        """Makes the coming close a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read(stream: BinaryIO, connection: socket.socket) -> Request | None:
    """The next request, whole; none at the connection's end."""
    line = stream.readline()
    if not line:
        return None
    method, target, _ = line.decode("ascii").split()
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join(_chunks(stream))
    else:
        length = int(headers.get("content-length", 0))
        body = stream.read(length)
        if len(body) < length:
            return None
    return Request(method, target, headers, body)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while size := int(stream.readline().split(b";")[0], 16):
        yield stream.read(size)
        stream.readline()
    while stream.readline().strip():
        pass


def _head(request: Request, answer: Answer) -> bytes:
    """The status line and headers, framed by length whatever upstream did."""
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in answer.headers.items() if name not in _HOP]
    if request.method == "HEAD" and not answer.body:
        # Here it tells of a body that does not follow.
        lines.append(f"content-length: {answer.headers.get('content-length', 0)}")
    elif answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"content-length: {len(answer.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
