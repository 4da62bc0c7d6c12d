"""PostgreSQL goes away and comes back: whatever follows and whatever fires goes on by itself."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from tests.peers.postgres import PostgresServer
from tests.peers.stores import opened
from tests.store.acts import Count, Counted, count, count_when_due, timers
from turnero.store import follow, journal
from turnero.store import timers as timers_module
from turnero.store.errors import Unavailable
from turnero.store.sql import Statement
from turnero.store.timers import Timers
from turnero.store.tx import Tx


def _shut(server: PostgresServer, address: str, *, shut: bool) -> None:
    """Let nobody in, and end whoever is; or let them in again."""
    name = address.rpartition("/")[2].partition("?")[0]
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(
            f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {"false" if shut else "true"}'.encode()
        )
        if shut:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )


_END_OURSELVES = Statement(select(func.pg_terminate_backend(func.pg_backend_pid())))


def count_and_lose_the_server(tx: Tx, request: Count) -> None:
    """Append one fact; then the server is gone, before any COMMIT."""
    count(tx, request)
    tx.rows(_END_OURSELVES)


async def test_a_server_lost_before_the_commit_refuses_that_group_and_no_later_one(
    migrated_postgres: str, tmp_path: Path
) -> None:
    async with opened(tmp_path, migrated_postgres) as ledger:
        await ledger.run(count, Count(1), site=1, actor="user:1")
        together = await asyncio.gather(
            ledger.run(count, Count(2), site=1, actor="user:1"),
            ledger.run(count_and_lose_the_server, Count(3), site=1, actor="user:1"),
            ledger.run(count, Count(4), site=1, actor="user:1"),
            return_exceptions=True,
        )
        assert [type(one) for one in together] == [Unavailable] * 3
        assert ledger.broken is None
        done = await ledger.run(count, Count(5), site=1, actor="user:1")
        assert done.seq == 2, "nothing of the lost group was kept"


async def test_timers_and_followers_outlive_an_outage(
    postgres_server: PostgresServer,
    migrated_postgres: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(follow, "RETRY_S", 0.05)
    monkeypatch.setattr(timers_module, "LOOK_S", 0.2)
    heard: list[int] = []
    failed: list[str] = []

    def soon(tx: Tx, request: Count) -> None:
        tx.timer("count", str(request.n), tx.now_ms + 700)

    async with opened(tmp_path, migrated_postgres) as ledger:

        async def listen() -> None:
            async for entries in ledger.follow(1, 0):
                heard.extend(e.fact.n for e in entries if isinstance(e.fact, Counted))

        running = Timers(ledger, {"count": count_when_due}, lambda name, _: failed.append(name))
        running.start()
        listening = asyncio.create_task(listen())
        await ledger.run(count, Count(1), site=1, actor="user:1")
        await ledger.run(soon, Count(2), site=1, actor="user:1")
        await asyncio.to_thread(_shut, postgres_server, migrated_postgres, shut=True)
        with pytest.raises(Unavailable, match="cannot be read"):
            await ledger.read(journal.head_seq, 1)
        await asyncio.sleep(1.2)  # the timer falls due meanwhile
        async with asyncio.timeout(20):
            while "timers" not in failed:  # noqa: ASYNC110 - the timers' task comes to it
                await asyncio.sleep(0.05)
        await asyncio.to_thread(_shut, postgres_server, migrated_postgres, shut=False)
        async with asyncio.timeout(10):
            while heard != [1, 2]:  # noqa: ASYNC110 - two tasks and a database come to it
                await asyncio.sleep(0.05)
        assert await ledger.read(timers) == []
        assert ledger.broken is None
        listening.cancel()
        await running.stop()
