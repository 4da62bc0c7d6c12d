"""What is kept of a number: whoever has it may know, have it erased, or want no messages.

The number is typed here and never shown again but for its last digits. What names it in the answer
is its blind index, which nobody can guess: so nobody acts on a number that was not looked up, and
each look-up is on the record.
"""

from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.queue.commands.erasing import (
    EraseNumber,
    LookUp,
    OfIndex,
    look_up,
    opt_out_number,
)
from turnero.queue.reads.patients_calls import call_offer, number_policy
from turnero.queue.reads.people import KeptOf, kept_of
from turnero.queue.telephones import Telephones
from turnero.queue.text import MAX_REASON
from turnero.store.errors import Invalid
from turnero.store.sql import Query
from turnero.telephony.call_words import LISTED
from turnero.telephony.calls_page import service_names, site_of
from turnero.telephony.campaigns.forgetting import erase_number, lists_of
from turnero.telephony.campaigns.progress import ENDS
from turnero.web.forms import Form, read_form
from turnero.web.pages import language_of, page, web_of
from turnero.web.principal import PageRequest
from turnero.web.problems import problem_of, text_of

#: nobody who uses this browser later sees it
_PRIVATE: Final = {"cache-control": "private, no-store"}


class FindForm(Form, frozen=True, kw_only=True):
    """Whose, and why."""

    number: Annotated[str, Meta(max_length=40)] = ""
    reason: Annotated[str, Meta(max_length=MAX_REASON)]


class IndexForm(Form, frozen=True, kw_only=True):
    """The number that was looked up."""

    index: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]


class EraseForm(IndexForm, frozen=True, kw_only=True):
    """The callbacks that wait, as the page showed them."""

    cancels: Annotated[tuple[str, ...], Meta(max_length=100)] = ()


def read_kept(q: Query, site: int, index: str, line_ms: int) -> tuple[KeptOf, list[str]]:
    """What is kept of a number, and the names of the campaigns that have it on their lists."""
    return kept_of(q, site, index, line_ms), lists_of(q, site, index)


def routes(telephones: Telephones) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    async def show(
        request: PageRequest, site: int, status: int = 200, **more: Any
    ) -> Response[str]:
        web = web_of(request)
        context: dict[str, Any] = {
            "form": None, "wrong": "", "done": "", "index": "", "longest": MAX_REASON,
        }  # fmt: skip
        index = more.get("index", "")
        if index:
            language = language_of(request, web.looks.look(site), web.languages)
            now_ms = web.clock.line_ms()
            kept, lists = await web.ledger.read(read_kept, site, index, now_ms)
            context |= {
                "kept": kept,
                "lists": lists,
                "erasable": bool(kept.tail or kept.calls or kept.messages or lists),
                "keep_days": (await web.ledger.read(call_offer, site)).keep_days,
                "names": await service_names(web, site, language),
                "listed": LISTED,
                "ends": ENDS,
            }
        return page(
            request,
            "telephony/people.html",
            context | more,
            site=site,
            status=status,
            headers=_PRIVATE,
        )

    @get("/people/{site:str}", opt={"permission": "supervisor.page"})
    async def people_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Which number."""
        return await show(request, await site_of(web_of(request), request.user, site))

    @post("/people/{site:str}/find", opt={"permission": "supervisor.act"}, status_code=200)
    async def find(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """What is kept of it, on the record."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, FindForm)
        profile, regions = await web.ledger.read(number_policy, number)
        look = web.looks.look(number)
        say = web.translator(language_of(request, look, web.languages), look.profile)
        try:
            index = telephones.seal(form.number, profile, regions).index
        except Invalid as refused:
            title, detail = text_of(problem_of(refused), web.texts, say)
            return await show(request, number, 422, form=form, wrong=f"{title}. {detail}")
        await web.ledger.run(
            look_up,
            LookUp(index, form.reason),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await show(request, number, index=index)

    @post("/people/{site:str}/erase", opt={"permission": "supervisor.act"}, status_code=200)
    async def erase(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Erase it, as the page said."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, EraseForm)
        await web.ledger.run(
            erase_number,
            EraseNumber(form.index, form.cancels),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await show(request, number, done="erased")

    @post("/people/{site:str}/opt-out", opt={"permission": "supervisor.act"}, status_code=200)
    async def opt_out(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """They want no messages and no surveys."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, IndexForm)
        await web.ledger.run(
            opt_out_number,
            OfIndex(form.index),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await show(request, number, done="opted-out", index=form.index)

    return [people_page, find, erase, opt_out]
