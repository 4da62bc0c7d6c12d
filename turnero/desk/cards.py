"""One ticket on the greeter's tablet: its state, live, and what can be done with it.

Every act is one command of the line; the answer is the card anew. The secret code is shown only
where somebody asked for it just now: in the answer that gave a ticket or a new code.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk import reads, takings
from turnero.desk.acts import StepForm
from turnero.desk.correcting import Choices, read_choices
from turnero.desk.panels import Panel, common
from turnero.desk.scope import reader_language, ticket_site
from turnero.desk.seat import UNDO_MARGIN_MS, shown_steps
from turnero.queue import reads as line
from turnero.queue.codes import grouped, short_code
from turnero.queue.commands import codes, corrections, moves, steps, undo
from turnero.queue.requests import Correct, TicketMove
from turnero.queue.states import MOVES, Move, State
from turnero.queue.text import MAX_REASON
from turnero.queue.views import TicketView
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.languages import NAMES, mark
from turnero.web.pages import by_htmx, page, see_other, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.qr import svg
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: what a ticket's state is called here
STATES: Final = {
    "waiting": mark("Waiting"),
    "called": mark("Called"),
    "serving": mark("At the desk"),
    "parked": mark("Set aside"),
    "away": mark("Stepped out"),
    "retry": mark("To be rung again"),
    "finished": mark("Attended"),
    "no-show": mark("Did not come"),
    "cancelled": mark("Cancelled"),
    "not-served": mark("Not attended"),
}
#: reasons for a correction that are offered; one's own words are as good
REASONS: Final = (
    mark("The wrong key was touched"),
    mark("Entitled to go first"),
    mark("More people came along"),
    mark("Came for something else"),
)
#: moves whose press the line can undo → they are
UNDONE: Final = frozenset({moves.cancel, moves.return_ticket})


class CorrectForm(Form, frozen=True, kw_only=True):
    """What is right, and why it was wrong; what stays is sent as it is."""

    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""
    service: Annotated[str, Meta(max_length=80)] | None = None
    attention: Annotated[str, Meta(max_length=80)] | None = None
    people: Annotated[int, Meta(ge=1, le=999)] | None = None


class RenewForm(Form, frozen=True, kw_only=True):
    """A new code, and whether it is printed at once."""

    paper: Literal["", "yes"] = ""


class TicketRead(msgspec.Struct, frozen=True):
    """A ticket as the greeter sees it."""

    ticket: TicketView
    about: reads.Described | None

    @property
    def can(self) -> frozenset[str]:
        """What is legal in its state; who may step out or come back from a no-show the view says."""
        state = State(self.ticket.state)
        able = {str(move) for move, states in MOVES.items() if state in states}
        if state is State.NO_SHOW and self.ticket.return_until_ms is None:
            able.discard(str(Move.RETURN))
        if self.ticket.out_minutes is None:
            able.discard(str(Move.STEP_OUT))
        return frozenset(able)


class Held(msgspec.Struct, frozen=True):
    """A ticket's code, for the person who is standing there."""

    #: the eight digits, in two groups
    short: str
    #: the QR's inner text: its live page, or the code alone
    text: str


def read_ticket(q: Query, ticket: str, now_ms: int) -> TicketRead:
    """The ticket in one snapshot. Raises `NotFound`."""
    found = line.ticket(q, ticket, now_ms)
    if found is None:
        raise NotFound("ticket-unknown")
    return TicketRead(found, reads.described(q, ticket))


class TicketPanel(Panel):
    """`data-live="greeter-ticket" data-live-arg="<ticket>"`: one ticket and its state."""

    name = "greeter-ticket"
    template = "desk/ticket.html"
    permission = "greeter.page"

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return await ticket_site(ctx.web, principal, arg)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`. Any call moves the line in which it waits."""
        return entry.kind in {"ticket-called", "line-moved"} or arg.encode() in entry.body

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_ticket, arg, web.clock.line_ms())
        return common(web, language) | {
            "ticket": read.ticket,
            "about": read.about,
            "can": read.can,
            "way": shown_steps(read.ticket.path, language),
            "states": STATES,
            "language_names": NAMES,
        }


class Cards:
    """The card of a ticket as an answer, with what other rooms offer for it."""

    def __init__(self, public_address: str = "") -> None:
        self.panel = TicketPanel()
        self._address = public_address.rstrip("/")

    async def answer(
        self,
        request: PageRequest,
        site: int,
        ticket: str,
        *,
        fresh: bool = False,
        renewed: bool = False,
        paper: bool = False,
        undoing: str = "",
    ) -> Response[str]:
        """The card of a ticket, with what other rooms offer for it.

        `fresh`: it was given just now. `renewed`: its code is new. `paper`: print it at once.
        `undoing`: the act that takes back what was done.
        """
        web = web_of(request)
        language = reader_language(request, site)
        look = web.looks.look(site)
        now_ms = web.clock.line_ms()
        read = await web.ledger.read(read_ticket, ticket, now_ms)
        undo_ms = await web.ledger.read(line.undo_ms, site)
        context = common(web, language) | {
            "ticket_id": ticket,
            "number": read.ticket.number,
            "state": web.translator(language, look.profile).gettext(STATES[read.ticket.state]),
            "fresh": fresh,
            "renewed": renewed,
            "paper": paper,
            "undoing": undoing,
            "undo_until_ms": now_ms + undo_ms - UNDO_MARGIN_MS,
            "held": await self._held(web, ticket) if fresh or renewed else None,
            "qr": svg,
            "card": await self.panel.shown(request, site, ticket, language),
            "tools": await web.slots.fill("desk.ticket", request, ticket=ticket),
        }
        return page(request, "desk/card.html", context, site=site)

    async def opened(self, request: PageRequest, ticket: str) -> Response[str]:
        """The card of a ticket for its place on the page; asked for by itself, the page with it."""
        web = web_of(request)
        site = await ticket_site(web, request.user, ticket)
        if by_htmx(request):
            return await self.answer(request, site, ticket)
        key = web.looks.look(site).key
        return see_other(request, f"/greeter?site={quote(key)}&ticket={quote(ticket)}")

    async def _held(self, web: Web, ticket: str) -> Held | None:
        paper = await web.ledger.read(line.paper, ticket, web.clock.line_ms())
        if paper is None:
            return None
        address = f"{self._address}/t/{paper.code}" if self._address else paper.code
        return Held(grouped(short_code(paper.code)), address)

    async def moved(
        self, request: PageRequest, ticket: str, command: Callable[..., Any]
    ) -> Response[str]:
        """Run a move of the ticket; its card anew."""
        form = await read_form(request, Form)
        site = await self.run(request, ticket, command, TicketMove(ticket), form.idempotency_key)
        undoing = "undo" if command in UNDONE else ""
        return await self.answer(request, site, ticket, undoing=undoing)

    async def run(
        self, request: PageRequest, ticket: str, command: Callable[..., Any], act: Any, key: str
    ) -> int:
        """Run a command at the ticket's site, which it gives."""
        web = web_of(request)
        site = await ticket_site(web, request.user, ticket)
        await web.ledger.run(command, act, site=site, actor=request.user.actor, key=key)
        return site


#: act in the address → its command
ACTS: Final[dict[str, Callable[..., Any]]] = {
    "cancel": moves.cancel,
    "return": moves.return_ticket,
    "step-out": steps.step_out,
    "undo": undo.undo_elsewhere,
    "take-back": takings.take_back,
}
#: what a dialog asks → its template
ASKS: Final = {
    "cancel": "desk/ask-cancel-here.html",
    "correct": "desk/ask-correct.html",
    "renew": "desk/ask-renew.html",
    "way": "desk/ask-way-here.html",
}


def routes(cards: Cards) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/greeter/tickets/{ticket:str}", opt={"permission": "greeter.page"})
    async def card(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """The card of a ticket that was chosen from a list."""
        return await cards.opened(request, ticket)

    @get("/greeter/tickets/{ticket:str}/ask/{what:str}", opt={"permission": "greeter.page"})
    async def ask(
        request: PageRequest, ticket: FromPath[str], what: FromPath[str]
    ) -> Response[str]:
        """The inside of a dialog: what an act must know before it is done."""
        web = web_of(request)
        site = await ticket_site(web, request.user, ticket)
        template = ASKS.get(what)
        if template is None:
            raise NotFound("address-unknown")
        language = reader_language(request, site)
        read = await web.ledger.read(read_ticket, ticket, web.clock.line_ms())
        choices = Choices()
        if what in ("correct", "way"):
            choices = await web.ledger.read(read_choices, site, ticket)
        return page(
            request,
            template,
            common(web, language)
            | {
                "ticket": read.ticket,
                "choices": choices,
                "reasons": REASONS,
                "longest": MAX_REASON,
            },
            site=site,
        )

    @post(
        "/greeter/tickets/{ticket:str}/correct", opt={"permission": "greeter.page"}, status_code=200
    )
    async def press_correct(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """Put class, service or count of people right."""
        form = await read_form(request, CorrectForm)
        act = Correct(
            ticket,
            form.reason,
            service=form.service,
            attention=form.attention,
            people=form.people,
        )
        site = await cards.run(request, ticket, corrections.correct, act, form.idempotency_key)
        return await cards.answer(request, site, ticket)

    @post(
        "/greeter/tickets/{ticket:str}/renew", opt={"permission": "greeter.page"}, status_code=200
    )
    async def press_renew(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """The paper is lost: a new code; the old one opens nothing from now on."""
        form = await read_form(request, RenewForm)
        act = TicketMove(ticket)
        site = await cards.run(request, ticket, codes.renew, act, form.idempotency_key)
        return await cards.answer(request, site, ticket, renewed=True, paper=form.paper == "yes")

    @post(
        ["/greeter/tickets/{ticket:str}/way/skip", "/greeter/tickets/{ticket:str}/way/add"],
        opt={"permission": "greeter.page"},
        status_code=200,
    )
    async def press_way(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """Leave a step out, do one once more, or add another, for who is at no desk."""
        form = await read_form(request, StepForm)
        command, act = form.act(ticket, skip=request.scope["path"].endswith("/skip"))
        site = await cards.run(request, ticket, command, act, form.idempotency_key)
        return await cards.answer(request, site, ticket, undoing="undo")

    @post(
        "/greeter/tickets/{ticket:str}/{act:str}",
        opt={"permission": "greeter.page"},
        status_code=200,
    )
    async def press(
        request: PageRequest, ticket: FromPath[str], act: FromPath[str]
    ) -> Response[str]:
        """Another act, which needs nothing but the ticket."""
        command = ACTS.get(act)
        if command is None:
            raise NotFound("address-unknown")
        return await cards.moved(request, ticket, command)

    return [card, ask, press_correct, press_renew, press_way, press]
