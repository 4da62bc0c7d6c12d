"""`GET /api/v1/live`: a site's journal as an event stream, history first, then as it happens.

Each event's id is its journal number, so that a client that lost the connection goes on
where it was. Facts are encoded once however many streams take them.
"""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import HeaderParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from turnero.server.api.acting import site_number
from turnero.server.api.describing import described
from turnero.server.api.journal import LAST, After, SiteKey, fact_of
from turnero.store.facts import Entry
from turnero.web.guards import heard, identify
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest
from turnero.web.streaming import pour

_json = msgspec.json.Encoder()

_PERMISSION = "journal.read"

LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID", description="Sent by browsers that reconnect; beats `after`"
    ),
]


def encoded(entry: Entry) -> bytes:
    """A fact as an event: its id is its number, its data is as in the journal."""
    return b"id: %d\ndata: %s\n\n" % (entry.seq, _json.encode(fact_of(entry)))


@get(
    "/live",
    media_type="text/event-stream",
    **described(
        "What happens at a site, as it happens",
        "Server-sent events. Facts come without an event name, `id` their journal number and "
        "`data` as in the journal: first those after `after` (or `Last-Event-ID`), then each as it "
        "is kept. `hello` comes first, `beat` every five seconds, `reset` if the number is "
        "beyond the journal.",
        permission=_PERMISSION,
        tag="Journal",
        refuses=(404, 422),
    ),
)
async def live(
    request: PageRequest, site: SiteKey, after: After = 0, last: LastEventId = None
) -> ASGIApp:
    """The stream."""
    web = web_of(request)
    number = site_number(request, site)
    start = _number(last, after)

    async def stream(scope: Scope, receive: Receive, send: Send) -> Any:
        # Again, because what was proved at the gate may have been revoked since: from here on
        # the stream is told.
        principal = await identify(web, heard(scope["headers"]), _PERMISSION)
        seat = web.hub.seats.take([principal])
        try:
            await pour(web.hub.facts(number, start, encoded, seat), receive, send)
        finally:
            web.hub.seats.free(seat)

    return stream


def _number(last: str | None, after: int) -> int:
    """Where to begin. A header that is no number of ours is no reason to fail a reconnection."""
    if last is not None and last.isascii() and last.isdigit() and int(last) <= LAST:
        return int(last)
    return after
