"""Being rung instead of waiting, on the page of one's ticket: asked for, changed (the number too), and
given up.

The number travels in the forms of these pages and is never shown again but for its last digits.
"""

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.kiosk.call_words import RELATIONS, WHEN, change_of
from turnero.kiosk.calling import read_back, wish_of
from turnero.kiosk.forms import CallChangeForm, CallForm
from turnero.kiosk.phone import HEADERS, holding, reader_language, ticket_page
from turnero.kiosk.phone_context import phone_context
from turnero.kiosk.port import By, Held
from turnero.kiosk.scene import Connect
from turnero.queue.callbacks import WAITS
from turnero.store.errors import Refused
from turnero.web.forms import read_form
from turnero.web.pages import page, web_of
from turnero.web.principal import PUBLIC, PageRequest


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    async def asking(
        request: PageRequest,
        held: Held,
        form: CallForm | None = None,
        groups: tuple[str, ...] = (),
        wrong: str = "",
        *,
        already: bool = False,
    ) -> Response[str]:
        web = web_of(request)
        language = reader_language(request, held)
        offer = await connect(web).calls(held.site)
        if held.ticket.service not in offer.services:
            raise Refused("callback-not-offered", service=held.ticket.service)
        context = await phone_context(web, connect(web), held, language)
        more = {
            "offer": offer,
            "form": form,
            "groups": groups,
            "wrong": wrong,
            "already": already,
            "relations": RELATIONS,
            "when": WHEN,
        }
        return page(
            request,
            "kiosk/phone_call.html",
            context | more,
            site=held.site,
            language=language,
            headers=HEADERS,
            status=422 if wrong else 200,
        )

    @get("/t/{code:str}/call", opt={"permission": "public"})
    async def number(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """What number is to be rung, or rung instead."""
        held = await holding(connect, request, code)
        call = await connect(web_of(request)).call(held.site, held.ticket.id)
        changes = call is not None and call.end is None and call.stage in WAITS
        if held.ticket.state != "waiting" and not changes:
            return ticket_page(request, held)
        return await asking(request, held)

    @post("/t/{code:str}/call", opt={"permission": "public"}, status_code=200)
    async def asked(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """The number read back; then, if it is right, the ticket."""
        web = web_of(request)
        held = await holding(connect, request, code, "call")
        form = await read_form(request, CallForm)
        port = connect(web)
        say = web.translator(reader_language(request, held), web.looks.look(held.site).profile)
        groups, wrong = await read_back(port, held.site, form.number, web, say)
        if wrong or form.sure != "yes":
            return await asking(request, held, form, groups, wrong)
        wish = wish_of(form, ticket=held.ticket.id)
        answer = await port.ask_call(held.site, wish, By(PUBLIC.actor, form.idempotency_key))
        if answer.held is None:
            return await asking(request, held, already=True)
        return ticket_page(request, held)

    @get("/t/{code:str}/call/change", opt={"permission": "public"})
    async def back(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """An act's page was asked for anew, after a reload: the ticket."""
        return ticket_page(request, await holding(connect, request, code))

    @post("/t/{code:str}/call/change", opt={"permission": "public"})
    async def change(request: PageRequest, code: FromPath[str]) -> Response[str]:
        """Other hours, or what becomes of it if today does not suffice."""
        held = await holding(connect, request, code, "act")
        form = await read_form(request, CallChangeForm)
        await connect(web_of(request)).change_call(
            held, change_of(form.when, form.left_over), By(PUBLIC.actor, form.idempotency_key)
        )
        return ticket_page(request, held)

    return [number, asked, back, change]
