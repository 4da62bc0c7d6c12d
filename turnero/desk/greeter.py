"""The greeter's tablet: a ticket in one touch, a ticket found by its number, help calls that ring.

Small on purpose: finding by other traits, changing class or service and stepping out come later.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from turnero.desk import reads
from turnero.desk.cards import Cards
from turnero.desk.choosing import choose_site
from turnero.desk.help import HelpPanel
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import chosen_site, known_site, reader_language
from turnero.queue import reads as line
from turnero.queue.commands.issue import issue
from turnero.queue.requests import Issue
from turnero.queue.views import ServiceView, SiteView
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.languages import NAMES
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

#: people that one ticket may stand for here; the site's own limit is the command's business
PEOPLE_CHOICES: Final = range(1, 11)


class IssueForm(Form, frozen=True, kw_only=True):
    """A ticket for somebody who is here."""

    service: Annotated[str, Meta(max_length=80)]
    attention: Annotated[str, Meta(max_length=80)] | None = None
    language: Annotated[str, Meta(max_length=20)] | None = None
    people: Annotated[int, Meta(ge=1, le=99)] = 1


class Leaf(msgspec.Struct, frozen=True):
    """A service of which tickets can be taken, and the group above it in the kiosk's tree."""

    service: ServiceView
    group: ServiceView | None


def leaves(tree: tuple[ServiceView, ...], group: ServiceView | None = None) -> list[Leaf]:
    """The services of a tree that can be chosen, in its order."""
    found = []
    for one in tree:
        found += leaves(one.children, one) if one.children else [Leaf(one, group)]
    return found


async def read_site(web: Web, site: int) -> SiteView:
    """The site with its services and classes. Raises `NotFound`."""
    found = await web.ledger.read(line.site, site, web.clock.line_ms())
    if found is None:
        raise NotFound("site-unknown", site=str(site))
    return found


class ServicesPanel(Panel):
    """`data-live="greeter" data-live-arg="<site number>"`: the keys that give tickets."""

    name = "greeter"
    template = "desk/services.html"
    permission = "greeter.page"
    kinds = frozenset({
        "ticket-issued", "ticket-called", "ticket-returned", "ticket-transferred",
        "ticket-cancelled", "ticket-not-served", "press-undone", "day-closed", "site-loaded",
    })  # fmt: skip
    #: services open and close by the clock
    refresh_s: float | None = 30.0

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        found = await read_site(web, site)
        return common(web, language) | {"leaves": leaves(found.services)}


def routes(
    services: ServicesPanel, cards: Cards, help_panel: HelpPanel, people: People
) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/greeter", opt={"permission": "greeter.page"})
    async def greeter_page(request: PageRequest, site: FromQuery[str] = "") -> Response[str]:
        """The tablet's page."""
        web = web_of(request)
        people.met(request.user)
        number = await chosen_site(request, site)
        if number is None:
            return await choose_site(request, "/greeter")
        language = reader_language(request, number)
        found = await read_site(web, number)
        return page(
            request,
            "desk/greeter.html",
            common(web, language)
            | {
                "site_no": number,
                "attentions": [one for one in found.attentions if not one.clinical],
                "spoken": [one for one in found.languages if one in web.languages],
                "language_names": NAMES,
                "counts": PEOPLE_CHOICES,
                "services": await services.shown(request, number, str(number), language),
                "help": await help_panel.shown(request, number, str(number), language),
            },
            site=number,
        )

    @post("/greeter/{site:int}/issue", opt={"permission": "greeter.page"}, status_code=200)
    async def press_issue(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """Give a ticket."""
        form = await read_form(request, IssueForm)
        web = web_of(request)
        known_site(web, request.user, str(site))
        issued = await web.ledger.run(
            issue,
            Issue(
                form.service,
                attention=form.attention,
                language=form.language,
                channel="greeter",
                people=form.people,
            ),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await cards.answer(request, site, issued.ticket, fresh=True)

    @get("/greeter/{site:int}/find", opt={"permission": "greeter.page"})
    async def find(
        request: PageRequest, site: FromPath[int], number: FromQuery[str] = ""
    ) -> Response[str]:
        """Today's ticket of this number."""
        web = web_of(request)
        known_site(web, request.user, str(site))
        zone = web.looks.look(site).zone
        now_ms = web.clock.now_ms()
        found = await web.ledger.read(reads.ticket_numbered, site, zone, now_ms, number[:20])
        if found is None:
            raise NotFound("number-not-today", number=number[:20])
        return await cards.answer(request, site, found)

    return [greeter_page, press_issue, find]
