"""Who dials, and when not: another may dial, an agent has gone, or the way out is broken."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.queue.refusal import refused
from tests.telephony.room import CALLING, Room, room, stage
from turnero.queue import call_requests
from turnero.queue.call_facts import CallbackPutOff, LegDialled
from turnero.queue.callbacks import Stage
from turnero.queue.commands import callbacks, dialling, leading
from turnero.queue.commands.auto_call import AUTO_CALL
from turnero.queue.reads import callbacks as reads
from turnero.store.consumers import Consumers
from turnero.telephony.exchange import Leg, Phone, Placed


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """A room with telephones."""
    async with room(tmp_path) as found:
        yield found


async def test_another_led_in_between_and_dialling_goes_on(hall: Room) -> None:
    led = call_requests.Led(0, held=False)
    while not led.held:  # one renewal may come between
        another = call_requests.Lead("two", lapsed=led.until_ms)
        led = await hall.ledger.run(leading.lead, another, site=0, actor="system")
    given_back = call_requests.Lead("two", led.epoch, keep=False)
    await hall.ledger.run(leading.lead, given_back, site=0, actor="system")
    await hall.passes(12)
    asked = await hall.ask("987654301")
    assert await hall.next("v1") == asked.ticket
    await hall.until(asked.ticket, "serving")


async def test_dialling_that_closes_under_a_call_costs_no_work(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.next("v1")
    await stage(hall, asked.ticket, Stage.DESK)
    led = await hall.read(reads.dialling_now)
    assert led is not None
    await hall.ledger.run(
        leading.opened,
        call_requests.Opened(led.epoch, open=False, why="link"),
        site=0,
        actor="system",
    )
    hall.board.faults.trunk_dead = True
    runs = 0
    ledger_run = hall.ledger.run

    async def counted(command: Any, *args: Any, **more: Any) -> Any:
        nonlocal runs
        runs += command is dialling.dial_patient
        return await ledger_run(command, *args, **more)

    hall.ledger.run = counted  # type: ignore[method-assign]
    await hall.passes(20)
    hall.ledger.run = ledger_run  # type: ignore[method-assign]
    assert 0 < runs <= 30
    hall.board.faults.trunk_dead = False
    await hall.until(asked.ticket, "serving")


async def test_a_telephone_that_may_ring_still_is_not_rung_again(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(8)
    hall.board.crash()
    await hall.passes(2)
    hall.board.boot()
    await hall.until(asked.ticket, "retry")
    await hall.act(
        callbacks.change,
        call_requests.ChangeCallback(asked.callback, hours=True, from_minute=9 * 60),
    )
    await hall.passes(6)
    rung = [dial.at_ms for dial in hall.board.dials if dial.to.startswith("+")]
    await hall.next("v1")
    await hall.passes(8)
    assert [dial.at_ms for dial in hall.board.dials if dial.to.startswith("+")] == rung
    for _ in range(6):
        await hall.passes(30)
        if await hall.state(asked.ticket) == "waiting":
            await hall.next("v1")
    rung = [dial.at_ms for dial in hall.board.dials if dial.to.startswith("+")]
    assert len(rung) == 2
    assert rung[1] - rung[0] >= 30_000


async def test_who_was_stopped_settles_no_leg_of_the_one_who_dials_now(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.stops()
    two = call_requests.Lead("two")
    led = await hall.ledger.run(leading.lead, two, site=0, actor="system")
    ready = call_requests.Opened(led.epoch, open=True)
    await hall.ledger.run(leading.opened, ready, site=0, actor="system")
    await hall.next("v1")
    await hall.act(
        dialling.dial_desk, call_requests.DialDesk(asked.callback, "tn-of-two", led.epoch)
    )
    (leg,) = (await hall.read(reads.work)).legs
    async with refused(
        hall, "dialling-elsewhere"
    ):  # it is written down, and not at the exchange yet
        await hall.telephone.dialler._recover(leg)
    assert [one.id for one in (await hall.read(reads.work)).legs] == ["tn-of-two"]


async def test_what_rings_after_it_was_given_up_is_hung_up_at_once(hall: Room) -> None:
    asked = await hall.ask("987654305")
    place = hall.simulated.place

    async def late(leg: Leg) -> Placed:
        if isinstance(leg.to, Phone):  # another has looked it up while we were stopped
            await hall.act(dialling.heard, call_requests.Heard(leg.id, "ended", "unknown"))
        return await place(leg)

    hall.simulated.place = late  # type: ignore[method-assign]
    await hall.next("v1")
    await hall.until(asked.ticket, "retry")
    await hall.passes(1)
    assert any(dial.to.startswith("+") for dial in hall.board.dials)
    assert not any(one.number.startswith("+") for one in hall.simulated.telephones())


async def test_a_desks_telephone_is_rung_once_its_call_before_is_put_down(hall: Room) -> None:
    first, second = await hall.ask("987654301"), await hall.ask("987654311")
    await hall.next("v1")
    await hall.until(first.ticket, "serving")

    async def slow(leg_id: str, why: str = "") -> None:
        """The exchange is about to hang it up."""

    hangup, hall.simulated.hangup = hall.simulated.hangup, slow  # type: ignore[method-assign]
    await hall.finish(first.ticket)
    await hall.next("v1")
    await hall.passes(4)
    assert [dial.to for dial in hall.board.dials].count("desk1") == 1, "a busy telephone was rung"
    hall.simulated.hangup = hangup  # type: ignore[method-assign]
    await hall.until(second.ticket, "serving")


async def test_no_telephone_more_rings_than_agents_wait_for_it(hall: Room) -> None:
    first, second = await hall.ask("987654305"), await hall.ask("987654301")
    await hall.next("v1")
    await stage(hall, first.ticket, Stage.DIALLING)
    await hall.passes(2)

    async def lost(leg_id: str, why: str = "") -> None:
        """The exchange does not hear that it is to hang up."""

    hangup, hall.simulated.hangup = hall.simulated.hangup, lost  # type: ignore[method-assign]
    await hall.by_hand(first.callback, "busy")
    await hall.next("v2")
    await stage(hall, second.ticket, Stage.DIALLING)
    await hall.passes(8)
    assert [dial.to[-2:] for dial in hall.board.dials if dial.to.startswith("+")] == ["05"]
    hall.simulated.hangup = hangup  # type: ignore[method-assign]
    await hall.until(second.ticket, "serving")


async def test_an_exchange_that_says_nothing_of_itself_costs_nobody_their_lease(hall: Room) -> None:
    silent = asyncio.Event()
    hall.simulated.health = silent.wait  # type: ignore[method-assign,assignment]
    asked = await hall.ask("987654301")
    await hall.passes(60)
    assert hall.telephone.lease.surely()
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")


async def test_a_call_taken_back_before_it_rang_says_nothing_of_the_trunk(hall: Room) -> None:
    asked = [await hall.ask(f"9876{n}43{ends}") for n, ends in enumerate(("09", "09", "08", "09"))]
    for n, one in enumerate(asked):
        assert await hall.next("v1") == one.ticket
        if n == 2:
            await stage(hall, one.ticket, Stage.DIALLING)
            await hall.passes(2)
            await hall.by_hand(one.callback, "busy")
        await hall.until(one.ticket, "retry")
        await hall.passes(3)
    now = await hall.read(reads.dialling_now)
    assert now is not None
    assert (now.open, now.why) == (False, "trunk")


async def test_a_desk_that_calls_by_itself_rests_when_its_telephone_is_dead(hall: Room) -> None:
    await hall.load(
        CALLING.replace('phone = "desk1"', 'phone = "desk1-off"\nauto_call = true').replace(
            'phone = "desk2"', ""
        )
    )
    failed: list[str] = []
    consumers = Consumers(hall.ledger, [AUTO_CALL], lambda name, error: failed.append(f"{error}"))
    consumers.start()
    try:
        asked = await hall.ask("987654301")
        await hall.passes(100)
    finally:
        await consumers.stop()
    rung = (await hall.said(LegDialled, "side")).count("desk")
    assert 2 <= rung <= 5, "a minute and a half, and a rest of half a minute after each"
    assert not failed
    assert await hall.state(asked.ticket) in {"waiting", "called"}


@pytest.mark.parametrize(
    ("suffix", "outcome", "why", "counts"),
    [
        ("05", "trunk-fault", "no-answer", True),
        ("05", "unknown", "no-answer", True),
        ("08", "trunk-fault", "trunk-fault", False),
        ("08", "unknown", "unknown", False),
    ],
)
async def test_that_a_telephone_rang_is_known_after_a_restart(
    hall: Room, suffix: str, outcome: str, why: str, counts: bool
) -> None:
    asked = await hall.ask(f"9876543{suffix}")
    await hall.next("v1")
    await hall.passes(8)
    await hall.stops()
    leg = next(one for one in (await hall.read(reads.work)).legs if one.side == "patient")
    gone = call_requests.Heard(leg.id, "ended", outcome, "19", unsaid=True)
    await hall.act(dialling.heard, gone)
    assert await hall.state(asked.ticket) == "retry"
    (put_off,) = await hall.facts(CallbackPutOff)
    assert (put_off.why, put_off.counts) == (why, counts)
    now = await hall.read(reads.dialling_now)
    assert now is not None
    assert now.faults == (why == "trunk-fault")
