"""The day of a callback by its hours: put off, asked, wished otherwise, dropped, carried over."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS, SITE, Hall
from turnero.queue.call_facts import (
    CallbackAsked,
    CallbackAsking,
    CallbackCarried,
    CallbackEnded,
    CallbackPutOff,
)
from turnero.queue.call_requests import ChangeCallback, Lead, OfCallback, Opened
from turnero.queue.commands import callbacks, leading, reaching
from turnero.queue.facts import TicketIssued, TicketReturned
from turnero.queue.tables import ticket
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds
from turnero.store.sql import Statement

HOUR = 3_600
_RANKS = Statement(select(ticket.c.id).order_by(ticket.c.rank_ms, ticket.c.rank_seq))


class Day(Hall):
    """The hall, whose timers fire as its clock goes."""

    async def at(self, clock: str, days: int = 0) -> None:
        """Let the day go on until that hour, of a later day."""
        hour, minute = (int(part) for part in clock.split(":"))
        at_ms = MORNING_MS + ((days * 24 + hour - 9) * 60 + minute) * 60_000
        while self.clock.now_ms() < at_ms:
            self.clock.advance(min(at_ms - self.clock.now_ms(), 15 * 60_000))
            for _ in range(2):
                await self.fire_timers()

    async def change(self, callback: str, **what: Any) -> None:
        """Change hours, or what becomes of it."""
        await self.act(callbacks.change, ChangeCallback(callback, **what))
        await self.fire_timers()

    async def told(self, kind: type[Any], what: str) -> list[Any]:
        """One field of every fact of a kind."""
        return [getattr(fact, what) for fact in await self.facts(kind)]


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Day]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(7)) as ledger:
        found = Day(ledger, clock)
        await found.load()
        led = await ledger.run(leading.lead, Lead("one"), site=0, actor="system")
        await ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
        await found.open()
        yield found


async def test_a_pause_that_ends_after_the_hours_goes_on_the_next_day(hall: Day) -> None:
    asked = await hall.ring_me()
    await hall.at("18:59")
    await hall.next()
    await hall.act(reaching.by_hand, OfCallback(asked.callback, "busy", "hnc.v1"))
    await hall.at("19:15")
    assert await hall.state(asked.ticket) == "retry"
    assert await hall.told(CallbackPutOff, "why") == ["busy", "hours"]
    assert await hall.facts(TicketReturned) == [], "it was in line though nobody may be rung"
    await hall.at("08:00", days=1)
    (carried,) = await hall.told(CallbackCarried, "ticket")
    assert await hall.next() == carried


async def test_hours_that_became_longer_are_the_ones_that_end(hall: Day) -> None:
    asked = await hall.ring_me(to_minute=10 * 60)
    await hall.change(asked.callback, hours=True)
    await hall.at("18:45")
    assert await hall.state(asked.ticket) == "waiting"
    await hall.at("19:15")
    assert await hall.state(asked.ticket) == "retry"


async def test_hours_that_became_later_are_waited_for_even_by_who_wants_no_tomorrow(
    hall: Day,
) -> None:
    asked = await hall.ring_me()
    await hall.change(asked.callback, hours=True, from_minute=15 * 60, left_over="drop")
    assert await hall.state(asked.ticket) == "retry"
    await hall.at("15:00")
    assert await hall.state(asked.ticket) == "waiting"
    await hall.at("19:00")
    assert await hall.told(CallbackEnded, "how") == ["expired"]
    assert await hall.state(asked.ticket) == "not-served"


async def test_hours_that_became_earlier_hold_at_once(hall: Day) -> None:
    asked = await hall.ring_me(from_minute=15 * 60)
    assert await hall.state(asked.ticket) == "retry"
    await hall.change(asked.callback, hours=True)
    assert await hall.state(asked.ticket) == "waiting"


async def test_a_wish_that_today_did_not_meet_is_met_tomorrow(hall: Day) -> None:
    await hall.ring_me(to_minute=10 * 60)
    await hall.at("10:00")
    (due_ms,) = await hall.told(CallbackPutOff, "due_ms")
    assert due_ms == MORNING_MS + 22 * HOUR * 1000  # Tuesday, 07:00
    assert await hall.next() is None


async def test_half_an_hour_before_the_end_whoever_has_not_said_is_asked(hall: Day) -> None:
    quiet, said, later = [await hall.ring_me() for _ in range(3)]
    await hall.change(said.callback, left_over="tomorrow")
    await hall.change(later.callback, hours=True, from_minute=18 * 60 + 50)
    await hall.at("18:25")
    assert await hall.facts(CallbackAsking) == []
    await hall.at("18:45")
    assert await hall.told(CallbackAsking, "callback") == [quiet.callback]
    (until_ms,) = await hall.told(CallbackAsking, "until_ms")
    assert until_ms == MORNING_MS + 10 * HOUR * 1000


async def test_a_service_can_drop_what_is_left_over(hall: Day) -> None:
    await hall.load(SITE.replace("callbacks = {}", 'callbacks = { left_over = "drop" }'))
    asked = await hall.ring_me()
    kept = await hall.ring_me()
    await hall.change(kept.callback, left_over="tomorrow")
    await hall.at("19:00")
    assert await hall.told(CallbackEnded, "ticket") == [asked.ticket]
    assert await hall.state(kept.ticket) == "retry"


async def test_carried_over_they_keep_order_language_and_class(hall: Day) -> None:
    early = await hall.ring_me(language="en", attention="preferential")
    hall.wait(60)
    triaged = await hall.ring_me(attention="rojo", channel="triage")
    hall.wait(60)
    late = await hall.ring_me()
    await hall.at("06:45", days=1)
    assert await hall.facts(CallbackCarried) == []
    await hall.at("07:15", days=1)
    before = await hall.told(CallbackCarried, "before")
    after = dict(zip(before, await hall.told(CallbackCarried, "ticket"), strict=True))
    assert set(before) == {early.ticket, triaged.ticket, late.ticket}
    order = [row.id for row in await hall.rows(_RANKS) if row.id in after.values()]
    assert order == [after[one.ticket] for one in (early, triaged, late)]
    issued = {one.ticket: one for one in await hall.facts(TicketIssued)}
    about = [
        (issued[after[one.ticket]].language, issued[after[one.ticket]].attention)
        for one in (early, triaged, late)
    ]
    assert about == [("en", "preferential"), ("es", "rojo"), ("es", "ordinary")]
    # And go on being those: put off again when the next hours end.
    await hall.at("19:15", days=1)
    assert await hall.told(CallbackPutOff, "why") == ["hours"] * 6


async def test_over_days_without_hours_they_wait_for_the_next(hall: Day) -> None:
    await hall.load(SITE.replace("hours = {", 'hours = { sat = ["08:00-18:00"],'))
    await hall.at("14:00", days=5)  # Saturday, when patients are rung until three
    await hall.ring_me()
    await hall.at("18:00", days=6)
    assert await hall.told(CallbackPutOff, "why") == ["hours"]
    assert await hall.facts(CallbackCarried) == []
    await hall.at("07:15", days=7)
    assert len(await hall.facts(CallbackCarried)) == 1


async def test_asked_before_the_hours_it_is_due_when_they_begin(hall: Day) -> None:
    await hall.load(SITE + '\n[callbacks]\nweekdays = "10:00-19:00"\n')
    asked = await hall.ring_me()
    assert await hall.told(CallbackAsked, "due_ms") == [MORNING_MS + HOUR * 1000]
    assert await hall.state(asked.ticket) == "retry"
    await hall.at("10:00")
    assert await hall.state(asked.ticket) == "waiting"


async def test_a_day_that_is_shut_meanwhile_is_waited_over(hall: Day) -> None:
    await hall.ring_me()
    await hall.at("23:45")
    await hall.load(SITE + '\n[[closure]]\nday = "2026-03-03"\nname = "Fumigación"\n')
    await hall.at("18:00", days=1)
    assert await hall.facts(CallbackCarried) == []
    await hall.at("07:15", days=2)
    assert len(await hall.facts(CallbackCarried)) == 1


async def test_where_nobody_is_rung_any_more_it_is_over(hall: Day) -> None:
    asked = await hall.ring_me()
    await hall.load(SITE + '\n[callbacks]\nweekdays = ""\nsaturdays = ""\n')
    await hall.at("19:00")
    assert await hall.told(CallbackEnded, "how") == ["expired"]
    assert await hall.state(asked.ticket) == "not-served"


async def test_who_waited_here_has_asked_when_they_came(hall: Day) -> None:
    here = await hall.take("caja")
    await hall.at("09:30")
    await hall.ring_me(ticket=here)
    assert await hall.told(CallbackAsked, "asked_ms") == [MORNING_MS]


async def test_hours_that_became_earlier_over_night_hold_the_next_day(hall: Day) -> None:
    asked = await hall.ring_me(from_minute=15 * 60)
    await hall.change(asked.callback, hours=True, from_minute=19 * 60 - 5)
    await hall.at("00:30", days=1)
    assert await hall.state(asked.ticket) == "not-served"
    await hall.change(asked.callback, hours=True, to_minute=9 * 60)
    await hall.at("07:15", days=1)
    (carried,) = await hall.told(CallbackCarried, "ticket")
    assert await hall.next() == carried


async def test_a_service_that_attends_on_a_shut_day_rings_on_it_but_for_a_campaign(
    hall: Day,
) -> None:
    open_ = SITE.replace("callbacks = {}", "callbacks = {}\nholidays = true")
    await hall.load(open_ + '\n[[closure]]\nday = "2026-03-02"\nname = "Fiesta"\n')
    listed = await hall.ring_me(campaign=1)
    asked = await hall.ring_me()
    assert await hall.state(listed.ticket) == "retry"
    assert await hall.next() == asked.ticket
    await hall.move("undo", asked.ticket)
    await hall.at("18:59")
    assert await hall.state(asked.ticket) == "waiting"


@pytest.mark.parametrize(("most", "people"), [(5, 4), (2, 1)])
async def test_who_came_together_goes_on_together_where_they_still_may(
    hall: Day, most: int, people: int
) -> None:
    here = await hall.take("caja", people=4)
    await hall.ring_me(ticket=here)
    await hall.at("00:30", days=1)
    await hall.load(SITE.replace("[site]", f"[site]\nsettings = {{ max_people = {most} }}"))
    await hall.at("08:00", days=1)
    (carried,) = await hall.told(CallbackCarried, "ticket")
    assert (await hall.ticket(carried)).people == people


async def test_a_day_that_closes_within_a_pause_does_not_shorten_it(hall: Day) -> None:
    asked = await hall.ring_me()
    await hall.next()
    await hall.act(reaching.by_hand, OfCallback(asked.callback, "no-answer", "hnc.v1"))
    await hall.close_day()
    await hall.fire_timers()
    assert await hall.state(asked.ticket) == "not-served"
    assert await hall.facts(CallbackCarried) == []
    await hall.at("09:15")
    (carried,) = await hall.told(CallbackCarried, "ticket")
    assert await hall.next() == carried
