"""A box in this process beside a real server in this process, with a link that fails as it is told."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.peers.stores import opened
from tests.server.boxes.paired import BOX, pair, with_box
from tests.server.installation import ORIGIN, Installation
from turnero.boxes.protocol import Beat, BoxConfig
from turnero.device.box import Box
from turnero.device.keeping import CONFIG, kept
from turnero.device.link import Link
from turnero.device.offline.hours import Machine
from turnero.device.offline.keeping import Keeping
from turnero.device.offline.kiosk import BoxKiosk
from turnero.device.settings import BoxSettings
from turnero.kiosk.port import By, Held
from turnero.queue.requests import Issue
from turnero.store.clock import VirtualClock

#: 2027-01-15, three in the morning in Lima
NIGHT_MS = 1_800_000_000_000
HOUR_MS = 3_600_000
SITE = f"""{BOX}
[[kiosk]]
key = "door"
name = "Puerta"
box = "entrance"
printer = "own"
staff = {{ es = "la ventanilla 1" }}

[[printer]]
key = "own"
name = "Impresora"
url = "virtual://own"
box = "entrance"
"""


class Wire(httpx.AsyncBaseTransport):
    """What carries the box's requests: it may be cut, or lose answers after the server has acted."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        #: nothing gets through
        self.cut = False
        #: somebody else answers in the server's stead
        self.portal = False
        #: so many answers are lost
        self.lose = 0
        #: so many requests arrive twice
        self.double = 0
        #: so many requests are held back on the way, and those that are
        self.hold = 0
        self.held: list[httpx.Request] = []
        #: paths that arrived at the server
        self.heard: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self.cut:
            raise httpx.ConnectTimeout("cut", request=request)
        if self.portal:
            return httpx.Response(200, html="<p>Accept our terms", request=request)
        if self.hold > 0:
            self.hold -= 1
            self.held.append(request)
            raise httpx.ReadTimeout("held back", request=request)
        self.heard.append(request.url.path)
        if self.double > 0:
            self.double -= 1
            await (await self._inner.handle_async_request(request)).aread()
        answer = await self._inner.handle_async_request(request)
        if self.lose > 0:
            self.lose -= 1
            await answer.aread()
            raise httpx.ReadTimeout("lost", request=request)
        return answer

    async def deliver(self) -> None:
        """What was held back arrives; nobody waits for the answers any more."""
        held, self.held = self.held, []
        for request in held:
            await (await self._inner.handle_async_request(request)).aread()


class OwnMachine(Machine):
    """The machine of the box: switched on when its clock began, with a clock on a battery."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.boot = "first"
        #: somebody vouches for its wall clock
        self.battery = True
        self._began_ms = clock.line_ms()

    def since_boot_ms(self) -> int:
        """See `Machine.since_boot_ms`."""
        return self.clock.line_ms() - self._began_ms

    def wall_ms(self) -> int:
        """See `Machine.wall_ms`."""
        return self.clock.now_ms()

    def vouched(self) -> bool:
        """See `Machine.vouched`."""
        return self.battery


@dataclass
class Beside:
    """The server, the box, and the wire between them."""

    folder: Path
    here: Installation
    token: str
    clock: VirtualClock
    machine: OwnMachine
    presses: int = field(default=0)

    async def start(self) -> None:
        """The box's program starts, on what it kept."""
        self._open = AsyncExitStack()
        self.own_clock = self.machine.clock
        self.ledger = await self._open.enter_async_context(
            opened(self.folder, clock=self.own_clock)
        )
        transport = httpx.ASGITransport(self.here.front, client=("127.0.0.1", 4711))  # type: ignore[arg-type]
        self.wire = Wire(transport)
        self.link = Link(ORIGIN, transport=self.wire)
        self._open.push_async_callback(self.link.close)
        self.box = Box(BoxSettings(data=self.folder, server=ORIGIN), self.ledger, self.link)
        self.keeping = Keeping(self.box, machine=self.machine)
        self.port = BoxKiosk(self.box, self.keeping)
        self.box.config = await self.ledger.read(kept, CONFIG, BoxConfig)
        self.link.use(self.token)
        await self.keeping.restore()
        await self.port.restore()

    async def stop(self) -> None:
        """It ends, wherever it was."""
        await self._open.aclose()

    async def start_again(self, *, cut: bool = True) -> None:
        """It ends and starts; what the network holds back it goes on holding."""
        held = self.wire.held
        await self.stop()
        await self.start()
        self.wire.cut, self.wire.held = cut, held

    async def switch_on(self, wall_ms: int, *, battery: bool) -> None:
        """Its machine was without power, wakes with that hour, and has no server."""
        await self.stop()
        self.machine = OwnMachine(VirtualClock(wall_ms))
        self.machine.boot, self.machine.battery = "second", battery
        await self.start()
        self.wire.cut = True

    async def beat(self) -> None:
        """The heart beats once."""
        await self.link.beat(Beat(version="1", config="", uptime_s=1, clock_ms=1, seq=0, spool=0))

    async def ready(self) -> None:
        """What it does by itself while the server answers."""
        await self.beat()
        await self.keeping.look()

    async def take(self, key: str | None = None, **more: Any) -> Held:
        """Somebody takes a ticket at the door."""
        self.presses += 1
        said: dict[str, Any] = {"service": "cash", "language": "es", **more}
        wanted = Issue(channel="kiosk", place="door", **said)
        by = By("kiosk:door", key or f"press-{self.presses:06d}")
        return await self.port.issue(self.box.site, wanted, by)

    async def tickets(self) -> list[tuple[str, str]]:
        """(number, state) of all tickets at the server, by their place."""
        from sqlalchemy import select

        from turnero.queue.tables import ticket
        from turnero.store.sql import Query, Statement

        statement = Statement(
            select(ticket.c.number, ticket.c.state).order_by(ticket.c.rank_ms, ticket.c.rank_seq)
        )

        def read(q: Query) -> list[tuple[str, str]]:
            return [(row.number, row.state) for row in q.rows(statement)]

        return await self.here.running.ledger.read(read)

    def pass_time(self, milliseconds: int) -> None:
        """Both clocks go on."""
        self.clock.advance(milliseconds)
        self.own_clock.advance(milliseconds)


@asynccontextmanager
async def beside(folder: Path, *, fast_ms: int = 0, site: str = SITE) -> AsyncIterator[Beside]:
    """Paired and ready; the box's clock is so much ahead of the server's."""
    clock = VirtualClock(NIGHT_MS)
    async with with_box(folder / "server", site, clock=clock) as here:
        machine = OwnMachine(VirtualClock(NIGHT_MS + fast_ms))
        made = Beside(folder / "box", here, await pair(here), clock, machine)
        await made.start()
        try:
            await made.box.configure(await made.link.config())
            await made.ready()
            yield made
        finally:
            await made.stop()
