"""What must outlive this process of calls at the service: which of its ids is which leg of ours.

The service takes no id of ours, so a leg is written down before it is placed, and its id there
as soon as it is known. A small SQLite file in the data folder; no number is in it.
"""

import os
import sqlite3
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = "cloud-calls.db"
#: for how long a webhook is known again, and an ended leg remembered, milliseconds
KEPT_MS: Final = 24 * 3600 * 1000

_SHAPE: Final = """
CREATE TABLE IF NOT EXISTS leg (
  id TEXT PRIMARY KEY, sid TEXT UNIQUE, stage TEXT NOT NULL, outcome TEXT, rang INTEGER NOT NULL,
  prompt INTEGER NOT NULL, joined TEXT, at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS heard (digest TEXT PRIMARY KEY, at_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS ix_heard_at ON heard (at_ms);
"""
_COLUMNS: Final = "id, sid, stage, outcome, rang, prompt, joined, at_ms"


class Row(NamedTuple):
    """A leg. `sid` is None until the service has said it."""

    id: str
    sid: str | None
    stage: str
    outcome: str | None
    rang: bool
    #: how many things were said to it: which one a webhook speaks of
    prompt: int
    #: the leg it is joined with
    joined: str | None
    at_ms: int

    @classmethod
    def new(cls, id_: str, sid: str | None, now_ms: int, *, rings: bool = False) -> "Row":
        """A leg of which nothing was heard yet, or that rings."""
        return cls(id_, sid, "ringing" if rings else "calling", None, rings, 0, None, now_ms)


class Book:
    """See the module's text. Used on one thread; each call is its own transaction."""

    def __init__(self, folder: Path) -> None:
        # Its owner's alone, as the database, whoever may look into the folder.
        os.close(os.open(folder / FILE, os.O_CREAT | os.O_WRONLY, 0o600))
        self._connection = sqlite3.connect(
            folder / FILE, isolation_level=None, check_same_thread=False
        )
        # A crash of this process loses nothing; a power cut at worst the last call's row, which is
        # then one that nobody knows and is hung up.
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._connection.executescript(_SHAPE)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def put(self, row: Row) -> None:
        """Write a leg, new or changed."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO leg ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - ours
            row,
        )

    def leg(self, id_: str) -> Row | None:
        """A leg by our id."""
        return self._one("id = ?", id_)

    def of_sid(self, sid: str) -> Row | None:
        """A leg by the service's id."""
        return self._one("sid = ?", sid)

    def open(self) -> list[Row]:
        """Every leg that is not known to be over."""
        return self._some("stage <> 'ended'")

    def forget(self, id_: str) -> None:
        """A leg that never was."""
        self._connection.execute("DELETE FROM leg WHERE id = ?", (id_,))

    def first_time(self, digest: str, now_ms: int) -> bool:
        """Whether this webhook was not heard within a day."""
        old_ms = now_ms - KEPT_MS
        self._connection.execute("DELETE FROM heard WHERE at_ms < ?", (old_ms,))
        self._connection.execute("DELETE FROM leg WHERE stage = 'ended' AND at_ms < ?", (old_ms,))
        made = self._connection.execute(
            "INSERT OR IGNORE INTO heard (digest, at_ms) VALUES (?, ?)", (digest, now_ms)
        )
        return made.rowcount == 1

    def _one(self, where: str, *values: object) -> Row | None:
        return next(iter(self._some(where, *values)), None)

    def _some(self, where: str, *values: object) -> list[Row]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM leg WHERE {where} ORDER BY at_ms, id",  # noqa: S608 - ours
            values,
        )
        return [Row(*row)._replace(rang=bool(row[4])) for row in rows]
