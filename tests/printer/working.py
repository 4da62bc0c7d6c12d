"""The hall with printers, consumer and timers at work, as in a running server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tests.peers.stores import opened
from tests.printer.patience import until
from tests.printer.slips import lines
from tests.printer.spooling import SITE, Spooling
from turnero.printer import spool
from turnero.printer.decode import decode
from turnero.printer.port import Limits
from turnero.printer.room import Printers
from turnero.printer.slice import KINDS
from turnero.printer.virtual import VirtualPrinter
from turnero.store.clock import SystemClock
from turnero.store.consumers import Consumer, Consumers
from turnero.store.timers import Timers

LIMITS = Limits(connect_s=2, send_s=2, answer_s=0.2, confirm_s=0.8)


class Working(Spooling):
    """The hall with the printers, the consumer and the timers at work."""

    printers: Printers

    @property
    def roll(self) -> VirtualPrinter:
        """The printer of the kiosk."""
        return self.printers.virtual["roll"]

    async def queue(self, **more: Any) -> str:
        """Take a ticket at the kiosk; the rest happens by itself."""
        return await self.take("caja", place="k1", channel="kiosk", **more)

    async def settled(self, *states: str) -> None:
        """Wait until the jobs are in these states."""

        async def done() -> bool:
            return await self.states() == list(states)

        try:
            await until(done)
        except TimeoutError:
            raise AssertionError(f"{await self.states()} instead of {states}") from None

    def paper(self) -> list[list[str]]:
        """The lines of each paper, oldest first."""
        return [lines(decode(one.data)) for one in self.roll.papers[::-1]]

    async def heartbeat(self) -> dict[str, Any]:
        """What the printer's last heartbeat says."""
        device = await self.printer()
        return msgspec.json.decode(device.state or "{}", type=dict[str, Any])


@asynccontextmanager
async def at_work(
    folder: Path, site: str = SITE, limits: Limits = LIMITS
) -> AsyncIterator[Working]:
    """A hall whose tickets are printed by themselves; a task that fails fails the test."""
    clock: Any = SystemClock()
    failures: list[Exception] = []
    async with opened(folder / "data", clock=clock) as ledger:
        found = Working(ledger, clock)
        await found.load(site)
        found.printers = Printers(folder / "paper", limits=limits, poll_s=0.1)
        consumers = Consumers(
            ledger,
            [Consumer("printer", KINDS, spool.follow_tickets)],
            lambda _name, error: failures.append(error),
        )
        timers = Timers(
            ledger,
            {spool.RETRY_TIMER: spool.retry},
            lambda _kind, error: failures.append(error),
        )
        consumers.start()
        timers.start()
        task = asyncio.create_task(found.printers.run(ledger))
        await until(lambda: bool(found.printers.virtual))
        try:
            yield found
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await timers.stop()
            await consumers.stop()
    assert failures == []
