"""Opened stores for tests: the real ledger on a scratch database of either kind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from turnero.store.clock import Clock
from turnero.store.ids import Ids
from turnero.store.ledger import Ledger
from turnero.store.opening import open_store
from turnero.store.writer import Writer


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
    store = open_store(folder, database, clock=clock, ids=ids, writer=writer)
    await store.ledger.start()
    try:
        yield store.ledger
    finally:
        await store.ledger.stop()
        store.close()
