"""The desk's page and the questions that it asks in a dialog. It only shows; acts are in acts.py."""

from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk.asking import ASKS, Asked
from turnero.desk.beside import AsidePanel, LinePanel, judge, read_desk
from turnero.desk.help import HelpPanel
from turnero.desk.panels import common
from turnero.desk.people import People
from turnero.desk.scope import desk_site, reader_language, ticket_site
from turnero.desk.seat import SeatPanel, works_here
from turnero.queue import refusals
from turnero.queue.commands.finishing import OUTCOMES
from turnero.queue.text import MAX_REASON
from turnero.store.errors import NotFound
from turnero.web.languages import mark
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

#: outcome → what it is called; their order is that of the keys 1 to 4
OUTCOME_WORDS: Final = dict(
    zip(
        OUTCOMES,
        (mark("Attended"), mark("Referred elsewhere"), mark("Incomplete"), mark("Other")),
        strict=True,
    )
)


class DeskPanels:
    """The panels of a desk's page."""

    def __init__(self, people: People, help_panel: HelpPanel) -> None:
        self.seat = SeatPanel(people)
        self.line = LinePanel()
        self.aside = AsidePanel()
        self.help = help_panel


def routes(panels: DeskPanels, people: People) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/desk/{ref:str}", opt={"permission": "desk.page"})
    async def desk_page(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """A desk at work."""
        web = web_of(request)
        who = people.met(request.user)
        site = await desk_site(web, who, ref)
        language = reader_language(request, site)
        name, serving = await _name_and_ticket(web, ref)
        seat_arg = f"{ref}/{who.actor}"
        return page(
            request,
            "desk/desk.html",
            {
                "ref": ref,
                "name": name,
                "site_no": site,
                "seat_arg": seat_arg,
                "seat": await panels.seat.shown(request, site, seat_arg, language),
                "line": await panels.line.shown(request, site, ref, language),
                "aside": await panels.aside.shown(request, site, ref, language),
                "help": await panels.help.shown(request, site, str(site), language),
                "ticket": serving,
                "tools": await web.slots.fill("desk.ticket", request, ticket=serving)
                if serving
                else "",
                "call": await web.slots.fill("desk.call", request, desk=ref),
                "links": await web.slots.fill("room.links", request, site=site),
                "side": await web.slots.fill("desk.side", request, desk=ref),
            },
            site=site,
        )

    @get("/desk/{ref:str}/tools/{ticket:str}", opt={"permission": "desk.page"})
    async def tools(
        request: PageRequest, ref: FromPath[str], ticket: FromPath[str]
    ) -> Response[str]:
        """What other rooms offer for the ticket at the desk (a copy on paper)."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        if await ticket_site(web, request.user, ticket) != site:
            raise refusals.unknown("ticket-unknown")
        filled = await web.slots.fill("desk.ticket", request, ticket=ticket)
        return page(request, "desk/tools.html", {"tools": filled}, site=site)

    @get("/desk/{ref:str}/ask/{what:str}", opt={"permission": "desks.work"})
    async def ask(
        request: PageRequest,
        ref: FromPath[str],
        what: FromPath[str],
        ticket: FromQuery[str] = "",
        then: FromQuery[str] = "",
    ) -> Response[str]:
        """The inside of a dialog: what an act must know before it is done."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        if what not in ASKS:
            raise NotFound("address-unknown")
        template, asks = ASKS[what]
        language = reader_language(request, site)
        view = await read_desk(web, ref)
        context = await asks(Asked(web, site, view, ticket, then))
        holder = view.session.agent if view.session else None
        return page(
            request,
            template,
            common(web, language)
            | {
                "desk": view,
                "ref": ref,
                "serving": view.serving,
                "outcomes": OUTCOME_WORDS,
                "longest": MAX_REASON,
                "holder": people.name(holder),
                "mine": works_here(view, request.user.actor),
                "actor": request.user.actor,
                "judge": judge,
            }
            | context,
            site=site,
        )

    return [desk_page, tools, ask]


async def _name_and_ticket(web: Web, ref: str) -> tuple[str, str]:
    """The desk's name and the ticket at it ("" for none), for what is not a panel."""
    view = await read_desk(web, ref)
    return view.name, view.serving.ticket if view.serving else ""
