"""The hall that the printer's tests act in; time stands still unless a test moves it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.printer.spooling import Spooling
from tests.queue.hall import MORNING_MS
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds


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
