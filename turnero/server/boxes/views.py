"""The live parts of the page of boxes: who asks to be let in, and those that were."""

from typing import Any, Final

from turnero.queue.facts import SiteLoaded
from turnero.queue.ready import SILENT_MS
from turnero.server.boxes import reads
from turnero.server.looks import SiteLooks
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.web.principal import Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: views that change when a box asks, or is answered
ASKING: Final = "boxes-asking"
KNOWN: Final = "boxes"
_LOADED: Final = str(SiteLoaded.__struct_config__.tag)


async def context(
    ledger: Ledger, now_ms: int, within: int | None, looks: SiteLooks
) -> dict[str, Any]:
    """What the page shows to somebody who manages that site, or all."""
    return {
        "asking": await ledger.read(reads.asking, now_ms),
        "boxes": await ledger.read(reads.boxes, within, now_ms),
        "sites": looks.sites,
        "now_ms": now_ms,
        "silent_ms": SILENT_MS,
        "within": within or 0,
    }


def stirred(web: Web, looks: SiteLooks) -> None:
    """A box asked or was answered: everybody who looks sees it at once."""
    for site in looks.sites:
        web.hub.poke(ASKING, site)
        web.hub.poke(KNOWN, site)


class _Boxes:
    permission = "boxes.manage"

    def __init__(self, looks: SiteLooks) -> None:
        self._looks = looks

    async def admit(self, _ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`. `arg` begins with the only site that is managed, 0 for all."""
        site = int(arg.partition("/")[0]) if arg.partition("/")[0].isdecimal() else -1
        if site != (principal.site or 0) or not self._looks.sites:
            raise NotFound("box-unknown")
        return site or min(self._looks.sites)

    def concerns(self, entry: Entry, _arg: str) -> bool:
        """See `View.concerns`: of all that is shown a site's journal has only which boxes it describes."""
        return entry.kind == _LOADED

    async def _drawn(self, ctx: LiveContext, site: int, arg: str, language: str, block: str) -> str:
        within, _, code = arg.partition("/")
        now_ms = ctx.web.clock.now_ms()
        shown = await context(ctx.ledger, now_ms, int(within) or None, self._looks)
        return ctx.fragment(
            "boxes/boxes.html", block, shown | {"code": code}, site=site, language=language
        )


class AskingView(_Boxes):
    """Who asks to be let in."""

    name = ASKING
    #: those whose time is over go, and another site may describe a box
    refresh_s: float | None = 10.0

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        return await self._drawn(ctx, site, arg, language, "asking")


class KnownView(_Boxes):
    """The boxes of the sites."""

    name = KNOWN
    #: they fall silent without a fact
    refresh_s: float | None = 10.0

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        return await self._drawn(ctx, site, arg, language, "known")
