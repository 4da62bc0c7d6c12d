"""Numbers set aside; tickets given without the server, and calls made by hand, told later."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, Hall
from tests.queue.refusal import refused
from turnero.queue import requests, tables
from turnero.queue.commands import by_hand, late, leases
from turnero.queue.facts import NumbersLeased, ServedByHand, TicketIssued, TicketNotServed
from turnero.store.sql import Statement

HOUR_MS = 3_600_000
TICKETS = Statement(
    select(tables.ticket.c.day, tables.ticket.c.number, tables.ticket.c.state).order_by(
        tables.ticket.c.day, tables.ticket.c.number
    )
)
LINES = Statement(select(tables.line.c.count).where(tables.line.c.count != 0))


async def lease(hall: Hall, count: int = 10, place: str = "k1", **more: Any) -> requests.Leased:
    """Set numbers of the cashier aside."""
    request = requests.LeaseNumbers(service="caja", count=count, place=place, **more)
    return await hall.act(leases.lease, request)


async def upload(hall: Hall, number: str, taken_ms: int, **more: Any) -> str:
    """Tell a ticket that kiosk k1 gave; its id."""
    fields = {"service": "caja", "place": "k1", **more}
    request = requests.Upload(number=number, taken_ms=taken_ms, **fields)
    return (await hall.act(late.upload, request)).ticket


async def enter(hall: Hall, number: str, called_ms: int, minutes: int = 5, **more: Any) -> str:
    """Enter a call made by hand; the state it led to."""
    request = requests.HandCall(
        number=number,
        service=more.get("service", "caja"),
        desk=more.get("desk", "hnc.v1"),
        called_ms=called_ms,
        ended_ms=called_ms + minutes * 60_000,
    )
    return (await hall.act(by_hand.enter, request)).state


@pytest.mark.rule("server-down")
@both_engines
async def test_leased_numbers_are_given_to_nobody_else(hall: Hall) -> None:
    assert await hall.number("caja") == "C001"
    first = await lease(hall, 10)
    assert (first.day, first.first, first.last) == ("2026-03-02", "C002", "C011")
    assert await hall.number("caja") == "C012"
    second = await lease(hall, 3, "paper")
    assert (second.first, second.last) == ("C013", "C015")
    assert await hall.number("caja") == "C016"
    told = await hall.facts(NumbersLeased)
    assert [(one.first, one.last, one.place) for one in told] == [
        ("C002", "C011", "k1"),
        ("C013", "C015", "paper"),
    ]


@both_engines
async def test_numbers_for_a_day_to_come_are_its_first(hall: Hall) -> None:
    leased = await lease(hall, 50, "paper", day="2026-03-03")
    assert (leased.first, leased.last) == ("C001", "C050")
    assert await hall.number("caja") == "C001"  # today's
    hall.wait(24 * 3600)
    assert await hall.number("caja") == "C051"


@pytest.mark.parametrize(
    ("count", "day", "code"),
    [
        (0, None, "count-out-of-range"),
        (501, None, "count-out-of-range"),
        (1, "mañana", "day-unreadable"),
        (1, "2026-03-01", "day-out-of-range"),
        (1, "2026-04-30", "day-out-of-range"),
    ],
)
async def test_no_more_and_no_other_days_than_make_sense(
    hall: Hall, count: int, day: str | None, code: str
) -> None:
    async with refused(hall, code):
        await lease(hall, count, day=day)


@pytest.mark.rule("close-of-day")
@both_engines
async def test_a_late_ticket_joins_its_line_at_the_time_it_was_taken(hall: Hall) -> None:
    await lease(hall)
    hall.wait(60)
    after = await hall.take("caja")
    hall.wait(600)
    early = await upload(hall, "C003", MORNING_MS + 30_000)
    assert await hall.state(early) == "waiting"
    await hall.open()
    assert [await hall.next(), await hall.next()] == [early, after]
    told = (await hall.facts(TicketIssued))[-1]
    assert (told.number, told.taken_ms, told.verified) == ("C003", MORNING_MS + 30_000, True)


@pytest.mark.rule("close-of-day")
@both_engines
async def test_a_ticket_of_a_closed_day_joins_that_day_and_was_not_served(hall: Hall) -> None:
    await lease(hall)
    hall.wait(15 * 3600)  # 24:00, closed at 23:30
    await hall.fire_timers()
    hall.wait(9 * 3600)
    assert await hall.number("caja") == "C001"
    ticket = await upload(hall, "C001", MORNING_MS + HOUR_MS)
    assert await hall.state(ticket) == "not-served"
    (fact,) = await hall.facts(TicketNotServed)
    assert (fact.reason, fact.was) == ("uploaded-late", "waiting")
    assert [tuple(row) for row in await hall.rows(TICKETS)] == [
        ("2026-03-02", "C001", "not-served"),
        ("2026-03-03", "C001", "waiting"),
    ]
    assert [row.count for row in await hall.rows(LINES)] == [1]


async def test_round_the_clock_a_ticket_of_long_ago_waits_no_more(hall: Hall) -> None:
    request = requests.LeaseNumbers(service="urgencia", count=5, place="k1")
    await hall.act(leases.lease, request)
    hall.wait(20 * 3600)
    old = await upload(hall, "U001", MORNING_MS, service="urgencia")
    new = await upload(hall, "U002", MORNING_MS + 14 * HOUR_MS, service="urgencia")
    assert [await hall.state(one) for one in (old, new)] == ["not-served", "waiting"]


@both_engines
async def test_a_number_is_unique_however_it_comes(hall: Hall) -> None:
    await lease(hall)
    await upload(hall, "C002", MORNING_MS)
    async with refused(hall, "number-taken", number="C002", day="2026-03-02"):
        await upload(hall, "C002", MORNING_MS + 1000)
    async with refused(hall, "number-not-leased", number="C011"):
        await upload(hall, "C011", MORNING_MS)
    async with refused(hall, "number-not-leased"):
        await upload(hall, "C003", MORNING_MS, place="k2")
    for wrong in ("C3", "c003", "C0003", "003", "C003 "):
        async with refused(hall, "number-not-leased"):
            await upload(hall, wrong, MORNING_MS)


@pytest.mark.rule("power-returns")
@pytest.mark.parametrize("taken_ms", [0, MORNING_MS - 400 * 24 * HOUR_MS, MORNING_MS + 10**10])
async def test_a_clock_that_nobody_checked_is_believed_only_as_far_as_its_lease(
    hall: Hall, taken_ms: int
) -> None:
    await lease(hall)
    hall.wait(3600)
    other = await hall.take("caja")
    ticket = await upload(hall, "C001", taken_ms, verified=False)
    assert (await hall.ticket(ticket)).day == "2026-03-02"
    told = (await hall.facts(TicketIssued))[-1]
    assert told.taken_ms is not None
    assert MORNING_MS <= told.taken_ms <= MORNING_MS + HOUR_MS
    assert told.verified is False
    await hall.open()
    first = other if taken_ms > MORNING_MS else ticket
    assert await hall.next() == first


@pytest.mark.rule("power-returns")
@pytest.mark.parametrize("hour", [0, 9, 40])
async def test_a_number_leased_for_several_days_is_of_today_where_no_clock_can_be_believed(
    hall: Hall, hour: int
) -> None:
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        await lease(hall, 5, day=day)
    hall.wait(24 * 3600)
    await hall.fire_timers()
    wrong_ms = hour * HOUR_MS if hour < 40 else MORNING_MS + 400 * 24 * HOUR_MS
    ticket = await upload(hall, "C001", wrong_ms, verified=False)
    view = await hall.ticket(ticket)
    # Nobody was given a number of today yesterday, when it was leased and the day closed.
    assert (view.day, view.state) == ("2026-03-03", "waiting")


@pytest.mark.rule("server-down")
@both_engines
async def test_a_paper_number_called_by_hand_is_a_served_ticket(hall: Hall) -> None:
    await lease(hall, place="paper")
    hall.wait(2 * 3600)
    assert await enter(hall, "C004", MORNING_MS + HOUR_MS) == "finished"
    (fact,) = await hall.facts(ServedByHand)
    assert (fact.number, fact.desk) == ("C004", "hnc.v1")
    assert fact.ended_ms - fact.called_ms == 5 * 60_000
    assert await hall.rows(LINES) == []
    # Nobody is called by it, and nobody can be served twice.
    async with refused(hall, "move-illegal", move="by-hand", state="finished"):
        await enter(hall, "C004", MORNING_MS + HOUR_MS)


@pytest.mark.rule("server-down")
@both_engines
@pytest.mark.parametrize("when", ["waiting", "away", "parked", "not-served"])
async def test_a_ticket_of_before_the_outage_was_served_by_hand(hall: Hall, when: str) -> None:
    ticket = await hall.take("caja")
    if when == "away":
        await hall.move("step-out", ticket)
    elif when == "parked":
        await hall.open()
        await hall.next()
        await hall.move("park", ticket)
    elif when == "not-served":
        hall.wait(15 * 3600)
        await hall.fire_timers()
    hall.wait(3600)
    assert await hall.state(ticket) == when
    assert await enter(hall, "C001", MORNING_MS + HOUR_MS // 2) == "finished"
    assert await hall.state(ticket) == "finished"
    assert await hall.rows(LINES) == []


async def test_a_call_by_hand_is_told_of_the_service_that_the_ticket_is_at(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.transfer(ticket, service="sangre")
    hall.wait(3600)
    await enter(hall, "C001", MORNING_MS + HOUR_MS // 2)
    (fact,) = await hall.facts(ServedByHand)
    assert fact.service == "sangre"


async def test_a_call_by_hand_is_refused_where_it_cannot_have_been(hall: Hall) -> None:
    await lease(hall, place="paper")
    serving = await hall.take("caja")
    await hall.open()
    assert await hall.next() == serving
    hall.wait(3600)
    async with refused(hall, "hand-call-times"):
        await enter(hall, "C001", MORNING_MS, minutes=-1)
    async with refused(hall, "hand-call-times"):
        await enter(hall, "C001", MORNING_MS, minutes=61)
    async with refused(hall, "hand-call-old", days=7):
        await enter(hall, "C001", MORNING_MS - 8 * 24 * HOUR_MS)
    async with refused(hall, "number-not-leased"):
        await enter(hall, "C099", MORNING_MS)
    async with refused(hall, "desk-unknown"):
        await enter(hall, "C001", MORNING_MS, desk="hnc.v9")
    async with refused(hall, "service-unknown"):
        await enter(hall, "C001", MORNING_MS, service="nada")
    # Who is at a desk is finished there.
    async with refused(hall, "move-illegal", move="by-hand", state="called"):
        await enter(hall, "C011", MORNING_MS)


async def test_a_site_that_asks_for_more_people_than_it_may_is_refused(hall: Hall) -> None:
    await lease(hall)
    async with refused(hall, "people-out-of-range"):
        await upload(hall, "C001", MORNING_MS, people=0)
    async with refused(hall, "language-unknown"):
        await upload(hall, "C001", MORNING_MS, language="fr")
    async with refused(hall, "attention-unknown"):
        await upload(hall, "C001", MORNING_MS, attention="vip")
    ticket = await upload(hall, "C001", MORNING_MS, attention="preferential", people=4)
    assert (await hall.ticket(ticket)).people == 4


async def test_a_kiosks_clock_may_say_anything(hall: Hall) -> None:
    await lease(hall)
    ticket = await upload(hall, "C001", -(10**17), verified=False)
    assert await hall.state(ticket) == "waiting"
    async with refused(hall, "number-not-leased"):
        await upload(hall, "C002", -(10**17))


async def test_no_kiosk_gives_a_class_that_only_triage_gives(hall: Hall) -> None:
    await lease(hall)
    async with refused(hall, "attention-clinical", attention="rojo"):
        await upload(hall, "C001", MORNING_MS, attention="rojo")
