"""Acts of a page that are one act for the agent and several for the line, each one transaction.

They add no rule of their own but one: a press is about what the page showed.
"""

from typing import Literal

import msgspec

from turnero.queue.commands import calls, desks, finishing, hand_over, moves, unticketed
from turnero.queue.requests import (
    AtDesk,
    CallChosen,
    Called,
    CloseDesk,
    Finish,
    HandOver,
    HandoverNamed,
    Next,
    PauseDesk,
    ServeUnticketed,
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
    onward: str | None = None


class ChosenSeen(msgspec.Struct, frozen=True):
    """Call a chosen ticket, pressed by somebody who saw `seen` at the desk."""

    desk: str
    seen: str
    ticket: str
    reason: str
    outcome: str | None = None


class UnticketedSeen(msgspec.Struct, frozen=True):
    """Serve somebody without a ticket, pressed by somebody who saw `seen` at the desk."""

    desk: str
    seen: str
    service: str
    people: int = 1
    outcome: str | None = None


class Leave(msgspec.Struct, frozen=True):
    """Take a break or close the desk, saying what becomes of the person who is there."""

    desk: str
    how: Literal["break", "close"]
    #: of a break
    reason: str = ""
    #: "" where nobody is at the desk; else what becomes of `seen`
    person: Literal["", "finish", "park"] = ""
    seen: str = ""
    outcome: str | None = None
    #: of those whom this desk set aside; "" where there are none
    parked: Literal["", "leave", "return"] = ""
    #: of the lines that nobody else calls then
    line: Literal["", "keep"] = ""


class HandedOver(msgspec.Struct, frozen=True):
    """Leave a note for the next agent here, saying what becomes of the person who is there."""

    desk: str
    text: str
    #: "stay": the next agent goes on with them, so one's session waits to be taken over
    person: Literal["", "finish", "park", "stay"] = ""
    seen: str = ""
    outcome: str | None = None


def next_as_seen(tx: Tx, request: NextSeen) -> Called:
    """Call next, unless another press changed who is at the desk."""
    _as_seen(tx, request.desk, request.seen)
    return calls.call_next(tx, Next(request.desk, request.outcome, request.onward))


def chosen_as_seen(tx: Tx, request: ChosenSeen) -> Called:
    """Call a chosen ticket, unless another press changed who is at the desk."""
    _as_seen(tx, request.desk, request.seen)
    return calls.call_chosen(
        tx, CallChosen(request.ticket, request.desk, request.reason, request.outcome)
    )


def unticketed_as_seen(tx: Tx, request: UnticketedSeen) -> Called:
    """Serve somebody without a ticket, unless another press changed who is at the desk."""
    _as_seen(tx, request.desk, request.seen)
    return unticketed.serve(
        tx, ServeUnticketed(request.desk, request.service, request.people, request.outcome)
    )


def leave(tx: Tx, request: Leave) -> AtDesk:
    """Finish or park whoever is there, as was said, then take the break or close."""
    _become(tx, request)
    if request.how == "break":
        return desks.pause_desk(tx, PauseDesk(request.desk, request.reason))
    # Who is set aside by closing was said to stay so.
    parked = request.parked or ("leave" if request.person == "park" else None)
    return desks.close_desk(tx, CloseDesk(request.desk, parked=parked, line=request.line or None))


def hand_on(tx: Tx, request: HandedOver) -> HandoverNamed:
    """Leave a note; the desk closes unless the person who is there stays for the next agent."""
    _become(tx, request)
    close = request.person != "stay"
    return hand_over.hand_over(tx, HandOver(request.desk, request.text, close=close))


def _become(tx: Tx, said: Leave | HandedOver) -> None:
    """What was said of the person at the desk, unless another press changed who is there."""
    if said.person in ("finish", "park"):
        _as_seen(tx, said.desk, said.seen)
    if said.person == "finish":
        finishing.finish(tx, Finish(said.seen, said.outcome, at=said.desk))
    elif said.person == "park":
        moves.park(tx, TicketMove(said.seen, at=said.desk))


def _as_seen(tx: Tx, desk: str, seen: str) -> None:
    if (seat(tx, desk).ticket or "") != seen:
        raise Refused("desk-moved-on")
