"""Hand-over: an agent leaves a word for whoever works at the desk next, who marks it as read."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import hand_over
from turnero.queue.facts import AlarmRaised, DeskUnattended, HandedOver, HandoverRead, SessionClosed

ANA, BETO = "user:3", "user:4"
pytestmark = pytest.mark.rule("desk-session")


async def leave(hall: Hall, text: str = "Falta papel en la bandeja.", **more: bool) -> int:
    request = requests.HandOver(desk="hnc.v1", text=text, **more)
    return (await hall.act(hand_over.hand_over, request, ANA)).handover


async def read(hall: Hall, handover: int, actor: str = BETO) -> None:
    await hall.act(hand_over.read, requests.HandoverNamed(handover), actor)


@both_engines
async def test_the_next_agent_sees_the_note_until_it_is_marked_as_read(hall: Hall) -> None:
    session = await hall.open(actor=ANA)
    left = await leave(hall)
    await hall.open(actor=BETO)
    (note,) = (await hall.desk()).handovers
    assert (note.id, note.text, note.by) == (left, "Falta papel en la bandeja.", ANA)
    await read(hall, left)
    assert (await hall.desk()).handovers == ()
    (told,) = await hall.facts(HandedOver)
    assert (told.desk, told.handover, told.session) == ("hnc.v1", left, session)
    assert [one.session for one in await hall.facts(SessionClosed)] == [session]
    assert [one.handover for one in await hall.facts(HandoverRead)] == [left]


async def test_the_words_are_in_no_fact(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await leave(hall, "Preguntar por la señora Quispe")
    assert all(b"Quispe" not in entry.body for entry in await hall.entries())


async def test_without_closing_the_person_in_service_waits_for_the_next_agent(hall: Hall) -> None:
    await hall.open(actor=ANA)
    ticket = await hall.take()
    await hall.next(actor=ANA)
    async with refused(hall, "desk-serving", number="C001"):
        await leave(hall)
    await leave(hall, close=False)
    await hall.open(actor=BETO, take_over=True)
    desk = await hall.desk()
    assert desk.serving is not None
    assert desk.serving.ticket == ticket
    assert len(desk.handovers) == 1


async def test_who_waits_for_this_desk_and_whom_it_set_aside_are_the_next_ones(hall: Hall) -> None:
    await hall.open(actor=ANA)
    aside, own = await hall.take(), await hall.take()
    await hall.next(actor=ANA)
    await hall.move("park", aside)
    await hall.transfer(own, desk="v1")
    await leave(hall)
    desk = await hall.desk()
    assert desk.session is None
    assert [one.ticket for one in desk.parked] == [aside]
    assert [one.ticket for one in desk.own] == [own]


@both_engines
async def test_when_nobody_comes_after_a_hand_over_it_is_an_alarm(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await leave(hall)
    hall.wait(10 * 60 - 1)
    await hall.fire_timers()
    assert await hall.facts(AlarmRaised) == []
    hall.wait(1)
    await hall.fire_timers()
    assert [one.sort for one in await hall.facts(AlarmRaised)] == ["desk-unattended"]
    await hall.open(actor=BETO)
    assert await hall.read(reads.alarms, 1) == ()


async def test_who_comes_in_time_raises_none(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await leave(hall)
    await hall.open(actor=BETO)
    hall.wait(3600)
    await hall.fire_timers()
    assert await hall.facts(DeskUnattended) == []


@pytest.mark.parametrize(
    ("text", "code"), [("  \n", "handover-empty"), ("x" * 501, "text-too-long")]
)
async def test_a_note_says_something_and_not_too_much(hall: Hall, text: str, code: str) -> None:
    await hall.open(actor=ANA)
    async with refused(hall, code):
        await leave(hall, text)


async def test_only_at_ones_own_open_desk(hall: Hall) -> None:
    async with refused(hall, "desk-closed", desk="hnc.v1"):
        await leave(hall)
    await hall.open(actor=BETO)
    async with refused(hall, "desk-taken", desk="hnc.v1"):
        await leave(hall)


async def test_a_note_is_read_once_by_who_works_there(hall: Hall) -> None:
    await hall.open(actor=ANA)
    left = await leave(hall)
    await hall.open(actor=BETO)
    async with refused(hall, "desk-taken"):
        await read(hall, left, ANA)
    async with refused(hall, "handover-unknown"):
        await read(hall, left + 1)
    await read(hall, left)
    async with refused(hall, "handover-read"):
        await read(hall, left)


@both_engines
async def test_nobody_is_missed_at_a_closed_desk_after_the_close_of_day(hall: Hall) -> None:
    for desk, agent in (("v1", ANA), ("v2", BETO)):
        await hall.open(desk, actor=agent)
        request = requests.HandOver(f"hnc.{desk}", "Falta papel.")
        await hall.act(hand_over.hand_over, request, agent)
        hall.wait(10 * 60)
        await hall.fire_timers()
    assert [one.subject for one in await hall.read(reads.alarms, 1)] == ["hnc.v1", "hnc.v2"]
    await hall.close_day()
    assert await hall.read(reads.alarms, 1) == ()
