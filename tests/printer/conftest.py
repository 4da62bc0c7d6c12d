"""The hall that the printer's tests act in; time stands still unless a test moves it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
import uvloop

from tests.peers.stores import opened
from tests.printer.spooling import Spooling
from tests.queue.hall import MORNING_MS
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds

#: modules that are run on another loop than asyncio's own: the server's, and `lp` on both
_LOOPS: Final = {
    "test_contract": ("uvloop",),
    "test_lines": ("uvloop",),
    "test_transports": ("uvloop",),
    "test_one_way": ("uvloop", "asyncio"),
}
_NEW: Final[dict[str, Callable[[], asyncio.AbstractEventLoop]]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.new_event_loop,
}


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Which loops a test of this folder is run on."""
    del config
    return {name: _NEW[name] for name in _LOOPS.get(item.path.stem, ("asyncio",))}


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite, else the URL of a fresh PostgreSQL database, for tests that ask for both
    engines (`BOTH`).
    """
    if getattr(request, "param", "sqlite") == "sqlite":
        return None
    url: str = request.getfixturevalue("migrated_postgres")
    return url


@pytest.fixture
async def hall(database: str | None, tmp_path: Path) -> AsyncIterator[Spooling]:
    """A site with a kiosk, two printers and nobody in it."""
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", database, clock=clock, ids=SeededIds(7)) as ledger:
        found = Spooling(ledger, clock)
        await found.start()
        yield found
