"""A callback through everything: the line, who dials, a real Asterisk, and telephones of other makes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.telephone_lives import Morning
from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.stores import opened
from tests.peers.telephones import Telephones
from tests.telephony.asterisk_rig import Tones
from tests.telephony.rig import soon
from tests.telephony.room import CALLING, Room
from turnero.queue.call_facts import CallbackEnded, CallbackJoined, CallbackPutOff, LegDialled
from turnero.queue.facts import TicketRated
from turnero.queue.reads import callbacks as reads
from turnero.queue.timers import TIMERS
from turnero.store.timers import Timers
from turnero.telephony.asterisk import Asterisk, AsteriskSettings
from turnero.telephony.exchange import Digit, Event
from turnero.telephony.ivr.flow import Inbounds
from turnero.telephony.ivr.ledger import LedgerActs
from turnero.telephony.service import Telephone

pytestmark = pytest.mark.requires("sip-tester", "baresip-core")

Both = tuple[AsteriskPeer, Telephones]


class Heard(Asterisk):
    """Remembers what it was told."""

    told: list[Event]

    async def events(self) -> AsyncIterator[Event]:
        """See `Exchange.events`."""
        async for event in super().events():
            self.told.append(event)
            yield event


@asynccontextmanager
async def at(peer: AsteriskPeer, folder: Path, desk: str, speed: int) -> AsyncIterator[Room]:
    """A room on a Monday morning whose desk has that telephone, at so many times the wall's speed."""
    clock = Morning(time.time(), speed)
    exchange = Heard(AsteriskSettings(password=PASSWORD, url=peer.url), Tones(peer.folder), clock)
    exchange.told = []
    site = CALLING.replace('phone = "desk1"', f'phone = "{desk}"')
    site += "\n[callbacks]\nring_s = 30\nbusy_minutes = 1\nconfirm_s = 30\nnotice = false\n"
    async with opened(folder / "data", clock=clock) as ledger:
        room = Room(ledger, clock, folder / "data", exchange)  # type: ignore[arg-type]
        menus = Inbounds(exchange, LedgerActs(ledger, room.vault), clock, speaks=lambda _: True)
        room.telephone = Telephone(ledger, exchange, room.vault, holder="one", inbounds=menus)
        await room.load(site)
        await room.open("v1")
        timers = Timers(ledger, TIMERS, lambda _kind, _error: None)
        timers.start()
        room.dials()
        try:
            await soon(lambda: ready(room), "it does not dial", within_s=20)
            yield room
        finally:
            await room.stops()
            await timers.stop()


async def ready(room: Room) -> bool:
    now = await room.read(reads.dialling_now)
    return now is not None and now.open


def is_in(room: Room, ticket: str, state: str) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        return await room.state(ticket) == state

    return so


async def test_a_callback_from_next_to_the_thanks(
    asterisk_and_telephones: Both, tmp_path: Path
) -> None:
    peer, telephones = asterisk_and_telephones
    async with at(peer, tmp_path, "desk-hangs", 1) as room:
        asked = await room.ask("987651112")
        assert await room.next("v1") == asked.ticket
        await soon(is_in(room, asked.ticket, "serving"), "nobody is joined", within_s=20)
        desk, patient = telephones.rung("desk-hangs"), telephones.rung("+51987651112")
        assert (len(desk), len(patient)) == (1, 1)
        assert desk[0].from_s < patient[0].from_s

        async def rated() -> bool:
            return [fact.answer for fact in await room.facts(TicketRated)] == [5]

        await soon(rated, "no rating came", within_s=30)
        (rating,) = await room.facts(TicketRated)
        assert rating.ticket == asked.ticket
        await room.finish(asked.ticket)
        assert await room.said(CallbackEnded, "how") == ["done"]
        assert await room.said(CallbackJoined, "attempt") == [1]

        exchange = room.exchange
        assert isinstance(exchange, Heard)
        keys = [event.digit for event in exchange.told if isinstance(event, Digit)]
        # 1 confirms; 234 by the patient and 7 at the desk while they speak; 5 is the rating
        assert sorted(keys[1:-1]) == ["2", "3", "4", "7"]
        assert (keys[0], keys[-1]) == ("1", "5")

        async def hung_up() -> bool:
            return await exchange.live() == []

        await soon(hung_up, "a line is not freed", within_s=20)
        assert len(telephones.rung("+51987651112")) == 1


async def test_an_exchange_that_dies_while_it_rings_rings_once_more_later(
    asterisk_and_telephones: Both, tmp_path: Path
) -> None:
    peer, telephones = asterisk_and_telephones
    async with at(peer, tmp_path, "desk-keys", 4) as room:
        asked = await room.ask("987651113")
        behind = await room.take("caja")
        assert await room.next("v1") == asked.ticket

        async def rings() -> bool:
            found = await room.read(reads.of_ticket, asked.ticket)
            return found is not None and any(
                (leg.side, leg.stage) == ("patient", "ringing") for leg in found.legs
            )

        await soon(rings, "it does not ring", within_s=20)
        peer.kill()
        await asyncio.sleep(1)
        peer.start()
        await soon(is_in(room, asked.ticket, "retry"), "it was not put off", within_s=20)
        assert await room.said(CallbackPutOff, "why") == ["unknown"]
        # who came after goes meanwhile, and it has kept its place before the next one
        assert await room.next("v1") == behind
        await room.finish(behind)
        await room.take("caja")
        await soon(is_in(room, asked.ticket, "waiting"), "it does not come back", within_s=30)
        await soon(lambda: ready(room), "the trunk does not come back", within_s=20)
        assert await room.next("v1") == asked.ticket
        await soon(is_in(room, asked.ticket, "serving"), "nobody is joined", within_s=30)
        await room.finish(asked.ticket)
        assert await room.said(CallbackEnded, "how") == ["done"]
        assert (await room.said(LegDialled, "side")).count("patient") == 2
        first, second = telephones.rung("+51987651113")
        assert second.from_s - first.from_s > 30 / 4, "sooner than a telephone stops ringing"
