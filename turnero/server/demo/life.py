"""The demonstration's life: a store that is filled when it is new, and its own front page."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from turnero.server.demo.seed import fill
from turnero.server.serve import Life
from turnero.server.settings import Settings
from turnero.store.opening import DATABASE

if TYPE_CHECKING:
    from turnero.server.rooms import Rooms
    from turnero.server.running import Running


def demo_life(settings: Settings, show: Callable[[str], None]) -> Life:
    """A life whose store is filled first if it is new. `show` is called with the address."""

    async def prepare() -> None:
        if not (settings.data / DATABASE).exists():
            # On a loop of its own in a thread: the server's loop answers meanwhile.
            await asyncio.to_thread(asyncio.run, fill(settings.data))

    def rooms() -> "Rooms":
        from turnero.server.demo.slice import make  # noqa: PLC0415 - with the rooms, see rooms.py
        from turnero.server.rooms import Rooms  # noqa: PLC0415

        return Rooms(front=make)

    def started(_running: "Running", address: str) -> None:
        show(address)

    return Life(settings, prepare=prepare, rooms=rooms, started=started)
