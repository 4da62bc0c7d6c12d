"""The store's tests run on both engines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from turnero.store.ledger import Ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite, else the URL of a fresh PostgreSQL database."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("migrated_postgres")
    return url


@pytest.fixture
async def ledger(database: str | None, tmp_path: Path) -> AsyncIterator[Ledger]:
    """A running ledger."""
    async with opened(tmp_path / "data", database) as running:
        yield running
