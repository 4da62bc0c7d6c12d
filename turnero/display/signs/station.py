"""Where the signs' states come from and where their heartbeats go: a port with the ledger behind
it on a server. A box beside the hardware has another one, which asks the server.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Protocol

import msgspec

from turnero.display.signs import reads
from turnero.display.signs.face import Face
from turnero.display.signs.port import Reason, Result
from turnero.display.signs.state import SignState
from turnero.queue.facts import SiteLoaded
from turnero.store import devices, journal
from turnero.store.devices import Device
from turnero.store.errors import Unavailable
from turnero.store.ledger import Ledger

log = logging.getLogger("turnero.display")

_LOADED = str(SiteLoaded.__struct_config__.tag)


class SignBeat(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a sign: its heartbeat, as JSON."""

    #: what it shows, or should
    face: Face
    result: Result
    reason: Reason | None = None
    #: since when it is not well, wall clock; None: it is
    since_ms: int | None = None


class Ring(msgspec.Struct, frozen=True):
    """Something may be new at this site."""

    site: int
    #: there may be other signs, or others' settings
    devices: bool = False


class Station(Protocol):
    """What the room of signs needs of the world."""

    def now_ms(self) -> int:
        """Wall clock."""
        ...

    async def signs(self) -> list[Device]:
        """The signs that this process paints. `Unavailable`."""
        ...

    async def state(self, sign: Device) -> SignState:
        """All that it has to show now. Raises `TurneroError` or `OSError` while nobody knows."""
        ...

    async def heard(self, sign: Device, beat: SignBeat) -> None:
        """Note how it is. Raises as `state` does."""
        ...

    def rings(self) -> AsyncGenerator[Ring, None]:
        """Doorbells, until the station closes; a ring too many does no harm."""
        ...


class LedgerStation:
    """The signs of this installation, by its own ledger. `box`: those that this box hosts; None:
    those that none does.
    """

    def __init__(self, ledger: Ledger, box: str | None = None) -> None:
        self._ledger = ledger
        self._box = box
        self._rings: asyncio.Queue[Ring] = asyncio.Queue()
        self._followers: dict[int, asyncio.Task[None]] = {}

    def now_ms(self) -> int:
        """See `Station.now_ms`."""
        return self._ledger.clock.now_ms()

    async def signs(self) -> list[Device]:
        """See `Station.signs`."""
        found = await self._ledger.read(reads.signs)
        return [one for one in found if one.setting("box") == self._box]

    async def state(self, sign: Device) -> SignState:
        """See `Station.state`."""
        return await self._ledger.read(reads.state, sign, self._ledger.clock.line_ms())

    async def heard(self, sign: Device, beat: SignBeat) -> None:
        """See `Station.heard`."""
        said = devices.Beat(sign.id, msgspec.json.encode(beat).decode())
        await self._ledger.run(devices.beat, said, site=sign.site, actor="system")

    async def rings(self) -> AsyncGenerator[Ring, None]:
        """See `Station.rings`."""
        watching = asyncio.create_task(self._watch(), name="sign-sites")
        try:
            while True:
                yield await self._rings.get()
        finally:
            watching.cancel()
            for task in self._followers.values():
                task.cancel()
            await asyncio.gather(watching, *self._followers.values(), return_exceptions=True)
            self._followers.clear()

    async def _watch(self) -> None:
        """Follow every site's journal, those too that come later."""
        changes = self._ledger.hub.changes()
        waiting = asyncio.ensure_future(anext(changes))
        # It listens before the sites are looked up: one loaded meanwhile is heard of.
        await asyncio.sleep(0)
        try:
            while True:
                await self._follow_new()
                await asyncio.shield(waiting)
                waiting = asyncio.ensure_future(anext(changes))
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

    async def _follow_new(self) -> None:
        try:
            sites = await self._ledger.read(journal.sites)
            for site in sites:
                if site and site not in self._followers:
                    head = await self._ledger.read(journal.head_seq, site)
                    self._followers[site] = asyncio.create_task(
                        self._follow(site, head), name=f"signs-of-{site}"
                    )
                    self._rings.put_nowait(Ring(site, devices=True))
        except Unavailable:
            log.warning("the sites cannot be looked up; the next change tries again")

    async def _follow(self, site: int, after: int) -> None:
        async for entries in self._ledger.follow(site, after):
            kinds = {entry.kind for entry in entries}
            if kinds & reads.KINDS:
                self._rings.put_nowait(Ring(site, devices=_LOADED in kinds))
