"""Small commands that the store's tests run: they count, refuse and fail."""

import msgspec
from sqlalchemy import insert, select

from turnero.store.errors import Refused
from turnero.store.facts import Fact, register
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx


class Counted(Fact, frozen=True, tag="test-counted"):
    """Somebody counted."""

    n: int


register(Counted)


class Count(msgspec.Struct, frozen=True):
    """Request of the acts below."""

    n: int


class Done(msgspec.Struct, frozen=True):
    """Their result: the number of the fact."""

    seq: int


def count(tx: Tx, request: Count) -> Done:
    """Append one fact."""
    return Done(tx.append(Counted(request.n)))


def refuse(tx: Tx, request: Count) -> Done:
    """Append one fact and write one row, then refuse."""
    tx.append(Counted(request.n))
    tx.timer("test", f"refused-{request.n}", 0)
    raise Refused("test-refused", n=request.n)


def fail(tx: Tx, request: Count) -> Done:
    """Append one fact and write one row, then fail as a bug would."""
    tx.append(Counted(request.n))
    tx.timer("test", f"failed-{request.n}", 0)
    raise ZeroDivisionError


_SAME = Statement(insert(timer))


def clash(tx: Tx, request: Count) -> Done:
    """Append one fact, then break a constraint of the database."""
    seq = tx.append(Counted(request.n))
    for _ in range(2):
        tx.run(_SAME, site=1, kind="k", key="k", due_ms=0, body="")
    return Done(seq)


def count_when_due(tx: Tx, due: TimerDue) -> None:
    """A timer's work."""
    tx.append(Counted(int(due.key)))


_TIMERS = Statement(select(timer.c.kind, timer.c.key, timer.c.due_ms))


def timers(q: Query) -> list[tuple[str, str, int]]:
    """The timers that are set."""
    return [tuple(row) for row in q.rows(_TIMERS)]
