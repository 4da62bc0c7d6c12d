"""`POST /api/v1/box/kiosk/{method}`: the kiosk's port, for the kiosks that a box hosts.

Whoever has a box's token can do what somebody at its kiosk can, and no more: a ticket is its
holder's, who has its code, and codes are not to be had by numbers that are called out, or by trying.
"""

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec.structs import replace

from turnero.kiosk import remote_shape
from turnero.kiosk.port import By, CallWish, Held, KioskPort
from turnero.kiosk.scene import Connect
from turnero.queue import refusals
from turnero.queue.ranks import WALK_IN
from turnero.queue.requests import Issue, Rate
from turnero.server.api.acting import key_of
from turnero.server.boxes.hosting import actor_of, hosted
from turnero.server.boxes.messages import state
from turnero.store.devices import Device
from turnero.store.errors import Invalid, Refused
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_LONGEST: Final = 200
#: methods that look for a ticket: what is not found was tried
_SEARCHES: Final = frozenset({"find", "find_short", "find_number"})
#: what acts and tries are counted as, as on the pages of the kiosk
_LIMIT: Final = "kiosk"
#: what whoever has only a number may do too
_BY_NUMBER: Final = "come_back"


def route(connect: Connect, work: dict[str, Any]) -> HTTPRouteHandler:
    """The route. `connect`: gives the port."""

    @post("/kiosk/{method:str}", opt=work, status_code=200)
    async def kiosk(request: PageRequest, method: FromPath[str]) -> Response[bytes]:
        try:
            key, arguments = remote_shape.asked(method, await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise Invalid("message-wrong", why=str(wrong)[:_LONGEST]) from None
        there = await hosted(request, "kiosk", key)
        _check(there, arguments)
        web = web_of(request)
        port = connect(web)
        if method != _BY_NUMBER:
            await _check_holder(port, arguments)
        shape = remote_shape.METHODS[method]
        given: dict[str, Any] = dict(arguments)
        if shape.sited:
            given["site"] = there.site
        if shape.acts:
            given["by"] = By(actor_of(request.user), key_of(request))
        client = f"{actor_of(request.user)}/{there.key}"
        if shape.acts or method in _SEARCHES:
            web.buckets.take(_LIMIT, client)
        said = await getattr(port, method)(**given)
        if isinstance(said, Held) and said.site != there.site:
            said = None  # another site's ticket is as unknown as one that never was
        if method in _SEARCHES and said is not None:
            web.buckets.give_back(_LIMIT, client)
        if method == "find_number" and said is not None:
            said = replace(said, paper=replace(said.paper, code=""), url=None)
        return Response(remote_shape.answer(said), media_type="application/json")

    return kiosk


def _check(kiosk: Device, arguments: dict[str, Any]) -> None:
    """A kiosk speaks for itself alone, and gives what whoever stands there may take."""
    for value in arguments.values():
        match value:
            case Issue() if (value.place, value.channel) != (kiosk.key, "kiosk"):
                raise Refused("not-allowed", 403)
            case CallWish() if (value.place, value.ticket) != (kiosk.key, None):
                raise Refused("not-allowed", 403)
            case Issue() if value.origin != WALK_IN:
                raise Refused("not-allowed", 403)
            case Held() if value.site != kiosk.site:
                raise Refused("other-site", 403)
            case Rate() if value.place not in (None, kiosk.key):
                raise Refused("not-hosted", 403, device=kiosk.key)
            case bytes():  # how the kiosk is
                state(value)
            case _:
                pass
    places = {arguments.get("key"), arguments.get("place")} - {None, kiosk.key}
    if places or arguments.get("device", kiosk.id) != kiosk.id:
        raise Refused("not-hosted", 403, device=kiosk.key)


async def _check_holder(port: KioskPort, arguments: dict[str, Any]) -> None:
    """Who acts on a ticket has its code: its id stands in the journal. Raises `NotFound`."""
    held, rating = arguments.get("held"), arguments.get("request")
    if not isinstance(held, Held):
        return
    found = await port.find(held.code)
    named = {held.ticket.id, rating.ticket} if isinstance(rating, Rate) else {held.ticket.id}
    if found is None or {found.ticket.id} != named:
        raise refusals.unknown("ticket-unknown")
