"""The callback that a desk has: whose, how it stands, and its keys. Fills a slot of the desk's page.

The number is masked; the whole of it is shown on the record, to who must dial by hand.
"""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.queue import reads as line
from turnero.queue import refusals
from turnero.queue.call_requests import OfCallback
from turnero.queue.callback_rows import ON_THE_LINE
from turnero.queue.commands import desk_phones, reaching
from turnero.queue.commands.call_notes import NoteCall, note_call
from turnero.queue.commands.people import phone_of
from turnero.queue.commands.revealing import RevealCall, reveal_call
from turnero.queue.reads import callbacks as reads
from turnero.queue.reads.patients_calls import sealed_name
from turnero.queue.requests import DeskMove
from turnero.queue.telephones import Telephones
from turnero.queue.text import MAX_REASON
from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.store.vault import CannotOpen
from turnero.telephony.call_words import CLOSED, HOW, OUTCOMES, RELATIONS, STAGES
from turnero.telephony.campaigns import reads as campaigns
from turnero.telephony.campaigns.survey import QUESTIONS
from turnero.web.forms import Form, read_form
from turnero.web.languages import NAMES
from turnero.web.pages import by_htmx, language_of, page, see_other, web_of
from turnero.web.principal import PageRequest, Principal, Role
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: what an agent heard, one key each
WHYS: Final = frozenset({
    "machine", "wrong-person", "bad-number", "no-answer", "busy", "declined", "desk",
})  # fmt: skip
#: facts after which a desk's callback may look different
KINDS: Final = frozenset({
    "ticket-called", "ticket-returned", "ticket-no-show", "ticket-parked", "ticket-transferred",
    "ticket-cancelled", "ticket-sent-on", "service-started", "service-finished", "press-undone",
    "campaign-answered", "number-opted-out",
    "callback-joined", "callback-noted", "callback-put-off", "callback-ended", "callback-reopened",
    "leg-dialled", "leg-answered", "leg-ended", "dialling-changed", "site-loaded",
    "desk-calls-paused", "desk-calls-resumed", "alarm-raised", "alarm-ended",
    "session-opened", "session-closed",
})  # fmt: skip


class DeskCall(msgspec.Struct, frozen=True):
    """What is read in one moment."""

    number: str
    ticket: str
    language: str
    #: called | serving
    state: str
    call: reads.AtDesk
    #: who works there; None: nobody by name
    agent: str | None
    #: sealed: whom to ask for
    name: bytes | None
    #: "" where calls can be placed; else why not
    closed: str
    #: what the campaign that it is of says and asks
    campaign: campaigns.AtCall | None = None


class PressForm(Form, frozen=True, kw_only=True):
    """A key of the callback that the page showed."""

    callback: Annotated[str, Meta(max_length=40)]


class NoteForm(PressForm, frozen=True, kw_only=True):
    """What must be known of the call."""

    words: Annotated[str, Meta(max_length=MAX_REASON)]


class RevealForm(PressForm, frozen=True, kw_only=True):
    """Why somebody must see the whole number."""

    ticket: Annotated[str, Meta(max_length=40)]
    reason: Annotated[str, Meta(max_length=MAX_REASON)]


def closed_why(found: reads.Dialling | None) -> str:
    """Why nobody can be dialled; "" where they can."""
    if found is None:
        return "no-exchange"
    return "" if found.open else found.why or "link"


def read_call(q: Query, ref: str, now_ms: int) -> DeskCall | None:
    """The callback at a desk; None where there is none. Raises `NotFound` for an unknown desk."""
    view = line.desk(q, ref, now_ms)
    if view is None:
        raise refusals.unknown("desk-unknown", desk=ref[:100])
    serving = view.serving
    found = reads.of_ticket(q, serving.ticket) if serving is not None else None
    if serving is None or found is None:
        return None
    return DeskCall(
        serving.number,
        serving.ticket,
        serving.language,
        serving.state,
        found,
        view.session.agent if view.session is not None else None,
        sealed_name(q, found.id),
        closed_why(reads.dialling_now(q)),
        _campaign(q, ref, found),
    )


def _campaign(q: Query, ref: str, found: reads.AtDesk) -> campaigns.AtCall | None:
    site = line.site_of_desk(q, ref)
    if site is None or found.campaign is None:
        return None
    return campaigns.at_call(q, site, found.campaign, found.id)


async def desk_site(web: Web, principal: Principal, ref: str) -> int:
    """The site of a desk, where this principal may be. Raises as its name is unknown or not theirs."""
    site = await web.ledger.read(line.site_of_desk, ref)
    if site is None:
        raise refusals.unknown("desk-unknown", desk=ref[:100])
    principal.within(site)
    if principal.role == Role.DESK and principal.place and not ref.endswith(f".{principal.place}"):
        raise Refused("not-allowed", 403)
    return site


class DeskCallPanel:
    """`data-live="desk-call" data-live-arg="<site.desk>/<actor>"`: only who works there gets keys, and
    only a person, whom the record can name, the one that shows the whole number.
    """

    name = "desk-call"
    permission = "desk.page"
    refresh_s: float | None = None

    def __init__(self, telephones: Telephones) -> None:
        self._telephones = telephones

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        ref, _, actor = arg.partition("/")
        if actor != principal.actor:
            raise Refused("not-allowed", 403)
        return await desk_site(ctx.web, principal, ref)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind in KINDS

    async def context(self, web: Web, arg: str) -> dict[str, Any]:
        """What the card needs."""
        ref, _, actor = arg.partition("/")
        found = await web.ledger.read(read_call, ref, web.clock.line_ms())
        doubted = await web.ledger.read(reads.doubted, ref)
        person = actor.startswith("user:")
        works = next((one.agent for one in (found, doubted) if one is not None), None)
        mine = not person or works in (None, actor)
        name = ""
        if found is not None and found.name is not None:
            try:
                name = self._telephones.open_name(found.name)
            except CannotOpen:
                name = ""
        return {
            "ref": ref,
            "arg": arg,
            "mine": mine,
            "sees": mine and person,
            "at": found,
            "doubted": doubted,
            "asks_for": name,
            "on_the_line": found is not None and found.call.how in ON_THE_LINE,
            "stages": STAGES,
            "outcomes": OUTCOMES,
            "relations": RELATIONS,
            "how": HOW,
            "why_closed": CLOSED,
            "questions": QUESTIONS,
            "language_names": NAMES,
        }

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        return ctx.fragment(
            "telephony/desk_call.html",
            "card",
            await self.context(ctx.web, arg),
            site=site,
            language=language,
        )

    async def answer(self, request: PageRequest, ref: str, site: int) -> Response[str]:
        """The card anew, to a page that asked for it; else to the whole page."""
        if not by_htmx(request):
            return see_other(request, f"/desk/{ref}")
        return page(
            request,
            "telephony/desk_call.html",
            await self.context(web_of(request), f"{ref}/{request.user.actor}"),
            block="card",
            site=site,
        )

    async def fill(self, request: PageRequest, desk: str) -> str:
        """The desk's page with its place for it (a slot)."""
        web = web_of(request)
        site = await desk_site(web, request.user, desk)
        language = language_of(request, web.looks.look(site), web.languages)
        context = await self.context(web, f"{desk}/{request.user.actor}")
        return web.render("telephony/desk_call.html", context, site=site, language=language)


def routes(panel: DeskCallPanel, telephones: Telephones) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @post("/calls/at/{ref:str}/key/{why:str}", opt={"permission": "desks.work"}, status_code=200)
    async def press(request: PageRequest, ref: FromPath[str], why: FromPath[str]) -> Response[str]:
        """What the agent heard; or not now."""
        web = web_of(request)
        if why not in WHYS:
            raise NotFound("address-unknown")
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, PressForm)
        await web.ledger.run(
            reaching.by_hand,
            OfCallback(form.callback, why, at=ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await panel.answer(request, ref, site)

    @get("/calls/at/{ref:str}/ask/number", opt={"permission": "numbers.reveal"})
    async def ask_number(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Why the whole number is needed."""
        return await _asking(request, ref, "telephony/ask_number.html")

    @post("/calls/at/{ref:str}/number", opt={"permission": "numbers.reveal"}, status_code=200)
    async def number(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The whole number, on the record."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, RevealForm)
        shown = await web.ledger.run(
            reveal_call,
            RevealCall(form.ticket, form.callback, form.reason, ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        row = await web.ledger.read(phone_of, site, shown.phone)
        if row is None:
            raise refusals.unknown("phone-unknown")
        try:
            opened = telephones.open(row.sealed)
        except CannotOpen:
            raise Refused("phone-sealed", 409) from None
        return page(
            request,
            "telephony/number.html",
            {"number": opened},
            site=site,
            headers={"cache-control": "private, no-store"},
        )

    @post("/calls/at/{ref:str}/phone-rings", opt={"permission": "desks.work"}, status_code=200)
    async def rings(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The desk's telephone rings: callbacks come to it again."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, Form)
        await web.ledger.run(
            desk_phones.phone_rings,
            DeskMove(ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await panel.answer(request, ref, site)

    return [press, rings, *_noting(panel), ask_number, number]


def _noting(panel: DeskCallPanel) -> list[HTTPRouteHandler]:
    """The routes of what is noted of a call."""

    @get("/calls/at/{ref:str}/ask/note", opt={"permission": "desks.work"})
    async def ask_note(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """What is to be noted."""
        return await _asking(request, ref, "telephony/ask_note.html")

    @post("/calls/at/{ref:str}/note", opt={"permission": "desks.work"}, status_code=200)
    async def note(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Note it."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, NoteForm)
        await web.ledger.run(
            note_call,
            NoteCall(form.callback, form.words, ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await panel.answer(request, ref, site)

    return [ask_note, note]


async def _asking(request: PageRequest, ref: str, template: str) -> Response[str]:
    """The inside of a dialog about the call that the desk has."""
    web = web_of(request)
    site = await desk_site(web, request.user, ref)
    found = await web.ledger.read(read_call, ref, web.clock.line_ms())
    if found is None:
        raise refusals.unknown("callback-unknown")
    context = {"ref": ref, "at": found, "longest": MAX_REASON}
    return page(request, template, context, site=site)
