"""Somebody at a telephone, for calls that come in: what they hear, press, and what becomes of it."""

import asyncio
from typing import Any

from sqlalchemy import select

from tests.telephony.room import Room
from turnero.queue.tables import ticket
from turnero.store.sql import Statement
from turnero.telephony.ivr.made import inbounds
from turnero.telephony.service import Telephone
from turnero.telephony.simulated import SimulatedExchange
from turnero.telephony.simulated.call import Seen

ANA = "+51987654300"
_TICKETS = Statement(select(ticket.c.id, ticket.c.number, ticket.c.state, ticket.c.channel))
IN_LINE = "Ya está en la fila. Por favor, no cuelgue."
OFFER = "Para esperar en la línea, marque 2."


class House:
    """The room with somebody who rings it."""

    def __init__(self, held: Room) -> None:
        self.room = held
        assert isinstance(held.exchange, SimulatedExchange)
        self.exchange = held.exchange
        self.menus = inbounds(held.ledger, held.exchange, held.vault)
        held.telephone = Telephone(
            held.ledger, held.exchange, held.vault, holder="one", inbounds=self.menus
        )
        self.leg = ""

    async def begin(self) -> None:
        self.room.dials()
        await self.passes(6)

    async def dies(self) -> None:
        """Our process is killed: nothing is given back, nothing is said."""
        for task in [*self.menus._tasks]:
            task.cancel()
        self.menus = inbounds(self.room.ledger, self.exchange, self.room.vault)
        await self.room.stops()

    async def begins_again(self) -> None:
        self.room.telephone = Telephone(
            self.room.ledger, self.exchange, self.room.vault, holder="two", inbounds=self.menus
        )
        await self.begin()

    async def passes(self, seconds: float) -> None:
        """Let time go by; sessions act beside the dialler."""
        for _ in range(max(1, round(seconds * 2))):
            await self.room.passes(0.5)
            await asyncio.sleep(0.01)

    async def ring(self, caller: str | None = ANA) -> None:
        self.leg = self.exchange.ring_in(caller, "5511")
        await self.passes(1)

    async def press(self, *digits: str) -> None:
        for several in digits:
            for digit in several:
                assert self.exchange.press(self.leg, digit)
                await asyncio.sleep(0.01)
            await self.passes(1)

    def seen(self, leg: str = "") -> Seen | None:
        return next(
            (one for one in self.exchange.telephones() if one.leg == (leg or self.leg)), None
        )

    def hears(self) -> list[str]:
        found = self.seen()
        return [] if found is None else found.says

    async def until(self, sentence: str, within_s: float = 60) -> None:
        for _ in range(round(within_s * 2)):
            if sentence in self.hears():
                return
            await self.passes(0.5)
        raise AssertionError(f"{sentence!r} is not heard; now {self.hears()}")

    async def over(self, within_s: float = 120) -> None:
        for _ in range(round(within_s * 2)):
            if self.seen() is None and not self.menus.owns(self.leg):
                return
            await self.passes(0.5)
        raise AssertionError(f"the call does not end; now {self.hears()}")

    async def tickets(self) -> list[tuple[str, str]]:
        return [(row.state, row.channel) for row in await self.room.read(_tickets)]

    async def chooses_cashier(self) -> None:
        await self.press("1")
        await self.until(OFFER)

    def desks(self) -> list[Seen]:
        return [one for one in self.exchange.telephones() if one.number.startswith("desk")]


def _tickets(q: Any) -> list[Any]:
    return list(q.rows(_TICKETS))
