"""Alarms: raised once, seen by somebody, over when what they are about is."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.alarms import raise_alarm
from turnero.queue.commands import alarms
from turnero.queue.facts import AlarmEnded, AlarmRaised, AlarmSeen
from turnero.store.tx import Tx

MIN = 60


async def see(hall: Hall, alarm: int) -> None:
    await hall.act(alarms.see, requests.AlarmNamed(alarm), "user:9")


async def parked(hall: Hall) -> str:
    ticket = await hall.take()
    await hall.next()
    await hall.move("park", ticket)
    return ticket


@pytest.mark.rule("parked")
@both_engines
async def test_who_is_set_aside_for_a_quarter_of_an_hour_is_an_alarm(hall: Hall) -> None:
    ticket = await parked(hall)
    since_ms = hall.clock.line_ms()
    hall.wait(15 * MIN - 1)
    await hall.fire_timers()
    assert await hall.read(reads.alarms, 1) == ()
    hall.wait(1)
    await hall.fire_timers()
    (alarm,) = await hall.read(reads.alarms, 1)
    assert (alarm.kind, alarm.subject) == ("parked-long", ticket)
    assert alarm.figures == {
        "number": "C001",
        "service": "caja",
        "since_ms": since_ms,
        "desk": "hnc.v1",
    }


@pytest.mark.rule("parked")
@both_engines
@pytest.mark.parametrize("way", ["return", "call", "cancel", "transfer", "close"])
async def test_it_is_over_when_the_ticket_is_aside_no_more(hall: Hall, way: str) -> None:
    ticket = await parked(hall)
    hall.wait(15 * MIN)
    await hall.fire_timers()
    match way:
        case "call":
            await hall.call(ticket)
        case "transfer":
            await hall.transfer(ticket, service="sangre")
        case "close":
            await hall.close_day()
        case _:
            await hall.move(way, ticket)
    assert await hall.read(reads.alarms, 1) == ()
    assert [one.subject for one in await hall.facts(AlarmEnded)] == [ticket]


@pytest.mark.rule("parked")
async def test_who_is_back_in_time_raises_none_and_an_undo_sets_the_time_anew(hall: Hall) -> None:
    ticket = await parked(hall)
    hall.wait(14 * MIN)
    await hall.move("return", ticket)
    hall.wait(5)
    await hall.move("undo", ticket)
    hall.wait(1 * MIN)
    await hall.fire_timers()
    assert [one.subject for one in await hall.facts(AlarmRaised)] == [ticket]


@both_engines
async def test_one_is_open_at_a_time_and_its_figures_are_the_newest(hall: Hall) -> None:
    def warn(tx: Tx, left: int) -> int:
        return raise_alarm(tx, "not-ready", "printer:p1", {"left": left})

    first = await hall.ledger.run(warn, 3, site=1, actor="system")
    assert await hall.ledger.run(warn, 1, site=1, actor="system") == first
    (alarm,) = await hall.read(reads.alarms, 1)
    assert alarm.figures == {"left": 1}
    assert len(await hall.facts(AlarmRaised)) == 1


@both_engines
async def test_who_sees_to_it_is_kept_and_it_stays_until_it_is_over(hall: Hall) -> None:
    ticket = await parked(hall)
    hall.wait(15 * MIN)
    await hall.fire_timers()
    (alarm,) = await hall.read(reads.alarms, 1)
    await see(hall, alarm.id)
    (seen,) = await hall.read(reads.alarms, 1)
    assert (seen.seen_by, seen.seen_ms) == ("user:9", hall.clock.line_ms())
    async with refused(hall, "alarm-seen"):
        await see(hall, alarm.id)
    assert [one.subject for one in await hall.facts(AlarmSeen)] == [ticket]
    await hall.move("return", ticket)
    async with refused(hall, "alarm-ended"):
        await see(hall, alarm.id)
    async with refused(hall, "alarm-unknown"):
        await see(hall, alarm.id + 7)


@pytest.mark.rule("desk-session")
async def test_a_notice_is_over_when_it_is_seen(hall: Hall) -> None:
    await hall.open(actor="user:3")
    await hall.open(actor="user:4", take_over=True)
    (notice,) = await hall.read(reads.alarms, 1)
    await see(hall, notice.id)
    assert await hall.read(reads.alarms, 1) == ()
