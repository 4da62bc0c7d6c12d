"""Who is written to, and when: as it follows from what happened, once, and not too late."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.telephony.room import CALLING, Room, room
from turnero.queue.call_requests import Heard, HoldLine
from turnero.queue.commands import callbacks, dialling, people
from turnero.queue.commands.people import PhoneNamed
from turnero.queue.people_tables import MAIL, NUMBER, outbox, phone
from turnero.queue.requests import TicketMove
from turnero.store.consumers import Consumer
from turnero.store.sql import Statement
from turnero.telephony.messages.following import OLD_MS, for_patients, for_technicians

_ALL = Statement(select(outbox).order_by(outbox.c.id))
_PHONES = Statement(select(phone.c.id))
MOBILE = "987654321"
#: a number that is busy at the simulated exchange
BUSY = "987654004"
DAY = 24 * 3600
ALARMED = CALLING.replace(
    'profile = "pe"', 'profile = "pe"\nsettings = { alarm_to = "tecnica@hospital.example" }'
)


class Following:
    """A consumer that goes on from where it was, as the server's does."""

    def __init__(self, at: Room, consumer: Consumer) -> None:
        self.at = at
        self._consumer = consumer
        self._seq = 0

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Every message so far: its sort and what it is about."""
        for entry in await self.at.entries():
            if entry.seq > self._seq and entry.kind in self._consumer.kinds:
                await self.at.act(self._consumer.handle, entry)
            self._seq = max(self._seq, entry.seq)
        return [(row.sort, msgspec.json.decode(row.params)) for row in await self.at.rows(_ALL)]

    async def sorts(self) -> list[str]:
        return [sort for sort, _ in await self.told()]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path, dials=False) as found:
        yield found


@pytest.fixture
def patients(at: Room) -> Following:
    return Following(at, for_patients())


async def test_who_stays_on_the_line_is_not_told_that_they_will_be_rung_until_they_have_hung_up(
    at: Room, patients: Following
) -> None:
    asked = await at.ask(MOBILE)
    held = HoldLine(leg="in-1", callback=asked.callback)
    await at.act(callbacks.hold, held)
    assert await patients.told() == []
    await at.act(dialling.heard, Heard("in-1", "ended", "answered"))
    assert (await at.callback(asked.ticket)).how == "phone"
    await at.take()
    await at.next()
    assert await patients.sorts() == ["ring-soon"]


async def test_who_is_rung_soon_is_told_once_when_few_are_before_them(
    at: Room, patients: Following
) -> None:
    for _ in range(4):
        await at.take()
    asked = await at.ask(MOBILE, language="en")
    assert await patients.told() == []
    await at.next()
    assert await patients.told() == []
    await at.next("v2")
    expected = {"callback": asked.callback, "ticket": asked.ticket}
    assert await patients.told() == [("ring-soon", expected)]
    (row,) = await at.rows(_ALL)
    assert (row.channel, row.language, row.state) == ("phone", "en", "queued")
    assert at.vault.open(bytes(row.to_sealed), NUMBER) == f"+51{MOBILE}"
    await at.finish(await at.next() or "")
    assert await patients.sorts() == ["ring-soon"]


async def test_who_came_instead_is_told_when_it_is_soon_their_turn_here(
    at: Room, patients: Following
) -> None:
    for _ in range(4):
        await at.take()
    asked = await at.ask(MOBILE)
    await at.act(callbacks.check_in, TicketMove(asked.ticket))
    assert await patients.told() == []
    await at.next()
    await at.next("v2")
    expected = {"callback": asked.callback, "ticket": asked.ticket}
    assert await patients.told() == [("near-turn", expected)]
    await at.finish(await at.next() or "")
    assert await patients.sorts() == ["near-turn"]


async def test_who_is_next_at_once_is_told_at_once(at: Room, patients: Following) -> None:
    await at.ask(MOBILE)
    assert await patients.sorts() == ["ring-soon"]


async def test_on_postgresql_too(tmp_path: Path, migrated_postgres: str) -> None:
    async with room(tmp_path, database=migrated_postgres, dials=False) as at:
        asked = await at.ask(MOBILE)
        patients = Following(at, for_patients())
        assert await patients.sorts() == ["ring-soon"]
        await at.act(callbacks.check_in, TicketMove(asked.ticket))
        await at.take()
        await at.next()
        assert await patients.sorts() == ["ring-soon"]


async def test_a_site_may_ring_without_notice(at: Room, patients: Following) -> None:
    await at.load(CALLING + "\n[callbacks]\nnotice = false\n")
    await at.ask(MOBILE)
    assert await patients.told() == []


async def test_a_fixed_telephone_shows_no_message(at: Room, patients: Following) -> None:
    await at.ask("014441234")
    assert await patients.told() == []


async def test_who_wants_no_messages_gets_none(at: Room, patients: Following) -> None:
    await at.ask(MOBILE)
    (row,) = await at.rows(_PHONES)
    await at.act(people.opt_out, PhoneNamed(row.id))
    assert await patients.told() == []


async def test_what_happened_long_ago_is_told_to_nobody(at: Room, patients: Following) -> None:
    await at.ask(MOBILE)
    at.clock.advance(OLD_MS + 1)
    assert await patients.told() == []


async def test_when_the_hours_for_ringing_end_they_are_asked(at: Room, patients: Following) -> None:
    for _ in range(4):
        await at.take()
    asked = await at.ask(MOBILE)
    at.wait(9.5 * 3600)
    await at.fire_timers()
    told = [about for sort, about in await patients.told() if sort == "left-over"]
    assert [about["callback"] for about in told] == [asked.callback]


@pytest.mark.parametrize("campaign", [None, 7])
async def test_who_could_not_be_reached_is_told_each_time_and_who_asked_that_it_was_the_last(
    tmp_path: Path, campaign: int | None
) -> None:
    async with room(tmp_path) as at:
        patients = Following(at, for_patients())
        asked = await at.ask(BUSY, campaign=campaign)
        again: list[int] = []
        last = [1, 1] if campaign else [1, 1, 0]  # "please ask again" is for who asked
        for state, kept in (("retry", [1]), ("retry", [1, 1]), ("no-show", last)):
            at.wait(3600)  # longer than any pause, and nobody looks meanwhile
            await at.until(asked.ticket, "waiting")
            await at.next()
            await at.until(asked.ticket, state)
            told = await patients.told()
            again = [about["again"] for sort, about in told if sort == "missed"]
            assert again == kept


async def test_technicians_are_told_of_an_alarm_once(tmp_path: Path) -> None:
    async with room(tmp_path, dials=False, site=ALARMED) as at:
        consumer = for_technicians(at.vault)
        technicians = Following(at, consumer)
        assert await at.read(consumer.wanted, 1)
        ticket = await at.take()
        await at.next()
        await at.move("park", ticket)
        at.wait(15 * 60)
        await at.fire_timers()
        ((sort, about),) = await technicians.told()
        assert (sort, about["sort"], about["subject"]) == ("alarm", "parked-long", ticket)
        (row,) = await at.rows(_ALL)
        assert (row.channel, row.language) == ("mail", "es")
        assert at.vault.open(bytes(row.to_sealed), MAIL) == "tecnica@hospital.example"


async def test_a_site_that_offers_no_callbacks_pays_for_no_messages(at: Room) -> None:
    assert await at.read(for_patients().wanted, 1)
    assert not await at.read(for_technicians(at.vault).wanted, 1)
    await at.load(CALLING.replace("callbacks = {}", ""))
    assert not await at.read(for_patients().wanted, 1)
