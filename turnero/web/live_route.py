"""`GET /live?view=name:language:arg&view=…`: the one stream of a window.

Each view is asked for with its own permission, by whichever of the browser's cookies has it:
the demo's window shows a kiosk, a board and a desk on one stream. It ends as soon as one of
them is worth nothing any more; the page then asks again with what it has.
"""

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from litestar import asgi
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, ValidationException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from turnero.store.errors import NotFound, Refused
from turnero.web.guards import address_of, heard, identify
from turnero.web.live import Stream, event
from turnero.web.principal import Principal
from turnero.web.streaming import pour

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: views on one stream
MAX_VIEWS = 24


#: what a view that nobody needs a proof for costs when it is not found, as its page does
_LIMIT = "public"


class _Asked(NamedTuple):
    """A view that a window wants, and who wants it, or why not."""

    key: str
    name: str
    language: str
    arg: str
    by: Principal | Refused


async def _asked(web: "Web", headers: dict[str, str], key: str) -> _Asked:
    name, _, rest = key.partition(":")
    language, _, arg = rest.partition(":")
    by: Principal | Refused
    try:
        view = web.hub.view(name)
        if language not in web.languages:
            raise NotFound("view-unknown")
        by = await identify(web, headers, view.permission)
    except Refused as refused:
        by = refused
    return _Asked(key, name, language, arg, by)


async def _all_asked(web: "Web", headers: dict[str, str], wanted: list[str]) -> list[_Asked]:
    """Who asks for each view; each proof holds at the moment this returns."""
    while True:
        ends = web.hub.seats.ends
        asked = [await _asked(web, headers, one) for one in wanted]
        if ends == web.hub.seats.ends:
            return asked


async def _join(web: "Web", stream: Stream, asked: _Asked, address: str) -> None:
    """Put a view on the stream, or say why not. Raises `TooMany` to who guesses."""
    if isinstance(asked.by, Refused):
        stream.put(asked.key, event("refused", view=asked.key, status=asked.by.status))
        return
    try:
        await web.hub.join(stream, asked.name, asked.language, asked.arg, asked.by)
    except Refused as refused:
        # Hundreds of phones behind one address come back at once after a restart, and none of
        # them guesses: only a wrong code is held against an address, and takes from nobody else's.
        if asked.by.role is None and isinstance(refused, NotFound):
            web.buckets.take(_LIMIT, address)
        stream.put(asked.key, event("refused", view=asked.key, status=refused.status))


def live_handler(web: "Web") -> ASGIRouteHandler:
    """The route."""

    @asgi("/live", copy_scope=True, opt={"permission": "public"})
    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            raise MethodNotAllowedException
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        wanted = list(dict.fromkeys(value for name, value in query if name == "view"))
        if not 1 <= len(wanted) <= MAX_VIEWS:
            raise ValidationException
        headers = heard(scope["headers"])
        address = address_of(web, scope, headers)
        asked = await _all_asked(web, headers, wanted)
        principals = [one.by for one in asked if isinstance(one.by, Principal)]
        stream = web.hub.open(principals, address)
        try:
            for one in asked:
                await _join(web, stream, one, address)
            if not stream.rooms:
                # It was said why; a place for which nothing comes is somebody else's.
                stream.over = True
            elif not stream.seat.principals:
                web.hub.seats.settle(stream.seat, stream.rooms[0].spot.arg)
            await pour(stream.chunks(), receive, send)
        finally:
            web.hub.leave(stream)

    return live
