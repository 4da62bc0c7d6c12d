"""Content on a board: its live part, its pictures, and how a part of it will look before it is stored."""

from typing import TYPE_CHECKING, Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.display.content.turns import Item, Place, turns
from turnero.display.views import split
from turnero.queue import reads, site_content
from turnero.queue.site_shape import ContentPart
from turnero.store import devices
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.languages import Translator, translator
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext

if TYPE_CHECKING:
    from turnero.web.wiring import Web

_KEEP = {"cache-control": "private, max-age=31536000, immutable"}


def read(q: Query, site: int, key: str) -> tuple[tuple[ContentPart, ...], frozenset[str], str]:
    """The site's content, the pictures there are, and the zone of that board."""
    device = devices.by_key(q, site, "board", key) if key else None
    there = frozenset(one.digest for one in reads.pictures(q, site))
    return site_content.read(q, site), there, device.zone if device else ""


async def items(web: "Web", site: int, key: str, language: str) -> tuple[Item, ...]:
    """What takes turns on that board, its own language first."""
    parts, pictures, zone = await web.ledger.read(read, site, key)
    return _turns(web, site, parts, pictures, Place(key, zone, _languages(web, site, language)))


def _languages(web: "Web", site: int, language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((language, *web.looks.look(site).languages)))


def _turns(
    web: "Web",
    site: int,
    parts: tuple[ContentPart, ...],
    pictures: frozenset[str],
    place: Place,
) -> tuple[Item, ...]:
    look = web.looks.look(site)

    def say(name: str) -> Translator:
        return translator(name, look.profile)

    return turns(parts, pictures, place, look, say, web.clock.now_ms())


def context(found: tuple[Item, ...], site: int) -> dict[str, Any]:
    """Of the template's block `turns`."""
    return {"items": found, "pictures": f"/display/picture/{site}"}


class ContentLive:
    """`data-live="board-content" data-live-arg="<site number>/<board key>"`."""

    name = "board-content"
    permission = "board.show"
    #: windows reach some days ahead; a new day brings another
    refresh_s: float | None = 600.0

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site, _ = split(arg)
        if ctx.web.looks.look(site).number != site:
            raise NotFound("site-unknown", site=str(site))
        return principal.within(site)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind == "site-loaded"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        found = await items(ctx.web, site, split(arg)[1], language)
        shown = context(found, site)
        return ctx.fragment("display/board.html", "turns", shown, site=site, language=language)


async def preview(request: PageRequest, *, site: int, part: object) -> str:
    """Fills the slot `admin.preview`: how a part of the content will look, on every board that shows it."""
    if not isinstance(part, ContentPart):
        return ""
    web = web_of(request)
    look = web.looks.look(site)
    _, pictures, _ = await web.ledger.read(read, site, "")
    always = ContentPart(part.key, part.name, part.sort, part.text, part.picture, part.alt)
    place = Place("", "", _languages(web, site, look.languages[0]))
    shown = context(_turns(web, site, (always,), pictures, place), site)
    language = language_of(request, look, web.languages)
    return web.render("display/content.html", shown, block="preview", site=site, language=language)


def routes() -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/display/picture/{site:int}/{name:str}", opt={"permission": "board.show"})
    async def picture(
        request: PageRequest, site: FromPath[int], name: FromPath[str]
    ) -> Response[bytes]:
        """A picture of a site's content, by its digest."""
        request.user.within(site)
        digest = name.removesuffix(".webp")
        data = await web_of(request).ledger.read(reads.picture_data, site, digest)
        if data is None:
            raise NotFound("picture-unknown")
        return Response(data, media_type="image/webp", headers=_KEEP)

    return [picture]
