"""The built page, served on a loopback port."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from .paths import WEB_DIST
from .server import LOOPBACK


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Requests are not news here."""


class Page:
    """A static server, in a thread of this process."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer((LOOPBACK, 0), partial(_Quiet, directory=str(WEB_DIST)))
        self.url = f"http://{LOOPBACK}:{self._server.server_port}/"

    def __enter__(self) -> "Page":
        # Looked at so often, it ends as soon as it is asked to.
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
