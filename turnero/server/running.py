"""An installation at work: everything that starts once its store is open, and stops before it closes."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from litestar import Litestar

from turnero.queue.timers import clock_jumped
from turnero.server.accounts.authenticator import CookieAuthenticator
from turnero.server.accounts.service import Accounts
from turnero.server.acts import acts
from turnero.server.app import create_app, wire
from turnero.server.forecasting import Forecaster
from turnero.server.gauges import Gauges
from turnero.server.health import Readiness, live, metrics_route, ready_route
from turnero.server.looks import SiteLooks
from turnero.server.metrics import Metrics
from turnero.server.rooms import Rooms
from turnero.server.settings import Settings
from turnero.server.watch import Watch
from turnero.store.consumers import Consumers
from turnero.store.control import ControlServer
from turnero.store.errors import Unavailable
from turnero.store.ledger import Ledger
from turnero.store.timers import Timers

log = structlog.get_logger("turnero.server")

_HOUR_MS = 3600 * 1000
_MINUTE_MS = 60 * 1000


class Running:
    """See the module's text. Belongs to the loop on which it was started."""

    def __init__(self, settings: Settings, ledger: Ledger, metrics: Metrics, rooms: Rooms) -> None:
        self.settings = settings
        self.ledger = ledger
        self.accounts = Accounts(ledger, session_ms=settings.session_hours * _HOUR_MS)
        self.authenticator = CookieAuthenticator(
            ledger, idle_ms=settings.session_idle_minutes * _MINUTE_MS
        )
        self.accounts.on_ended.append(self.authenticator.drop)
        self.watch = Watch(ledger)
        self.looks = SiteLooks(ledger, languages=settings.languages, profile=settings.profile)
        self.watch.heard.append(self.looks.heard)
        slices = rooms.slices(settings, self.accounts, self.looks)
        self.web = wire(
            settings,
            slices,
            ledger=ledger,
            clock=ledger.clock,
            authenticator=self.authenticator,
            looks=self.looks,
        )
        self.authenticator.on_forgotten.append(self.web.hub.seats.end)
        gauges = Gauges(ledger, metrics, self.watch, self.looks, self.web.hub)
        self.readiness = Readiness(ledger)
        self.app: Litestar = create_app(
            self.web,
            [
                live,
                ready_route(self.readiness),
                metrics_route(metrics, gauges.refresh, open_to_all=settings.metrics_open),
            ],
        )
        self._timers = Timers(ledger, rooms.timers(slices), _failed, clock_jumped)
        self._consumers = Consumers(ledger, rooms.consumers(slices), _failed)
        self._forecaster = Forecaster(ledger, _failed)
        self._control = ControlServer(settings.data, acts(ledger, self.accounts, settings))
        self._tasks: list[asyncio.Task[None]] = []
        self._stops: list[Callable[[], Awaitable[None]]] = []

    async def start(self) -> None:
        """Start everything, in the order in which it is needed. Stop also after a failure."""
        for start, stop in (
            (self.ledger.start, self.ledger.stop),
            (self._first_write, None),
            (self.looks.read, None),
            (self.watch.start, self.watch.stop),
            (self.authenticator.start, self.authenticator.stop),
            (self._begin, self._end),
            (self._forecaster.start, self._forecaster.stop),
            (self._control.start, self._control.stop),
            # Last: what they load takes a good part of a start, and nobody waits for it.
            (self._begin_tasks, self._end_tasks),
        ):
            if stop is not None:
                self._stops.append(stop)
            await start()

    async def _first_write(self) -> None:
        """Nothing else is begun on a database that keeps nothing. Raises `Unavailable`."""
        reason = await self.readiness.reason()
        if reason is not None:
            raise Unavailable(reason)

    async def _begin(self) -> None:
        for hook in self.app.on_startup:
            hook(self.app)  # type: ignore[call-arg]  # ours take the application
        self._timers.start()
        self._consumers.start()

    async def _begin_tasks(self) -> None:
        for one in self.web.slices:
            for name, task in one.tasks.items():
                self._tasks.append(
                    asyncio.create_task(self._guard(name, task(self.web)), name=name)
                )

    async def _guard(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one room's task must not take the others along
            _failed(name, error)

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self) -> None:
        await self._consumers.stop()
        await self._timers.stop()

    def end_streams(self) -> None:
        """Let every live stream end, so that connections can close."""
        self.web.hub.stop()

    async def stop(self) -> None:
        """Stop everything that was started, last first."""
        self.end_streams()
        while self._stops:
            await self._stops.pop()()


def _failed(name: str, error: Exception) -> None:
    log.error("background work failed", work=name, exc_info=error)
