"""The demonstration's life: this machine only, its own data folder, its own front page."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from turnero.server.demo.seed import MARK, fill
from turnero.server.serve import Life
from turnero.server.settings import Settings, default_data
from turnero.store.opening import DATABASE

if TYPE_CHECKING:
    from turnero.server.rooms import Rooms
    from turnero.server.running import Running


def default_folder() -> Path:
    """Today's folder, so that each day begins with people who came today; yesterday's is removed."""
    all_days = default_data("demo")
    today = all_days / date.today().isoformat()  # noqa: DTZ011 - this machine's own day
    if all_days.is_dir():
        for old in all_days.iterdir():
            if old != today and (old / MARK).is_file():
                shutil.rmtree(old, ignore_errors=True)
    return today


def refusal(settings: Settings) -> str | None:
    """Why the demonstration cannot run with these settings, or None."""
    try:
        loopback = settings.host == "localhost" or ip_address(settings.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        return (
            f"the demonstration signs its visitors in, so it answers this machine only, not {settings.host}: "
            "leave --host out, or serve a site of your own without --demo"
        )
    if settings.postgres is not None:
        return "the demonstration uses SQLite: leave the setting `database` out"
    if (settings.data / DATABASE).exists() and not (settings.data / MARK).exists():
        return (
            f"{settings.data} holds an installation of your own, and the demonstration opens it to every "
            "visitor: choose another folder with --data, or serve it without --demo"
        )
    return None


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
