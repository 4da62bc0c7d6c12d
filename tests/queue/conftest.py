"""The hall that the queue's tests act in; time stands still unless a test moves it.

On SQLite, and on PostgreSQL too where a test is marked `both_engines`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.queue.clinic import WITH_PATH
from tests.queue.hall import MORNING_MS, Hall
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds


@pytest.fixture
def clock() -> VirtualClock:
    """A Monday morning in Lima."""
    return VirtualClock(MORNING_MS)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite, else the URL of a fresh PostgreSQL database."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("migrated_postgres")
        return url
    return None


@pytest.fixture
async def hall(clock: VirtualClock, tmp_path: Path, database: str | None) -> AsyncIterator[Hall]:
    """An open site with nobody in it."""
    async with opened(tmp_path / "data", database, clock=clock, ids=SeededIds(7)) as ledger:
        found = Hall(ledger, clock)
        await found.load()
        yield found


@pytest.fixture
async def clinic(hall: Hall) -> Hall:
    """The hall with a path, both desks at work."""
    await hall.load(WITH_PATH)
    await hall.open("v1")
    await hall.open("v2")
    return hall
