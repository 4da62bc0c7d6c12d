"""A waiting room with telephones: the line, the one who dials and a simulated exchange, on a
clock that only the test moves.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS, SITE, Hall
from turnero.queue import call_requests
from turnero.queue.callbacks import Stage
from turnero.queue.commands import callbacks, reaching
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.callbacks import AtDesk
from turnero.queue.timers import TIMERS, clock_jumped
from turnero.store.clock import VirtualClock
from turnero.store.errors import TurneroError
from turnero.store.facts import ClockJumped, Fact
from turnero.store.ids import SeededIds
from turnero.store.timers import Timers
from turnero.store.vault import Vault
from turnero.telephony.exchange import Exchange
from turnero.telephony.numbers import number_of, policy_of, sealed
from turnero.telephony.service import Telephone
from turnero.telephony.simulated import SimulatedExchange
from turnero.telephony.simulated.switchboard import Switchboard

#: the hall's site, whose cashier calls back from both desks
CALLING = (
    SITE.replace('prefix = "S"', 'prefix = "S"\ncallbacks = {}')
    .replace('name = "Ventanilla 2"', 'name = "Ventanilla 2"\nphone = "desk2"')
    .replace('primary = ["sangre", "infecto"]', 'primary = ["sangre", "infecto", "caja"]')
)
#: milliseconds of the clock that pass between two looks at the world
STEP_MS = 500


class Room(Hall):
    """Acts as patients and agents do; `passes` lets time go by with everything running."""

    def __init__(self, ledger: Any, clock: VirtualClock, data: Path, exchange: Exchange) -> None:
        super().__init__(ledger, clock)
        self.exchange = exchange
        self.vault = Vault(data)
        self.telephone = Telephone(ledger, exchange, self.vault, holder="one")
        self._task: asyncio.Task[None] | None = None
        #: what the ledger was asked and has not answered
        self._asked = 0
        for name in ("run", "read"):
            setattr(ledger, name, self._counted(getattr(ledger, name)))

    def _counted(self, asks: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def counted(*args: Any, **named: Any) -> Any:
            self._asked += 1
            try:
                return await asks(*args, **named)
            finally:
                self._asked -= 1

        return counted

    @property
    def simulated(self) -> SimulatedExchange:
        """The exchange, where it is a simulated one in this process."""
        assert isinstance(self.exchange, SimulatedExchange)
        return self.exchange

    @property
    def board(self) -> Switchboard:
        """Its switchboard."""
        return self.simulated.switchboard

    def dials(self) -> None:
        """Begin to dial."""
        self._task = asyncio.create_task(self.telephone.run())

    async def stops(self) -> None:
        """Dial no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def ask(self, number: str, service: str = "caja", **more: Any) -> call_requests.Asked:
        """Ask to be rung at that number."""
        phone = sealed(number_of(number, policy_of("pe")), self.vault)
        request = call_requests.AskCallback(phone=phone, service=service, **more)
        return await self.act(callbacks.ask, request)

    async def by_hand(self, callback: str, why: str, at: str = "v1") -> str:
        """What an agent heard, one key."""
        request = call_requests.OfCallback(callback, why, f"hnc.{at}")
        return (await self.act(reaching.by_hand, request)).state

    async def callback(self, ticket: str) -> AtDesk:
        """The open callback of a ticket."""
        found = await self.read(reads.of_ticket, ticket)
        assert found is not None
        return found

    async def said(self, kind: type[Fact], what: str) -> list[Any]:
        """One field of every fact of a kind."""
        return [getattr(fact, what) for fact in await self.facts(kind)]

    async def settles(self) -> None:
        """Wait until nothing is under way; on a busy machine a commit lasts longer than a step."""
        quiet = 0
        for _ in range(20_000):
            await asyncio.sleep(0.001)
            busy = self.telephone.dialler.busy or self._asked
            quiet = 0 if busy else quiet + 1
            if quiet >= 3:
                return
        raise AssertionError("the dialler never rests")

    async def passes(self, seconds: float) -> None:
        """Let time go by."""
        timers = Timers(self.ledger, TIMERS, _failed)
        left_ms = round(seconds * 1000)
        while left_ms > 0:
            step_ms = min(STEP_MS, left_ms)
            self.clock.advance(step_ms)
            left_ms -= step_ms
            await self.settles()
            await timers._fire_due()
        await self.settles()

    async def sets_clock(self, hours: float) -> None:
        """Somebody sets the wall clock, which the server notices."""
        by_ms = round(hours * 3_600_000)
        self.clock.set_wall(self.clock.now_ms() + by_ms)
        await self.ledger.run(clock_jumped, ClockJumped(by_ms), site=self.site, actor="timer")

    async def until(self, ticket: str, state: str, within_s: float = 120) -> None:
        """Let time go by until the ticket is in that state."""
        for _ in range(round(within_s * 1000 / STEP_MS)):
            if await self.state(ticket) == state:
                return
            await self.passes(STEP_MS / 1000)
        raise AssertionError(f"it is {await self.state(ticket)}, not {state}")


@asynccontextmanager
async def room(
    tmp_path: Path, *, database: str | None = None, site: str = CALLING, dials: bool = True
) -> AsyncIterator[Room]:
    """An open site with both desks at work and somebody who dials."""
    clock = VirtualClock(MORNING_MS)
    data = tmp_path / "data"
    async with opened(data, database, clock=clock, ids=SeededIds(7)) as ledger:
        found = Room(ledger, clock, data, SimulatedExchange(clock))
        await found.load(site)
        await found.open("v1")
        await found.open("v2")
        if dials:
            found.dials()
            await found.passes(6)
        try:
            yield found
        finally:
            await found.stops()


async def stage(hall: Room, ticket: str, wanted: Stage, within_s: float = 30) -> None:
    """Let time go by until the callback is in that stage."""
    for _ in range(round(within_s * 1000 / STEP_MS)):
        if (await hall.callback(ticket)).stage == wanted:
            return
        await hall.passes(STEP_MS / 1000)
    raise AssertionError(f"it is {(await hall.callback(ticket)).stage}")


def _failed(kind: str, error: Exception) -> None:
    if isinstance(error, TurneroError):
        return
    raise AssertionError(kind) from error
