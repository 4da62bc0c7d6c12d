"""A ticket given by mistake is taken back: within the seconds of an undo, while nothing was done with it.

It adds no rule of its own but that; the ticket is cancelled, and its number is not given again.
"""

from turnero.queue import refusals, rows
from turnero.queue.commands import moves
from turnero.queue.requests import Moved, TicketMove
from turnero.queue.settings import settings_of
from turnero.store.tx import Tx

#: the version of a ticket that nobody has touched since it was taken
_UNTOUCHED = 1


def take_back(tx: Tx, request: TicketMove) -> Moved:
    """Cancel a ticket just given. Refused when it is too late, or it was called, say."""
    held = rows.load(tx, request.ticket)
    seconds = settings_of(held.settings).undo_s
    if tx.line_ms - held.issued_ms > seconds * 1000:
        raise refusals.refused("undo-too-late", seconds=seconds)
    if held.version != _UNTOUCHED:
        raise refusals.refused("undo-touched", number=held.number)
    return moves.cancel(tx, request)
