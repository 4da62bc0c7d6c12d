"""A command's view of the database: one open transaction at one site.

A command reads and writes rows, appends facts and sets timers through it. It never sends,
prints, sleeps or reads a clock: what time it is, and every secret, come from here.
"""

from typing import Any, Protocol

from sqlalchemy import bindparam, delete, insert, update

from turnero.store import journal
from turnero.store.facts import Entry, Fact, encode
from turnero.store.ids import Ids
from turnero.store.sql import Dialect, Statement
from turnero.store.tables import timer

_SET_TIMER = Statement(
    update(timer)
    .where(
        timer.c.site == bindparam("b_site"),
        timer.c.kind == bindparam("b_kind"),
        timer.c.key == bindparam("b_key"),
    )
    .values(due_ms=bindparam("due"), body=bindparam("b_body"))
)
_NEW_TIMER = Statement(insert(timer))
_UNSET_TIMER = Statement(
    delete(timer).where(
        timer.c.site == bindparam("b_site"),
        timer.c.kind == bindparam("b_kind"),
        timer.c.key == bindparam("b_key"),
    )
)


class Cursor(Protocol):
    """What the two drivers' cursors have in common."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement touched."""
        ...

    def execute(self, sql: Any, args: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: Any, args: Any, /) -> Any:
        """Run one statement for each of many parameters."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...


class Head:
    """Where a site's journal stands; kept by the one who holds the site's write lock."""

    __slots__ = ("line_ms", "mac", "seq")

    def __init__(self, seq: int, mac: bytes, line_ms: int) -> None:
        self.seq = seq
        self.mac = mac
        self.line_ms = line_ms

    def copy(self) -> "Head":
        """A copy to go back to when a command fails."""
        return Head(self.seq, self.mac, self.line_ms)


class Tx:
    """See the module's text. Satisfies `Query`."""

    __slots__ = (
        "_cursor",
        "_dialect",
        "_head",
        "_key",
        "actor",
        "entries",
        "ids",
        "line_ms",
        "links",
        "now_ms",
        "site",
        "timers_moved",
    )

    def __init__(  # noqa: PLR0913 - made in one place, by name
        self,
        cursor: Cursor,
        dialect: Dialect,
        head: Head,
        key: bytes,
        *,
        site: int,
        actor: str,
        now_ms: int,
        line_ms: int,
        ids: Ids,
    ) -> None:
        self._cursor = cursor
        self._dialect = dialect
        self._head = head
        self._key = key
        #: the site that this command belongs to; 0 is the installation
        self.site = site
        #: user:3, token:7, timer, system, cli
        self.actor = actor
        #: wall clock, UTC
        self.now_ms = now_ms
        #: line clock; never less than any earlier reading of this site
        self.line_ms = head.line_ms = max(head.line_ms, line_ms)
        self.ids = ids
        #: facts appended so far
        self.entries: list[Entry] = []
        #: the same facts as rows of the journal; the writer puts those of a group in at once
        self.links: list[dict[str, Any]] = []
        #: whether a timer was set
        self.timers_moved = False

    def rows(self, statement: Statement, /, **params: Any) -> list[Any]:
        """All rows, as named tuples."""
        plan = statement.plan(self._dialect)
        self._cursor.execute(plan.sql, plan.bind(params))
        make = plan.make
        return [make(row) for row in self._cursor.fetchall()]

    def row(self, statement: Statement, /, **params: Any) -> Any | None:
        """The first row, or None."""
        plan = statement.plan(self._dialect)
        self._cursor.execute(plan.sql, plan.bind(params))
        found = self._cursor.fetchall()
        return plan.make(found[0]) if found else None

    def run(self, statement: Statement, /, **params: Any) -> int:
        """Write; returns how many rows it touched."""
        plan = statement.plan(self._dialect)
        self._cursor.execute(plan.sql, plan.bind(params))
        return self._cursor.rowcount

    def append(self, fact: Fact) -> int:
        """Append a fact to this site's journal; returns its number.

        Its row is written just before the commit, so a command does not read its own facts.
        """
        at = self._head
        seq, kind, body = at.seq + 1, fact.tag, encode(fact)
        mac = journal.mac(self._key, at.mac, self.site, seq, self.now_ms, self.actor, kind, body)
        self.links.append(
            {
                "site": self.site,
                "seq": seq,
                "at_ms": self.now_ms,
                "actor": self.actor,
                "kind": kind,
                "body": body,
                "mac": mac,
            }
        )
        at.seq, at.mac = seq, mac
        self.entries.append(Entry(self.site, seq, self.now_ms, self.actor, kind, body))
        return seq

    def timer(self, kind: str, key: str, due_ms: int, body: str = "") -> None:
        """Set or move the site's timer of this kind and key; due on the wall clock, UTC."""
        if not self.run(
            _SET_TIMER, b_site=self.site, b_kind=kind, b_key=key, due=due_ms, b_body=body
        ):
            self.run(_NEW_TIMER, site=self.site, kind=kind, key=key, due_ms=due_ms, body=body)
        self.timers_moved = True

    def untimer(self, kind: str, key: str) -> None:
        """Remove that timer if it is set."""
        self.run(_UNSET_TIMER, b_site=self.site, b_kind=kind, b_key=key)
