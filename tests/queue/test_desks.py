"""Desk sessions: one for each desk and person, breaks with a reason, take-over, closing."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import requests
from turnero.queue.commands import desks
from turnero.queue.facts import SessionClosed, SessionOpened, SessionPaused, SessionResumed

pytestmark = pytest.mark.rule("desk-session")

ANA, LUIS = "user:3", "user:4"


async def pause(hall: Hall, reason: str = "almuerzo", actor: str = ANA) -> None:
    await hall.act(desks.pause_desk, requests.PauseDesk(desk="hnc.v1", reason=reason), actor)


async def resume(hall: Hall, actor: str = ANA) -> None:
    await hall.act(desks.resume_desk, requests.DeskMove(desk="hnc.v1"), actor)


async def close(hall: Hall, desk: str = "v1", actor: str = ANA) -> None:
    await hall.act(desks.close_desk, requests.CloseDesk(desk=f"hnc.{desk}"), actor)


async def test_a_person_opens_a_desk_and_works_there(hall: Hall) -> None:
    ticket = await hall.take()
    session = await hall.open(actor=ANA)
    view = (await hall.desk()).session
    assert view is not None
    assert (view.id, view.state, view.agent) == (session, "open", ANA)
    assert await hall.next(actor=ANA) == ticket


async def test_an_open_desk_is_not_opened_again(hall: Hall) -> None:
    await hall.open(actor=ANA)
    async with refused(hall, "desk-open"):
        await hall.open(actor=ANA)


@pytest.mark.parametrize("act", ["next", "pause", "close", "open"])
async def test_another_persons_desk_is_theirs(hall: Hall, act: str) -> None:
    await hall.open(actor=ANA)
    async with refused(hall, "desk-taken", desk="hnc.v1"):
        if act == "next":
            await hall.next(actor=LUIS)
        elif act == "pause":
            await pause(hall, actor=LUIS)
        elif act == "close":
            await close(hall, actor=LUIS)
        else:
            await hall.open(actor=LUIS)


@both_engines
async def test_take_over_carries_the_person_in_service(hall: Hall) -> None:
    ticket = await hall.take()
    first = await hall.open(actor=ANA)
    await hall.next(actor=ANA)
    second = await hall.open(actor=LUIS, take_over=True)
    opened = (await hall.facts(SessionOpened))[-1]
    assert (opened.session, opened.taken_over, opened.ticket) == (second, first, ticket)
    assert [fact.session for fact in await hall.facts(SessionClosed)] == [first]
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.ticket == ticket
    async with refused(hall, "desk-taken"):
        await hall.next(actor=ANA)


async def test_a_person_has_one_desk_and_takes_their_ticket_when_they_move(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.open("v1", actor=ANA)
    await hall.next("v1", actor=ANA)
    async with refused(hall, "agent-elsewhere", desk="hnc.v1"):
        await hall.open("v2", actor=ANA)
    await hall.open("v2", actor=ANA, take_over=True)
    assert (await hall.desk("v1")).session is None
    view = await hall.ticket(ticket)
    assert (view.state, view.desk) == ("called", "hnc.v2")


async def test_two_people_in_service_cannot_be_carried_to_one_desk(hall: Hall) -> None:
    await hall.take("caja")
    await hall.take("sangre")
    await hall.open("v1", actor=ANA)
    await hall.next("v1", actor=ANA)
    await hall.open("v2", actor=LUIS)
    await hall.next("v2", actor=LUIS)
    async with refused(hall, "desk-serving"):
        await hall.open("v2", actor=ANA, take_over=True)


async def test_a_session_that_belongs_to_the_desk_yields_to_a_person(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.open(actor=ANA)
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.ticket == ticket


async def test_the_rule_of_one_desk_is_for_people(hall: Hall) -> None:
    await hall.open("v1", actor="token:7")
    await hall.open("v2", actor="token:7")


async def test_a_break_has_a_reason_that_stays_out_of_the_journal(hall: Hall) -> None:
    await hall.open(actor=ANA)
    async with refused(hall, "reason-missing"):
        await pause(hall, reason=" ")
    await pause(hall, reason="cita médica")
    view = (await hall.desk()).session
    assert view is not None
    assert (view.state, view.break_reason) == ("break", "cita médica")
    assert len(await hall.facts(SessionPaused)) == 1
    assert all("médica".encode() not in entry.body for entry in await hall.entries())


async def test_nothing_is_called_during_a_break(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.open(actor=ANA)
    await pause(hall)
    async with refused(hall, "desk-on-break"):
        await hall.next(actor=ANA)
    async with refused(hall, "desk-on-break"):
        await pause(hall)
    hall.wait(600)
    await resume(hall)
    (fact,) = await hall.facts(SessionResumed)
    assert fact.break_ms == 600_000
    assert await hall.next(actor=ANA) == ticket


async def test_only_a_break_is_resumed(hall: Hall) -> None:
    async with refused(hall, "desk-closed"):
        await resume(hall)
    await hall.open(actor=ANA)
    async with refused(hall, "desk-not-on-break"):
        await resume(hall)


@pytest.mark.parametrize("act", [pause, close])
async def test_not_while_somebody_is_in_service(hall: Hall, act: object) -> None:
    ticket = await hall.take()
    await hall.open(actor=ANA)
    await hall.next(actor=ANA)
    async with refused(hall, "desk-serving", number="C001", desk="hnc.v1"):
        await act(hall)  # type: ignore[operator]
    await hall.finish(ticket)
    await act(hall)  # type: ignore[operator]


async def test_not_while_somebody_waits_for_this_desk_only(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.open("v2", actor=ANA)
    await hall.transfer(ticket, desk="v2")
    async with refused(hall, "desk-has-waiting", desk="hnc.v2", waiting=1):
        await close(hall, "v2")
    await hall.transfer(ticket, service="caja")
    await close(hall, "v2")


async def test_a_closed_desk_opens_anew(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await close(hall)
    async with refused(hall, "desk-closed"):
        await close(hall)
    await hall.open(actor=LUIS)
    await hall.open("v2", actor=ANA)


async def test_a_desk_can_be_closed_from_a_break(hall: Hall) -> None:
    await hall.open(actor=ANA)
    await pause(hall)
    await close(hall)
    assert (await hall.desk()).session is None


@both_engines
@pytest.mark.parametrize(("become", "state"), [("leave", "parked"), ("return", "waiting")])
async def test_closing_says_what_becomes_of_those_set_aside_here(
    hall: Hall, become: str, state: str
) -> None:
    await hall.open(actor=ANA)
    aside = await hall.take()
    await hall.next(actor=ANA)
    await hall.move("park", aside)
    async with refused(hall, "desk-has-parked", desk="hnc.v1", parked=1):
        await close(hall)
    request = requests.CloseDesk(desk="hnc.v1", parked=become, line="keep")  # type: ignore[arg-type]
    await hall.act(desks.close_desk, request, ANA)
    assert await hall.state(aside) == state
    assert (await hall.desk()).session is None


async def test_whom_another_desk_set_aside_holds_nobody(hall: Hall) -> None:
    aside = await hall.take("sangre")
    await hall.next("v2")
    await hall.move("park", aside)
    await hall.open(actor=ANA)
    await close(hall)
    assert await hall.state(aside) == "parked"
