"""The table of moves is what happens: each legal move leads where it says, each other is refused."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.commands import paths
from turnero.queue.requests import AddStep, SkipStep
from turnero.queue.states import MOVES, UNDOABLE, Move, State

#: moves that name a ticket; the others begin its life, pick it themselves or come by timer
NAMED = [
    Move.CALL,
    Move.RECALL,
    Move.START,
    Move.FINISH,
    Move.NO_SHOW,
    Move.RETURN,
    Move.PARK,
    Move.TRANSFER,
    Move.SKIP,
    Move.REPLAN,
    Move.CANCEL,
    Move.STEP_OUT,
    Move.CORRECT,
    Move.RENEW,
    Move.RATE,
]


async def ticket_in(hall: Hall, state: State) -> str:
    """A ticket brought to that state at desk v1."""
    if state is State.RETRY:
        # To be rung in the afternoon.
        ticket = (await hall.ring_me(from_minute=17 * 60)).ticket
        assert await hall.state(ticket) == state
        return ticket
    ticket = await hall.take("caja")
    if state is State.CANCELLED:
        await hall.move("cancel", ticket)
    elif state is State.NOT_SERVED:
        await hall.close_day()
    elif state is State.AWAY:
        await hall.move("step-out", ticket)
    elif state is not State.WAITING:
        assert await hall.next() == ticket
    if state is State.SERVING:
        await hall.move("start", ticket)
    elif state is State.PARKED:
        await hall.move("park", ticket)
    elif state is State.FINISHED:
        await hall.finish(ticket)
    elif state is State.NO_SHOW:
        await hall.no_show(ticket)
    assert await hall.state(ticket) == state
    return ticket


async def make(hall: Hall, move: Move, ticket: str) -> None:
    """That move, with whatever else it needs."""
    if move is Move.CALL:
        await hall.call(ticket, desk="v2")
    elif move is Move.FINISH:
        await hall.finish(ticket)
    elif move is Move.TRANSFER:
        await hall.transfer(ticket, service="sangre")
    elif move is Move.REPLAN:
        await hall.act(paths.add, AddStep(ticket))
    elif move is Move.SKIP:
        if State(await hall.state(ticket)) in MOVES[move]:
            await hall.act(paths.add, AddStep(ticket, "sangre"))
        await hall.act(paths.skip, SkipStep(ticket))
    elif move is Move.CORRECT:
        await hall.correct(ticket, people=2)
    elif move is Move.RATE:
        await hall.rate(ticket)
    elif move is Move.NO_SHOW and await hall.state(ticket) == State.CALLED:
        await hall.no_show(ticket)
    else:
        await hall.move(move, ticket)


@both_engines
@pytest.mark.parametrize("state", State)
async def test_from_each_state_every_move_does_what_the_table_says(
    hall: Hall, state: State
) -> None:
    for move in NAMED:
        hall.wait(1)
        ticket = await ticket_in(hall, state)
        target = MOVES[move].get(state)
        if target is None:
            async with refused(hall, "move-illegal", move=move, state=state):
                await make(hall, move, ticket)
        else:
            await make(hall, move, ticket)
            assert await hall.state(ticket) == target, move
        # Nobody is left for the next move.
        for desk in ("v1", "v2"):
            serving = (await hall.desk(desk)).serving
            if serving is not None and serving.state == State.CALLED:
                await hall.move("start", serving.ticket)
            if serving is not None:
                await hall.finish(serving.ticket)
        await hall.close_day()


async def test_next_takes_only_who_waits(hall: Hall) -> None:
    for state in State:
        if state is not State.WAITING:
            await ticket_in(hall, state)
    assert await hall.next(desk="v2") is None


def test_every_state_can_be_reached_and_only_the_end_states_have_no_way_out() -> None:
    reached = {target for ways in MOVES.values() for target in ways.values()}
    left = {
        source for ways in MOVES.values() for source, target in ways.items() if source is not target
    }
    assert reached == set(State)
    assert set(State) - left == {State.FINISHED, State.CANCELLED}


def test_what_undo_takes_back_is_what_a_press_does() -> None:
    assert set(Move) - UNDOABLE == {
        Move.ISSUE,
        Move.RECALL,
        Move.STEP_OUT,
        Move.OVERSTAY,
        Move.SEND_ON,  # a part of finish and next
        Move.RATE,
        Move.CLOSE_DAY,
        Move.BY_HAND,
        Move.CORRECT,
        Move.RENEW,
        # What a telephone rang is not taken back.
        Move.RING_LATER,
        Move.PUT_BACK,
        Move.UNREACHED,
        Move.BY_PHONE,
        Move.CHECK_IN,
    }
