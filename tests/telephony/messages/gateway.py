"""A gateway of messages as a hospital may have one: a real HTTP server that checks and keeps."""

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = b"k" * 32


class Gateway:
    """What it was handed, each id once; and how it answers."""

    def __init__(self) -> None:
        #: what to answer next, in order; then 202
        self.answers: list[int | str] = []
        #: a request of which nobody hears until `release`: "hold" (it is kept), "ignore" (it is not)
        self.holds = threading.Event()
        self.release = threading.Event()
        self.asked = 0
        self.kept: dict[str, dict[str, Any]] = {}
        self.wrong: list[str] = []
        self.url = ""
        self.key = KEY

    def take(self, headers: Any, body: bytes) -> int | str:
        """Check a request as docs/messages.md says; the status, or what else to do."""
        self.asked += 1
        stamp = headers["X-Turnero-Timestamp"]
        expected = hmac.digest(self.key, stamp.encode() + b"." + body, "sha256").hex()
        if headers["X-Turnero-Signature"] != f"v1={expected}":
            self.wrong.append("signature")
        if (
            self.key == KEY and abs(time.time() - int(stamp)) > 300
        ):  # the test's clock is the world's
            self.wrong.append("timestamp")
        message = json.loads(body)
        if headers["Idempotency-Key"] != message["id"]:
            self.wrong.append("id")
        answer = self.answers.pop(0) if self.answers else 202
        if answer in (202, "cut", "silent", "hold"):
            self.kept[message["id"]] = message
        return answer


@contextmanager
def running(gateway: Gateway) -> Iterator[Gateway]:
    """Serve it on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = gateway.take(self.headers, body)
            if answer == "silent":
                time.sleep(2)
            if answer in ("hold", "ignore"):
                gateway.holds.set()
                gateway.release.wait(60)
            if isinstance(answer, str):
                self.connection.close()
                return
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", gateway.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_OPTIONS(self) -> None:
            self.send_response(405)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
