"""Opened stores for tests: the real ledger on a scratch database of either kind.

Migrating takes longer than most tests: it is done once a run, and its result copied.
"""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path

import pytest

from tests.peers.postgres import PostgresServer
from turnero.store.clock import Clock
from turnero.store.ids import Ids
from turnero.store.ledger import Ledger
from turnero.store.migrate import migrate
from turnero.store.opening import DATABASE, open_store
from turnero.store.writer import Writer


@lru_cache
def _migrated() -> bytes:
    """An SQLite database of this version's shape, empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / DATABASE
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def put_database(folder: Path) -> None:
    """Put an empty, migrated SQLite database into a data folder that has none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / DATABASE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(_migrated())


@pytest.fixture
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty, migrated PostgreSQL database, this test's own."""
    address = postgres_server.prepared("migrated", migrate)
    yield address
    postgres_server.drop(address)


@asynccontextmanager
async def opened(
    folder: Path,
    database: str | None = None,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    writer: type[Writer] = Writer,
) -> AsyncIterator[Ledger]:
    """A running ledger; `database` is a PostgreSQL URL, None for SQLite in the folder."""
    if database is None:
        put_database(folder)
    store = open_store(folder, database, clock=clock, ids=ids, writer=writer)
    await store.ledger.start()
    try:
        yield store.ledger
    finally:
        await store.ledger.stop()
        store.close()
