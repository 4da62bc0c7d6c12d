"""`POST /api/v1/box/kiosk/{method}`: the kiosk's port, for the kiosks that a box hosts."""

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.kiosk import remote_shape
from turnero.kiosk.port import By, Held
from turnero.kiosk.scene import Connect
from turnero.queue.ranks import WALK_IN
from turnero.queue.requests import Issue
from turnero.server.api.acting import key_of
from turnero.server.boxes.hosting import actor_of, hosted
from turnero.store.devices import Device
from turnero.store.errors import Invalid, Refused
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_LONGEST: Final = 200


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
        shape = remote_shape.METHODS[method]
        given: dict[str, Any] = dict(arguments)
        if shape.sited:
            given["site"] = there.site
        if shape.acts:
            given["by"] = By(actor_of(request.user), key_of(request))
        said = await getattr(connect(web_of(request)), method)(**given)
        if isinstance(said, Held) and said.site != there.site:
            said = None  # another site's ticket is as unknown as one that never was
        return Response(remote_shape.answer(said), media_type="application/json")

    return kiosk


def _check(kiosk: Device, arguments: dict[str, Any]) -> None:
    """A kiosk speaks for itself alone, and gives what whoever stands there may take."""
    for value in arguments.values():
        match value:
            case Issue() if (value.place, value.channel) != (kiosk.key, "kiosk"):
                raise Refused("not-allowed", 403)
            case Issue() if value.origin != WALK_IN:
                raise Refused("not-allowed", 403)
            case Held() if value.site != kiosk.site:
                raise Refused("other-site", 403)
            case _:
                pass
    places = {arguments.get("key"), arguments.get("place")} - {None, kiosk.key}
    if places or arguments.get("device", kiosk.id) != kiosk.id:
        raise Refused("not-hosted", 403, device=kiosk.key)
