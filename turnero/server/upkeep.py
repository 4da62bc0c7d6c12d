"""Backup, restore and verification, as the command line asks for them. No server is needed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from turnero.server.settings import Settings
from turnero.store import backup, journal
from turnero.store.clock import SystemClock
from turnero.store.errors import TurneroError
from turnero.store.ids import SystemIds
from turnero.store.journal import Verdict
from turnero.store.keys import load_key
from turnero.store.ledger import Ledger
from turnero.store.lock import DataLock
from turnero.store.opening import DATABASE
from turnero.store.sql import Query
from turnero.store.sqlite import SqliteBackend

T = TypeVar("T")

KEY = "journal"


class UpkeepError(TurneroError):
    """It cannot be done; the message says why and what to do."""


def database_of(settings: Settings) -> Path:
    """The SQLite file. Raises `UpkeepError` for PostgreSQL, which has its own tools."""
    if settings.postgres is not None:
        raise UpkeepError(
            "this installation keeps its data in PostgreSQL: use pg_dump and pg_restore"
        )
    return settings.data / DATABASE


def key_of(settings: Settings) -> bytes:
    """The journal's key, which must exist: a fresh one would fit nothing."""
    path = settings.data / "keys" / f"{KEY}.key"
    if not path.is_file():
        raise UpkeepError(
            f"the key {path} is missing: without it no journal can be checked. "
            "Put the folder `keys` back from where you keep it"
        )
    return load_key(settings.data, KEY)


def read(settings: Settings, function: Callable[[Query], T]) -> T:
    """Read the database once, also while a server runs. Raises `UpkeepError` when there is none."""

    async def once() -> T:
        if settings.postgres is None:
            path = database_of(settings)
            if not path.is_file():
                raise UpkeepError(
                    f"there is no database at {path}: check --data, or start the server once"
                )
            ledger = Ledger(SqliteBackend(path), key=b"", clock=SystemClock(), ids=SystemIds())
        else:
            from turnero.store.postgres import PostgresBackend  # noqa: PLC0415 - as in opening.py

            backend = PostgresBackend(settings.postgres)
            ledger = Ledger(backend, key=b"", clock=SystemClock(), ids=SystemIds())
        await ledger.start()
        try:
            return await ledger.read(function)
        finally:
            await ledger.stop()

    return asyncio.run(once())


def verify_journals(settings: Settings) -> list[Verdict]:
    """Check every site's chain of facts; the first broken place of each, if any."""
    key = key_of(settings)
    return read(settings, lambda q: [journal.verify(q, site, key) for site in journal.sites(q)])


def make_backup(settings: Settings, file: Path) -> str:
    """Copy the database to a new file, and look through the copy. Says what is in it."""
    database = database_of(settings)
    backup.backup(database, file)
    keys = settings.data / "keys"
    summary = backup.check(file, key_of(settings))
    return f"{file}: {_holds(summary)}. The keys are not in it: keep a copy of {keys} elsewhere"


def bring_back(settings: Settings, file: Path) -> str:
    """Put a backup in the database's place. Raises `Occupied` while a server runs."""
    database = database_of(settings)
    key = key_of(settings)
    with DataLock(settings.data):
        summary = backup.restore(file, database, key)
    return (
        f"{database}: {_holds(summary)}. Tokens and accounts are as they were then: what was "
        "revoked since is valid again (turnero token list)"
    )


def _holds(summary: backup.Summary) -> str:
    facts = sum(summary.facts.values())
    sites = sum(1 for site in summary.facts if site)
    return f"{facts} facts of {sites} sites, {summary.bytes / 1e6:.1f} MB, every chain holds"
