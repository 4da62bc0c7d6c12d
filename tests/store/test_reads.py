"""A read is one snapshot, cannot write, leaves no transaction open, and others go on beside it."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.peers.stores import put_database
from tests.store.acts import Count, count
from turnero.store import journal
from turnero.store.errors import Unavailable
from turnero.store.ledger import Ledger
from turnero.store.opening import DATABASE
from turnero.store.sql import Query, Statement
from turnero.store.sqlite import SqliteBackend
from turnero.store.tables import cursor

_INSERT = Statement(insert(cursor))


async def _count(ledger: Ledger, times: int) -> None:
    for n in range(times):
        await ledger.run(count, Count(n), site=1, actor="cli")


async def test_a_read_sees_one_moment_whatever_is_committed_meanwhile(ledger: Ledger) -> None:
    await _count(ledger, 2)
    begun, go_on = threading.Event(), threading.Event()

    def twice(q: Query) -> tuple[int, int]:
        first = journal.head_seq(q, 1)
        begun.set()
        # an asynchronous engine runs this on the loop itself, which must not be held up
        if threading.current_thread() is not threading.main_thread():
            go_on.wait(10)
        return first, journal.head_seq(q, 1)

    reading = asyncio.create_task(ledger.read(twice))
    assert await asyncio.to_thread(begun.wait, 10)
    await _count(ledger, 3)
    go_on.set()
    assert await reading == (2, 2)
    assert await ledger.read(journal.head_seq, 1) == 5


async def test_a_read_cannot_write(ledger: Ledger) -> None:
    def write(q: Query) -> None:
        q.rows(_INSERT, name="x", site=1, seq=1)

    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await ledger.read(write)


async def test_after_a_read_that_failed_the_next_one_sees_the_present(ledger: Ledger) -> None:
    def fail(q: Query) -> None:
        journal.head_seq(q, 1)
        raise ZeroDivisionError

    for _ in range(10):
        with pytest.raises(ZeroDivisionError):
            await ledger.read(fail)
    await _count(ledger, 1)
    assert await ledger.read(journal.head_seq, 1) == 1


async def test_many_reads_at_once_all_answer(ledger: Ledger) -> None:
    await _count(ledger, 1)
    heads = await asyncio.gather(*(ledger.read(journal.head_seq, 1) for _ in range(100)))
    assert set(heads) == {1}


async def test_a_database_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    reader = SqliteBackend(tmp_path / "nowhere" / "turnero.db").reader()
    with pytest.raises(Unavailable, match="cannot be read"):
        await reader.open()
    with pytest.raises(Unavailable, match="not open"):
        await reader.read(journal.head_seq, (1,))
    await reader.close()


async def test_reads_under_way_while_the_ledger_closes_are_answered(tmp_path: Path) -> None:
    put_database(tmp_path)
    reader = SqliteBackend(tmp_path / DATABASE).reader()
    await reader.open()
    reads = [asyncio.create_task(reader.read(journal.head_seq, (1,))) for _ in range(50)]
    await asyncio.sleep(0)
    await reader.close()
    assert await asyncio.wait_for(asyncio.gather(*reads), 5) == [0] * 50
    with pytest.raises(Unavailable, match="not open"):
        await reader.read(journal.head_seq, (1,))
