"""What follows from a fact is done once, whatever stops in between."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.store.acts import Count, Counted, count
from turnero.store import consumers as consumers_module
from turnero.store import journal
from turnero.store.consumers import Consumer, Consumers
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.store.tx import Tx


def _echo(tx: Tx, entry: Entry) -> None:
    """Answer each count below 100 with one a hundred higher."""
    fact = entry.fact
    assert isinstance(fact, Counted)
    if fact.n < 100:
        tx.append(Counted(fact.n + 100))


async def _numbers(ledger: Ledger) -> list[int]:
    entries = await ledger.read(journal.read, 1, 0, 500)
    return sorted(entry.fact.n for entry in entries if isinstance(entry.fact, Counted))


async def _until(ledger: Ledger, length: int) -> list[int]:
    for _ in range(200):
        numbers = await _numbers(ledger)
        if len(numbers) >= length:
            break
        await asyncio.sleep(0.02)
    return await _numbers(ledger)


def _consumers(ledger: Ledger, failures: list[str]) -> Consumers:
    consumer = Consumer("echo", frozenset({"test-counted"}), _echo)
    return Consumers(ledger, [consumer], lambda name, error: failures.append(f"{name}: {error!r}"))


async def test_each_fact_is_answered_once_across_restarts(
    database: str | None, tmp_path: Path
) -> None:
    failures: list[str] = []
    for round_ in range(3):
        async with opened(tmp_path, database) as ledger:
            await ledger.run(count, Count(round_), site=1, actor="user:1")
            consumers = _consumers(ledger, failures)
            consumers.start()
            await _until(ledger, (round_ + 1) * 2)
            await consumers.stop()
    async with opened(tmp_path, database) as ledger:
        assert await _numbers(ledger) == [0, 1, 2, 100, 101, 102]
    assert failures == []


async def test_facts_written_while_it_runs_are_answered(ledger: Ledger) -> None:
    consumers = _consumers(ledger, [])
    consumers.start()
    for n in range(20):
        await ledger.run(count, Count(n), site=1, actor="user:1")
    assert await _until(ledger, 40) == [*range(20), *range(100, 120)]
    await consumers.stop()


async def test_a_failing_handler_leaves_its_cursor_and_says_so(tmp_path: Path) -> None:
    failures: list[str] = []

    def broken(tx: Tx, entry: Entry) -> None:
        _echo(tx, entry)
        raise ZeroDivisionError

    async with opened(tmp_path) as ledger:
        await ledger.run(count, Count(1), site=1, actor="user:1")
        bad = Consumers(
            ledger,
            [Consumer("echo", frozenset({"test-counted"}), broken)],
            lambda name, _: failures.append(name),
        )
        bad.start()
        async with asyncio.timeout(20):
            while not failures:  # noqa: ASYNC110 - the consumer's task comes to it
                await asyncio.sleep(0.02)
        await bad.stop()
        assert await _numbers(ledger) == [1]
        good = _consumers(ledger, [])
        good.start()
        assert await _until(ledger, 2) == [1, 101]
        await good.stop()
    assert failures == ["echo"]


async def test_what_passes_is_waited_for_without_a_new_fact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers_module, "PAUSE_S", 0.01)
    left = 3

    def locked_for_a_while(tx: Tx, entry: Entry) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise Unavailable("database is locked")
        _echo(tx, entry)

    async with opened(tmp_path) as ledger:
        await ledger.run(count, Count(1), site=1, actor="user:1")
        one = Consumer("echo", frozenset({"test-counted"}), locked_for_a_while)
        running = Consumers(ledger, [one], lambda *_: None)
        running.start()
        assert await _until(ledger, 2) == [1, 101]
        await running.stop()


async def test_a_fact_that_cannot_be_dealt_with_holds_up_neither_later_ones_nor_other_sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers_module, "PAUSE_S", 0.01)
    failures: list[str] = []

    def choosy(tx: Tx, entry: Entry) -> None:
        if isinstance(entry.fact, Counted) and entry.fact.n == 7:
            raise ZeroDivisionError
        _echo(tx, entry)

    async with opened(tmp_path) as ledger:
        for n in (1, 7, 2):
            await ledger.run(count, Count(n), site=1, actor="user:1")
        await ledger.run(count, Count(3), site=2, actor="user:1")
        one = Consumer("echo", frozenset({"test-counted"}), choosy)
        running = Consumers(ledger, [one], lambda name, _: failures.append(name))
        running.start()
        assert await _until(ledger, 5) == [1, 2, 7, 101, 102]
        await running.stop()
        assert await ledger.read(journal.head_seq, 2) == 2
    # the whole page, then the bad fact by itself
    assert failures == ["echo"] * (1 + consumers_module.TRIES)


async def test_unwanted_facts_are_passed_over_unhandled_and_the_last_ones_wait(
    database: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers_module, "PAGE", 5)
    wanted = False
    async with opened(tmp_path, database) as ledger:
        one = Consumer("echo", frozenset({"test-counted"}), _echo, lambda *_: wanted)
        running = Consumers(ledger, [one], lambda *_: None)
        running.start()
        for n in range(13):
            await ledger.run(count, Count(n), site=1, actor="user:1")
            # one by one and in groups: what was looked at and what is passed over may differ
            await asyncio.sleep(0.02 * (n % 3))
        await asyncio.sleep(0.2)
        assert await _numbers(ledger) == [*range(13)]
        wanted = True
        await ledger.run(count, Count(13), site=1, actor="user:1")
        # the last ones only, each once: fewer than a page waited
        await asyncio.sleep(0.3)
        answered = [n for n in await _numbers(ledger) if n >= 100]
        await running.stop()
    assert answered[-1] == 113
    assert answered == [*range(answered[0], 114)]
    assert 2 <= len(answered) <= 5 + 1
