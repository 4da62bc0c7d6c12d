"""The greeter's tablet: a ticket in one touch, a lost one found, help calls that ring.

The class is in the same touch as the service, and a ticket given by mistake is taken back
within the seconds of an undo. What can be done with a ticket is in cards.py.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from turnero.desk import finding
from turnero.desk.cards import STATES, Cards
from turnero.desk.choosing import choose_site
from turnero.desk.correcting import Named, classes
from turnero.desk.correcting import services as known_services
from turnero.desk.finding import FindForm, Where
from turnero.desk.help import HelpPanel
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import chosen_site, known_site, reader_language, ticket_site
from turnero.queue import reads as line
from turnero.queue.commands.issue import issue
from turnero.queue.numbers import local
from turnero.queue.requests import Issue
from turnero.queue.views import ServiceView, SiteView
from turnero.store.errors import NotFound
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.languages import NAMES
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

#: people that one ticket may stand for here; the site's own limit is the command's business
PEOPLE_CHOICES: Final = range(1, 11)


class IssueForm(Form, frozen=True, kw_only=True):
    """A ticket for somebody who is here: of a service, or `take`, "service/class"."""

    service: Annotated[str, Meta(max_length=80)] = ""
    take: Annotated[str, Meta(max_length=161)] = ""
    attention: Annotated[str, Meta(max_length=80)] | None = None
    language: Annotated[str, Meta(max_length=20)] | None = None
    people: Annotated[int, Meta(ge=1, le=99)] = 1

    @property
    def asked(self) -> tuple[str, str | None]:
        """The service, and the class unless it is the usual one."""
        if not self.take:
            return self.service, self.attention
        service, _, attention = self.take.partition("/")
        return service, attention or None


class Leaf(msgspec.Struct, frozen=True):
    """A service of which tickets can be taken, and the group above it in the kiosk's tree."""

    service: ServiceView
    group: ServiceView | None


class SiteRead(msgspec.Struct, frozen=True):
    """What this page reads in one moment."""

    site: SiteView
    #: that a greeter may give
    classes: tuple[Named, ...]
    #: every service by its internal name
    known: tuple[Named, ...]


def leaves(tree: tuple[ServiceView, ...], group: ServiceView | None = None) -> list[Leaf]:
    """The services of a tree that can be chosen, in its order."""
    found = []
    for one in tree:
        found += leaves(one.children, one) if one.children else [Leaf(one, group)]
    return found


def read_site(q: Query, site: int, now_ms: int) -> SiteRead:
    """The site with its services and classes. Raises `NotFound`."""
    found = line.site(q, site, now_ms)
    if found is None:
        raise NotFound("site-unknown", site=str(site))
    return SiteRead(found, classes(q, site), known_services(q, site))


class ServicesPanel(Panel):
    """`data-live="greeter" data-live-arg="<site number>"`: the keys that give tickets."""

    name = "greeter"
    template = "desk/services.html"
    permission = "greeter.page"
    kinds = frozenset({
        "ticket-issued", "ticket-called", "ticket-returned", "ticket-transferred", "ticket-sent-on",
        "ticket-cancelled", "ticket-not-served", "ticket-stepped-out", "ticket-corrected",
        "line-moved", "press-undone", "service-paused", "service-resumed", "day-closed",
        "site-loaded",
    })  # fmt: skip
    #: services open and close by the clock
    refresh_s: float | None = 30.0

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_site, site, web.clock.line_ms())
        return common(web, language) | {
            "leaves": leaves(read.site.services),
            "classes": read.classes,
        }


def routes(
    services: ServicesPanel, cards: Cards, help_panel: HelpPanel, people: People
) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/greeter", opt={"permission": "greeter.page"})
    async def greeter_page(
        request: PageRequest, site: FromQuery[str] = "", ticket: FromQuery[str] = ""
    ) -> Response[str]:
        """The tablet's page; `ticket`: with that ticket's card on it."""
        web = web_of(request)
        people.met(request.user)
        number = await chosen_site(request, site)
        if number is None:
            return await choose_site(request, "/greeter")
        language = reader_language(request, number)
        read = await web.ledger.read(read_site, number, web.clock.line_ms())
        held = ""
        if ticket:
            of = await ticket_site(web, request.user, ticket)
            held = (await cards.answer(request, of, ticket)).content
        return page(
            request,
            "desk/greeter.html",
            common(web, language)
            | {
                "held_card": held,
                "site_no": number,
                "spoken": [one for one in read.site.languages if one in web.languages],
                "language_names": NAMES,
                "counts": PEOPLE_CHOICES,
                "known": read.known,
                "about": local(web.clock.now_ms(), read.site.zone).strftime("%H:%M"),
                "services": await services.shown(request, number, str(number), language),
                "help": await help_panel.shown(request, number, str(number), language),
                "links": await web.slots.fill("room.links", request, site=number),
            },
            site=number,
        )

    @post("/greeter/{site:int}/issue", opt={"permission": "greeter.page"}, status_code=200)
    async def press_issue(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """Give a ticket."""
        form = await read_form(request, IssueForm)
        web = web_of(request)
        known_site(web, request.user, str(site))
        service, attention = form.asked
        issued = await web.ledger.run(
            issue,
            Issue(
                service,
                attention=attention,
                language=form.language,
                channel="greeter",
                people=form.people,
            ),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await cards.answer(request, site, issued.ticket, fresh=True)

    @post("/greeter/{site:int}/find", opt={"permission": "greeter.page"}, status_code=200)
    async def find(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """Today's tickets that it may be. By post: what is typed may be a secret code."""
        form = await read_form(request, FindForm)
        web = web_of(request)
        known_site(web, request.user, str(site))
        zone = web.looks.look(site).zone
        where = Where(site, zone, web.clock.now_ms(), web.clock.line_ms())
        if form.text:
            found = await web.ledger.read(finding.by_text, where, form.text)
            if not found:
                raise NotFound("number-not-today", number=form.text[:20])
        else:
            found = await web.ledger.read(finding.around, where, form.service, form.at)
            if not found:
                raise NotFound("nobody-at-that-time", time=form.at)
        if len(found) == 1:
            return await cards.answer(request, site, found[0].id)
        language = reader_language(request, site)
        context = common(web, language) | {"found": found, "states": STATES}
        return page(request, "desk/found.html", context, site=site)

    return [greeter_page, press_issue, find]
