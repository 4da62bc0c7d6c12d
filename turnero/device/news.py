"""The doorbell: a box follows its site's journal, from the number that it heard last.

What it hears are signals only. Jobs, states and descriptions are asked for afterwards, so that
hearing something twice does no harm.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from turnero.device.box import Box
from turnero.device.heart import Heart
from turnero.device.link import News, Pause
from turnero.kiosk.views import AHEAD, LEVERS, LIFE, LINES, MOVES, TOLD
from turnero.queue.facts import SiteLoaded
from turnero.store.errors import TurneroError

log = logging.getLogger("turnero.device")

_LOADED: Final = str(SiteLoaded.__struct_config__.tag)
#: seconds between two renderings of the kiosk's live parts, each of which asks the server
PACE_S: Final = 1.0
#: live view of the kiosk's pages -> facts after which it may show something else
_VIEWS: Final = {
    "kiosk": LINES | LEVERS | TOLD,
    "kiosk-service": LINES | LEVERS | TOLD,
    "kiosk-ticket": LIFE | MOVES,
    "kiosk-help": frozenset({"help-acknowledged", "help-escalated"}),
    "ticket": LIFE | MOVES | TOLD | AHEAD,
}


class Follower:
    """Follows the site while the server answers."""

    def __init__(self, box: Box, heart: Heart) -> None:
        self._box = box
        self._heart = heart

    async def run(self) -> None:
        """Follow until cancelled."""
        box, pause = self._box, Pause()
        while True:
            await box.link.wait_online()
            try:
                if box.config is not None:
                    await self._follow(box.config.site_key, pause)
            except TurneroError as error:
                log.info("news: %s", error)
            await pause.rest()

    async def _follow(self, site: str, pause: Pause) -> None:
        box = self._box
        async for news in box.link.news(site, box.seq):
            if box.config is None or box.config.site_key != site:
                return
            pause.well()
            box.seq = news.seq
            if news.kind == _LOADED:
                self._heart.ring()
            for call in box.heard:
                call(news)


class Ringer:
    """Rings the live parts of the kiosk's pages: what the server says of them has changed."""

    def __init__(self, box: Box, poke: Callable[[str, int], None]) -> None:
        """`poke`: called with a live view and a site."""
        self._box = box
        self._poke = poke
        self._wanted: set[str] = set()
        self._resting: asyncio.TimerHandle | None = None
        box.heard.append(self._heard)

    def ring_all(self) -> None:
        """Everything may be shown otherwise: the server went, or is back."""
        self._heard(News(0))

    def _heard(self, news: News) -> None:
        self._wanted |= {
            view for view, kinds in _VIEWS.items() if not news.kind or news.kind in kinds
        }
        if self._resting is None:
            self._ring()

    def _ring(self) -> None:
        """At once after a rest, then at a pace: a busy site has dozens of facts a second."""
        self._resting = None
        wanted, self._wanted = self._wanted, set()
        if not wanted:
            return
        for view in wanted:
            self._poke(view, self._box.site)
        self._resting = asyncio.get_running_loop().call_later(PACE_S, self._ring)
