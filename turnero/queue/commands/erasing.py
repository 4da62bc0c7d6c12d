"""Whoever has a number may know what is kept of it, and have it erased before its time.

Colombia: Ley 1581 de 2012, art. 8. Peru: Ley 29733, arts. 19 and 20. A number comes as its blind
index, which nobody can guess: who names one has the number, or was told by a look-up.
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from turnero.queue import refusals, rows, text
from turnero.queue.callback_tables import callback
from turnero.queue.commands import callbacks
from turnero.queue.commands.people import PhoneNamed, bare, erase_digits, opt_out
from turnero.queue.people_facts import NumberErased, NumberLookedUp
from turnero.queue.people_tables import outbox
from turnero.queue.reads.people import kept_of
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_MESSAGES: Final = Statement(
    delete(outbox).where(
        outbox.c.site == bindparam("b_site"), outbox.c.to_index == bindparam("b_index")
    )
)
#: of callbacks at another number, for which somebody rang in from this one
_SOURCES: Final = Statement(
    update(callback)
    .where(callback.c.site == bindparam("b_site"), callback.c.source == bindparam("b_index"))
    .values(source="")
)


class LookUp(msgspec.Struct, frozen=True):
    """Tell what is kept of a number."""

    index: str
    #: on what request, in one's own words; kept beside the fact
    reason: str


class LookedUp(msgspec.Struct, frozen=True):
    """The number's row; None: there is none."""

    phone: int | None


class EraseNumber(msgspec.Struct, frozen=True):
    """Erase what is kept of a number."""

    index: str
    #: its callbacks that wait, which are cancelled
    cancels: tuple[str, ...] = ()


class OfIndex(msgspec.Struct, frozen=True):
    """The number of that index."""

    index: str


class NumberGone(msgspec.Struct, frozen=True):
    """How many rows were erased; all 0 where nothing was kept."""

    numbers: int
    callbacks: int
    messages: int


def look_up(tx: Tx, request: LookUp) -> LookedUp:
    """Write down that somebody is told what is kept, and why. What it is, is read after the commit."""
    said = text.reason(request.reason)
    found = kept_of(tx, tx.site, request.index, tx.line_ms)
    seq = tx.append(NumberLookedUp(found.phone))
    rows.write_note(tx, seq, "number-looked-up", said)
    return LookedUp(found.phone)


def erase_number(tx: Tx, request: EraseNumber) -> NumberGone:
    """What `erase_on_time` would erase, now. Who opted out stays known by the index alone.

    Refused while a desk has them or a telephone may ring, and for a callback that waits and is not
    among those that are to be cancelled.
    """
    found = kept_of(tx, tx.site, request.index, tx.line_ms)
    if found.busy is not None:
        raise refusals.refused("callback-under-way", number=found.busy.number)
    for one in found.open:
        if one.id not in request.cancels:
            raise refusals.refused("callback-waits-too", number=one.number)
    for one in found.open:
        callbacks.withdraw(tx, one.id, "cancelled")
    for one in found.calls:
        bare(tx, one.id, one.ticket)
    tx.run(_SOURCES, b_site=tx.site, b_index=request.index)
    messages = tx.run(_MESSAGES, b_site=tx.site, b_index=request.index)
    if found.phone is not None and found.tail:
        erase_digits(tx, found.phone, opted_out=found.opted_out)
    gone = NumberGone(int(bool(found.tail)), len(found.calls), messages)
    if any((gone.numbers, gone.callbacks, gone.messages)):
        tx.append(NumberErased(found.phone, gone.callbacks, gone.messages))
    return gone


def opt_out_number(tx: Tx, request: OfIndex) -> PhoneNamed:
    """See `people.opt_out`. Raises `NotFound` for a number that is not kept."""
    found = kept_of(tx, tx.site, request.index, tx.line_ms)
    if found.phone is None:
        raise refusals.unknown("phone-unknown")
    named = PhoneNamed(found.phone)
    return named if found.opted_out else opt_out(tx, named)
