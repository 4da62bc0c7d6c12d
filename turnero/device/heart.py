"""The box's heart: it tells the server every 20 seconds how it is, and learns what changed."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any, Final

import httpx
import msgspec

from turnero import __version__
from turnero.boxes.protocol import BEAT_S, Beat
from turnero.device import jobs
from turnero.device.box import Box
from turnero.device.link import Pause
from turnero.store import devices
from turnero.store.errors import NotFound, Refused, TurneroError
from turnero.store.sql import Query

log = logging.getLogger("turnero.device")

#: a device's own word older than this is told no more: it would look alive
FRESH_MS: Final = 60_000
#: seconds between two tries with a token that the server does not know: it may know it again
REVOKED_S: Final = 60.0
#: seconds between two questions to the outside address
PING_S: Final = 60.0
_WRONG: Final = 400


class Heart:
    """See the module's text."""

    def __init__(self, box: Box, beat_s: float = BEAT_S) -> None:
        self._box = box
        self._beat_s = beat_s
        self._bell = asyncio.Event()
        #: what the kiosk holds for the server while it works by itself: tickets and ratings
        self.backlog = 0
        #: since when it does, wall clock
        self.offline_ms: int | None = None
        box.link.changed.append(self._look)

    def ring(self) -> None:
        """Beat now rather than in a while: something is to be told, or asked."""
        self._bell.set()

    def _look(self) -> None:
        if self._box.link.standing == "connecting":
            self.ring()

    async def run(self) -> None:
        """Beat until cancelled."""
        box, pause = self._box, Pause()
        while True:
            self._bell.clear()
            rest_s = self._beat_s
            if box.link.standing == "unpaired":
                await self._bell.wait()
                continue
            try:
                await self._beat()
                pause.well()
            except Refused as refused:
                if box.link.standing == "revoked":
                    rest_s = REVOKED_S
                else:
                    log.warning("the server does not take the heartbeat: %s", refused)
                    if isinstance(refused, NotFound):
                        box.dropped = refused.code
                        box.tell()
            except TurneroError as error:
                log.info("no heartbeat: %s", error)
                await pause.rest()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await self._bell.wait()

    async def _beat(self) -> None:
        box = self._box
        beaten = await box.link.beat(await self.said())
        if box.dropped is not None:
            box.dropped = None
            box.tell()
        if beaten.token is not None:
            box.take_over(beaten.token)
            self.ring()  # its first use ends the one before
        await box.serve(beaten.version)
        if box.config is None or box.config.version != beaten.config:
            await box.configure(await box.link.config())
            self.ring()
        await box.keep_seq()

    async def said(self) -> Beat:
        """How the box is."""
        box = self._box
        now_ms = box.ledger.clock.now_ms()
        return Beat(
            version=__version__,
            config=box.config.version if box.config is not None else "",
            uptime_s=box.uptime_s,
            clock_ms=time.time_ns() // 1_000_000,
            seq=box.seq or 0,
            spool=await box.ledger.read(jobs.under_way),
            backlog=self.backlog,
            offline_ms=self.offline_ms,
            devices=await box.ledger.read(_devices, box.site, now_ms),
        )


def _devices(q: Query, site: int, now_ms: int) -> dict[int, msgspec.Raw]:
    """What each device said of itself, if it did lately."""
    return {
        one.id: msgspec.Raw(one.state.encode())
        for one in devices.of_site(q, site)
        if one.state is not None
        and one.heard_ms is not None
        and abs(now_ms - one.heard_ms) < FRESH_MS
    }


async def ping(box: Box, every_s: float = PING_S) -> None:
    """Ask the outside address while all is well; whoever waits there raises the alarm when nobody does."""
    more: dict[str, Any] = {"timeout": 10.0, "trust_env": False, "follow_redirects": True}
    async with httpx.AsyncClient(**more) as client:
        while True:
            await box.link.wait_online()
            if box.ledger.broken is None:
                # Neither its address nor an error that holds it: whoever knows it can feign this box.
                try:
                    status = (await client.get(box.settings.ping)).status_code
                    if status >= _WRONG:
                        log.warning("the outside address answers %s", status)
                except httpx.HTTPError as error:
                    log.warning("the outside address does not answer: %s", type(error).__name__)
            await asyncio.sleep(every_s)
