"""The signs of a box: the room's own workers, with states that the server gives.

Between doorbells a state is good for a minute, so that a sign's own rounds ask nobody.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from turnero.device.box import Box
from turnero.device.link import News
from turnero.display.signs import reads
from turnero.display.signs.room import Signs
from turnero.display.signs.state import SignState
from turnero.display.signs.station import LedgerStation, Ring
from turnero.display.voice import espeak
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance
from turnero.display.voice.studio import Studio
from turnero.store.devices import Device
from turnero.web.slice import Slice

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: seconds for which a state is good without a doorbell
GOOD_S: Final = 60.0


class BoxStation(LedgerStation):
    """Signs and heartbeats in the box's own store, states from its server."""

    def __init__(self, box: Box) -> None:
        super().__init__(box.ledger)
        self._server = box
        self._known: dict[int, tuple[float, SignState]] = {}
        #: counts what made it worth nothing: an answer that was on its way then is of before
        self._rung = 0
        self._bells: asyncio.Queue[Ring] = asyncio.Queue()
        box.heard.append(self._heard)

    async def state(self, sign: Device) -> SignState:
        """See `Station.state`."""
        known = self._known.get(sign.id)
        if known is not None and time.monotonic() - known[0] < GOOD_S:
            return known[1]
        asked_s, rung = time.monotonic(), self._rung
        state = await self._server.link.sign(sign.key, SignState)
        if rung == self._rung:
            self._known[sign.id] = (asked_s, state)
        return state

    async def rings(self) -> AsyncGenerator[Ring, None]:
        """See `Station.rings`: the box's own, and the server's."""
        own = asyncio.create_task(self._own(), name="sign-rings")
        try:
            while True:
                yield await self._bells.get()
        finally:
            own.cancel()
            await asyncio.gather(own, return_exceptions=True)

    async def _own(self) -> None:
        async for ring in super().rings():
            if ring.devices:
                self._forget()
            self._bells.put_nowait(ring)

    def _heard(self, news: News) -> None:
        if not news.kind or news.kind in reads.KINDS:
            self._forget()
            if self._bells.empty():
                self._bells.put_nowait(Ring(self._server.site))

    def _forget(self) -> None:
        self._known.clear()
        self._rung += 1


def make(box: Box, data: Path) -> tuple[Slice, Signs]:
    """The slice: signs, and the voice that speaks the kiosk's pages."""
    signs = Signs()
    cache = Cache(data / "voice")

    async def paint(_web: "Web") -> None:
        def changed(site: int, *, news: bool) -> None:  # noqa: ARG001 - all of it is shown
            box.tell()

        await signs.run(BoxStation(box), changed)

    async def tidy(_web: "Web") -> None:
        await asyncio.to_thread(cache.sweep)

    slice_ = Slice(
        name="display",
        speech=Guidance(Studio(espeak.find(), cache)),
        tasks={"signs": paint, "display-tidy": tidy},
    )
    return slice_, signs
