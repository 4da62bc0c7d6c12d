"""The life of the process: binds and answers at once, opens, serves, stops within a second.

Exit codes: 0 stopped as asked; 2 it cannot start, and why is one sentence on stderr; 75 nothing
can be kept any more (disk full, I/O error): the service manager starts it again.
"""

import asyncio
import contextlib
import gc
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
import uvicorn
import uvloop
from sqlalchemy.exc import DBAPIError

from turnero.server.front import Front
from turnero.server.metrics import Metrics, measured_writer
from turnero.server.settings import Settings
from turnero.server.waiting import waiting_app
from turnero.server.waiting_web import waiting_web
from turnero.store.errors import Occupied, TurneroError, Unavailable
from turnero.store.migrate import MigrationError
from turnero.store.opening import Store, open_store
from turnero.web.binding import CANNOT_START, raise_file_limit
from turnero.web.protocol import Protocol
from turnero.web.serving import Server

if TYPE_CHECKING:
    from turnero.server.rooms import Rooms
    from turnero.server.running import Running

log = structlog.get_logger("turnero.server")

#: EX_TEMPFAIL: starting again may help
TRY_AGAIN = 75
#: seconds between the refusal of the first write and the end, so that clients get their answers
GRACE_S = 1.0
#: seconds between tries to open the store
RETRY_S = 1.0
LONGEST_RETRY_S = 10.0
#: Python's own 700 collects every few milliseconds at 64 clients, and freezing makes full
#: collections more frequent still: together a tenth of the loop's time
GC_THRESHOLD = (20_000, 20, 20)


class Life:
    """One run of the server over its settings."""

    def __init__(
        self,
        settings: Settings,
        *,
        prepare: Callable[[], Awaitable[None]] | None = None,
        rooms: "Callable[[], Rooms] | None" = None,
        started: "Callable[[Running, str], object] | None" = None,
    ) -> None:
        self.settings = settings
        #: what comes before the store is opened
        self._prepare = prepare
        self._make_rooms = rooms
        #: called once everything answers, with the address; may be a coroutine function
        self._started = started
        self.metrics = Metrics()
        self.exit_code = 0
        self._store: Store | None = None
        self.running: Running | None = None
        self._web = waiting_web(settings)
        self.front = Front(
            waiting_app(self._web, self._reason), self.metrics, access_log=settings.access_log
        )
        self._server: Server | None = None
        self._stop_asked = False

    def _reason(self) -> str:
        return self.front.reason or "starting"

    async def run(self, sock: socket.socket) -> int:
        """Serve on this socket until a signal or a broken ledger; the process's exit code."""
        own_tls = self.settings.tls == "own"
        config = uvicorn.Config(
            self.front,
            loop="none",
            http=Protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
            backlog=2048,
            proxy_headers=self.settings.tls == "proxy",
            forwarded_allow_ips=list(self.settings.trusted_proxies),
            ssl_certfile=self.settings.tls_certificate if own_tls else None,
            ssl_keyfile=self.settings.tls_key if own_tls else None,
        )
        self._server = Server(config, self._stopping)
        opening = asyncio.create_task(self._open(sock), name="open")
        try:
            await self._server.serve([sock])
        finally:
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await self._close()
        return self.exit_code

    def _stopping(self) -> None:
        self._stop_asked = True
        self.front.not_ready("stopping")
        if self.running is not None:
            self.running.end_streams()

    def _end(self, code: int) -> None:
        self.exit_code = code
        self._stopping()
        if self._server is not None:
            self._server.should_exit = True

    async def _open(self, sock: socket.socket) -> None:
        """Open the store and put the real application in front; again and again until it works."""
        pause = RETRY_S
        while True:
            try:
                await self._open_once(sock)
                gc.enable()
            except (Occupied, MigrationError) as error:
                print(f"turnero: {error}", file=sys.stderr)  # noqa: T201 - the one sentence
                self._end(CANNOT_START)
                return
            except asyncio.CancelledError:
                raise
            except Exception as error:  # whatever it is: say so and try again
                expected = isinstance(error, TurneroError | OSError | DBAPIError)
                why = getattr(error, "orig", error)
                log.error("not ready", reason=str(why), exc_info=None if expected else error)  # noqa: TRY400
                # Anybody may ask whether it is ready; what exactly is wrong the log says.
                self.front.not_ready("the store cannot be opened")
                gc.enable()
                await self._close()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_RETRY_S)
            else:
                return

    async def _open_once(self, sock: socket.socket) -> None:
        if self._prepare is not None:
            await self._prepare()
        # In a thread as well: importing the rooms takes as long as migrating, and the loop must answer.
        importing = asyncio.create_task(asyncio.to_thread(self._import))
        try:
            self._store = await asyncio.to_thread(
                open_store,
                self.settings.data,
                self.settings.postgres,
                writer=measured_writer(self.metrics),
            )
        finally:
            make_running, rooms = await importing
        ledger = self._store.ledger
        self.running = make_running(self.settings, ledger, self.metrics, rooms)
        # Until it has once been ready a failure means to try again, afterwards to end.
        await self.running.start()
        ledger.on_broken.append(self._broken)
        host, port = sock.getsockname()[:2]
        address = f"{'https' if self.settings.tls == 'own' else 'http'}://{_shown(host)}:{port}"
        if self._started is not None:
            result = self._started(self.running, address)
            if asyncio.iscoroutine(result):
                await result
        if ledger.broken is not None:
            raise Unavailable(ledger.broken)
        if not self._stop_asked:
            self.front.ready(self.running.app)
            # What was made until now lives as long as the process: the collector need not look.
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLD)
            log.info("ready", address=address, data=str(self.settings.data))

    def _import(self) -> "tuple[type[Running], Rooms]":
        from turnero.server.rooms import Rooms  # noqa: PLC0415 - see rooms.py
        from turnero.server.running import Running  # noqa: PLC0415

        return Running, self._make_rooms() if self._make_rooms is not None else Rooms()

    def _broken(self, why: str) -> None:
        """Nothing can be kept any more: say so, answer 503 for a moment, then leave."""
        log.critical(
            "the ledger is broken; ending so that the service manager starts anew", reason=why
        )
        self.front.not_ready(why)
        if self.running is not None:
            self.running.end_streams()
        asyncio.get_running_loop().call_later(GRACE_S, self._end, TRY_AGAIN)

    async def _close(self) -> None:
        running, self.running = self.running, None
        store, self._store = self._store, None
        if running is not None:
            try:
                await running.stop()
            except Exception as error:  # the rest must still be closed
                log.exception("stopping failed", exc_info=error)
        if store is not None:
            store.close()


def _shown(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - shown, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def run(life: Life, sock: socket.socket) -> int:
    """Serve on a listening socket; the exit code."""
    raise_file_limit()
    # A signal before the loop runs must not leave a traceback.
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(life.run(sock))
    return 0
