"""The outermost layer: which application answers now, and what is measured of every answer.

While the store opens, after it broke and while the server stops, the waiting application
answers 503 with a page that comes back by itself; static files are served all the time.
One thin layer on purpose: it stands on the path of every ticket.
"""

import itertools
import secrets
from collections.abc import Callable
from time import perf_counter

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from turnero.server.metrics import Metrics
from turnero.web.logs import REQUEST_ID

log = structlog.get_logger("turnero.access")

_ID_LENGTH = 64


class Front:
    """The ASGI application that uvicorn runs."""

    def __init__(self, waiting: ASGIApp, metrics: Metrics, *, access_log: bool = False) -> None:
        self._waiting = waiting
        self._app = waiting
        self._metrics = metrics
        self._access_log = access_log
        #: request ids are this process's name and a count: chance for each would cost a system call
        self._name = secrets.token_hex(4)
        self._count = itertools.count(1)
        #: why it is not ready, or None when it is
        self.reason: str | None = "starting"

    def ready(self, app: ASGIApp) -> None:
        """From now on this application answers."""
        self._app = app
        self.reason = None
        self._metrics.ready.set(1)

    def not_ready(self, reason: str) -> None:
        """From now on 503, and why."""
        self._app = self._waiting
        self.reason = reason
        self._metrics.ready.set(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and measure the answer."""
        if scope["type"] != ScopeType.HTTP:
            return  # no websockets here; life is serve.py's
        request_id = _asked_id(scope) or f"{self._name}-{next(self._count):x}"
        REQUEST_ID.set(request_id)
        started = perf_counter()
        header = (b"x-request-id", request_id.encode())
        measured: Callable[[int], None] = self._measure(scope, started)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), header]
                measured(message["status"])
            await send(message)

        await self._app(scope, receive, watched)

    def _measure(self, scope: HTTPScope, started: float) -> Callable[[int], None]:
        def measured(status: int) -> None:
            seconds = perf_counter() - started
            # The pattern, never the address: an address may hold a ticket's code.
            route = str(scope.get("path_template") or "none")
            method = str(scope["method"])
            self._metrics.request(method, route, status, seconds)
            if self._access_log:
                log.info(
                    "answered",
                    method=method,
                    route=route,
                    status=status,
                    ms=round(seconds * 1000, 1),
                )

        return measured


def _asked_id(scope: HTTPScope) -> str | None:
    """The caller's own request id, if it is a harmless one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if len(text) <= _ID_LENGTH and text.replace("-", "").isalnum() and text.isascii():
                return text
    return None
