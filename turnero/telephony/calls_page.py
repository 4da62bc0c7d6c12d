"""The page of a site's callbacks: who is to be called, how each stands, and asking for somebody.

Numbers are typed here and never shown again but for their last digits.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.queue import reads as line
from turnero.queue import refusals
from turnero.queue.call_requests import AskCallback
from turnero.queue.callbacks import RELATIONS as KNOWN
from turnero.queue.commands import callbacks as commands
from turnero.queue.commands.undo import undo_elsewhere
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.patients_calls import call_offer, number_policy
from turnero.queue.requests import Moved, TicketMove
from turnero.queue.states import State
from turnero.queue.telephones import Telephones
from turnero.queue.text import MAX_REASON
from turnero.queue.views import ServiceView, name_in
from turnero.store.errors import Invalid
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.telephony.call_words import CLOSED, HOW, LISTED, RELATIONS
from turnero.telephony.desk_calls import closed_why
from turnero.web.forms import Form, read_form
from turnero.web.pages import language_of, page, see_other, web_of
from turnero.web.permissions import allowed
from turnero.web.principal import PageRequest, Principal
from turnero.web.problems import problem_of, text_of
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

_SHOWN: Final = 200
#: longest number of a site in a view's argument
_DIGITS: Final = 9


class AskForm(Form, frozen=True, kw_only=True):
    """Somebody is to be called back."""

    service: Annotated[str, Meta(max_length=80)]
    number: Annotated[str, Meta(max_length=40)] = ""
    name: Annotated[str, Meta(max_length=80)] = ""
    relation: Literal["self", "mother", "father", "child", "partner", "carer", "other"] = "self"
    tell: Literal["", "yes"] = ""
    reason: Annotated[str, Meta(max_length=MAX_REASON)] = ""


class OfTicketForm(Form, frozen=True, kw_only=True):
    """The callback of this ticket."""

    ticket: Annotated[str, Meta(max_length=40)]


class Gone(msgspec.Struct, frozen=True):
    """A callback that was cancelled just now."""

    ticket: str
    number: str
    #: until when that can be undone, UTC
    until_ms: int


async def site_of(web: Web, principal: Principal, key: str) -> int:
    """The number of the site of that key, where this principal may be."""
    site = await web.ledger.read(line.site_no, key)
    if site is None:
        raise refusals.unknown("site-unknown", site=key[:100])
    return principal.within(site)


async def link(request: PageRequest, site: int) -> str:
    """The way to this page, where callbacks are offered (a slot)."""
    web = web_of(request)
    if not allowed(request.user.role, "callbacks.read"):
        return ""
    if not await web.ledger.read(reads.offering, site):
        return ""
    language = language_of(request, web.looks.look(site), web.languages)
    return web.render("telephony/calls_link.html", {}, site=site, language=language)


async def service_names(web: Web, site: int, language: str) -> dict[str, str]:
    """Keys of the services that give tickets → their names."""
    found = await web.ledger.read(line.services, site, web.clock.line_ms())
    return {one.key: name_in(one.names, language) for one in _leaves(found)}


def _leaves(services: tuple[ServiceView, ...]) -> list[ServiceView]:
    return [leaf for one in services for leaf in (_leaves(one.children) if one.children else [one])]


class CallsPanel:
    """`data-live="calls" data-live-arg="<site's number>"`: callbacks that are not over."""

    name = "calls"
    permission = "callbacks.read"
    refresh_s: float | None = 60.0

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        if not arg.isdecimal() or len(arg) > _DIGITS or ctx.web.looks.look(int(arg)).number == 0:
            raise refusals.unknown("site-unknown", site=arg[:20])
        return principal.within(int(arg))

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        kind = entry.kind
        return kind.startswith(("callback-", "leg-", "dialling-")) or kind in {
            "ticket-called", "press-undone", "ticket-returned",
        }  # fmt: skip

    async def context(self, web: Web, site: int, language: str) -> dict[str, Any]:
        """What the list needs."""

        def read(q: Query) -> tuple[list[reads.OpenCallback], dict[str, int], str]:
            closed = closed_why(reads.dialling_now(q))
            return reads.open_of_site(q, site, _SHOWN), reads.counts(q, site), closed

        found, counts, closed = await web.ledger.read(read)
        return {
            "calls": found,
            "counts": counts,
            "closed": closed,
            "site_no": site,
            "names": await service_names(web, site, language),
            "listed": LISTED,
            "how": HOW,
            "why_closed": CLOSED,
        }

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await self.context(ctx.web, site, language)
        return ctx.fragment("telephony/calls.html", "list", context, site=site, language=language)

    async def fill(self, request: PageRequest, site: int) -> str:
        """What the supervisor's page says of callbacks (a slot)."""
        web = web_of(request)
        look = web.looks.look(site)
        language = language_of(request, look, web.languages)
        offering = await web.ledger.read(reads.offering, site)
        context = await self.context(web, site, language)
        if not offering and not context["calls"]:
            return ""
        return web.render("telephony/calls_brief.html", context, site=site, language=language)


class CallsBrief(CallsPanel):
    """`data-live="calls-brief"`: the same in a line, for the supervisor's page."""

    name = "calls-brief"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await self.context(ctx.web, site, language)
        return ctx.fragment(
            "telephony/calls_brief.html", "brief", context, site=site, language=language
        )


def routes(panel: CallsPanel, telephones: Telephones) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    async def show(
        request: PageRequest,
        site: int,
        form: AskForm | None = None,
        wrong: str = "",
        done: str = "",
        gone: Gone | None = None,
    ) -> Response[str]:
        web = web_of(request)
        language = language_of(request, web.looks.look(site), web.languages)
        offering = await web.ledger.read(reads.offering, site)
        context = await panel.context(web, site, language)
        more = {
            "offering": offering,
            "keep_days": (await web.ledger.read(call_offer, site)).keep_days,
            "form": form,
            "wrong": wrong,
            "done": done,
            "gone": gone,
            "relations": RELATIONS,
            "longest": MAX_REASON,
        }
        status = 422 if wrong else 200
        return page(request, "telephony/calls.html", context | more, site=site, status=status)

    @get("/calls/{site:str}", opt={"permission": "callbacks.read"})
    async def calls_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Callbacks that are not over, and asking for one."""
        return await show(request, await site_of(web_of(request), request.user, site))

    @post("/calls/{site:str}/ask", opt={"permission": "callbacks.ask"}, status_code=200)
    async def ask(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Somebody of staff asks for a patient."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, AskForm)
        profile, regions = await web.ledger.read(number_policy, number)
        look = web.looks.look(number)
        say = web.translator(language_of(request, look, web.languages), look.profile)
        try:
            phone = telephones.seal(form.number, profile, regions)
        except Invalid as refused:
            title, detail = text_of(problem_of(refused), web.texts, say)
            return await show(request, number, form, f"{title}. {detail}")
        asked = await web.ledger.run(
            commands.ask,
            AskCallback(
                phone=phone,
                service=form.service,
                channel="desk",
                relation=form.relation if form.relation in KNOWN else "self",
                may_tell=form.tell == "yes" and form.relation != "self",
                name=telephones.seal_name(form.name.strip()) if form.name.strip() else None,
                reason=form.reason.strip() or None,
            ),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await show(request, number, done="already" if asked.already else asked.number)

    @post("/calls/{site:str}/cancel", opt={"permission": "callbacks.change"}, status_code=200)
    async def cancel(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """They need no call any more."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, OfTicketForm)
        moved = await web.ledger.run(
            commands.cancel,
            TicketMove(form.ticket),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await show(request, number, gone=await _gone(web, number, moved))

    @post("/calls/{site:str}/undo", opt={"permission": "callbacks.change"}, status_code=200)
    async def undo(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """They need it after all: what was cancelled just now is in its place again."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, OfTicketForm)
        await web.ledger.run(
            undo_elsewhere,
            TicketMove(form.ticket),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return see_other(request, f"/calls/{site}")

    return [calls_page, ask, cancel, undo]


async def _gone(web: Web, site: int, moved: Moved) -> Gone | None:
    """None for one whose day was over: that it was cancelled cannot be undone."""
    if moved.state != State.CANCELLED:
        return None
    ticket = await web.ledger.read(line.ticket, moved.ticket, web.clock.line_ms())
    until_ms = web.clock.now_ms() + await web.ledger.read(line.undo_ms, site)
    return Gone(moved.ticket, ticket.number, until_ms) if ticket is not None else None
