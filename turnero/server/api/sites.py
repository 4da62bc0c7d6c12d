"""`GET /api/v1/sites`: the sites that the caller may act at, with services and desks."""

from litestar import get

from turnero.queue import reads
from turnero.queue.views import SiteView
from turnero.server.api.acting import language
from turnero.server.api.describing import described
from turnero.server.api.site_answers import Sites, site_of
from turnero.store.sql import Query
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest


@get(
    "/sites",
    **described(
        "Sites with their services and desks",
        "A token of one site sees that one. Service states and waits are those of this moment.",
        permission="sites.read",
        tag="Sites",
    ),
)
async def list_sites(request: PageRequest) -> Sites:
    """Every site, or the caller's own."""
    web, own = web_of(request), request.user.site
    views = await web.ledger.read(_views, own, web.clock.line_ms())
    spoken = language(request, own)
    return Sites([site_of(view, spoken) for view in views])


def _views(q: Query, own: int | None, now_ms: int) -> tuple[SiteView, ...]:
    if own is None:
        return reads.sites(q, now_ms)
    view = reads.site(q, own, now_ms)
    return () if view is None else (view,)
