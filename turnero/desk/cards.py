"""One ticket on the greeter's tablet: its state, live, and what can be done with it."""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.scope import reader_language, ticket_site
from turnero.queue import reads as line
from turnero.queue.commands import moves
from turnero.queue.requests import TicketMove
from turnero.queue.views import TicketView
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.languages import NAMES
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web


class TicketRead(msgspec.Struct, frozen=True):
    """A ticket as the greeter sees it."""

    ticket: TicketView
    about: reads.Described | None


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
        return entry.kind == "ticket-called" or arg.encode() in entry.body

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_ticket, arg, web.clock.line_ms())
        return common(web, language) | {
            "ticket": read.ticket,
            "about": read.about,
            "language_names": NAMES,
        }


class Cards:
    """The card of a ticket as an answer, with what other rooms offer for it."""

    def __init__(self) -> None:
        self.panel = TicketPanel()

    async def answer(
        self, request: PageRequest, site: int, ticket: str, *, fresh: bool = False
    ) -> Response[str]:
        """The card of a ticket, with what other rooms offer for it."""
        web = web_of(request)
        language = reader_language(request, site)
        context = {
            "ticket_id": ticket,
            "fresh": fresh,
            "card": await self.panel.shown(request, site, ticket, language),
            "tools": await web.slots.fill("desk.ticket", request, ticket=ticket),
        }
        return page(request, "desk/card.html", context, site=site)

    async def moved(
        self, request: PageRequest, ticket: str, command: Callable[..., Any]
    ) -> Response[str]:
        """Run a move of the ticket; its card anew."""
        form = await read_form(request, Form)
        web = web_of(request)
        site = await ticket_site(web, request.user, ticket)
        await web.ledger.run(
            command,
            TicketMove(ticket),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await self.answer(request, site, ticket)


def routes(cards: Cards) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/greeter/tickets/{ticket:str}/ask/cancel", opt={"permission": "greeter.page"})
    async def ask_cancel(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """Whether they mean it."""
        web = web_of(request)
        site = await ticket_site(web, request.user, ticket)
        read = await web.ledger.read(read_ticket, ticket, web.clock.line_ms())
        return page(request, "desk/ask-cancel-here.html", {"ticket": read.ticket}, site=site)

    @post(
        "/greeter/tickets/{ticket:str}/cancel",
        opt={"permission": "greeter.page"},
        status_code=200,
    )
    async def press_cancel(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """The person leaves."""
        return await cards.moved(request, ticket, moves.cancel)

    @post(
        "/greeter/tickets/{ticket:str}/return", opt={"permission": "tickets.move"}, status_code=200
    )
    async def press_return(request: PageRequest, ticket: FromPath[str]) -> Response[str]:
        """The person is back."""
        return await cards.moved(request, ticket, moves.return_ticket)

    return [ask_cancel, press_cancel, press_return]
