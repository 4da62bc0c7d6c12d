"""Who asked to be rung gives another number: the place is kept, and the old number is rung no more."""

from sqlalchemy import select

from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.call_facts import CallbackAsked, CallbackChanged
from turnero.queue.call_requests import AskCallback, Lead, Opened
from turnero.queue.callback_tables import callback
from turnero.queue.commands import callbacks, leading
from turnero.store.sql import Statement
from turnero.store.vault import Sealed

_ROWS = Statement(
    select(callback.c.ticket, callback.c.tail, callback.c.relation, callback.c.attempts).order_by(
        callback.c.asked_ms
    )
)
OTHER = Sealed("f" * 32, b"\x0f" * 16, "00000000", "PE", "mobile", "777")


def again(ticket: str, phone: Sealed = OTHER) -> AskCallback:
    """Ask with the ticket that one has, for one's mother's telephone."""
    return AskCallback(phone=phone, ticket=ticket, channel="web", relation="mother")


async def test_another_number_takes_the_place_of_the_first(hall: Hall) -> None:
    first = await hall.ring_me()
    second = await hall.ring_me()
    asked = await hall.act(callbacks.ask, again(first.ticket))
    assert (asked.callback, asked.ticket, asked.already) == (first.callback, first.ticket, False)
    rows = [tuple(row) for row in await hall.rows(_ROWS)]
    assert rows[0] == (first.ticket, "777", "mother", 0)
    assert [row[0] for row in rows] == [first.ticket, second.ticket]
    assert len(await hall.facts(CallbackAsked)) == 2
    (changed,) = await hall.facts(CallbackChanged)
    assert changed.ticket == first.ticket


async def test_a_number_that_has_a_callback_of_somebody_else_is_not_taken(hall: Hall) -> None:
    first = await hall.ring_me()
    other = await hall.act(callbacks.ask, AskCallback(phone=OTHER, service="caja"))
    asked = await hall.act(callbacks.ask, again(first.ticket))
    assert (asked.already, asked.ticket) == (True, other.ticket)
    assert await hall.facts(CallbackChanged) == []


async def test_while_a_desk_has_it_the_number_stays(hall: Hall) -> None:
    led = await hall.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await hall.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    first = await hall.ring_me()
    await hall.open()
    assert await hall.next() == first.ticket
    async with refused(hall, "callback-not-so"):
        await hall.act(callbacks.ask, again(first.ticket))
