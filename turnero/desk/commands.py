"""Acts of a page that are one act for the agent and several for the line, each one transaction.

They add no rule of their own but one: a press is about what the page showed.
"""

from typing import Literal

import msgspec

from turnero.queue.commands import calls, desks, finishing, moves
from turnero.queue.requests import (
    AtDesk,
    CallChosen,
    Called,
    DeskMove,
    Finish,
    Next,
    PauseDesk,
    TicketMove,
)
from turnero.queue.seats import seat
from turnero.store.errors import Refused
from turnero.store.tx import Tx


class NextSeen(msgspec.Struct, frozen=True):
    """Next, pressed by somebody who saw this ticket at the desk ("" for none)."""

    desk: str
    seen: str
    outcome: str | None = None


class ChosenSeen(msgspec.Struct, frozen=True):
    """Call a chosen ticket, pressed by somebody who saw `seen` at the desk."""

    desk: str
    seen: str
    ticket: str
    reason: str
    outcome: str | None = None


class Leave(msgspec.Struct, frozen=True):
    """Take a break or close the desk, saying what becomes of the person who is there."""

    desk: str
    how: Literal["break", "close"]
    #: of a break
    reason: str = ""
    #: "" where nobody is at the desk
    person: Literal["", "finish", "park"] = ""
    outcome: str | None = None


def next_as_seen(tx: Tx, request: NextSeen) -> Called:
    """Call next, unless another press changed who is at the desk."""
    _as_seen(tx, request.desk, request.seen)
    return calls.call_next(tx, Next(request.desk, request.outcome))


def chosen_as_seen(tx: Tx, request: ChosenSeen) -> Called:
    """Call a chosen ticket, unless another press changed who is at the desk."""
    _as_seen(tx, request.desk, request.seen)
    return calls.call_chosen(
        tx, CallChosen(request.ticket, request.desk, request.reason, request.outcome)
    )


def leave(tx: Tx, request: Leave) -> AtDesk:
    """Finish or park whoever is there, as was said, then take the break or close."""
    at = seat(tx, request.desk)
    if at.ticket is not None and request.person == "finish":
        finishing.finish(tx, Finish(at.ticket, request.outcome, at=request.desk))
    elif at.ticket is not None and request.person == "park":
        moves.park(tx, TicketMove(at.ticket, at=request.desk))
    if request.how == "break":
        return desks.pause_desk(tx, PauseDesk(request.desk, request.reason))
    return desks.close_desk(tx, DeskMove(request.desk))


def _as_seen(tx: Tx, desk: str, seen: str) -> None:
    if (seat(tx, desk).ticket or "") != seen:
        raise Refused("desk-moved-on")
