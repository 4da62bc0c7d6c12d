"""A telephone in the page, for the simulated exchange: it rings, is answered, presses digits, hangs up.

For demonstrations and rehearsals: whatever number is dialled rings here, so that nobody needs a
telephone to see a callback from its asking to its rating. It shows whole numbers.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.telephony.exchange import Stage
from turnero.telephony.numbers import written
from turnero.telephony.simulated import SimulatedExchange
from turnero.telephony.simulated.call import Seen
from turnero.web.forms import Form, read_form
from turnero.web.pages import by_htmx, page, see_other, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext

#: gives the exchange; None while it is not there, or not simulated
Find = Callable[[], SimulatedExchange | None]
KEYS: Final = tuple("123456789*0#")
#: the number from which this telephone rings us, if it shows one; a callback to it rings here
OWN: Final = "+51987654400"


class PressForm(Form, frozen=True, kw_only=True):
    """What is done with a telephone."""

    act: Literal["answer", "hang", "press", "ring-in", "ring-hidden"]
    leg: Annotated[str, Meta(max_length=80)] = ""
    digit: Annotated[str, Meta(max_length=1)] = ""


class HandsetPanel:
    """`data-live="handset"`: every telephone in use."""

    name = "handset"
    permission = "phones.hold"
    refresh_s: float | None = 1.0

    def __init__(self, find: Find) -> None:
        self._find = find

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return principal.within(principal.site or 1)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind.startswith(("leg-", "callback-"))

    def context(self) -> dict[str, Any]:
        """The telephones: those of patients in the hand, those of desks beside."""
        exchange = self._find()
        seen: list[Seen] = exchange.telephones() if exchange is not None else []
        over = Stage.ENDED
        live = [one for one in seen if one.stage is not over]
        return {
            "there": exchange is not None,
            "phones": [one for one in live if one.number.startswith("+") or one.inbound],
            "desks": [one for one in live if not one.number.startswith("+") and not one.inbound],
            "keys": KEYS,
            "written": written,
        }

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        return ctx.fragment(
            "telephony/handset.html", "phone", self.context(), site=site, language=language
        )


def routes(panel: HandsetPanel, find: Find) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/phone", opt={"permission": "phones.hold"})
    async def phone(request: PageRequest) -> Response[str]:
        """The telephone."""
        return page(request, "telephony/handset.html", panel.context(), site=request.user.site or 1)

    @post("/phone", opt={"permission": "phones.hold"}, status_code=200)
    async def act(request: PageRequest) -> Response[str]:
        """Answer, press, hang up, ring in."""
        form = await read_form(request, PressForm)
        exchange = find()
        if exchange is None:
            raise NotFound("address-unknown")
        done = True
        match form.act:
            case "answer":
                done = exchange.answer(form.leg)
            case "hang":
                done = exchange.hang(form.leg)
            case "press":
                done = form.digit in KEYS and exchange.press(form.leg, form.digit)
            case "ring-in" | "ring-hidden":
                exchange.ring_in(OWN if form.act == "ring-in" else None, "")
        if not done:
            raise Refused("phone-over")
        web_of(request).hub.poke("handset", request.user.site or 1)
        if not by_htmx(request):
            return see_other(request, "/phone")
        return page(
            request,
            "telephony/handset.html",
            panel.context(),
            block="phone",
            site=request.user.site or 1,
        )

    return [phone, act]
