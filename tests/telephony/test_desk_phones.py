"""A desk's telephone that is not picked up: callbacks go to other desks, and whoever came is called."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.room import CALLING, Room, room
from turnero.queue import reads
from turnero.queue.call_facts import (
    CallbackAsked,
    CallbackPutOff,
    DeskCallsPaused,
    DeskCallsResumed,
    LegDialled,
)
from turnero.queue.commands.auto_call import AUTO_CALL
from turnero.queue.commands.desk_phones import phone_rings
from turnero.queue.desk_phones import PAUSE_MS
from turnero.queue.facts import TicketCalled, TicketIssued
from turnero.queue.reads.callbacks import doubted
from turnero.queue.requests import DeskMove
from turnero.queue.routing import rederive
from turnero.store import journal
from turnero.store.consumers import Consumers
from turnero.store.facts import Entry
from turnero.store.sql import Query

DEAD = CALLING.replace('phone = "desk1"', 'phone = "desk1-off"')


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """Two desks, the first one's telephone is unplugged."""
    async with room(tmp_path, site=DEAD) as found:
        yield found


async def misses(hall: Room, desk: str = "v1") -> str:
    """The desk calls a callback, and its telephone is rung in vain."""
    called = await hall.next(desk)
    assert called is not None
    await hall.until(called, "waiting", within_s=40)
    return called


async def minutes(hall: Room) -> list[float]:
    """How long each pause was to be."""
    began = [
        (entry.fact.until_ms - entry.at_ms) / 60_000
        for entry in await hall.read(_journal)
        if isinstance(entry.fact, DeskCallsPaused)
    ]
    return [round(one, 1) for one in began]


async def alarms(hall: Room) -> list[tuple[str, str]]:
    return [(one.kind, one.subject) for one in await hall.read(reads.alarms, hall.site)]


async def test_the_callback_keeps_its_place_for_other_desks_and_who_came_is_called_here(
    hall: Room,
) -> None:
    asked = await hall.ask("987654301")
    came = await hall.take("caja")
    assert await misses(hall) == asked.ticket
    assert await hall.next("v1") == came, "not the same callback first each time"
    await hall.finish(came)
    assert await hall.next("v1") is None
    later = await hall.take("caja")
    assert await hall.next("v2") == asked.ticket, "it is the oldest still"
    await hall.until(asked.ticket, "serving")
    assert await hall.next("v1") == later
    assert [(fact.why, fact.counts) for fact in await hall.facts(CallbackPutOff)] == [
        ("desk", False)
    ]


async def test_the_pause_grows_and_from_the_second_miss_the_supervisor_is_told(hall: Room) -> None:
    await hall.ask("987654301")
    for n in range(7):
        await misses(hall)
        assert await hall.next("v1") is None
        assert (await alarms(hall) == [("desk-phone", "hnc.v1")]) == (n > 0)
        await hall.passes(PAUSE_MS[1] / 1000)
    assert await minutes(hall) == [0.5, 1, 2, 4, 8, 15, 15]
    assert await hall.said(DeskCallsResumed, "why") == ["time"] * 7
    assert await alarms(hall) == [("desk-phone", "hnc.v1")], "nobody has picked it up since"


async def test_whose_agent_says_that_it_rings_is_tried_at_once(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await misses(hall)
    assert await hall.read(doubted, "hnc.v1") == ((await _until(hall)), None)
    await hall.act(phone_rings, DeskMove("hnc.v1"))
    assert await hall.read(doubted, "hnc.v1") is None
    assert await misses(hall) == asked.ticket
    # It did not, and the pause goes on growing.
    assert await minutes(hall) == [0.5, 1]
    await hall.act(phone_rings, DeskMove("hnc.v1"))
    await hall.act(phone_rings, DeskMove("hnc.v1"))
    assert await hall.said(DeskCallsResumed, "why") == ["said", "said"]
    assert await alarms(hall) == []


async def _until(hall: Room) -> int:
    return int((await hall.said(DeskCallsPaused, "until_ms"))[-1])


async def test_a_telephone_that_is_picked_up_is_doubted_no_more(tmp_path: Path) -> None:
    async with room(tmp_path) as hall:
        asked = await hall.ask("987654301")
        hall.simulated.hold("desk1")
        for _ in range(2):
            await misses(hall)
            await hall.passes(60)
        assert await alarms(hall) == [("desk-phone", "hnc.v1")]
        found = await hall.read(doubted, "hnc.v1")
        assert found is not None
        assert found.until_ms is None, "it is tried again"
        hall.simulated.release("desk1")
        assert await hall.next("v1") == asked.ticket
        await hall.until(asked.ticket, "serving")
        assert await alarms(hall) == []
        await hall.finish(asked.ticket)
        again = await hall.ask("987654302")
        hall.simulated.hold("desk1")
        assert await misses(hall) == again.ticket
        assert (await minutes(hall))[-1] == 0.5, "anew"


async def test_another_telephone_is_not_paused(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await misses(hall)
    await hall.load(DEAD.replace('"desk1-off"', '"desk3"'))
    assert await hall.next("v1") == asked.ticket
    await hall.until(asked.ticket, "serving")


async def test_not_now_and_a_desk_that_was_put_down_later_pause_nothing(tmp_path: Path) -> None:
    async with room(tmp_path) as hall:
        asked = await hall.ask("987654305")
        await hall.next("v1")
        await hall.passes(1)
        await hall.by_hand(asked.callback, "desk")
        await hall.passes(3)
        assert await hall.next("v1") == asked.ticket
        await hall.passes(8)
        desk = next(one for one in hall.simulated.telephones() if one.number == "desk1")
        hall.simulated.hang(desk.leg)
        await hall.until(asked.ticket, "waiting", 5)
        assert await hall.facts(DeskCallsPaused) == []


async def test_a_desk_that_calls_by_itself_goes_on_with_who_came_and_tries_by_itself(
    tmp_path: Path,
) -> None:
    site = DEAD.replace('phone = "desk1-off"', 'phone = "desk1-off"\nauto_call = true').replace(
        'phone = "desk2"', ""
    )
    async with room(tmp_path, site=site) as hall:
        failed: list[str] = []
        consumers = Consumers(
            hall.ledger, [AUTO_CALL], lambda name, error: failed.append(f"{name} {error}")
        )
        consumers.start()
        try:
            asked = await hall.ask("987654301")
            await hall.passes(4)
            assert await hall.facts(DeskCallsPaused)
            came = await hall.take("caja")
            await hall.passes(2)
            assert (await hall.desk("v1")).serving is not None
            await hall.finish(came)
            await hall.passes(200)
        finally:
            await consumers.stop()
        assert not failed
        rung = (await hall.said(LegDialled, "side")).count("desk")
        assert rung == 3, "at once, after half a minute, after one more, and not yet after two"
        assert await hall.state(asked.ticket) == "waiting"


async def test_the_journal_alone_tells_why_a_callback_went_past_a_desk(hall: Room) -> None:
    for n in range(4):
        await hall.ask(f"9876543{n}1")
        await hall.take("caja")
    for desk in ("v1", "v1", "v2", "v1", "v2", "v1", "v1"):
        await hall.next(desk)
        await hall.passes(10)
    entries = await hall.read(_journal)
    assert past(entries) >= 2


def past(entries: list[Entry]) -> int:
    """Every call was the oldest that this desk could have; how many older callbacks went past one."""
    waiting: dict[str, int] = {}
    by_phone: set[str] = set()
    paused: set[str] = set()
    went = 0
    for entry in entries:
        match entry.fact:
            case TicketIssued(ticket=ticket):
                waiting[ticket] = entry.seq
            case CallbackAsked(ticket=ticket):
                by_phone.add(ticket)
            case CallbackPutOff(ticket=ticket, due_ms=None):
                waiting[ticket] = _issued(entries, ticket)
            case DeskCallsPaused(desk=desk):
                paused.add(desk)
            case DeskCallsResumed(desk=desk):
                paused.discard(desk)
            case TicketCalled() as fact:
                could = [one for one in waiting if one not in by_phone or fact.desk not in paused]
                assert fact.ticket == min(could, key=waiting.__getitem__)
                assert rederive(fact.why) == fact.ticket
                oldest = min(waiting, key=waiting.__getitem__)
                assert (fact.why.rule == "not-by-phone") == (oldest != fact.ticket)
                assert oldest in {head.ticket for head in (*fact.why.heads, *fact.why.left)}
                went += oldest != fact.ticket
                del waiting[fact.ticket]
            case _:
                pass
    return went


def _issued(entries: list[Entry], ticket: str) -> int:
    return next(
        entry.seq
        for entry in entries
        if isinstance(entry.fact, TicketIssued) and entry.fact.ticket == ticket
    )


def _journal(q: Query) -> list[Entry]:
    return journal.read(q, 1, 0, 10_000)
