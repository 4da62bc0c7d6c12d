"""Help calls ring until somebody acknowledges them, and escalate after a minute."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import help as helping
from turnero.queue.facts import AlarmRaised, HelpAcknowledged, HelpAsked, HelpEscalated

pytestmark = pytest.mark.rule("help")


async def acknowledge(hall: Hall, call: int, actor: str = "user:3") -> None:
    await hall.act(helping.acknowledge_help, requests.AckHelp(help=call), actor)


@both_engines
async def test_a_call_rings_with_its_place_until_it_is_acknowledged(hall: Hall) -> None:
    call = await hall.help("unwell", "k1")
    (ringing,) = await hall.read(reads.help_calls, 1)
    assert (ringing.id, ringing.place, ringing.need) == (call, "k1", "unwell")
    hall.wait(12)
    await acknowledge(hall, call)
    assert await hall.read(reads.help_calls, 1) == ()
    (fact,) = await hall.facts(HelpAcknowledged)
    assert (fact.help, fact.waited_ms) == (call, 12_000)


async def test_a_second_press_while_it_rings_is_the_same_call(hall: Hall) -> None:
    assert await hall.help() == await hall.help()
    assert await hall.help("unwell") != await hall.help("help")
    assert len(await hall.facts(HelpAsked)) == 2


async def test_a_new_press_after_it_was_acknowledged_rings_again(hall: Hall) -> None:
    first = await hall.help()
    await acknowledge(hall, first)
    assert await hall.help() != first


async def test_acknowledged_once(hall: Hall) -> None:
    call = await hall.help()
    await acknowledge(hall, call)
    async with refused(hall, "help-acknowledged"):
        await acknowledge(hall, call, "user:4")


async def test_an_unknown_call_is_refused(hall: Hall) -> None:
    async with refused(hall, "help-unknown"):
        await acknowledge(hall, 99)


async def test_only_two_needs_never_a_diagnosis(hall: Hall) -> None:
    async with refused(hall, "need-unknown"):
        await hall.help("heart attack")


async def test_it_escalates_after_a_minute_and_goes_on_ringing(hall: Hall) -> None:
    call = await hall.help()
    hall.wait(59)
    await hall.fire_timers()
    assert await hall.facts(HelpEscalated) == []
    hall.wait(1)
    await hall.fire_timers()
    await hall.fire_timers()
    (fact,) = await hall.facts(HelpEscalated)
    assert fact.help == call
    (ringing,) = await hall.read(reads.help_calls, 1)
    assert ringing.escalated


async def test_an_acknowledged_call_does_not_escalate(hall: Hall) -> None:
    await acknowledge(hall, await hall.help())
    hall.wait(120)
    await hall.fire_timers()
    assert await hall.facts(HelpEscalated) == []


@both_engines
async def test_unanswered_it_is_an_alarm_until_somebody_goes(hall: Hall) -> None:
    call = await hall.help("unwell", "k1")
    hall.wait(60)
    await hall.fire_timers()
    (alarm,) = await hall.read(reads.alarms, 1)
    assert (alarm.kind, alarm.subject) == ("help-unanswered", str(call))
    assert (alarm.figures["place"], alarm.figures["need"]) == ("k1", "unwell")
    await acknowledge(hall, call)
    assert await hall.read(reads.alarms, 1) == ()


async def test_a_minute_that_passed_while_the_server_was_down_is_told_once_with_its_time(
    hall: Hall,
) -> None:
    await hall.help()
    due_ms = hall.clock.now_ms() + 60_000
    hall.wait(600)
    await hall.fire_timers()
    await hall.fire_timers()
    (fact,) = await hall.facts(HelpEscalated)
    assert fact.due_ms == due_ms
    assert len(await hall.facts(AlarmRaised)) == 1


async def test_several_calls_ring_in_the_order_in_which_they_came(hall: Hall) -> None:
    calls = []
    for need, place in (("help", "k2"), ("unwell", "k1"), ("help", "k1")):
        calls.append(await hall.help(need, place))
        hall.wait(7)
    assert [one.id for one in await hall.read(reads.help_calls, 1)] == calls
    hall.wait(46)
    await hall.fire_timers()
    late = [one.escalated for one in await hall.read(reads.help_calls, 1)]
    assert late == [True, True, False]


async def test_who_went_is_known_for_a_while(hall: Hall) -> None:
    call = await hall.help("unwell", "k1")
    before_ms = hall.clock.line_ms()
    hall.wait(5)
    await acknowledge(hall, call, "user:3")
    (answered,) = await hall.read(reads.help_answered, 1, before_ms)
    assert (answered.id, answered.place, answered.done_by) == (call, "k1", "user:3")
    assert await hall.read(reads.help_answered, 1, hall.clock.line_ms()) == ()
