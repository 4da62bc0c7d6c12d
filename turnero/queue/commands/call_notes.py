"""What an agent notes of a call, for whoever calls again and for the record."""

import msgspec

from turnero.queue import callback_rows as kept
from turnero.queue import refusals, rows, text
from turnero.queue.call_facts import CallbackNoted
from turnero.queue.requests import Moved
from turnero.queue.seats import held_at
from turnero.store.tx import Tx


class NoteCall(msgspec.Struct, frozen=True):
    """Note this of the callback that this desk has."""

    callback: str
    #: in one's own words; kept beside the fact
    words: str
    #: the desk whose page notes it
    at: str


def note_call(tx: Tx, request: NoteCall) -> Moved:
    """Keep the words. Refused where the desk does not have it, or nothing is said."""
    found = kept.by_id(tx, request.callback)
    if found is None or found.site != tx.site or found.ended_ms is not None:
        raise refusals.unknown("callback-unknown")
    held = held_at(tx, found.ticket, request.at)
    if held.desk_ref != request.at:
        raise refusals.refused("ticket-not-here", number=held.number, desk=request.at[:100])
    words = text.reason(request.words)
    seq = tx.append(CallbackNoted(callback=found.id, ticket=held.id, number=held.number))
    rows.write_note(tx, seq, "callback-noted", words, held.id)
    return Moved(held.id, held.state)
