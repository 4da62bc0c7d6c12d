"""Help calls on staff's pages: a banner that stays until somebody is on the way, then who it is.

Greeters' and supervisors' pages ring (static/help.js); agents see it and may go too. Who is
asking, and what for, is nobody's business here: a place and one of two words.
"""

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.desk.scope import desk_site, known_site, reader_language
from turnero.queue import reads as line
from turnero.queue.commands import help as commands
from turnero.queue.requests import AckHelp, AskHelp
from turnero.queue.views import HelpAnswered, HelpView
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: minutes for which it is said who went
_TOLD_MS: Final = 3 * 60_000


class HelpRead(msgspec.Struct, frozen=True):
    """Open help calls, those just answered, and what their places are called."""

    calls: tuple[HelpView, ...]
    answered: tuple[HelpAnswered, ...]
    places: dict[str, str]


def read_help(q: Query, site: int, now_ms: int) -> HelpRead:
    """The site's help calls, open and just answered."""
    calls = line.help_calls(q, site)
    answered = line.help_answered(q, site, now_ms - _TOLD_MS)
    return HelpRead(calls, answered, reads.places(q, site) if calls or answered else {})


class HelpPanel(Panel):
    """`data-live="help" data-live-arg="<site number>"`: on every page of staff."""

    name = "help"
    template = "desk/help.html"
    permission = "help.answer"
    kinds = frozenset({"help-asked", "help-escalated", "help-acknowledged"})
    #: who went is told for a while only
    refresh_s: float | None = 30.0

    def __init__(self, people: People) -> None:
        self._people = people

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return known_site(ctx.web, self._people.met(principal), arg)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_help, site, web.clock.line_ms())
        return common(web, language) | {
            "calls": read.calls,
            "answered": read.answered,
            "names": {one.done_by: self._people.name(one.done_by) for one in read.answered},
            "places": read.places,
            "site_no": site,
        }


class RingPanel(HelpPanel):
    """`data-live="help-ring"`: the same where it rings, on the pages of those who go.

    Apart, so that its readers are those who hear a call.
    """

    name = "help-ring"
    permission = "greeter.page"


def listening(web: Web, site: int) -> int:
    """How many pages ring for this site's help calls now."""
    return web.hub.readers(RingPanel.name, site)


def routes(panel: HelpPanel, people: People) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    async def shown(request: PageRequest, site: int) -> Response[str]:
        web = web_of(request)
        language = reader_language(request, site)
        context = await panel.context(web, site, str(site), language)
        return page(request, panel.template, context, site=site, language=language)

    @post(
        "/help-calls/{site:int}/{number:int}/acknowledge",
        opt={"permission": "help.answer"},
        status_code=200,
    )
    async def acknowledge(
        request: PageRequest, site: FromPath[int], number: FromPath[int]
    ) -> Response[str]:
        """I am on my way."""
        form = await read_form(request, Form)
        web = web_of(request)
        known_site(web, people.met(request.user), str(site))
        await web.ledger.run(
            commands.acknowledge_help,
            AckHelp(number),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await shown(request, site)

    @post("/desk/{ref:str}/help", opt={"permission": "desks.work"}, status_code=200)
    async def ask(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The desk itself needs somebody."""
        form = await read_form(request, Form)
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        await web.ledger.run(
            commands.ask_help,
            AskHelp(place=ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await shown(request, site)

    return [acknowledge, ask]
