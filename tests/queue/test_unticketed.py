"""An agent serves somebody who has no ticket: one is made, and nobody is called out loud."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import desks
from turnero.queue.facts import (
    MessageEnded,
    MessageShown,
    PressUndone,
    ServiceFinished,
    ServiceStarted,
    TicketCalled,
    TicketIssued,
)

pytestmark = pytest.mark.rule("next-finish-call")


@both_engines
async def test_a_ticket_is_made_called_here_and_started(hall: Hall) -> None:
    await hall.take()
    await hall.open()
    ticket = await hall.unticketed("urgencia", people=2)
    serving = (await hall.desk()).serving
    assert serving is not None
    assert (serving.ticket, serving.state, serving.people) == (ticket, "serving", 2)
    assert serving.why.rule == "unticketed"
    assert [one.channel for one in await hall.facts(TicketIssued)] == ["api", "desk"]
    assert [one.waited_ms for one in await hall.facts(TicketCalled)] == [0]
    assert len(await hall.facts(ServiceStarted)) == 1
    hall.wait(300)
    await hall.finish(ticket)
    (finished,) = await hall.facts(ServiceFinished)
    assert finished.ended_ms - finished.started_ms == 300_000
    assert finished.pressed


async def test_no_board_shows_it(hall: Hall) -> None:
    await hall.open()
    await hall.unticketed()
    board = await hall.read(reads.board, 1, None, hall.clock.line_ms())
    assert board is not None
    assert (board.calls, board.recent) == ((), ())


async def test_who_was_there_is_finished_by_the_same_press_and_undo_takes_back_both(
    hall: Hall,
) -> None:
    first = await hall.take()
    await hall.next()
    hall.wait(30)
    made = await hall.unticketed("sangre")
    assert await hall.state(first) == "finished"
    await hall.move("undo", made)
    assert await hall.state(made) == "cancelled"
    serving = (await hall.desk()).serving
    assert serving is not None
    assert serving.ticket == first
    (undone,) = await hall.facts(PressUndone)
    assert {one.number: one.state for one in undone.tickets} == {
        "C001": "called",
        "S001": "cancelled",
    }


async def test_the_outcome_of_who_was_there_is_asked_for(hall: Hall) -> None:
    await hall.take("infecto")
    await hall.next("v2")
    async with refused(hall, "outcome-missing", number="E001"):
        await hall.unticketed("sangre", "v2")
    await hall.unticketed("sangre", "v2", outcome="referred")


async def test_it_goes_after_hours_and_beyond_the_quota(hall: Hall) -> None:
    await hall.open()
    for _ in range(2):
        await hall.take("citas")
    async with refused(hall, "quota-reached", service="citas", quota=2):
        await hall.take("citas")
    hall.wait(10 * 3600)
    async with refused(hall, "service-closed", service="caja"):
        await hall.take("caja")
    for service in ("citas", "caja"):
        await hall.unticketed(service)


async def test_an_agent_needs_an_open_desk(hall: Hall) -> None:
    async with refused(hall, "desk-closed", desk="hnc.v1"):
        await hall.unticketed(actor="user:3")


@pytest.mark.parametrize(
    ("service", "code"), [("lab", "service-is-group"), ("rayos", "service-unknown")]
)
async def test_only_for_a_service_that_there_is(hall: Hall, service: str, code: str) -> None:
    await hall.open()
    async with refused(hall, code):
        await hall.unticketed(service)


async def test_a_desk_that_opens_by_it_ends_what_was_said_of_its_line(hall: Hall) -> None:
    await hall.open()
    await hall.take()
    await hall.act(desks.close_desk, requests.CloseDesk("hnc.v1", line="keep"))
    assert len(await hall.facts(MessageShown)) == 1
    await hall.unticketed()
    assert len(await hall.facts(MessageEnded)) == 1
