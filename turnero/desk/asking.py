"""What a dialog of the desk's page asks before an act: its template, and what it must show."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from turnero.desk import reads
from turnero.queue import reads as line
from turnero.queue import refusals
from turnero.queue.commands.hand_over import MAX_NOTE
from turnero.queue.views import DeskView, TicketView
from turnero.web.languages import mark
from turnero.web.wiring import Web

#: reasons for a break that are offered; one's own words are as good
BREAKS: Final = (
    mark("Meal"),
    mark("Short rest"),
    mark("Restroom"),
    mark("Meeting"),
    mark("Supporting another area"),
)
#: reasons for a call out of turn that are offered
REASONS: Final = (
    mark("Needs attention without delay"),
    mark("Back with what was missing"),
    mark("Sent by a colleague"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A dialog that somebody opens at a desk."""

    web: Web
    site: int
    view: DeskView
    #: the ticket that it is about; "" for none
    ticket: str
    #: what follows, of a dialog that asks for two acts
    then: str

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Read from the ledger."""
        return await self.web.ledger.read(function, *args)

    @property
    def now_ms(self) -> int:
        """The line clock."""
        return self.web.clock.line_ms()


async def _ticket(asked: Asked) -> TicketView:
    """Raises `NotFound` for a ticket that is gone."""
    found: TicketView | None = await asked.read(line.ticket, asked.ticket, asked.now_ms)
    if found is None or found.site != asked.web.looks.look(asked.site).key:
        raise refusals.unknown("ticket-unknown")
    return found


async def _outcome(asked: Asked) -> dict[str, Any]:
    if asked.view.serving is None:
        raise refusals.unknown("ticket-unknown")
    return {
        "then": "next" if asked.then == "next" else "finish",
        "onward": await asked.read(line.onward, asked.view.serving.ticket, asked.now_ms),
    }


async def _way(asked: Asked) -> dict[str, Any]:
    ticket = await _ticket(asked)
    if asked.view.serving is None or asked.view.serving.ticket != ticket.id:
        raise refusals.unknown("ticket-unknown")
    targets = await asked.read(reads.targets, asked.site, asked.now_ms)
    to_come = {one.service for one in ticket.path if one.state == "next"}
    return {
        "ticket": ticket,
        "targets": [
            one for one in targets.services if one.service not in {*to_come, ticket.service}
        ],
    }


async def _transfer(asked: Asked) -> dict[str, Any]:
    ticket = await _ticket(asked)
    return {
        "ticket": ticket,
        "targets": await asked.read(reads.targets, asked.site, asked.now_ms),
    }


async def _choose(asked: Asked) -> dict[str, Any]:
    waiting = await asked.read(reads.waiting_for, asked.site, asked.view)
    classes = await asked.read(reads.classes, asked.site)
    return {
        "waiting": (*waiting, *asked.view.parked, *asked.view.away),
        "classes": classes,
        "reasons": REASONS,
    }


async def _cancel(asked: Asked) -> dict[str, Any]:
    return {"ticket": await _ticket(asked)}


async def _unticketed(asked: Asked) -> dict[str, Any]:
    targets = await asked.read(reads.targets, asked.site, asked.now_ms)
    mine = {one.service for one in asked.view.queues}
    return {
        "own": [one for one in targets.services if one.service in mine],
        "others": [one for one in targets.services if one.service not in mine],
        "most": (await asked.read(reads.site_settings, asked.site)).max_people,
    }


async def _hand_over(_: Asked) -> dict[str, Any]:
    return {"longest_note": MAX_NOTE}


async def _break(_: Asked) -> dict[str, Any]:
    return {"how": "break", "breaks": BREAKS}


async def _close(asked: Asked) -> dict[str, Any]:
    left = await asked.read(reads.closing, asked.site, asked.view, asked.now_ms)
    return {"how": "close", "left": left}


async def _open(asked: Asked) -> dict[str, Any]:
    return {"desks": await asked.read(reads.choices, asked.site, asked.now_ms)}


async def _help(_: Asked) -> dict[str, Any]:
    return {}


#: what is asked → its template, and what that needs beyond the desk
ASKS: Final[dict[str, tuple[str, Callable[[Asked], Awaitable[dict[str, Any]]]]]] = {
    "outcome": ("desk/ask-outcome.html", _outcome),
    "way": ("desk/ask-way.html", _way),
    "transfer": ("desk/ask-transfer.html", _transfer),
    "choose": ("desk/ask-choose.html", _choose),
    "cancel": ("desk/ask-cancel.html", _cancel),
    "unticketed": ("desk/ask-unticketed.html", _unticketed),
    "break": ("desk/ask-leave.html", _break),
    "close": ("desk/ask-leave.html", _close),
    "hand-over": ("desk/ask-hand-over.html", _hand_over),
    "open": ("desk/ask-open.html", _open),
    "help": ("desk/ask-help.html", _help),
}
