"""Days on which the clocks change, a clock that is set, a site that moves: no number twice, no ticket
in the wrong day, no negative wait, one close a day.
"""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.peers.stores import opened
from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, SITE, Hall
from turnero.queue import tables
from turnero.queue.commands import calls
from turnero.queue.facts import DayClosed, DayReported, TicketCalled, TicketIssued, TicketNotServed
from turnero.queue.reads.reports import day_report, reported_days
from turnero.queue.requests import Next
from turnero.queue.timers import TIMERS, clock_jumped
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.store.timers import Timers

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
#: half an hour: every hour that comes twice, or never, is walked through
STEP_S = 1800
TICKETS = Statement(
    select(
        tables.ticket.c.day,
        tables.ticket.c.number,
        tables.ticket.c.state,
        tables.ticket.c.called_ms,
        tables.ticket.c.entered_ms,
    )
)
CLOSED = Statement(select(tables.site.c.closed_ms))
DUE = Statement(select(timer.c.kind, timer.c.due_ms))

#: zone, noon of the day before the change (UTC), what the change is
CHANGES = [
    pytest.param("America/Santiago", "2026-04-04T15:00", id="santiago-23-hours-come-twice"),
    pytest.param("America/Santiago", "2026-09-05T16:00", id="santiago-midnight-is-left-out"),
    pytest.param("Europe/Madrid", "2026-10-24T10:00", id="madrid-two-2-am"),
    pytest.param("Europe/Madrid", "2026-03-28T11:00", id="madrid-no-2-am"),
    pytest.param("Europe/London", "2026-10-24T11:00", id="london-two-1-am"),
    pytest.param("Europe/London", "2026-03-28T12:00", id="london-no-1-am"),
    pytest.param("America/Havana", "2026-11-01T00:00", id="havana-two-midnights"),
    pytest.param("America/Bogota", "2026-03-28T17:00", id="bogota-never"),
]


def site(zone: str, close: str = "23:30", hours: str = '["00:00-24:00"]') -> str:
    """The hall in another zone, open all week."""
    days = ", ".join(
        f"{day} = {hours}" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    )
    settings = f'settings = {{ day_close = "{close}", holidays = false }}'
    source = SITE.replace("America/Lima", zone).replace(
        'hours = { mon = ["08:00-13:00", "14:00-18:00"], tue = ["08:00-18:00"] }',
        f"hours = {{ {days} }}\n{settings}",
    )
    assert zone in source
    return source


def ms(text: str) -> int:
    """That moment UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def day_at(at_ms: int, zone: str) -> str:
    """The calendar day there."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date().isoformat()


async def holds(hall: Hall) -> None:
    """What must be true whatever the clock does."""
    issued = await hall.facts(TicketIssued)
    numbers = [(one.day, one.number) for one in issued]
    assert len(numbers) == len(set(numbers))
    assert all(one.waited_ms >= 0 for one in await hall.facts(TicketCalled))
    for row in await hall.rows(TICKETS):
        assert row.called_ms is None or row.called_ms >= row.entered_ms
    for day in await hall.read(reported_days, hall.site):
        found = await hall.read(day_report, hall.site, day)
        assert found is not None
        assert sum(one.tickets for one in found.report.tickets) <= len(issued)
        for one in found.report.waits:
            assert 0 <= one.waits.median_s <= one.waits.p90_s <= one.waits.max_s
        assert all(one.open_s >= 0 and one.break_s >= 0 for one in found.report.desks)


async def due(hall: Hall, kind: str) -> int:
    """When the site's timer of that kind is due."""
    (found,) = [row.due_ms for row in await hall.rows(DUE) if row.kind == kind]
    return int(found)


class Jumps:
    """The server's timers, on a clock that somebody sets."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._timers = Timers(hall.ledger, TIMERS, self._failed, clock_jumped)

    async def by(self, hours: float) -> None:
        """The wall clock is set by so many hours; what is due then fires."""
        hall = self._hall
        hall.clock.set_wall(hall.clock.now_ms() + round(hours * HOUR_MS))
        await self._timers._notice_jump()
        await self._timers.fire_due()

    @staticmethod
    def _failed(kind: str, error: Exception) -> None:
        raise AssertionError(kind) from error


@pytest.mark.rule("close-of-day")
@pytest.mark.rule("numbers")
@pytest.mark.parametrize(("zone", "noon"), CHANGES)
@pytest.mark.parametrize("close", ["23:30", "00:30", "01:30", "02:30"])
async def test_through_a_change_of_the_clocks_every_day_closes_once_and_numbers_begin_anew(
    tmp_path: Path, zone: str, noon: str, close: str
) -> None:
    start_ms = ms(noon)
    clock = VirtualClock(start_ms)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(7)) as ledger:
        hall = Hall(ledger, clock)
        await hall.load(site(zone, close))
        await hall.open("v1")
        closings: list[str] = []
        taken: dict[tuple[str, str], int] = {}
        for step in range(2 * 48):
            taken[await hall.number("caja"), day_at(clock.now_ms(), zone)] = step
            if step % 3:
                await hall.next("v1")
            hall.wait(STEP_S)
            before = (await hall.rows(CLOSED))[0].closed_ms
            await hall.fire_timers()
            if (await hall.rows(CLOSED))[0].closed_ms > before:
                closings.append(day_at(clock.now_ms(), zone))
        # Two nights: two closes, each on a day of its own.
        assert len(closings) == len(set(closings)) == 2
        await holds(hall)
        by_day: dict[str, list[str]] = {}
        for row in await hall.rows(TICKETS):
            # Its day is that of the wall when it was taken.
            assert (row.number, row.day) in taken
            by_day.setdefault(row.day, []).append(row.number)
        assert len(by_day) == 3
        assert len(taken) == 2 * 48
        for numbers in by_day.values():
            assert min(numbers) == "C001"
            assert len(numbers) == len(set(numbers)) == int(max(numbers)[1:])


@pytest.fixture
def clock() -> VirtualClock:
    """A Monday morning in Lima."""
    return VirtualClock(MORNING_MS)


@pytest.fixture
async def moved(hall: Hall) -> Hall:
    """The hall open all week."""
    await hall.load(site("America/Lima"))
    return hall


@both_engines
async def test_a_clock_set_back_an_hour_gives_no_number_twice_and_closes_the_day_once(
    hall: Hall,
) -> None:
    await hall.load(site("America/Lima"))
    jumps = Jumps(hall)
    await hall.open("v1")
    first = [await hall.number() for _ in range(3)]
    hall.wait(1800)
    await jumps.by(-1)
    again = [await hall.number() for _ in range(3)]
    assert len({*first, *again}) == 6
    for _ in range(4):
        await hall.next("v1")
        hall.wait(60)
    await holds(hall)
    hall.wait(14.5 * 3600)
    await hall.fire_timers()
    hall.wait(2 * 3600)
    await hall.fire_timers()
    hall.wait(60)
    await hall.fire_timers()
    assert len(await hall.facts(DayClosed)) == 1
    assert {one.day for one in await hall.facts(DayReported)} == {"2026-03-02"}
    await holds(hall)


async def test_set_back_over_the_close_who_came_since_is_closed_at_that_hour_again(
    moved: Hall,
) -> None:
    hall, jumps = moved, Jumps(moved)
    early = await hall.take()
    hall.wait(14.75 * 3600)  # 23:45
    await hall.fire_timers()
    assert await hall.state(early) == "not-served"
    await jumps.by(-1)
    late = await hall.take()
    assert (await hall.ticket(late)).day == "2026-03-02"
    hall.wait(3600)
    await hall.fire_timers()
    assert await hall.state(late) == "not-served"
    hall.wait(60)
    await hall.fire_timers()
    found = await hall.read(day_report, hall.site, "2026-03-02")
    assert found is not None
    assert found.report.not_served == (("day-closed", 2),)
    await holds(hall)


@both_engines
async def test_a_clock_set_forward_a_day_by_mistake_sends_nobody_home(hall: Hall) -> None:
    await hall.load(site("America/Lima"))
    jumps = Jumps(hall)
    waiting = [await hall.take() for _ in range(3)]
    hall.wait(3600)
    await jumps.by(24)
    assert [await hall.state(one) for one in waiting] == ["waiting"] * 3
    assert await hall.facts(TicketNotServed) == []
    wrong = await hall.ticket(await hall.take())
    assert (wrong.day, wrong.number) == ("2026-03-03", "C001")
    await hall.open("v1")
    assert await hall.next("v1") == waiting[0]
    hall.wait(600)
    await jumps.by(-24)
    right = await hall.ticket(await hall.take())
    assert (right.day, right.number) == ("2026-03-02", "C004")
    # The close is set for the day that it really is.
    hall.wait(13.5 * 3600)
    await hall.fire_timers()
    assert hall.wall() >= "23:30"
    assert await hall.state(waiting[1]) == "not-served"
    hall.wait(24 * 3600)
    assert (await hall.ticket(await hall.take())).number == "C002"
    await holds(hall)


@pytest.mark.parametrize("hours", [24, -1])
async def test_what_takes_its_time_still_does_when_the_clock_is_set(
    moved: Hall, hours: int
) -> None:
    hall, jumps = moved, Jumps(moved)
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    call = await hall.help()
    hall.wait(30)
    await jumps.by(hours)
    assert await hall.state(ticket) == "away"
    escalated = [entry for entry in await hall.entries() if entry.kind == "help-escalated"]
    assert escalated == []
    hall.wait(30)
    await hall.fire_timers()
    assert [entry.kind for entry in await hall.entries()].count("help-escalated") == 1
    hall.wait(19 * 60)
    await hall.fire_timers()
    assert await hall.state(ticket) == "no-show"
    assert call


@pytest.mark.rule("close-of-day")
@both_engines
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Madrid"])
async def test_a_site_moved_to_another_zone_closes_by_it_and_gives_no_number_twice(
    hall: Hall, zone: str
) -> None:
    await hall.load(site("America/Lima"))
    waiting = [await hall.take() for _ in range(3)]
    await hall.load(site(zone))
    at_ms = await due(hall, "day-close")
    here = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    assert here.strftime("%H:%M") == "23:30"
    assert 0 < at_ms - hall.clock.now_ms() <= DAY_MS
    there = await hall.ticket(await hall.take())
    assert there.day == day_at(hall.clock.now_ms(), zone)
    await hall.load(site("America/Lima"))
    back = await hall.ticket(await hall.take())
    assert back.day == "2026-03-02"
    assert await due(hall, "day-close") == MORNING_MS + round(14.5 * HOUR_MS)
    assert (await hall.state(waiting[0])) == "waiting"
    await holds(hall)


async def test_the_night_shift_goes_on_over_midnight(hall: Hall) -> None:
    await hall.load(site("America/Lima", close="06:30", hours='["22:00-06:00"]'))
    hall.wait(13.5 * 3600)  # 22:30
    before = await hall.ticket(await hall.take())
    hall.wait(2 * 3600)
    after = await hall.ticket(await hall.take())
    assert (before.day, after.day) == ("2026-03-02", "2026-03-03")
    assert (before.number, after.number) == ("C001", "C001")
    await hall.open("v1")
    called = await hall.act(calls.call_next, Next("hnc.v1"))
    assert called.ticket == before.id
    hall.wait(6 * 3600)
    await hall.fire_timers()
    assert await hall.state(after.id) == "not-served"


@pytest.mark.rule("close-of-day")
async def test_round_the_clock_services_roll_over_and_their_people_keep_their_place(
    hall: Hall,
) -> None:
    tickets = []
    for _ in range(3):
        tickets.append(await hall.take("urgencia"))
        hall.wait(24 * 3600)
        await hall.fire_timers()
    assert {await hall.state(one) for one in tickets} == {"waiting"}
    views = [await hall.ticket(one) for one in tickets]
    assert [(view.day, view.number) for view in views] == [
        ("2026-03-02", "U001"),
        ("2026-03-03", "U001"),
        ("2026-03-04", "U001"),
    ]
    await hall.open("v1")
    assert [await hall.next("v1") for _ in tickets] == tickets
