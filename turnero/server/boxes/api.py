"""`/api/v1/box`: what boxes ask. Messages are `turnero.boxes.protocol`'s."""

from typing import Any, Final

from litestar import Router, get, post

from turnero.boxes import protocol
from turnero.boxes.protocol import Beat, Beaten, BoxConfig, Pair, Paired, Pairing, Poll
from turnero.kiosk.scene import Connect
from turnero.server.api.answering import JsonAnswer
from turnero.server.boxes import asking, kiosk_api, printing, uploading, views
from turnero.server.boxes.messages import read_message
from turnero.server.boxes.service import Boxes
from turnero.server.looks import SiteLooks
from turnero.store.errors import Invalid
from turnero.web.guards import address_of, heard
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_WORK: Final[dict[str, Any]] = {"permission": "box.work"}
_ASK: Final[dict[str, Any]] = {"permission": "public", "limit": "pairing"}
#: what a question with a wrong secret is counted as; all boxes of a hospital may ask from one address
_GUESS: Final = "public"
#: characters of what a box says of itself
_LONGEST: Final = 200


def routes(public_address: str, connect: Connect, looks: SiteLooks) -> Router:
    """The routes. `public_address`: where phones and boxes reach this server, "" when they do not.
    `connect`: gives the kiosk's port.
    """

    def boxes(request: PageRequest) -> Boxes:
        web = web_of(request)
        return Boxes(web.ledger, public_address, web.assets.version)

    @post("/pair", opt=_ASK, status_code=200)
    async def pair(request: PageRequest) -> Pairing:
        wanted = await read_message(request, Pair)
        if max(map(len, (wanted.fingerprint, wanted.version, wanted.hardware))) > _LONGEST:
            raise Invalid("message-wrong", why="too long")
        here = f"{request.url.scheme}://{request.headers.get('host', '')}"
        pairing = await boxes(request).ask(wanted, here)
        views.stirred(web_of(request), looks)
        return pairing

    @post("/pair/poll", opt={"permission": "public"}, status_code=200)
    async def poll(request: PageRequest) -> Paired:
        stands = await boxes(request).fetch((await read_message(request, Poll)).secret)
        if stands.state == "expired":
            web = web_of(request)
            address = address_of(web, request.scope, heard(request.scope["headers"]))
            web.buckets.take(_GUESS, address)
        return stands

    @get("/config", opt=_WORK)
    async def config(request: PageRequest) -> BoxConfig:
        return await boxes(request).config(request.user)

    @post("/beat", opt=_WORK, status_code=200)
    async def beat(request: PageRequest) -> Beaten:
        return await boxes(request).beat(request.user, await read_message(request, Beat))

    return Router(
        protocol.BASE,
        response_class=JsonAnswer,
        route_handlers=[
            *(pair, poll, config, beat),
            kiosk_api.route(connect, _WORK),
            *printing.routes(public_address, _WORK),
            *uploading.routes(_WORK),
            *asking.routes(connect, _WORK),
        ],
    )
