"""A hall with a kiosk, its printer and the spool: acts as the room's tasks do, step by step."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from tests.queue.hall import Hall
from turnero.printer import spool
from turnero.printer.port import Outcome, Reason, Result
from turnero.printer.spool import Claim, Claimed, Settle
from turnero.printer.tables import print_job
from turnero.queue.facts import PrintChanged
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.facts import Entry
from turnero.store.sql import Statement
from turnero.store.timers import Timers
from turnero.store.tx import Tx

SITE = """
[site]
key = "hnc"
name = "Hospital Nacional"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en"]

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja", en = "Cashier" }
all_day = true

[[service]]
key = "infecto"
prefix = "E"
name = { es = "VIH", en = "HIV" }
public_name = { es = "Consultorio 4", en = "Room 4" }
all_day = true

[[desk]]
key = "v1"
name = "Ventanilla 1"
primary = ["caja", "infecto"]

[[kiosk]]
key = "k1"
name = "Entrada"
printer = "p1"

[[kiosk]]
key = "k2"
name = "Pasillo"

[[printer]]
key = "p1"
name = "Impresora"
url = "virtual://roll"

[[printer]]
key = "p2"
name = "Otra"
url = "virtual://other"
profile = "generic-58"
"""

#: runs a test of the hall on both engines
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

_ROWS = Statement(select(print_job).order_by(print_job.c.id))
_ROW = Statement(select(print_job).where(print_job.c.id == bindparam("id")))

SENT = Outcome(Result.SENT)
PRINTED = Outcome(Result.PRINTED)
LOST = Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
NO_PAPER = Outcome(Result.FAILED, Reason.PAPER_OUT)


class Spooling(Hall):
    """See the module's text."""

    seen = 0

    async def start(self) -> None:
        """Load the site."""
        await self.load(SITE)

    async def printer(self, key: str = "p1") -> Device:
        """A printer's device."""
        found = await self.read(devices.by_key, self.site, "printer", key)
        assert found is not None
        return found

    async def follow(self) -> None:
        """What the consumer does with the facts that came since."""
        for entry in await self.entries():
            if entry.seq > self.seen:
                self.seen = entry.seq
                await self.act(_following(entry), None, actor="consumer:printer")

    async def print(self, place: str | None = "k1", **more: Any) -> tuple[str, int]:
        """Take a ticket at a kiosk; the ticket and its job."""
        ticket = await self.take("caja", place=place, channel="kiosk", **more)
        await self.follow()
        return ticket, (await self.jobs())[-1].id

    async def claim(self, key: str = "p1") -> Claimed:
        """Take the next job of a printer."""
        return await self.act(spool.claim, Claim((await self.printer(key)).id))

    async def settle(self, claimed: Claimed, outcome: Outcome) -> str:
        """Say what became of it; the state it led to."""
        assert claimed.job is not None
        done = await self.act(spool.settle, Settle(claimed.job, claimed.process, outcome))
        return done.state

    async def jobs(self) -> list[Any]:
        """All print jobs, oldest first."""
        return await self.rows(_ROWS)

    async def job(self, id_: int) -> Any:
        """One print job."""
        return (await self.rows(_ROW, id=id_))[0]

    async def states(self) -> list[str]:
        """The states of all jobs, oldest first."""
        return [row.state for row in await self.jobs()]

    async def said(self) -> list[tuple[int, str, str | None]]:
        """What other rooms were told of print jobs: job, state, reason."""
        return [(fact.job, fact.state, fact.reason) for fact in await self.facts(PrintChanged)]

    async def fire_retries(self) -> None:
        """Fire the spool's timers that are due."""
        await Timers(self.ledger, {spool.RETRY_TIMER: spool.retry}, _failed)._fire_due()


def _following(entry: Entry) -> Any:
    def follow(tx: Tx, _request: None) -> None:
        spool.follow_tickets(tx, entry)

    return follow


def _failed(kind: str, error: Exception) -> None:
    raise AssertionError(kind) from error
