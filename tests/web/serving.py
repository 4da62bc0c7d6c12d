"""The small server on a real socket, in a thread of its own: a browser can be pointed at it,
and it can be stopped and started again on the same port and data.
"""

import asyncio
import socket
import threading
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from tests.peers.ports import free_port
from tests.peers.stores import opened
from tests.web.conftest import LOOK, Known
from tests.web.sample_slice import make_slices
from turnero.store.clock import Clock, SystemClock
from turnero.store.errors import Unavailable
from turnero.web.look import OneLook
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest
from turnero.web.slice import Slice
from turnero.web.wiring import Web, options, weave


class _Uvicorn(uvicorn.Server):
    """Ends the streams before it waits for connections, as the product's server does."""

    web: Web
    up: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.web.hub.stop()
        super().handle_exit(sig, frame)

    def end(self) -> None:
        self.web.hub.stop()
        self.should_exit = True


class Served:
    """`url` answers between `start` and `stop`; `ready` False makes every page answer 503."""

    def __init__(self, folder: Path, *, slices: list[Slice] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.slices = slices
        self.ready = True
        self.version: str | None = None
        #: another time of day; set before `start`
        self.clock: Clock = SystemClock()
        self.web: Web
        self.loop: asyncio.AbstractEventLoop
        self._server: _Uvicorn
        self._thread: threading.Thread

    def start(self) -> None:
        up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(up)))
        self._thread.start()
        assert up.wait(10), "the small server did not start"

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._server.end)
        self._thread.join(10)
        assert not self._thread.is_alive(), "the small server did not stop"

    async def _run(self, up: threading.Event) -> None:
        self.loop = asyncio.get_running_loop()
        async with opened(self.folder, None, clock=self.clock) as ledger:
            self.web = weave(
                self.slices or make_slices(),
                ledger=ledger,
                clock=self.clock,
                authenticator=Known(),
                looks=OneLook(LOOK),
            )
            if self.version is not None:
                self.web.hub.version = self.version
            app = Litestar(
                **options(self.web, [self._health()]),
                before_request=self._not_ready,
                openapi_config=None,
            )
            config = uvicorn.Config(
                app,
                port=self.port,
                log_level="warning",
                lifespan="on",
                # As the product's: a browser that connects in the moment of the end, and asks
                # nothing, would be waited for without limit.
                timeout_graceful_shutdown=1,
            )
            self._server = _Uvicorn(config)
            self._server.web = self.web
            self._server.up = up
            await self._server.serve()

    async def _not_ready(self, request: PageRequest) -> None:
        if not self.ready and "text/html" in request.headers.get("accept", ""):
            assert web_of(request) is self.web
            raise Unavailable("the disk is full")

    def _health(self) -> HTTPRouteHandler:
        @get("/health/ready", opt={"permission": "public"})
        async def health() -> Response[str]:
            return Response("", status_code=200 if self.ready else 503)

        return health
