"""Help calls on staff's pages: a banner that stays until somebody is on the way.

Greeters' and supervisors' pages ring (static/help.js); agents see it and may go too.
"""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.desk import reads
from turnero.desk.panels import Panel, common
from turnero.desk.scope import desk_site, known_site, reader_language
from turnero.queue import reads as line
from turnero.queue.commands import help as commands
from turnero.queue.requests import AckHelp, AskHelp
from turnero.queue.views import HelpView
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web


class HelpRead(msgspec.Struct, frozen=True):
    """Open help calls, and what their places are called."""

    calls: tuple[HelpView, ...]
    places: dict[str, str]


def read_help(q: Query, site: int) -> HelpRead:
    """The site's open help calls."""
    calls = line.help_calls(q, site)
    return HelpRead(calls, reads.places(q, site) if calls else {})


class HelpPanel(Panel):
    """`data-live="help" data-live-arg="<site number>"`."""

    name = "help"
    template = "desk/help.html"
    permission = "help.answer"
    kinds = frozenset({"help-asked", "help-escalated", "help-acknowledged"})

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        read = await web.ledger.read(read_help, site)
        return common(web, language) | {
            "calls": read.calls,
            "places": read.places,
            "site_no": site,
        }


def routes(panel: HelpPanel) -> list[HTTPRouteHandler]:
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
        known_site(web, request.user, str(site))
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
