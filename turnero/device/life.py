"""The life of the process: takes the port, opens, works, stops within seconds.

Exit codes as the server's: 0 stopped as asked; 2 it cannot start, and why is one sentence on
stderr; 75 nothing can be kept any more (disk full, I/O error): the service manager starts it again.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from types import FrameType
from typing import NoReturn

import uvicorn
import uvloop
from msgspec.structs import replace

from turnero.device.running import Running
from turnero.device.settings import BoxSettings, keep
from turnero.device.systemd import Systemd
from turnero.store.errors import Occupied
from turnero.store.migrate import MigrationError
from turnero.store.opening import open_store
from turnero.web import logs
from turnero.web.binding import CANNOT_START, CannotStartError, bind
from turnero.web.protocol import Protocol
from turnero.web.serving import Server

log = logging.getLogger("turnero.device")

TRY_AGAIN = 75
HOST = "127.0.0.1"


class Life:
    """One run of the box."""

    def __init__(self, settings: BoxSettings, systemd: Systemd) -> None:
        self._settings = settings
        self._systemd = systemd
        self._code = 0
        self._running: Running | None = None
        self._server: Server | None = None

    async def run(self, *socks: socket.socket) -> int:
        """Work until a signal or a broken store; the process's exit code."""
        try:
            store = await asyncio.to_thread(open_store, self._settings.data)
        except (Occupied, MigrationError) as error:
            say(f"turnero: {error}")
            return CANNOT_START
        keep(self._settings)
        running = self._running = Running(self._settings, store.ledger)
        store.ledger.on_broken.append(self._broken)
        config = uvicorn.Config(
            running.app,
            loop="none",
            http=Protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        )
        self._server = Server(config, self._stopping)
        alive: asyncio.Task[None] | None = None
        try:
            await running.start()
            address = f"http://{HOST}:{self._settings.port}/"
            say(f"Turnero's box: open {address} on its screen; its server is {running.link.server}")
            self._systemd.tell("READY=1", f"STATUS=Server {running.link.server}")
            alive = asyncio.create_task(self._alive(), name="watchdog")
            await self._server.serve([*socks])
        finally:
            self._systemd.tell("STOPPING=1")
            if alive is not None:
                alive.cancel()
            await running.stop()
            store.close()
        return self._code

    async def _alive(self) -> None:
        """Tell the service manager, as long as there is something good to tell."""
        while self._systemd.every_s is not None:
            if self._running is not None and self._running.well:
                self._systemd.tell("WATCHDOG=1")
            await asyncio.sleep(self._systemd.every_s)

    def _stopping(self) -> None:
        self._systemd.tell("STOPPING=1")
        if self._running is not None:
            self._running.end_streams()

    def _broken(self, why: str) -> None:
        log.critical("the store is broken: %s; ending so that the service manager starts anew", why)
        self._code = TRY_AGAIN
        self._stopping()
        if self._server is not None:
            self._server.should_exit = True


def say(text: str) -> None:
    """A line for whoever started the box; logs go their own way."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice


def start(settings: BoxSettings) -> int:
    """Work until stopped; the process's exit code."""
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, _early)  # until the server takes them over
    logs.configure(settings.log_level)
    try:
        pages = bind(HOST, settings.port)
        settings = replace(settings, port=pages.getsockname()[1])
        board = bind(HOST, settings.board_port)
    except CannotStartError as error:
        say(f"turnero: {error}")
        return CANNOT_START
    life = Life(settings, Systemd())
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(life.run(pages, board))
    return 0


def _early(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Asked to stop before anything runs: leave."""
    raise SystemExit(0)
