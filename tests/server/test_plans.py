"""No act reads a table that grows from its beginning: SQLite's own plan of every statement there is.

A table of these has a row for each ticket, call, paper or word; after a year of a hospital's days,
one statement that scans it makes whoever presses a key wait.
"""

import pkgutil
import sqlite3
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

import pytest
from sqlalchemy import insert, select

import turnero
from tests.peers.stores import put_database
from turnero.queue.callback_tables import leg
from turnero.store.opening import DATABASE
from turnero.store.sql import Plan, Statement

GROW = frozenset(
    (
        *("journal", "ticket", "ticket_step", "note", "rating", "press", "promise_day"),
        *("desk_session", "help_call", "message", "alarm", "handover", "day_report", "repeat"),
        *("print_job", "callback", "leg", "phone", "outbox", "session"),
        *("campaign_person", "campaign_answer", "forecast_history"),
    )
)
#: once, by hand or in a rehearsal
MAY = {
    "turnero.server.sealed._ONE": "the doctor's; the newest row that is not empty",
    "turnero.server.demo.slice._CODE": "a hospital of one day",
}
#: a box's own store keeps a day
ELSEWHERE = ("turnero.device.", "turnero.migrations.")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(turnero.__path__, "turnero."):
        if not found.name.startswith(ELSEWHERE) and not found.name.endswith("__main__"):
            yield import_module(found.name)


def statements() -> dict[str, Statement]:
    found: dict[int, tuple[str, Statement]] = {}
    for module in modules():
        for name, value in vars(module).items():
            for key, one in within(value):
                if isinstance(one, Statement):
                    found.setdefault(id(one), (f"{module.__name__}.{name}{key}", one))
    return dict(found.values())


def within(value: object) -> Iterable[tuple[str, object]]:
    """What a name of a module stands for, one by one."""
    if isinstance(value, dict):
        return [(f"[{key}]", one) for key, one in value.items()]
    if isinstance(value, (tuple, list)):
        return [(f"[{n}]", one) for n, one in enumerate(value)]
    return [("", value)]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    folder = tmp_path_factory.mktemp("plans")
    put_database(folder)
    found = sqlite3.connect(folder / DATABASE)
    yield found
    found.close()


def scanned(connection: sqlite3.Connection, statement: Statement) -> set[str]:
    """Tables that grow and are read whole: an index that is partial has only what is open."""
    sql = Plan(statement.core, statement._columns, "sqlite").sql
    partial = {
        row[0]
        for row in connection.execute(
            "select name from sqlite_master where type = 'index' and sql like '%where%'"
        )
    }
    found = set()
    for row in connection.execute(f"explain query plan {sql}", [None] * sql.count("?")):
        how, table, *rest = row[3].split()
        if how == "SCAN" and table in GROW and (not rest or rest[-1] not in partial):
            found.add(table)
    return found


def test_no_statement_reads_a_table_that_grows_whole(connection: sqlite3.Connection) -> None:
    every = statements()
    assert len(every) > 400
    found = {
        name: sorted(tables)
        for name, statement in every.items()
        if (tables := scanned(connection, statement)) and name not in MAY
    }
    assert found == {}
    assert set(MAY) <= set(every)


def test_one_that_does_is_found(connection: sqlite3.Connection) -> None:
    assert scanned(connection, Statement(select(leg.c.id).where(leg.c.cause == "x"))) == {"leg"}
    assert scanned(connection, Statement(insert(leg))) == set()
