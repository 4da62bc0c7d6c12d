"""An open desk whose page is gone ten minutes is unattended: a fact and an alarm, until it is back."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import reads, requests
from turnero.queue.commands import desks, presence
from turnero.queue.facts import AlarmEnded, AlarmRaised, DeskUnattended

ANA = "user:3"
MIN = 60
pytestmark = pytest.mark.rule("desk-session")


async def gone(hall: Hall, desk: str = "v1") -> None:
    await hall.act(presence.page_gone, requests.AtPage(f"hnc.{desk}"), "system")


async def here(hall: Hall, desk: str = "v1") -> None:
    await hall.act(presence.page_here, requests.AtPage(f"hnc.{desk}"), "system")


async def alarmed(hall: Hall) -> list[str]:
    return [one.subject for one in await hall.read(reads.alarms, 1)]


async def after(hall: Hall, minutes: float) -> None:
    hall.wait(minutes * MIN)
    await hall.fire_timers()


@both_engines
async def test_a_page_gone_for_ten_minutes_is_an_alarm_that_ends_when_it_is_back(
    hall: Hall,
) -> None:
    session = await hall.open(actor=ANA)
    await hall.take()
    await hall.next(actor=ANA)
    left_ms = hall.clock.line_ms()
    await gone(hall)
    await after(hall, 9.9)
    assert await alarmed(hall) == []
    await after(hall, 0.1)
    (alarm,) = await hall.read(reads.alarms, 1)
    assert (alarm.kind, alarm.subject) == ("desk-unattended", "hnc.v1")
    assert alarm.figures == {"since_ms": left_ms, "session": session, "number": "C001"}
    (fact,) = await hall.facts(DeskUnattended)
    assert (fact.session, fact.since_ms) == (session, left_ms)
    await here(hall)
    assert await alarmed(hall) == []
    assert len(await hall.facts(AlarmEnded)) == 1


async def test_a_page_that_is_back_in_time_raises_nothing(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await gone(hall)
    await after(hall, 9)
    await here(hall)
    await after(hall, 9)
    assert await hall.facts(AlarmRaised) == []


async def test_told_twice_the_first_time_counts(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await gone(hall)
    await after(hall, 6)
    await gone(hall)
    await after(hall, 4)
    assert await alarmed(hall) == ["hnc.v1"]
    await gone(hall)
    await after(hall, 30)
    assert len(await hall.facts(AlarmRaised)) == 1


async def test_a_desk_that_closes_needs_nobody(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await gone(hall)
    await after(hall, 10)
    await hall.act(desks.close_desk, requests.CloseDesk(desk="hnc.v1"), ANA)
    assert await alarmed(hall) == []
    await gone(hall)
    await after(hall, 30)
    assert await alarmed(hall) == []


async def test_an_agent_on_a_break_may_be_away_and_is_missed_after_it(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await hall.act(desks.pause_desk, requests.PauseDesk("hnc.v1", "almuerzo"), ANA)
    await gone(hall)
    await after(hall, 40)
    assert await alarmed(hall) == []
    await hall.act(desks.resume_desk, requests.DeskMove("hnc.v1"), ANA)
    await after(hall, 1)
    assert await alarmed(hall) == ["hnc.v1"]


async def test_a_clock_set_forward_makes_nobody_absent(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await gone(hall)
    hall.clock.set_wall(hall.clock.now_ms() + 3_600_000)
    await hall.fire_timers()
    assert await alarmed(hall) == []
    await after(hall, 10)
    assert await alarmed(hall) == ["hnc.v1"]


@both_engines
async def test_whoever_is_taken_over_is_told_to_the_supervisor(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await hall.open(actor="user:4", take_over=True)
    (notice,) = await hall.read(reads.alarms, 1)
    assert (notice.kind, notice.subject) == ("desk-taken-over", "hnc.v1")
    assert notice.figures == {"by": "user:4", "from": ANA}
