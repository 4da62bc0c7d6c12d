"""The whole number of a callback is shown to who must dial it by hand: on the record, with why."""

import msgspec

from turnero.queue import callback_rows as kept
from turnero.queue import refusals, rows, text
from turnero.queue.commands.people import phone_of
from turnero.queue.people_facts import NumberRevealed
from turnero.queue.seats import held_at
from turnero.store.tx import Tx


class RevealCall(msgspec.Struct, frozen=True):
    """Show the number of the callback that this desk has."""

    ticket: str
    callback: str
    #: in one's own words; kept beside the fact
    reason: str
    #: the desk whose page asks
    at: str


class Revealed(msgspec.Struct, frozen=True):
    """The row of the number: who asked opens it after the commit."""

    phone: int


def reveal_call(tx: Tx, request: RevealCall) -> Revealed:
    """Write down that, why and by whom. Raises `NotFound` for a number that was erased."""
    held = held_at(tx, request.ticket, request.at)
    if held.desk_ref != request.at:
        raise refusals.refused("ticket-not-here", number=held.number, desk=request.at[:100])
    found = kept.of_ticket(tx, held.id)
    if found is None or found.id != request.callback:
        raise refusals.unknown("callback-unknown")
    if phone_of(tx, tx.site, found.phone) is None:
        raise refusals.unknown("phone-unknown")
    said = text.reason(request.reason)
    seq = tx.append(NumberRevealed(found.phone, "desk", held.id))
    rows.write_note(tx, seq, "number-revealed", said, held.id)
    return Revealed(found.phone)
