"""A box in this process beside a real server in this process, with a link that fails as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.peers.stores import opened
from tests.server.boxes.paired import BOX, pair, with_box
from tests.server.installation import ORIGIN, Installation
from turnero.boxes.protocol import Beat
from turnero.device.box import Box
from turnero.device.link import Link
from turnero.device.offline.keeping import Keeping
from turnero.device.offline.kiosk import BoxKiosk
from turnero.device.settings import BoxSettings
from turnero.kiosk.port import By, Held
from turnero.queue.requests import Issue
from turnero.store.clock import VirtualClock
from turnero.store.ledger import Ledger

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
        #: so many answers are lost
        self.lose = 0
        #: paths that arrived at the server
        self.heard: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self.cut:
            raise httpx.ConnectTimeout("cut", request=request)
        self.heard.append(request.url.path)
        answer = await self._inner.handle_async_request(request)
        if self.lose > 0:
            self.lose -= 1
            await answer.aread()
            raise httpx.ReadTimeout("lost", request=request)
        return answer


@dataclass
class Beside:
    """The server, the box, and the wire between them."""

    here: Installation
    clock: VirtualClock
    own_clock: VirtualClock
    ledger: Ledger
    box: Box
    link: Link
    wire: Wire
    keeping: Keeping
    port: BoxKiosk
    presses: int = field(default=0)

    async def beat(self) -> None:
        """The heart beats once."""
        await self.link.beat(Beat(version="1", config="", uptime_s=1, clock_ms=1, seq=0, spool=0))

    async def ready(self) -> None:
        """What it does by itself while the server answers."""
        await self.beat()
        await self.keeping.bring()
        await self.keeping.renew()

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
    clock, own = VirtualClock(NIGHT_MS), VirtualClock(NIGHT_MS + fast_ms)
    async with with_box(folder / "server", site, clock=clock) as here:
        token = await pair(here)
        async with opened(folder / "box", clock=own) as ledger:
            wire = Wire(httpx.ASGITransport(here.front, client=("127.0.0.1", 4711)))  # type: ignore[arg-type]
            link = Link(ORIGIN, transport=wire)
            settings = BoxSettings(data=folder / "box", server=ORIGIN)
            box = Box(settings, ledger, link)
            keeping = Keeping(box)
            link.use(token)
            await box.configure(await link.config())
            made = Beside(
                here, clock, own, ledger, box, link, wire, keeping, BoxKiosk(box, keeping)
            )
            await made.ready()
            try:
                yield made
            finally:
                await link.close()
