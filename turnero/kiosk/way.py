"""The way of a ticket through several services, as its holder reads it. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from turnero.queue.views import StepView, TicketView

#: what is over for its holder, whoever ended it
_OVER: Final = frozenset({"done", "sent"})
Name = Callable[[Mapping[str, str]], str]


class Shown(msgspec.Struct, frozen=True):
    """One step on a list; see `ui.steps`."""

    text: str
    #: where it is
    note: str
    #: done | now | next
    state: str


def way(ticket: TicketView, name: Name) -> tuple[Shown, ...]:
    """All steps but those that were left out: nobody needs to go there."""
    return tuple(
        Shown(name(one.names), name(one.where), "done" if one.state in _OVER else one.state)
        for one in ticket.path
        if one.state != "skipped"
    )


def sent_on(ticket: TicketView) -> StepView | None:
    """The step that its holder goes to now, after another one; None where it is their first."""
    if ticket.state != "waiting" or all(one.state in ("now", "next") for one in ticket.path):
        return None
    return next((one for one in ticket.path if one.state == "now"), None)


def over(ticket: TicketView) -> bool:
    """Whether nothing is still to come."""
    return all(one.state != "next" for one in ticket.path)
