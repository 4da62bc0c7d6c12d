"""Who dials, where several processes serve one database: the lease, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from tests.peers.stores import opened
from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS
from turnero.queue.call_requests import Opened
from turnero.queue.commands import leading
from turnero.queue.commands.leading import LEASE_MS
from turnero.queue.reads import callbacks as reads
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.ledger import Ledger
from turnero.store.postgres import PostgresSession
from turnero.telephony import slice as slice_
from turnero.telephony.desk_calls import closed_why
from turnero.telephony.lease import BEAT_S, Lease

HOUR_MS = 3_600_000


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite, else the URL of a fresh PostgreSQL database."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("migrated_postgres")
        return url
    return None


@pytest.fixture
def clock() -> VirtualClock:
    """A Monday morning in Lima."""
    return VirtualClock(MORNING_MS)


@pytest.fixture
async def ledger(
    clock: VirtualClock, tmp_path: Path, database: str | None
) -> AsyncIterator[Ledger]:
    """An installation without a site."""
    async with opened(tmp_path / "data", database, clock=clock) as found:
        yield found


async def watches(lease: Lease, clock: VirtualClock, seconds: float) -> list[bool]:
    """What it is told at each beat for so long."""
    told = []
    for _ in range(round(seconds / BEAT_S)):
        clock.advance(round(BEAT_S * 1000))
        told.append(await lease.ask())
    return told


@both_engines
async def test_one_dials_and_the_other_when_it_falls_silent(
    ledger: Ledger, clock: VirtualClock
) -> None:
    one, two = Lease(ledger, "one"), Lease(ledger, "two")
    assert await one.ask()
    assert not await two.ask()
    for _ in range(12):
        clock.advance(round(BEAT_S * 1000))
        assert await one.ask()
        assert not await two.ask()
    assert await watches(two, clock, LEASE_MS / 1000) == [False, False, True]
    assert not await one.ask()
    assert (one.epoch, two.epoch) == (1, 2)
    assert not one.surely()


@pytest.mark.parametrize("ahead_ms", [-HOUR_MS, -400, 400, HOUR_MS])
async def test_clocks_of_two_machines_are_not_compared(
    ledger: Ledger, clock: VirtualClock, ahead_ms: int
) -> None:
    one, two = Lease(ledger, "one"), Lease(ledger, "two")
    for _ in range(6):
        clock.set_wall(clock.now_ms() - ahead_ms)
        assert await one.ask()
        clock.set_wall(clock.now_ms() + ahead_ms)
        assert not await two.ask()
        clock.advance(round(BEAT_S * 1000))
    assert (await watches(two, clock, LEASE_MS / 1000))[-1]


async def test_who_begins_again_under_its_name_dials_at_once_and_alone(ledger: Ledger) -> None:
    before = Lease(ledger, "one")
    assert await before.ask()
    again = Lease(ledger, "one")
    assert await again.ask()
    # It lives on: two containers were given one name.
    assert not await before.ask()
    assert await again.ask()
    with pytest.raises(Refused) as refused:
        await ledger.run(leading.opened, Opened(before.epoch, open=True), site=0, actor="system")
    assert refused.value.code == "dialling-elsewhere"


@both_engines
async def test_a_lease_that_is_given_back_is_taken_at_once(ledger: Ledger) -> None:
    one, two = Lease(ledger, "one"), Lease(ledger, "two")
    assert await one.ask()
    await ledger.run(leading.opened, Opened(one.epoch, open=True), site=0, actor="system")
    assert not await two.ask()
    await two.give_back()  # it has none
    assert not await two.ask()
    await one.give_back()
    now = await ledger.read(reads.dialling_now)
    assert now is not None
    assert not now.open
    assert await two.ask()
    assert not await one.ask()


@pytest.mark.parametrize("asleep", [False, True])
async def test_who_was_stopped_for_a_while_knows_that_another_may_dial(
    ledger: Ledger, clock: VirtualClock, *, asleep: bool
) -> None:
    lease = Lease(ledger, "one")
    assert not lease.surely()
    assert await lease.ask()
    if asleep:  # the line clock does not count the hours of a machine that sleeps
        clock.set_wall(clock.now_ms() + LEASE_MS - 1)
    else:
        clock.advance(LEASE_MS - 1)
    assert lease.surely()
    clock.set_wall(clock.now_ms() + 1) if asleep else clock.advance(1)
    assert not lease.surely()
    assert await lease.ask()
    assert lease.surely()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_a_breaker_that_opens_while_the_lease_is_renewed_stays_open(
    ledger: Ledger, database: str
) -> None:
    lease = Lease(ledger, "one")
    assert await lease.ask()
    await ledger.run(leading.opened, Opened(lease.epoch, open=True), site=0, actor="system")
    async with await psycopg.AsyncConnection.connect(database) as site:
        await site.execute("UPDATE dialling SET open = 0, why = 'trunk', faults = 3")
        renewing = asyncio.create_task(lease.ask())
        await asyncio.wait({renewing}, timeout=0.3)
        assert not renewing.done()
        await site.commit()
        assert await renewing
    now = await ledger.read(reads.dialling_now)
    assert now is not None
    assert (now.open, now.why, now.faults) == (False, "trunk", 3)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_who_is_stopped_in_the_middle_of_a_transaction_keeps_nobody_waiting(
    ledger: Ledger, database: str
) -> None:
    assert await Lease(ledger, "one").ask()
    stopped = PostgresSession(database)
    stopped.heads(stopped.begin(), 0)
    async with asyncio.timeout(20):
        assert await Lease(ledger, "one").ask()
    stopped.close()


async def test_where_no_exchange_is_any_more_nobody_is_called_by_phone(
    ledger: Ledger, tmp_path: Path
) -> None:
    lease = Lease(ledger, "one")
    assert await lease.ask()
    opened_ = Opened(lease.epoch, open=True)
    await ledger.run(leading.opened, opened_, site=0, actor="system")
    # Killed, and begun again without one, as on a machine to which a copy was restored.
    web: Any = SimpleNamespace(ledger=ledger)
    await slice_.make(tmp_path / "data", None).tasks["telephone"](web)
    found = await ledger.read(reads.dialling_now)
    assert found is not None
    assert (found.open, closed_why(found)) == (False, "no-exchange")
    again = Lease(ledger, "one")
    assert await again.ask()
    await ledger.run(leading.opened, Opened(again.epoch, open=True), site=0, actor="system")
    found = await ledger.read(reads.dialling_now)
    assert found is not None
    assert closed_why(found) == ""
