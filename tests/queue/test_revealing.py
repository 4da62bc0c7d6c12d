"""The whole number of a callback: shown to the desk that has it, on the record, with why."""

import pytest
from sqlalchemy import select

from tests.queue.hall import Hall
from turnero.queue.call_requests import Asked, Lead, Opened
from turnero.queue.commands import leading
from turnero.queue.commands.revealing import RevealCall, Revealed, reveal_call
from turnero.queue.people_facts import NumberRevealed
from turnero.queue.tables import note
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Statement

_NOTES = Statement(select(note.c.text).where(note.c.what == "number-revealed"))


@pytest.fixture
async def asked(hall: Hall) -> Asked:
    """Somebody waits to be rung, and calls can be made."""
    led = await hall.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await hall.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    return await hall.ring_me()


async def shown(
    hall: Hall, asked: Asked, why: str = "La central no marca", at: str = "v1"
) -> Revealed:
    """Ask for the number."""
    request = RevealCall(asked.ticket, asked.callback, why, f"hnc.{at}")
    return await hall.act(reveal_call, request, "user:7")


async def test_that_it_was_shown_and_why_is_written_down(hall: Hall, asked: Asked) -> None:
    await hall.open(actor="user:7")
    await hall.next(actor="user:7")
    await shown(hall, asked)
    (entry,) = [one for one in await hall.entries() if isinstance(one.fact, NumberRevealed)]
    assert isinstance(entry.fact, NumberRevealed)
    assert (entry.actor, entry.fact.where, entry.fact.ticket) == ("user:7", "desk", asked.ticket)
    assert [row.text for row in await hall.rows(_NOTES)] == ["La central no marca"]


async def test_without_a_reason_nothing_is_shown(hall: Hall, asked: Asked) -> None:
    await hall.open(actor="user:7")
    await hall.next(actor="user:7")
    with pytest.raises(Refused) as refused:
        await shown(hall, asked, " ")
    assert refused.value.code == "reason-missing"
    assert await hall.facts(NumberRevealed) == []


async def test_the_number_of_another_callback_is_not_shown_on_the_record_of_this_one(
    hall: Hall, asked: Asked
) -> None:
    other = await hall.ring_me()
    await hall.open(actor="user:7")
    await hall.next(actor="user:7")
    with pytest.raises(NotFound) as refused:
        await shown(hall, Asked(other.callback, asked.ticket, asked.number))
    assert refused.value.code == "callback-unknown"
    assert await hall.facts(NumberRevealed) == []


async def test_only_the_desk_that_has_the_call_sees_it(hall: Hall, asked: Asked) -> None:
    with pytest.raises(Refused) as waiting:
        await shown(hall, asked)
    assert waiting.value.code == "ticket-not-here"
    await hall.open(actor="user:7")
    await hall.next(actor="user:7")
    with pytest.raises(Refused) as elsewhere:
        await shown(hall, asked, at="v2")
    assert elsewhere.value.code == "ticket-not-here"
    assert await hall.facts(NumberRevealed) == []
