"""Whoever has a number learns what is kept of it, and has it erased; the record says who did it."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.call_facts import CallbackEnded
from turnero.queue.call_requests import AskCallback, Asked, Lead, Opened
from turnero.queue.callback_tables import callback
from turnero.queue.commands import callbacks, erasing, leading, outbox, people
from turnero.queue.commands.call_notes import NoteCall, note_call
from turnero.queue.commands.erasing import EraseNumber, LookUp, NumberGone, OfIndex
from turnero.queue.commands.outbox import Post
from turnero.queue.commands.undo import undo_elsewhere
from turnero.queue.people_facts import NumberErased, NumberLookedUp, NumberOptedOut
from turnero.queue.people_tables import outbox as messages
from turnero.queue.people_tables import phone
from turnero.queue.reads.people import KeptOf, kept_of
from turnero.queue.requests import TicketMove
from turnero.queue.tables import note
from turnero.store.sql import Statement
from turnero.store.vault import Sealed

THEIRS = Sealed("a" * 32, b"\x0a" * 16, "00000000", "PE", "mobile", "482")
OTHERS = Sealed("b" * 32, b"\x0b" * 16, "00000000", "PE", "mobile", "777")

_PHONES = Statement(select(phone.c.site, phone.c.number_index, phone.c.sealed).order_by(phone.c.id))
_CALLBACKS = Statement(
    select(
        callback.c.number_index,
        callback.c.tail,
        callback.c.name,
        callback.c.source,
        callback.c.end,
    ).order_by(callback.c.asked_ms, callback.c.id)
)
_WORDS = Statement(select(note.c.text).order_by(note.c.seq))
_MESSAGES = Statement(select(messages.c.to_index).order_by(messages.c.id))
BARED = ("", "", None, "", "cancelled")


async def asks(hall: Hall, number: Sealed = THEIRS, **more: Any) -> Asked:
    return await hall.act(callbacks.ask, AskCallback(phone=number, **{"service": "caja", **more}))


async def writes(hall: Hall, number: Sealed, about: str) -> None:
    request = Post("missed", "phone", number.index, number.sealed, "es", {}, about)
    await hall.act(outbox.post, request)


async def erase(hall: Hall, *cancels: str) -> NumberGone:
    return await hall.act(erasing.erase_number, EraseNumber(THEIRS.index, cancels), "user:7")


async def kept(hall: Hall, number: Sealed = THEIRS) -> KeptOf:
    return await hall.read(kept_of, 1, number.index, hall.clock.line_ms())


async def rows(hall: Hall, statement: Statement) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await hall.rows(statement)]


@pytest.fixture
async def calling(hall: Hall) -> Hall:
    """Calls can be made, and a desk is at work."""
    led = await hall.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await hall.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    await hall.open(actor="user:7")
    return hall


@both_engines
async def test_what_is_kept_is_told_of_that_number_alone(hall: Hall) -> None:
    since_ms = hall.clock.now_ms()
    over = await asks(hall, reason="Biopsia", name=b"sealed name")
    await hall.act(callbacks.cancel, TicketMove(over.ticket))
    hall.wait(3600)
    waits = await asks(hall)
    await asks(hall, OTHERS, reason="Saldo")
    await writes(hall, THEIRS, "m1")
    await writes(hall, OTHERS, "m2")
    found = await kept(hall)
    assert (found.tail, found.since_ms, found.used_ms) == ("482", since_ms, since_ms + 3_600_000)
    (ended,), (open_,) = found.ended, found.open
    assert (ended.number, ended.end, ended.named, ended.words) == (
        over.number, "cancelled", True, True,
    )  # fmt: skip
    assert (open_.id, open_.service, open_.stage) == (waits.callback, "caja", "waiting")
    assert (open_.named, open_.words, found.busy) == (False, False, None)
    assert (found.messages, found.opted_out) == (1, False)
    nobody = await hall.read(kept_of, 2, THEIRS.index, hall.clock.line_ms())
    assert nobody == KeptOf(None, "", None, None, False, [], 0)


@both_engines
async def test_who_looked_and_on_what_request_is_on_the_record_also_for_nothing(hall: Hall) -> None:
    await asks(hall)
    known = await hall.act(erasing.look_up, LookUp(THEIRS.index, "Carta 118"), "user:7")
    await hall.act(erasing.look_up, LookUp(OTHERS.index, "En persona"), "user:8")
    async with refused(hall, "reason-missing"):
        await hall.act(erasing.look_up, LookUp(THEIRS.index, " "), "user:7")
    looked = [one for one in await hall.entries() if isinstance(one.fact, NumberLookedUp)]
    assert [(one.actor, one.fact) for one in looked] == [
        ("user:7", NumberLookedUp(known.phone)),
        ("user:8", NumberLookedUp(None)),
    ]
    assert await rows(hall, _WORDS) == [("Carta 118",), ("En persona",)]
    assert len(await hall.rows(_PHONES)) == 1


@both_engines
async def test_all_that_was_kept_goes_and_nobody_else_s(calling: Hall) -> None:
    asked = await asks(calling, reason="Biopsia", name=b"sealed name", source=THEIRS.index)
    await calling.next(actor="user:7")
    await calling.act(note_call, NoteCall(asked.callback, "Su hija", "hnc.v1"), "user:7")
    await calling.move("cancel", asked.ticket)
    calling.wait(1)
    # They rang in and had another number rung.
    await asks(calling, OTHERS, reason="Saldo", source=THEIRS.index)
    await calling.ledger.run(people.keep_phone, THEIRS, site=2, actor="token:1")
    await writes(calling, THEIRS, "m1")
    await writes(calling, OTHERS, "m2")
    assert await erase(calling) == NumberGone(1, 1, 1)
    assert await rows(calling, _PHONES) == [
        (1, OTHERS.index, OTHERS.sealed),
        (2, THEIRS.index, THEIRS.sealed),
    ]
    bared, untouched = await rows(calling, _CALLBACKS)
    assert bared == BARED
    assert untouched == (OTHERS.index, "777", None, "", None)
    assert await rows(calling, _WORDS) == [("Saldo",)]
    assert await rows(calling, _MESSAGES) == [(OTHERS.index,)]
    (erased,) = [one for one in await calling.entries() if isinstance(one.fact, NumberErased)]
    assert (erased.actor, erased.fact) == ("user:7", NumberErased(1, 1, 1))


@both_engines
async def test_again_or_for_an_unknown_number_nothing_is_written(hall: Hall) -> None:
    await asks(hall, OTHERS)
    assert await erase(hall) == NumberGone(0, 0, 0)
    await hall.act(people.keep_phone, THEIRS)
    await erase(hall)
    before = len(await hall.entries())
    assert await erase(hall) == NumberGone(0, 0, 0)
    assert len(await hall.entries()) == before
    async with refused(hall, "phone-unknown"):
        await hall.act(erasing.opt_out_number, OfIndex(THEIRS.index))


@both_engines
@pytest.mark.parametrize("from_minute", [None, 15 * 60], ids=["in its turn", "later"])
async def test_one_that_waits_is_cancelled_with_it_where_that_was_said(
    hall: Hall, from_minute: int | None
) -> None:
    asked = await asks(hall, from_minute=from_minute)
    async with refused(hall, "callback-waits-too", number=asked.number):
        await erase(hall)
    async with refused(hall, "callback-waits-too", number=asked.number):
        await erase(hall, "another")
    assert await erase(hall, asked.callback) == NumberGone(1, 1, 0)
    assert await hall.state(asked.ticket) == "cancelled"
    assert [one.how for one in await hall.facts(CallbackEnded)] == ["cancelled"]
    assert await rows(hall, _CALLBACKS) == [BARED]
    # Nothing is due of it any more.
    hall.wait(2 * 24 * 3600)
    await hall.fire_timers()
    assert await hall.state(asked.ticket) == "cancelled"


async def test_what_was_cancelled_with_it_cannot_be_put_back(hall: Hall) -> None:
    asked = await asks(hall)
    await erase(hall, asked.callback)
    async with refused(hall, "phone-unknown"):
        await hall.act(undo_elsewhere, TicketMove(asked.ticket))
    again = await asks(hall)
    assert again.callback != asked.callback
    assert (await kept(hall)).calls[0].id == again.callback


async def test_while_a_desk_has_them_nothing_is_erased(calling: Hall) -> None:
    asked = await asks(calling)
    await calling.next(actor="user:7")
    busy = (await kept(calling)).busy
    assert busy is not None
    assert busy.number == asked.number
    async with refused(calling, "callback-under-way", number=asked.number):
        await erase(calling, asked.callback)
    await calling.move("cancel", asked.ticket)
    assert await erase(calling) == NumberGone(1, 1, 0)


@both_engines
async def test_who_wants_no_messages_stays_known_without_digits(hall: Hall) -> None:
    await hall.act(people.keep_phone, THEIRS)
    for _ in range(2):
        await hall.act(erasing.opt_out_number, OfIndex(THEIRS.index))
    assert len(await hall.facts(NumberOptedOut)) == 1
    assert await erase(hall) == NumberGone(1, 0, 0)
    assert await rows(hall, _PHONES) == [(1, THEIRS.index, b"")]
    assert await hall.read(people.opted_out, 1, THEIRS.index)
    found = await kept(hall)
    assert (found.tail, found.since_ms, found.opted_out) == ("", None, True)
    # What is left is not erased, and saying it once more changes nothing.
    assert await erase(hall) == NumberGone(0, 0, 0)
    await hall.act(erasing.opt_out_number, OfIndex(THEIRS.index))
    assert len(await hall.facts(NumberErased)) == len(await hall.facts(NumberOptedOut)) == 1
