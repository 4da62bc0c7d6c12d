"""Undo: the whole press, within ten seconds, only if nobody touched its tickets since."""

import msgspec
import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads, requests
from turnero.queue.commands import desks
from turnero.queue.facts import PressUndone
from turnero.queue.tables import press
from turnero.store.errors import Refused
from turnero.store.sql import Statement

pytestmark = pytest.mark.rule("next-finish-call")

_PRESSES = Statement(select(press.c.no))


async def rows_of(hall: Hall, *tickets: str) -> list[object]:
    """What undo must bring back of these tickets: all but their version and what goes on with time."""
    views = [await hall.ticket(ticket) for ticket in tickets]
    return [msgspec.structs.replace(view, version=0, wait=None, waited_ms=0) for view in views]


@both_engines
async def test_undo_of_next_gives_back_the_call_and_the_finish(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    hall.wait(60)
    before = await rows_of(hall, first, second)
    desk_before = await hall.desk()
    await hall.next()
    hall.wait(10)
    assert await hall.move("undo", second) == "waiting"
    assert await rows_of(hall, first, second) == before
    desk = await hall.desk()
    assert desk.serving is not None
    assert desk_before.serving is not None
    assert (desk.serving.ticket, desk.serving.called_ms, desk.serving.why) == (
        first,
        desk_before.serving.called_ms,
        desk_before.serving.why,
    )
    assert [msgspec.structs.replace(one, wait=None) for one in desk.queues] == [
        msgspec.structs.replace(one, wait=None) for one in desk_before.queues
    ]
    (fact,) = await hall.facts(PressUndone)
    assert (fact.move, fact.desk) == ("next", "hnc.v1")
    assert [(one.ticket, one.was, one.state) for one in fact.tickets] == [
        (first, "finished", "called"),
        (second, "called", "waiting"),
    ]


async def test_undo_can_be_asked_for_either_ticket_of_the_press(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    await hall.next()
    assert await hall.move("undo", first) == "called"
    assert await hall.state(second) == "waiting"


async def test_the_call_disappears_from_the_board(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    await hall.next()
    await hall.move("undo", second)
    board = await hall.read(reads.board, 1, None, hall.clock.line_ms())
    assert board is not None
    assert [call.number for call in board.recent] == ["C001"]
    assert [call.number for call in board.calls] == ["C001"]
    assert first


@pytest.mark.parametrize(
    "move", ["next", "call", "start", "finish", "no-show", "return", "park", "transfer", "cancel"]
)
async def test_each_press_can_be_undone_once(hall: Hall, move: str) -> None:
    ticket = await hall.take()
    if move not in ("next", "call"):
        await hall.next()
    if move == "no-show":
        for _ in range(2):
            hall.wait(20)
            await hall.move("recall", ticket)
    elif move == "return":
        await hall.move("park", ticket)
    before = await rows_of(hall, ticket)
    if move == "next":
        await hall.next()
    elif move == "call":
        await hall.call(ticket)
    elif move == "finish":
        await hall.finish(ticket)
    elif move == "transfer":
        await hall.transfer(ticket, service="sangre")
    else:
        await hall.move(move, ticket)
    await hall.move("undo", ticket)
    assert await rows_of(hall, ticket) == before
    with pytest.raises(Refused, match="undo-"):
        await hall.move("undo", ticket)


async def test_not_after_ten_seconds(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.clock.advance(10_001)
    async with refused(hall, "undo-too-late", seconds=10):
        await hall.move("undo", ticket)


async def test_not_when_something_touched_one_of_its_tickets_since(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    await hall.next()
    await hall.move("recall", second)
    async with refused(hall, "undo-touched", number="C002"):
        await hall.move("undo", first)


async def test_not_when_the_desk_serves_somebody_else_by_now(hall: Hall) -> None:
    first, _second = await hall.take(), await hall.take()
    await hall.next()
    await hall.finish(first)
    await hall.next()
    async with refused(hall, "desk-serving", number="C002"):
        await hall.move("undo", first)


async def test_not_when_the_desk_has_closed(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.finish(ticket)
    await hall.act(desks.close_desk, requests.CloseDesk(desk="hnc.v1"))
    async with refused(hall, "desk-closed", desk="hnc.v1"):
        await hall.move("undo", ticket)


@both_engines
async def test_nobody_is_put_back_into_the_line_of_a_day_that_has_closed_since(hall: Hall) -> None:
    for service in ("caja", "urgencia"):
        await hall.take(service)
    await hall.open()
    first = await hall.next()
    assert first is not None
    await hall.close_day()
    async with refused(hall, "undo-too-late"):
        await hall.move("undo", first)
    assert await hall.state(first) == "called"
    # Round the clock nothing has closed.
    await hall.finish(first)
    second = await hall.next()
    assert second is not None
    await hall.close_day()
    await hall.move("undo", second)
    assert await hall.state(second) == "waiting"


async def test_nothing_to_undo_on_a_ticket_just_taken(hall: Hall) -> None:
    ticket = await hall.take()
    async with refused(hall, "undo-nothing"):
        await hall.move("undo", ticket)


async def test_a_press_older_than_what_is_kept_is_too_late(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    hall.wait(120)
    await hall.take("sangre")
    await hall.next("v2")  # forgets presses older than a minute
    assert len(await hall.rows(_PRESSES)) == 1
    async with refused(hall, "undo-too-late"):
        await hall.move("undo", ticket)


async def test_the_desk_page_offers_undo_until_its_deadline(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    await hall.next()
    pressed_ms = hall.clock.line_ms()
    undo = (await hall.desk()).undo
    assert undo is not None
    assert (undo.ticket, undo.move, undo.numbers) == (second, "next", ("C001", "C002"))
    assert undo.until_ms == pressed_ms + 10_000
    await hall.move("recall", second)
    assert (await hall.desk()).undo is None
    assert first


async def test_undone_the_ticket_is_due_again_in_its_place(hall: Hall) -> None:
    first, second = await hall.take(), await hall.take()
    await hall.next()
    await hall.move("undo", first)
    assert [await hall.next(), await hall.next()] == [first, second]
