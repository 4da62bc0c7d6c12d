"""What is done at a desk is done by who works there: another person's session is theirs."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import requests
from turnero.queue.commands import calls, desks, finishing, moves, paths, undo

ANA, LUIS = "user:3", "user:4"
Acts = list[tuple[Callable[..., Any], Any]]


def acts(ticket: str) -> Acts:
    """Everything that a desk does with whom it serves."""
    move = requests.TicketMove(ticket)
    return [
        (calls.recall, move),
        (calls.no_show, move),
        (moves.start, move),
        (moves.park, move),
        (moves.transfer, requests.Transfer(ticket, service="citas")),
        (finishing.finish, requests.Finish(ticket)),
        (paths.skip, requests.SkipStep(ticket)),
        (paths.add, requests.AddStep(ticket, "citas")),
        (undo.undo, move),
    ]


@both_engines
async def test_another_agent_does_nothing_with_whom_a_desk_serves(hall: Hall) -> None:
    await hall.load(SITE.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre"]\n'))
    await hall.open("v1", ANA)
    await hall.open("v2", LUIS)
    ticket = await hall.take()
    await hall.next("v1", actor=ANA)
    for command, request in acts(ticket):
        async with refused(hall, "desk-taken", desk="hnc.v1"):
            await hall.act(command, request, LUIS)
    # Who leaves is taken off the list by whoever sees them go.
    await hall.act(moves.cancel, requests.TicketMove(ticket), LUIS)


async def test_what_was_pressed_at_a_desk_is_taken_back_there(hall: Hall) -> None:
    await hall.open("v1", ANA)
    ticket = await hall.take()
    await hall.next("v1", actor=ANA)
    move = requests.TicketMove(ticket)
    await hall.act(moves.park, move, ANA)
    async with refused(hall, "desk-taken", desk="hnc.v1"):
        await hall.act(undo.undo, move, LUIS)
    assert (await hall.act(undo.undo, move, ANA)).state == "called"


@pytest.mark.parametrize("actor", [ANA, "token:1"])
async def test_the_agent_and_the_hospitals_own_system_go_on(hall: Hall, actor: str) -> None:
    await hall.open("v1", ANA)
    ticket = await hall.take()
    await hall.next("v1", actor=ANA)
    await hall.act(moves.start, requests.TicketMove(ticket), actor)
    await hall.act(finishing.finish, requests.Finish(ticket), actor)


async def test_whoever_takes_the_desk_over_goes_on_with_whom_it_serves(hall: Hall) -> None:
    await hall.open("v1", ANA)
    ticket = await hall.take()
    await hall.next("v1", actor=ANA)
    await hall.act(desks.open_desk, requests.OpenDesk("hnc.v1", take_over=True), LUIS)
    async with refused(hall, "desk-taken", desk="hnc.v1"):
        await hall.act(finishing.finish, requests.Finish(ticket), ANA)
    await hall.act(finishing.finish, requests.Finish(ticket), LUIS)
