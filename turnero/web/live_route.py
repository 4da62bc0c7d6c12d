"""`GET /live?view=name:language:arg&view=…`: the one stream of a window.

Each view is asked for with its own permission, by whichever of the browser's cookies has it:
the demo's window shows a kiosk, a board and a desk on one stream.
"""

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from litestar import asgi
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, ValidationException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from turnero.store.errors import NotFound, Refused
from turnero.web.guards import heard, identify
from turnero.web.live import Stream, event
from turnero.web.streaming import pour

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: views on one stream
MAX_VIEWS = 24


async def _join(web: "Web", stream: Stream, headers: dict[str, str], wanted: str) -> None:
    name, _, rest = wanted.partition(":")
    language, _, arg = rest.partition(":")
    try:
        view = web.hub.view(name)
        if language not in web.languages:
            raise NotFound("view-unknown")
        principal = await identify(web, headers, view.permission)
        await web.hub.join(stream, name, language, arg, principal)
    except Refused as refused:
        stream.put(wanted, event("refused", view=wanted, status=refused.status))


def live_handler(web: "Web") -> ASGIRouteHandler:
    """The route."""

    @asgi("/live", copy_scope=True, opt={"permission": "public"})
    async def live(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            raise MethodNotAllowedException
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        wanted = list(dict.fromkeys(value for name, value in query if name == "view"))
        if len(wanted) > MAX_VIEWS:
            raise ValidationException
        headers = heard(scope["headers"])
        stream = web.hub.open()
        try:
            for one in wanted:
                await _join(web, stream, headers, one)
        except BaseException:
            web.hub.leave(stream)
            raise
        await pour(stream.chunks(), receive, send)
        web.hub.leave(stream)

    return live
