"""The kiosk's pages for being rung instead of waiting: the number, read back, and the ticket.

The number travels in the forms of these pages and nowhere else; no address holds it.
"""

from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.kiosk import menu
from turnero.kiosk.call_words import HOURS, RELATIONS, WHEN
from turnero.kiosk.forms import CallForm
from turnero.kiosk.menu import service_path
from turnero.kiosk.pages import TICKET_S, fields_of, ticket_context
from turnero.kiosk.port import CallWish, Held, KioskPort
from turnero.kiosk.scene import READ_S, Connect, Scene
from turnero.kiosk.visit import aids_of
from turnero.store.errors import Invalid, NotFound
from turnero.web.forms import read_form
from turnero.web.languages import Translator
from turnero.web.pages import see_other, web_of
from turnero.web.principal import PageRequest
from turnero.web.problems import problem_of, text_of
from turnero.web.wiring import Web

#: what is not a number: said beside the field, with the number still there
_NUMBER: Final = "phone-"


def wish_of(form: CallForm, *, ticket: str | None = None, place: str | None = None) -> CallWish:
    """What a form wishes; the ticket and the kiosk are the page's."""
    low, high = HOURS[form.when]
    return CallWish(
        number=form.number,
        service=form.service,
        ticket=ticket,
        attention=form.attention or None,
        language=form.language or None,
        aids=aids_of(form.aids),
        place=place,
        relation=form.whose,
        may_tell=form.tell == "yes" and form.whose != "self",
        from_minute=low,
        to_minute=high,
    )


async def read_back(
    port: KioskPort, site: int, number: str, web: Web, say: Translator
) -> tuple[tuple[str, ...], str]:
    """The number in groups, and "" – or no groups, and what is wrong with it."""
    try:
        return await port.spelled(site, number), ""
    except Invalid as refused:
        if not refused.code.startswith(_NUMBER):
            raise
        title, detail = text_of(problem_of(refused), web.texts, say)
        return (), f"{title}. {detail}"


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    async def ask_number(
        scene: Scene, service: str, typed: str = "", wrong: str = ""
    ) -> Response[str]:
        offers = await scene.port.offers(scene.site)
        offer = await scene.port.calls(scene.site)
        node = menu.find(offers.services, service)
        if node is None or service not in offer.services:
            raise NotFound("service-unknown", service=service[:80])
        context = {
            "service": node.service,
            "offer": offer,
            "typed": typed,
            "wrong": wrong,
            "back": service_path(service),
        }
        return scene.page(
            "kiosk/call.html",
            context,
            path=f"/kiosk/call/{service}",
            patience_s=READ_S,
            status=422 if wrong else 200,
        )

    @get("/kiosk/call/{service:str}", opt={"permission": "kiosk.use"})
    async def number(request: PageRequest, service: FromPath[str]) -> Response[str]:
        """What number is to be rung."""
        return await ask_number(await Scene.of(request, connect), service)

    @get("/kiosk/call", opt={"permission": "kiosk.use"})
    async def nowhere(request: PageRequest) -> Response[str]:
        """An act's page was asked for anew, after a reload: begin again."""
        return see_other(request, "/kiosk")

    @post("/kiosk/call", opt={"permission": "kiosk.use", "limit": "kiosk"}, status_code=200)
    async def asked(request: PageRequest) -> Response[str]:
        """The number read back; then, if it is right, the ticket."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, CallForm)
        web = web_of(request)
        groups, wrong = await read_back(scene.port, scene.site, form.number, web, scene.wording.say)
        if wrong:
            return await ask_number(scene, form.service, form.number, wrong)
        if form.sure != "yes":
            return await _sure(scene, form, groups)
        answer = await scene.port.ask_call(
            scene.site, wish_of(form, place=scene.place.key or None), scene.by(form.idempotency_key)
        )
        if answer.held is None:
            return scene.page(
                "kiosk/call_already.html", {}, path="/kiosk/call", again=fields_of(form)
            )
        return await _ticket(scene, answer.held, form)

    return [number, nowhere, asked]


async def _sure(scene: Scene, form: CallForm, groups: tuple[str, ...]) -> Response[str]:
    offers = await scene.port.offers(scene.site)
    node = menu.find(offers.services, form.service)
    if node is None:
        raise NotFound("service-unknown", service=form.service[:80])
    context = {
        "service": node.service,
        "form": form,
        "groups": groups,
        "digits": [one for one in "".join(groups) if one.isdigit()],
        "relations": RELATIONS,
        "when": WHEN,
        "back": f"/kiosk/call/{form.service}",
    }
    return scene.page(
        "kiosk/call_sure.html",
        context,
        path="/kiosk/call",
        again=fields_of(form),
        patience_s=READ_S,
    )


async def _ticket(scene: Scene, held: Held, form: CallForm) -> Response[str]:
    call = await scene.port.call(scene.site, held.ticket.id)
    printing = await scene.port.printing(scene.site, held.ticket.id)
    context: dict[str, Any] = ticket_context(held, scene, printing=printing, slow=False, call=call)
    return scene.page(
        "kiosk/ticket.html",
        context,
        path="/kiosk/call",
        again=fields_of(form),
        patience_s=TICKET_S,
    )
