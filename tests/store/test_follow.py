"""A follower sees every fact once, in order, whenever it comes and whoever wrote it."""

import asyncio
from pathlib import Path

from tests.peers.stores import opened
from tests.store.acts import Count, count
from turnero.store import follow
from turnero.store.ledger import Ledger


async def _follow(ledger: Ledger, after: int, until: int) -> list[int]:
    seen: list[int] = []
    async for entries in ledger.follow(1, after):
        seen.extend(entry.seq for entry in entries)
        if seen[-1] >= until:
            break
    return seen


async def _count(ledger: Ledger, times: int) -> None:
    for n in range(times):
        await ledger.run(count, Count(n), site=1, actor="user:1")


async def test_history_comes_first_then_each_new_fact(ledger: Ledger) -> None:
    await _count(ledger, 10)
    follower = asyncio.create_task(_follow(ledger, 4, 20))
    await asyncio.sleep(0.05)
    await _count(ledger, 10)
    assert await asyncio.wait_for(follower, 10) == list(range(5, 21))


async def test_followers_who_come_at_any_moment_miss_nothing(ledger: Ledger) -> None:
    writing = asyncio.create_task(_count(ledger, 200))
    followers = []
    for _ in range(20):
        followers.append(asyncio.create_task(_follow(ledger, 0, 200)))
        await asyncio.sleep(0.003)
    await writing
    for follower in followers:
        assert await asyncio.wait_for(follower, 10) == list(range(1, 201))


async def test_one_who_lags_beyond_memory_reads_the_table(
    ledger: Ledger, monkeypatch: object
) -> None:
    for recent in ledger.hub._recent.values():
        recent.clear()
    await _count(ledger, follow.PAGE + 50)
    for recent in ledger.hub._recent.values():
        while len(recent) > 10:
            recent.popleft()
    total = follow.PAGE + 50
    assert await asyncio.wait_for(_follow(ledger, 0, total), 10) == list(range(1, total + 1))


async def test_what_another_process_writes_arrives_too(
    migrated_postgres: str, tmp_path: Path
) -> None:
    async with (
        opened(tmp_path, migrated_postgres) as one,
        opened(tmp_path, migrated_postgres) as other,
    ):
        follower = asyncio.create_task(_follow(one, 0, 60))
        await asyncio.gather(_count(one, 30), _count(other, 30))
        assert await asyncio.wait_for(follower, 10) == list(range(1, 61))


async def test_followers_end_when_the_ledger_stops(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        follower = asyncio.create_task(_follow(ledger, 0, 1))
        await asyncio.sleep(0.05)
    assert await asyncio.wait_for(follower, 2) == []
