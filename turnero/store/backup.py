"""Backups of an SQLite installation, taken while it runs, and bringing one back.

A backup is one database file. Keys are not in it: whoever finds a backup must not find
with it what protects it.
"""

import os
import sqlite3
from pathlib import Path

import msgspec

from turnero.store import journal
from turnero.store.errors import TurneroError
from turnero.store.sql import Statement


class BackupError(TurneroError):
    """The backup could not be made or used; the message says why."""


class Summary(msgspec.Struct, frozen=True):
    """What a database file holds."""

    #: facts of each site, by its number
    facts: dict[int, int]
    bytes: int


class FileQuery:
    """A `Query` on a database file that nobody writes to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: Statement, /, **params: object) -> list[object]:
        """See `Query.rows`."""
        plan = statement.plan("sqlite")
        return [plan.make(row) for row in self._connection.execute(plan.sql, plan.bind(params))]

    def row(self, statement: Statement, /, **params: object) -> object | None:
        """See `Query.row`."""
        found = self.rows(statement, **params)
        return found[0] if found else None


def backup(database: Path, target: Path) -> None:
    """Copy a database, also one in use, to a file that must not exist yet."""
    if target.exists():
        msg = f"{target} exists already: choose another name"
        raise BackupError(msg)
    if not database.exists():
        msg = f"there is no database at {database}"
        raise BackupError(msg)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Codes of tickets and hashes of passwords are in it: nobody else on the machine reads it.
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(database, isolation_level=None, timeout=10)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        msg = f"the backup failed: {error}"
        raise BackupError(msg) from error
    finally:
        connection.close()


def check(file: Path, key: bytes) -> Summary:
    """Look through a database file: its pages, and each site's chain of facts under this key."""
    if not file.exists():
        msg = f"there is no file {file}"
        raise BackupError(msg)
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if verdict != "ok":
            msg = f"{file} is damaged: {verdict}"
            raise BackupError(msg)
        query = FileQuery(connection)
        facts = {}
        for site in journal.sites(query):
            chain = journal.verify(query, site, key)
            if chain.broken_at is not None:
                msg = f"the journal of site {site} does not hold at {chain.broken_at}: {chain.why}"
                raise BackupError(msg)
            facts[site] = chain.facts
    except sqlite3.DatabaseError as error:
        msg = f"{file} is not a Turnero database: {error}"
        raise BackupError(msg) from error
    finally:
        connection.close()
    return Summary(facts, file.stat().st_size)


def restore(file: Path, database: Path, key: bytes) -> Summary:
    """Put a backup in the database's place; what was there is kept beside it. Hold the lock for this."""
    summary = check(file, key)
    database.parent.mkdir(parents=True, exist_ok=True)
    incoming = database.with_suffix(".incoming")
    incoming.unlink(missing_ok=True)
    backup(file, incoming)
    if database.exists():
        # Fold the log into the file first, so that the one kept aside is whole.
        connection = sqlite3.connect(database, isolation_level=None)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        aside = database.with_suffix(".before-restore")
        aside.unlink(missing_ok=True)
        database.rename(aside)
        for rest in ("-wal", "-shm"):
            database.with_name(database.name + rest).unlink(missing_ok=True)
    incoming.rename(database)
    return summary
