"""Patients who cancel, come or ring us while they are being rung; and for whom somebody else asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.queue.refusal import refused
from tests.telephony.room import Room, room
from turnero.queue import call_requests, requests
from turnero.queue.call_facts import CallbackEnded, LegDialled
from turnero.queue.callbacks import RELATIONS, Stage
from turnero.queue.commands import callbacks


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """A room with telephones."""
    async with room(tmp_path) as found:
        yield found


async def rings(hall: Room) -> call_requests.Asked:
    """Somebody whose telephone rings, and who does not pick up."""
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(8)
    assert (await hall.callback(asked.ticket)).stage == Stage.DIALLING
    assert any(one.number.startswith("+") for one in hall.simulated.telephones())
    return asked


async def quiet(hall: Room, how: str) -> None:
    """It ended so, no telephone rings, and the desk is free."""
    await hall.passes(3)
    assert hall.board.live() == []
    assert await hall.said(CallbackEnded, "how") == [how]
    assert (await hall.desk("v1")).serving is None


async def test_who_cancels_while_it_rings_is_not_rung_any_more(hall: Room) -> None:
    asked = await rings(hall)
    await hall.act(callbacks.cancel, requests.TicketMove(asked.ticket))
    await quiet(hall, "cancelled")
    hall.wait(3_600)
    await hall.passes(2)
    assert await hall.next("v1") is None


async def test_who_comes_while_it_rings_waits_here_in_their_place(hall: Room) -> None:
    asked = await rings(hall)
    other = await hall.take("caja")
    await hall.act(callbacks.check_in, requests.TicketMove(asked.ticket))
    await quiet(hall, "merged")
    assert [await hall.next("v1"), await hall.next("v2")] == [asked.ticket, other]
    await hall.passes(3)
    assert await hall.said(LegDialled, "side") == ["desk", "patient"]


@pytest.mark.parametrize("relation", RELATIONS)
async def test_for_whom_it_is_is_told_at_the_desk_alone(hall: Room, relation: str) -> None:
    asked = await hall.ask("987654305", relation=relation, may_tell=relation == "mother")
    found = await hall.callback(asked.ticket)
    assert (found.relation, found.may_tell) == (relation, relation == "mother")
    facts = [entry.body for entry in await hall.entries()]
    assert not any(b"mother" in body or b"may_tell" in body for body in facts)


async def test_a_relation_that_nobody_knows_is_refused(hall: Room) -> None:
    async with refused(hall, "callback-relation"):
        await hall.ask("987654305", relation="neighbour")


@pytest.mark.parametrize("press", ["finish", "next", "choose", "unticketed"])
async def test_nothing_ends_a_call_in_which_nobody_spoke_but_its_own_keys(
    hall: Room, press: str
) -> None:
    asked = await rings(hall)
    other = await hall.take("caja")
    async with refused(hall, "callback-by-phone"):
        match press:
            case "finish":
                await hall.finish(asked.ticket)
            case "next":
                await hall.next("v1")
            case "choose":
                await hall.call(other, "v1")
            case _:
                await hall.unticketed()
    await hall.passes(2)
    assert (await hall.callback(asked.ticket)).stage == Stage.DIALLING
    await hall.move("start", asked.ticket)  # spoken with by other means
    assert await hall.next("v1") == other
    assert await hall.said(CallbackEnded, "how") == ["done"]


async def test_who_waits_to_be_rung_may_be_anywhere_and_need_not_step_out(hall: Room) -> None:
    asked = await hall.ask("987654305")
    assert (await hall.ticket(asked.ticket)).out_minutes is None
    async with refused(hall, "callback-already", number=asked.number):
        await hall.move("step-out", asked.ticket)
    await hall.act(callbacks.check_in, requests.TicketMove(asked.ticket))
    assert (await hall.ticket(asked.ticket)).out_minutes
    assert await hall.move("step-out", asked.ticket) == "away"
