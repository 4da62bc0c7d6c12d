"""A patient steps out: keeps the place, is skipped, is reminded, is back in time or counts as absent."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.facts import (
    PressUndone,
    TicketCalled,
    TicketOverstayed,
    TicketReminded,
    TicketReturned,
    TicketSteppedOut,
)

MIN = 60
pytestmark = pytest.mark.rule("steps-out")


@both_engines
async def test_who_steps_out_is_skipped_and_has_the_old_place_when_back(hall: Hall) -> None:
    first, second, third = [await hall.take() for _ in range(3)]
    await hall.open()
    hall.wait(5 * MIN)
    assert await hall.move("step-out", first) == "away"
    assert await hall.next() == second
    hall.wait(5 * MIN)
    assert await hall.move("return", first) == "waiting"
    assert await hall.next() == first
    serving = (await hall.desk()).serving
    assert serving is not None
    (called,) = [one for one in serving.why.heads if one.ticket == first]
    # The wait goes on while they are out: they never left the line.
    assert called.waited_ms == 10 * MIN * 1000
    assert await hall.next() == third
    (out,) = await hall.facts(TicketSteppedOut)
    assert (out.number, out.service) == ("C001", "caja")
    (back,) = await hall.facts(TicketReturned)
    assert back.was == "away"


async def test_who_is_called_by_hand_while_out_has_waited_since_they_came(hall: Hall) -> None:
    ticket = await hall.take()
    hall.wait(5 * MIN)
    await hall.move("step-out", ticket)
    hall.wait(5 * MIN)
    await hall.call(ticket)
    (called,) = await hall.facts(TicketCalled)
    assert called.waited_ms == 10 * MIN * 1000
    assert (await hall.ticket(ticket)).waited_ms == 10 * MIN * 1000


async def test_nobody_waits_before_one_who_is_out(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.move("step-out", first)
    assert (await hall.ticket(second)).ahead == 0
    shown = await hall.ticket(first)
    assert shown.ahead is None
    assert shown.away_until_ms == hall.clock.line_ms() + 20 * MIN * 1000


@both_engines
async def test_they_are_reminded_five_minutes_before_and_only_once(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    hall.wait(15 * MIN - 1)
    await hall.fire_timers()
    assert not (await hall.ticket(ticket)).hurry
    assert await hall.facts(TicketReminded) == []
    hall.wait(1)
    for _ in range(2):
        await hall.fire_timers()
    (reminded,) = await hall.facts(TicketReminded)
    assert reminded.until_ms == hall.clock.line_ms() + 5 * MIN * 1000
    assert (await hall.ticket(ticket)).hurry


@both_engines
async def test_who_is_not_back_in_time_is_absent_and_may_come_back_once(hall: Hall) -> None:
    ticket, *others = [await hall.take() for _ in range(4)]
    await hall.move("step-out", ticket)
    hall.wait(20 * MIN)
    await hall.fire_timers()
    assert await hall.state(ticket) == "no-show"
    assert [one.ticket for one in await hall.facts(TicketOverstayed)] == [ticket]
    hall.wait(30 * MIN)
    await hall.move("return", ticket)
    assert [await hall.next() for _ in range(4)] == [others[0], others[1], ticket, others[2]]
    assert (await hall.ticket(ticket)).return_until_ms is None


async def test_after_the_half_hour_the_way_back_is_closed(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    hall.wait(20 * MIN)
    await hall.fire_timers()
    hall.wait(30 * MIN + 1)
    async with refused(hall, "return-too-late", minutes=30):
        await hall.move("return", ticket)


@both_engines
async def test_nothing_is_due_any_more_once_they_are_back_called_or_gone(hall: Hall) -> None:
    back, called, gone, sent = [await hall.take() for _ in range(4)]
    for ticket in (back, called, gone, sent):
        await hall.move("step-out", ticket)
    await hall.move("return", back)
    await hall.call(called)
    await hall.move("cancel", gone)
    await hall.transfer(sent, service="sangre")
    hall.wait(60 * MIN)
    await hall.fire_timers()
    assert await hall.facts(TicketReminded) == []
    assert await hall.facts(TicketOverstayed) == []


async def test_an_undo_of_coming_back_puts_them_out_again_with_their_time(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    until = (await hall.ticket(ticket)).away_until_ms
    hall.wait(19 * MIN)
    await hall.move("return", ticket)
    hall.wait(5)
    await hall.move("undo", ticket)
    (undone,) = await hall.facts(PressUndone)
    assert undone.tickets[0].state == "away"
    assert (await hall.ticket(ticket)).away_until_ms == until
    hall.wait(1 * MIN)
    await hall.fire_timers()
    assert await hall.state(ticket) == "no-show"


async def test_only_who_waits_can_step_out(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    async with refused(hall, "move-illegal", move="step-out", state="called", number="C001"):
        await hall.move("step-out", ticket)


async def test_a_clock_set_forward_takes_nobodys_minutes(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    hall.clock.set_wall(hall.clock.now_ms() + 3_600_000)
    await hall.fire_timers()
    assert await hall.facts(TicketReminded) == []
    assert await hall.state(ticket) == "away"
    hall.wait(15 * MIN)
    await hall.fire_timers()
    assert len(await hall.facts(TicketReminded)) == 1
    hall.wait(5 * MIN)
    await hall.fire_timers()
    assert await hall.state(ticket) == "no-show"


async def test_nobody_is_reminded_when_it_is_too_late(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    hall.wait(21 * MIN)
    await hall.fire_timers()
    assert await hall.facts(TicketReminded) == []
    assert await hall.state(ticket) == "no-show"


async def test_who_is_out_when_the_day_closes_was_not_served(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    assert (await hall.close_day()).not_served == 1
    assert await hall.state(ticket) == "not-served"
    hall.wait(60 * MIN)
    await hall.fire_timers()
    assert await hall.state(ticket) == "not-served"


async def test_a_desk_sees_who_of_its_services_is_out_and_until_when(hall: Hall) -> None:
    ticket, elsewhere = await hall.take("caja"), await hall.take("infecto")
    for one in (ticket, elsewhere):
        await hall.move("step-out", one)
    (shown,) = (await hall.desk("v1")).away
    assert (shown.ticket, shown.until_ms) == (ticket, hall.clock.line_ms() + 20 * MIN * 1000)
