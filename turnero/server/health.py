"""`/health/live` (the process answers), `/health/ready` (a write was kept just now) and `/metrics`.

A check that writes nothing stays green on a full disk, so readiness writes: the head of the
installation's journal, with the line clock's reading. Kept for a second, asked by one at a time.
"""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from turnero.server.metrics import Metrics
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger
from turnero.store.tx import Tx
from turnero.web.guards import heard, identify
from turnero.web.limits import client_address
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

#: how long an answer holds, milliseconds
KEPT_MS = 1000
#: a write that takes longer is no readiness, seconds
PATIENCE_S = 4.0

_LIVE = b'{"live":true}'


@get("/health/live", opt={"permission": "public"}, media_type="application/json")
async def live() -> bytes:
    """The process answers; says nothing about its database."""
    return _LIVE


def _answer(reason: str | None) -> Response[bytes]:
    body: dict[str, Any] = {"ready": reason is None}
    if reason is not None:
        body["reason"] = reason
    return Response(
        msgspec.json.encode(body),
        status_code=200 if reason is None else 503,
        media_type="application/json",
        headers={} if reason is None else {"retry-after": "1"},
    )


def not_ready(reason: Callable[[], str]) -> HTTPRouteHandler:
    """`/health/ready` while the store is not open."""

    @get("/health/ready", opt={"permission": "public"}, sync_to_thread=False)
    def ready() -> Response[bytes]:
        return _answer(reason())

    return ready


def _touch(tx: Tx, _request: None) -> None:
    """Command: nothing but what every transaction writes, its site's head."""


class Readiness:
    """Whether something can be kept now."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._asking = asyncio.Lock()
        self._asked_ms: int | None = None
        self._reason: str | None = None

    async def reason(self) -> str | None:
        """Why nothing can be kept, or None when it can."""
        async with self._asking:
            now_ms = self._ledger.clock.line_ms()
            if self._asked_ms is None or now_ms - self._asked_ms >= KEPT_MS:
                self._reason = await self._ask()
                self._asked_ms = self._ledger.clock.line_ms()
            return self._reason

    async def _ask(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._ledger.run(_touch, None, site=0, actor="system")
        except TimeoutError:
            return f"a write takes longer than {PATIENCE_S:g} s"
        except TurneroError as error:
            return str(error)
        return None


def ready_route(readiness: Readiness) -> HTTPRouteHandler:
    """`/health/ready` of a running server."""

    @get("/health/ready", opt={"permission": "public"})
    async def ready() -> Response[bytes]:
        return _answer(await readiness.reason())

    return ready


def metrics_route(
    metrics: Metrics, refresh: Callable[[], Any], *, open_to_all: bool
) -> HTTPRouteHandler:
    """`/metrics`: for this machine, for whoever has the permission, or for all where settings say so."""

    @get("/metrics", opt={"permission": "public"})
    async def show(request: PageRequest) -> Response[bytes]:
        if not open_to_all and not _local(request):
            await identify(web_of(request), heard(request.scope["headers"]), "metrics.read")
        await refresh()
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return show


def _local(request: PageRequest) -> bool:
    """Whether this machine itself asks, and not somebody through a proxy on it."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    proxies = web_of(request).proxies
    try:
        local = ip_address(client_address(peer, forwarded, proxies)).is_loopback
    except ValueError:
        return False
    return local and not (forwarded and not proxies)
