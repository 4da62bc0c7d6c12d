"""What agents note of a call is kept for whoever calls again, on the record of who noted it."""

import pytest
from sqlalchemy import select

from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.call_facts import CallbackNoted
from turnero.queue.call_requests import Asked, Lead, OfCallback, Opened
from turnero.queue.commands import leading, reaching
from turnero.queue.commands.call_notes import NoteCall, note_call
from turnero.queue.reads.callbacks import of_ticket
from turnero.queue.tables import note
from turnero.store.sql import Statement

_NOTES = Statement(select(note.c.text).where(note.c.what == "callback-noted"))


@pytest.fixture
async def asked(hall: Hall) -> Asked:
    """A desk has somebody who is to be rung."""
    led = await hall.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await hall.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    asked = await hall.ring_me()
    await hall.open(actor="user:7")
    await hall.next(actor="user:7")
    return asked


async def test_a_note_is_there_when_they_are_called_again(hall: Hall, asked: Asked) -> None:
    await hall.act(note_call, NoteCall(asked.callback, "Después de las 5", "hnc.v1"), "user:7")
    (entry,) = [one for one in await hall.entries() if isinstance(one.fact, CallbackNoted)]
    assert entry.actor == "user:7"
    await hall.act(reaching.by_hand, OfCallback(asked.callback, "no-answer", "hnc.v1"), "user:7")
    call = await hall.read(of_ticket, asked.ticket)
    assert call is not None
    assert call.notes == ["Después de las 5"]


async def test_only_the_desk_that_has_the_call_notes_and_says_something(
    hall: Hall, asked: Asked
) -> None:
    async with refused(hall, "ticket-not-here"):
        await hall.act(note_call, NoteCall(asked.callback, "Hola", "hnc.v2"), "user:7")
    async with refused(hall, "desk-taken"):
        await hall.act(note_call, NoteCall(asked.callback, "Hola", "hnc.v1"), "user:8")
    async with refused(hall, "reason-missing"):
        await hall.act(note_call, NoteCall(asked.callback, "  ", "hnc.v1"), "user:7")
    assert await hall.rows(_NOTES) == []
