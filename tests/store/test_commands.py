"""A command is all or nothing, is answered after the commit, and answers a repeat once."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.store.acts import Count, Counted, Done, clash, count, fail, refuse, timers
from turnero.store import journal
from turnero.store.errors import Invalid, Refused, Unavailable
from turnero.store.ids import SystemIds
from turnero.store.ledger import Ledger
from turnero.store.opening import DATABASE
from turnero.store.tx import Tx


async def test_what_was_answered_is_in_the_journal(ledger: Ledger) -> None:
    done = await ledger.run(count, Count(7), site=1, actor="user:1")
    (entry,) = await ledger.read(journal.read, 1, 0, 10)
    assert (entry.seq, entry.actor, entry.fact) == (done.seq, "user:1", Counted(7))


async def test_numbers_have_no_gaps_while_some_are_refused_and_some_fail(ledger: Ledger) -> None:
    async def client(n: int) -> None:
        for act in (count, refuse, count, fail):
            try:
                await ledger.run(act, Count(n), site=1, actor="user:1")
            except (Refused, ZeroDivisionError):
                assert act is not count

    await asyncio.gather(*(client(n) for n in range(32)))
    entries = await ledger.read(journal.read, 1, 0, 500)
    assert [entry.seq for entry in entries] == list(range(1, 65))
    assert await ledger.read(timers) == []
    assert (await ledger.read(journal.verify, 1, ledger.key)).broken_at is None


async def test_a_broken_constraint_fails_its_own_command_and_no_other(ledger: Ledger) -> None:
    async def one(act: Callable[[Tx, Count], Done]) -> None:
        await ledger.run(act, Count(1), site=1, actor="user:1")

    results = await asyncio.gather(one(count), one(clash), one(count), return_exceptions=True)
    assert [result is None for result in results] == [True, False, True]
    assert not isinstance(results[1], Unavailable)
    assert await ledger.read(journal.head_seq, 1) == 2


async def test_sites_are_numbered_apart(ledger: Ledger) -> None:
    for site in (1, 2, 1):
        await ledger.run(count, Count(site), site=site, actor="user:1")
    assert await ledger.read(journal.head_seq, 1) == 2
    assert await ledger.read(journal.head_seq, 2) == 1
    assert await ledger.read(journal.sites) == [1, 2]


async def test_a_repeat_is_answered_as_the_first_time_and_does_nothing(ledger: Ledger) -> None:
    first = await ledger.run(count, Count(1), site=1, actor="user:1", key="k")
    await ledger.run(count, Count(2), site=1, actor="user:1")
    again = await ledger.run(count, Count(1), site=1, actor="user:1", key="k")
    assert again == first == Done(1)
    assert await ledger.read(journal.head_seq, 1) == 2


async def test_repeats_at_the_same_moment_are_one_act(ledger: Ledger) -> None:
    answers = await asyncio.gather(
        *(ledger.run(count, Count(1), site=1, actor="user:1", key="k") for _ in range(20))
    )
    assert set(map(str, answers)) == {str(Done(1))}
    assert await ledger.read(journal.head_seq, 1) == 1


async def test_a_key_belongs_to_one_request_of_one_actor(ledger: Ledger) -> None:
    await ledger.run(count, Count(1), site=1, actor="user:1", key="k")
    with pytest.raises(Invalid, match="key-reused"):
        await ledger.run(count, Count(2), site=1, actor="user:1", key="k")
    other = await ledger.run(count, Count(2), site=1, actor="user:2", key="k")
    assert other == Done(2)


async def test_a_refusal_is_judged_anew(ledger: Ledger) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="test-refused"):
            await ledger.run(refuse, Count(1), site=1, actor="user:1", key="k")
    assert await ledger.run(count, Count(1), site=1, actor="user:1", key="k") == Done(1)


async def test_a_view_reads_in_the_same_transaction_also_for_a_repeat(ledger: Ledger) -> None:
    def wake(tx: Tx, request: Count) -> Done:
        tx.timer("test", str(request.n), 0)
        return Done(request.n)

    for expected in (1, 2):
        seen = await ledger.run(
            wake,
            Count(1),
            site=1,
            actor="user:1",
            key="k",
            view=lambda tx, done: (done.seq, len(timers(tx))),
        )
        assert seen == (1, expected)
        await ledger.run(wake, Count(9), site=1, actor="user:1")


async def test_who_hangs_up_takes_back_the_question_not_the_act(ledger: Ledger) -> None:
    asking = asyncio.create_task(ledger.run(count, Count(1), site=1, actor="user:1"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await ledger.run(count, Count(2), site=1, actor="user:1")
    assert await ledger.read(journal.head_seq, 1) == 2


async def test_everything_is_there_after_a_restart(database: str | None, tmp_path: Path) -> None:
    for expected in (1, 2):
        async with opened(tmp_path, database) as ledger:
            assert await ledger.run(count, Count(1), site=1, actor="user:1") == Done(expected)


async def test_a_lock_held_by_another_program_refuses_and_passes(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.run(count, Count(1), site=1, actor="user:1")
        other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await ledger.run(count, Count(2), site=1, actor="user:1")
        other.execute("ROLLBACK")
        other.close()
        assert ledger.broken is None
        assert await ledger.run(count, Count(3), site=1, actor="user:1") == Done(2)


def test_identifiers_differ_and_have_their_shape() -> None:
    ids = SystemIds()
    tickets = {ids.ticket(1_790_000_000_000) for _ in range(2000)}
    secrets = {ids.secret() for _ in range(2000)}
    assert (len(tickets), len(secrets)) == (2000, 2000)
    assert {len(one) for one in tickets} == {32}
    assert {len(one) for one in secrets} == {22}
