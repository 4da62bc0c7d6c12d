"""`GET /api/v1/sites/{site}/board`: the calls and who waits, as a board shows them."""

from litestar import get

from turnero.queue import reads
from turnero.server.api.acting import language, site_number
from turnero.server.api.describing import SiteInPath, described
from turnero.server.api.site_answers import Board, board_of
from turnero.store.errors import NotFound
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest


@get(
    "/sites/{site:str}/board",
    **described(
        "What the board shows",
        "Public names only. `seq` is the journal number it was read at: follow `/live` from there.",
        permission="board.read",
        tag="Sites",
        refuses=(404,),
    ),
)
async def board(request: PageRequest, site: SiteInPath) -> Board:
    """What the board shows."""
    web = web_of(request)
    number = site_number(request, site)
    view = await web.ledger.read(reads.board, number, None, web.clock.line_ms())
    if view is None:
        raise NotFound("site-unknown", site=site)
    return board_of(view, language(request, number))
