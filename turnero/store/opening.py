"""Opening an installation's store: lock, migrations, key, ledger, in that order."""

import os
from pathlib import Path

from turnero.store.clock import Clock, SystemClock
from turnero.store.ids import Ids, SystemIds
from turnero.store.keys import load_key
from turnero.store.ledger import Backend, Ledger
from turnero.store.lock import DataLock
from turnero.store.migrate import migrate
from turnero.store.sqlite import SqliteBackend
from turnero.store.writer import Writer

#: the database's name in the data folder
DATABASE = "turnero.db"


class Store:
    """An opened installation. `close` after the ledger was stopped."""

    def __init__(self, ledger: Ledger, lock: DataLock | None) -> None:
        self.ledger = ledger
        self._lock = lock

    def close(self) -> None:
        """Let another process have the data folder."""
        if self._lock is not None:
            self._lock.release()


def open_store(
    folder: Path,
    database: str | None = None,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    writer: type[Writer] = Writer,
) -> Store:
    """Open the store of a data folder; blocking, so call it in a thread.

    `database` is a `postgresql://` URL, or None for SQLite in the folder. Raises `Occupied`
    when another process writes to the folder (SQLite), `MigrationError` for a newer database.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    backend: Backend
    lock: DataLock | None = None
    if database is None:
        lock = DataLock(folder)
        lock.acquire()
        path = folder / DATABASE
        # Before SQLite makes it readable for everybody; its log takes the same rights.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        url = f"sqlite:///{path}"
        backend = SqliteBackend(path)
    else:
        # Imported only where it is used: SQLite installations need no PostgreSQL client.
        from turnero.store.postgres import PostgresBackend  # noqa: PLC0415

        url = database
        backend = PostgresBackend(database)
    try:
        migrate(url, keep=folder / "before-upgrade.db" if database is None else None)
        key = load_key(folder, "journal")
    except BaseException:
        if lock is not None:
            lock.release()
        raise
    ledger = Ledger(
        backend, key=key, clock=clock or SystemClock(), ids=ids or SystemIds(), writer=writer
    )
    return Store(ledger, lock)
