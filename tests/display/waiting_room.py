"""A waiting room for tests: the small server on a real socket with this room alone, a loaded site,
and the people who act in it. The line is the real one; nobody plays the desk but its commands.
"""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar, cast

from tests.queue.hall import Hall
from tests.web.serving import Served
from turnero.display import slice as display
from turnero.display.settings import BoardState, state_of
from turnero.store import devices
from turnero.store.clock import VirtualClock

R = TypeVar("R")

SITE = """
[site]
key = "hnc"
name = "Hospital Dos de Mayo"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en"]

[[service]]
key = "caja"
prefix = "C"
all_day = true
name = { es = "Caja", en = "Cashier" }

[[service]]
key = "infecto"
prefix = "E"
all_day = true
name = { es = "VIH", en = "HIV" }
public_name = { es = "Consultorio 4", en = "Room 4" }

[[desk]]
key = "v1"
name = "Ventanilla 1"
primary = ["caja", "infecto"]

[[desk]]
key = "v2"
name = "Ventanilla 2"
primary = ["caja", "infecto"]

[[board]]
key = "hall-1"
name = "Sala"

[[board]]
key = "hall-2"
name = "Pasillo"
"""


class Room:
    """Starts with nobody in it and both desks open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Served(folder)
        self.url = self.server.url
        self.hall: Hall

    async def start(self) -> None:
        """Serve what is in the folder; nothing is remembered from before but that."""
        self.server.slices = [display.make(self.folder)]
        await asyncio.to_thread(self.server.start)
        ledger = self.server.web.ledger
        # The hall's own clock is only read from: here time is real.
        self.hall = Hall(ledger, cast("VirtualClock", ledger.clock))

    async def furnish(self) -> None:
        """Load the site and open its desks."""
        await self.act(self.hall.load(SITE))
        for desk in ("v1", "v2"):
            await self.act(self.hall.open(desk))

    async def stop(self) -> None:
        await asyncio.to_thread(self.server.stop)

    async def act(self, what: Coroutine[Any, Any, R]) -> R:
        """Do it where the server lives, and wait for it."""
        future = asyncio.run_coroutine_threadsafe(what, self.server.loop)
        return await asyncio.wrap_future(future)

    async def call(self, desk: str = "v1", service: str = "caja", **more: Any) -> tuple[str, str]:
        """Somebody takes a ticket and is called; the ticket and its number."""
        ticket = await self.act(self.hall.take(service, **more))
        await self.act(self.hall.call(ticket, desk))
        return ticket, (await self.act(self.hall.ticket(ticket))).number

    async def heard(self, board: str = "hall-1") -> BoardState | None:
        """What a board last said of itself."""
        ledger = self.server.web.ledger
        found = await self.act(ledger.read(devices.by_key, 1, "board", board))
        assert found is not None
        return state_of(found)
