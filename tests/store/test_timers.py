"""A timer fires once, also late; one that fails is tried again; a clock that jumps is noted."""

import asyncio
from pathlib import Path

from tests.peers.stores import opened
from tests.store.acts import Count, Counted, count_when_due, timers
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.facts import ClockJumped
from turnero.store.ledger import Ledger
from turnero.store.timers import RETRY_MS, TimerDue, Timers
from turnero.store.tx import Tx

START_MS = 1_790_000_000_000


def _set(tx: Tx, request: Count) -> None:
    tx.timer("count", str(request.n), START_MS + request.n * 1000)


async def _settled() -> None:
    """Let the timers' task read, write and go to sleep again."""
    for _ in range(40):
        await asyncio.sleep(0.01)


async def _counted(ledger: Ledger) -> list[int]:
    entries = await ledger.read(journal.read, 1, 0, 500)
    return [entry.fact.n for entry in entries if isinstance(entry.fact, Counted)]


async def test_timers_fire_when_due_and_once(database: str | None, tmp_path: Path) -> None:
    clock = VirtualClock(START_MS)
    async with opened(tmp_path, database, clock=clock) as ledger:
        running = Timers(ledger, {"count": count_when_due}, lambda *_: None)
        running.start()
        for n in (10, 3, 7):
            await ledger.run(_set, Count(n), site=1, actor="user:1")
        await _settled()
        assert await _counted(ledger) == []
        clock.advance(5000)
        await _settled()
        assert await _counted(ledger) == [3]
        clock.advance(60_000)
        await _settled()
        assert await _counted(ledger) == [3, 7, 10]
        assert await ledger.read(timers) == []
        await running.stop()


async def test_one_that_was_due_while_nobody_ran_fires_late_and_says_when_it_was_due(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(START_MS)
    async with opened(tmp_path, clock=clock) as ledger:
        await ledger.run(_set, Count(5), site=1, actor="user:1")
    clock.advance(3600_000)
    seen: list[TimerDue] = []
    async with opened(tmp_path, clock=clock) as ledger:
        running = Timers(ledger, {"count": lambda _tx, due: seen.append(due)}, lambda *_: None)
        running.start()
        await _settled()
        await running.stop()
    assert [due.due_ms for due in seen] == [START_MS + 5000]


async def test_a_refused_timer_is_spent_and_a_failed_one_comes_again(tmp_path: Path) -> None:
    clock = VirtualClock(START_MS)
    failures: list[str] = []

    def work(tx: Tx, due: TimerDue) -> None:
        tx.append(Counted(int(due.key)))
        if due.key == "1":
            raise Refused("test-refused")
        if not failures:
            raise ZeroDivisionError

    async with opened(tmp_path, clock=clock) as ledger:
        for n in (1, 2):
            await ledger.run(_set, Count(n), site=1, actor="user:1")
        running = Timers(ledger, {"count": work}, lambda kind, _: failures.append(kind))
        running.start()
        clock.advance(10_000)
        await _settled()
        assert await _counted(ledger) == []
        assert [key for _, key, _ in await ledger.read(timers)] == ["2"]
        clock.advance(RETRY_MS)
        await _settled()
        assert await _counted(ledger) == [2]
        await running.stop()
    assert failures == ["count"]


async def test_a_jump_of_the_wall_clock_is_a_fact(tmp_path: Path) -> None:
    clock = VirtualClock(START_MS)
    async with opened(tmp_path, clock=clock) as ledger:
        running = Timers(ledger, {}, lambda *_: None)
        running.start()
        await _settled()
        clock.set_wall(START_MS - 7_200_000)
        clock.advance(6000)
        await _settled()
        await running.stop()
        entries = await ledger.read(journal.read, 0, 0, 10)
    assert [entry.fact for entry in entries] == [ClockJumped(-7_200_000)]
