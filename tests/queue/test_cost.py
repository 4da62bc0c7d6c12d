"""What an act costs does not grow with the number waiting: few statements, indexes only."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.stores import put_database
from tests.queue.hall import MORNING_MS, SITE
from turnero.queue import requests, site_file
from turnero.queue.commands.calls import call_next
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.heads import HEADS
from turnero.queue.reads import ahead, boards, desks, lines, overrides, tickets
from turnero.store.ids import SeededIds
from turnero.store.opening import DATABASE
from turnero.store.sql import Statement
from turnero.store.tx import Head, Tx


class Counting:
    """A cursor that remembers what was run."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self.statements: list[str] = []

    def execute(self, sql: str, args: Any = ()) -> Any:
        self.statements.append(sql)
        return self._cursor.execute(sql, args)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


class Floor:
    """One site on a bare connection."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("BEGIN")
        self.cursor = Counting(self.connection)
        self._head = Head(0, b"", 0)
        self._ids = SeededIds(1)
        self.now_ms = MORNING_MS
        load_site(self.tx(), site_file.decode(SITE))

    def tx(self) -> Tx:
        self.now_ms += 1
        return Tx(
            self.cursor,
            "sqlite",
            self._head,
            b"key",
            site=1,
            actor="token:1",
            now_ms=self.now_ms,
            line_ms=self.now_ms,
            ids=self._ids,
        )

    def issue(self) -> None:
        issue(self.tx(), requests.Issue(service="caja"))

    def next(self) -> None:
        called = call_next(self.tx(), requests.Next(desk="hnc.v1"))
        assert called.ticket is not None

    def cost(self, act: str) -> tuple[int, int]:
        """(statements, steps of SQLite's machine) of one act."""
        steps = 0

        def step() -> int:
            nonlocal steps
            steps += 1
            return 0

        self.cursor.statements.clear()
        self.connection.set_progress_handler(step, 1)
        getattr(self, act)()
        self.connection.set_progress_handler(None, 1)
        return len(self.cursor.statements), steps


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    put_database(tmp_path)
    found = Floor(tmp_path / DATABASE)
    yield found
    found.connection.close()


def test_issue_takes_four_statements(floor: Floor) -> None:
    floor.issue()
    statements, _ = floor.cost("issue")
    assert statements == 4


def test_next_takes_eleven(floor: Floor) -> None:
    for _ in range(3):
        floor.issue()
    floor.next()
    statements, _ = floor.cost("next")
    assert statements == 11


@pytest.mark.parametrize("act", ["issue", "next"])
def test_the_work_is_the_same_with_ten_and_with_two_thousand_waiting(
    floor: Floor, act: str
) -> None:
    for _ in range(12):
        floor.issue()
    floor.next()
    floor.next()
    _, few = floor.cost(act)
    for _ in range(2000):
        floor.issue()
    _, many = floor.cost(act)
    assert many <= few * 1.1


READS: dict[str, Statement] = {
    "heads": HEADS,
    "lines": lines._LINES,
    "calls at desks": boards._AT_DESKS,
    "recent calls": boards._RECENT,
    "parked": desks._PARKED,
    "absent": desks._ABSENT,
    "one ticket": tickets._BY_ID,
    "people before": ahead.BEFORE,
    "people behind": ahead.BEHIND,
    "lines ahead": ahead._LINES,
    "calls out of turn": overrides._CHOSEN,
}


@pytest.mark.parametrize("name", READS)
def test_no_read_scans_tickets(floor: Floor, name: str) -> None:
    sql = READS[name].plan("sqlite").sql
    rows = floor.connection.execute("EXPLAIN QUERY PLAN " + sql, [None] * sql.count("?"))
    steps = [row[3] for row in rows]
    assert any("SEARCH" in step for step in steps)
    assert [step for step in steps if step.startswith("SCAN") and "ticket" in step] == []
    used = " ".join(steps)
    if name in ("heads", "lines"):
        assert "SEARCH oldest USING INDEX ix_ticket_head (line=?)" in used
        assert "RIGHT PART OF ORDER BY" not in used
