"""The ticket's page on its holder's phone: found by its secret code, nobody signs in.

An unknown code, one that was revoked and one that cannot be are answered alike. It shows no
name and asks for nothing that identifies anybody.
"""

import re
from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.kiosk import rating
from turnero.kiosk.forms import AnswerForm
from turnero.kiosk.phone_context import phone_context
from turnero.kiosk.port import By, Held, acts_of
from turnero.kiosk.questions import GOOD, REASON_WORDS
from turnero.kiosk.rating import Next
from turnero.kiosk.scene import Connect
from turnero.queue.commands.ratings import MAX_REASONS
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.guards import address_of, heard
from turnero.web.pages import language_of, page, see_other, web_of
from turnero.web.principal import PUBLIC, PageRequest

#: what a code may look like; anything else is no question for the database
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: never kept by anybody on the way, never found by a search engine
HEADERS: Final = {"cache-control": "private, no-store", "x-robots-tag": "noindex, nofollow"}


def reader_language(request: PageRequest, held: Held) -> str:
    """The language that the address asks for, else the one in which the ticket was taken."""
    web = web_of(request)
    look = web.looks.look(held.site)
    taken = held.ticket.language
    offered = taken in look.languages and taken in web.languages
    if offered and "lang" not in request.query_params:
        return taken
    return language_of(request, look, web.languages)


def ticket_page(request: PageRequest, held: Held) -> Response[str]:
    """Back to the ticket, in the language in which it was read."""
    return see_other(request, f"/t/{held.code}?lang={reader_language(request, held)}")


async def holding(connect: Connect, request: PageRequest, code: str, limit: str = "ticket") -> Held:
    """The ticket of an address. Raises `NotFound`, and `TooMany` where it is asked for too often.

    A wrong code is held against where it came from, a right one against its ticket alone: whoever
    guesses behind a hospital's one address keeps nobody there from their ticket.
    """
    web = web_of(request)
    held = await connect(web).find(code) if _CODE.fullmatch(code) else None
    if held is None:
        web.buckets.take("public", address_of(web, request.scope, heard(request.scope["headers"])))
        raise NotFound("ticket-unknown")
    web.buckets.take(limit, held.ticket.id)
    return held


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    async def shown(
        request: PageRequest, held: Held, template: str, more: dict[str, Any]
    ) -> Response[str]:
        web = web_of(request)
        language = reader_language(request, held)
        return page(
            request,
            template,
            {**await phone_context(web, connect(web), held, language), **more},
            site=held.site,
            language=language,
            headers=HEADERS,
        )

    @get("/t/{code:str}", opt={"permission": "public"})
    async def ticket(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """The ticket."""
        held = await holding(connect, request, code)
        return await shown(request, held, "kiosk/phone.html", {})

    @post(
        [
            "/t/{code:str}/leave",
            "/t/{code:str}/return",
            "/t/{code:str}/step-out",
            "/t/{code:str}/here",
        ],
        opt={"permission": "public"},
    )
    async def act(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """The person doesn't come, steps out for a while, or is back."""
        held = await holding(connect, request, code, "act")
        form = await read_form(request, Form)
        what = acts_of(connect(web_of(request)))[request.scope["path"].rpartition("/")[2]]
        await what(held, By(PUBLIC.actor, form.idempotency_key))
        return ticket_page(request, held)

    @post("/t/{code:str}/rate", opt={"permission": "public"}, status_code=200)
    async def rate(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """An answer; then its reasons, the next question, or thanks."""
        held = await holding(connect, request, code, "rating")
        form = await read_form(request, AnswerForm)
        port = connect(web_of(request))
        step = await rating.answered(port, held, form, None, PUBLIC.actor)
        if step.next is Next.THANKS:
            return ticket_page(request, held)
        return await shown(
            request,
            held,
            "kiosk/phone_rate.html",
            {
                "asked": step.asked,
                "answer": step.answer,
                "with_reasons": step.next is Next.REASONS,
                "good": (step.answer or 0) >= GOOD,
                "reasons": REASON_WORDS,
                "most": MAX_REASONS,
            },
        )

    @get(
        [
            "/t/{code:str}/leave",
            "/t/{code:str}/return",
            "/t/{code:str}/step-out",
            "/t/{code:str}/here",
            "/t/{code:str}/rate",
        ],
        opt={"permission": "public"},
    )
    async def back(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """An act's page was asked for anew, after a reload: the ticket."""
        held = await holding(connect, request, code)
        return ticket_page(request, held)

    return [ticket, act, rate, back]
