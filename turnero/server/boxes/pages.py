"""The administrator's page of boxes: who asks to be let in, and those that were."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from turnero.printer import handover
from turnero.server.accounts.answers import said, status_of
from turnero.server.boxes import commands, views
from turnero.server.looks import SiteLooks
from turnero.store.errors import Refused
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest

_OPT: dict[str, Any] = {"permission": "boxes.manage"}


class ApproveForm(Form, frozen=True, kw_only=True):
    """This box is that device."""

    code: Annotated[str, Meta(max_length=20)]
    device: int


class CodeForm(Form, frozen=True, kw_only=True):
    """A box that asked."""

    code: Annotated[str, Meta(max_length=20)]


async def show(
    request: PageRequest, looks: SiteLooks, refused: Refused | None = None
) -> Response[str]:
    """The page."""
    web = web_of(request)
    shown = await views.context(web.ledger, web.clock.now_ms(), request.user.site, looks)
    context = shown | {
        "code": _code(request.query_params.get("code", "")),
        "wrong": said(request, refused),
    }
    return page(request, "boxes/boxes.html", context, status=status_of(refused))


def routes(looks: SiteLooks) -> list[ControllerRouterHandler]:
    """The routes of this module."""

    async def done(
        request: PageRequest, command: Any, wanted: Any, key: str, *, then: Any = None
    ) -> Response[str]:
        """`then`: a command on the box, at the site that the first one returned."""
        ledger, actor = web_of(request).ledger, request.user.actor
        try:
            site = await ledger.run(command, wanted, site=0, actor=actor, key=key)
            if then is not None:
                await ledger.run(then, wanted.device, site=site, actor=actor)
        except Refused as refused:
            return await show(request, looks, refused)
        views.stirred(web_of(request), looks)
        return see_other(request, "/boxes")

    @get("/boxes", opt=_OPT)
    async def boxes_page(request: PageRequest) -> Response[str]:
        return await show(request, looks)

    @post("/boxes/approve", opt=_OPT, status_code=200)
    async def approve(request: PageRequest) -> Response[str]:
        form = await read_form(request, ApproveForm)
        wanted = commands.Approve(_code(form.code), form.device, request.user.site)
        return await done(
            request, commands.approve, wanted, form.idempotency_key, then=handover.replaced
        )

    @post("/boxes/refuse", opt=_OPT, status_code=200)
    async def refuse(request: PageRequest) -> Response[str]:
        form = await read_form(request, CodeForm)
        return await done(request, commands.refuse, _code(form.code), form.idempotency_key)

    @post("/boxes/{device:int}/roll", opt=_OPT, status_code=200)
    async def roll(request: PageRequest, device: FromPath[int]) -> Response[str]:
        form = await read_form(request, Form)
        wanted = commands.Change(device, request.user.site)
        return await done(request, commands.roll, wanted, form.idempotency_key)

    @post("/boxes/{device:int}/revoke", opt=_OPT, status_code=200)
    async def revoke(request: PageRequest, device: FromPath[int]) -> Response[str]:
        form = await read_form(request, Form)
        wanted = commands.Change(device, request.user.site)
        return await done(request, commands.revoke, wanted, form.idempotency_key)

    return [boxes_page, approve, refuse, roll, revoke]


def _code(typed: str) -> str:
    """A code as people write it: "bcdf ghjk" is BCDFGHJK."""
    return "".join(letter for letter in typed.upper() if letter.isalpha())[:20]
