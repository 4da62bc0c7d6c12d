"""SQLite behind the ledger: one write connection, WAL, every commit on the disk.

One write connection and `query_only` readers keep clear of the WAL-reset bug of SQLite
3.7.0 to 3.51.2; `synchronous=FULL` because NORMAL loses acknowledged tickets in a power cut.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

from turnero.store.errors import Unavailable
from turnero.store.facts import Entry
from turnero.store.readers import Reader, SqliteReader
from turnero.store.sql import Dialect
from turnero.store.tx import Cursor, Head
from turnero.store.writer import HEAD, NEW_HEAD

#: pages kept in memory by the writer, in KiB (negative: SQLite's notation for KiB)
_CACHE_KIB = -65536


class SqliteSession:
    """The write connection."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._connection = sqlite3.connect(
            path, isolation_level=None, cached_statements=512, timeout=5, check_same_thread=False
        )
        self._cursor = self._connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL" if durable else "synchronous=OFF",
            "foreign_keys=ON",
            "mmap_size=0",
            f"cache_size={_CACHE_KIB}",
            "journal_size_limit=67108864",
        ):
            self._cursor.execute(f"PRAGMA {pragma}").fetchall()

    def begin(self) -> Cursor:
        """See `Session.begin`."""
        self._cursor.execute("BEGIN IMMEDIATE")
        return self._cursor

    def in_transaction(self) -> bool:
        """See `Session.in_transaction`."""
        return self._connection.in_transaction

    def lost(self) -> bool:
        """See `Session.lost`: there is no server to lose."""
        return False

    def commit(self, entries: list[Entry]) -> None:
        """See `Session.commit`; nobody else reads this database, so there is nobody to signal."""
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        """See `Session.rollback`."""
        try:
            if self._connection.in_transaction:
                self._cursor.execute("ROLLBACK")
        except sqlite3.Error:
            self._connection.close()

    def heads(self, cursor: Cursor, site: int) -> Head:
        """See `Session.heads`; BEGIN IMMEDIATE has locked the whole database already."""
        cursor.execute(HEAD.plan("sqlite").sql, (site,))
        row = cursor.fetchone()
        if row is not None:
            return Head(*row)
        plan = NEW_HEAD.plan("sqlite")
        cursor.execute(plan.sql, plan.bind({"site": site, "seq": 0, "mac": b"", "line_ms": 0}))
        return Head(0, b"", 0)

    def told(self, error: Exception) -> Exception:
        """See `Session.told`. A broken constraint is a bug of ours, not a fault of the disk."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(
            error, sqlite3.IntegrityError | sqlite3.ProgrammingError
        ):
            return Unavailable(str(error))
        return error

    def close(self) -> None:
        """See `Session.close`."""
        self._connection.close()


class SqliteBackend:
    """A database file that this process alone writes to."""

    dialect: Dialect = "sqlite"
    alone = True

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """`durable=False` is for a rehearsal only: a power cut would lose what was answered."""
        self.path = path
        self._durable = durable

    def writer_name(self, site: int) -> str:
        """One writer for all sites."""
        return "store-writer"

    def open_session(self) -> SqliteSession:
        """See `Backend.open_session`."""
        return SqliteSession(self.path, durable=self._durable)

    def reader(self) -> Reader:
        """Connections that cannot write; each read is one snapshot."""
        return SqliteReader(self.path)

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Nobody else writes: wait until cancelled."""
        await asyncio.Event().wait()
