"""The outbox: said once, begun before it is sent, never repeated by guessing, forgotten at its end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue.commands import outbox, people
from turnero.queue.commands.outbox import Claim, Claimed, Drop, Post, Settle
from turnero.queue.commands.people import PhoneNamed, keep_phone
from turnero.queue.outbox import BACK_OFF_MS, LEASE_MS, SORTS, next_try
from turnero.queue.people_facts import OutboxEnded
from turnero.queue.people_tables import outbox as table
from turnero.store.sql import Statement
from turnero.store.vault import Sealed

_ALL = Statement(select(table).order_by(table.c.id))
INDEX = "ab" * 16
SEALED = Sealed(INDEX, b"sealed number", "00000000", "PE", "mobile", "482")


def message(sort: str = "missed", dedup: str = "m1", **params: str | int) -> Post:
    return Post(sort, "phone", INDEX, b"sealed number", "es", params, dedup)


async def posted(hall: Hall, *args: Any, **more: Any) -> int:
    id_ = await hall.act(outbox.post, message(*args, **more))
    assert id_ is not None
    return id_


async def claim(hall: Hall, id_: int, *, idempotent: bool = False) -> Claimed | None:
    return await hall.act(outbox.claim, Claim(id_, idempotent))


async def settle(hall: Hall, id_: int, result: Any, attempt: int = 1, **more: Any) -> str:
    more.setdefault("idempotent", False)
    return (await hall.act(outbox.settle, Settle(id_, attempt, result, **more))).state


async def due(hall: Hall) -> list[int]:
    return [id_ for id_, _ in await hall.read(outbox.due, hall.clock.now_ms(), 10)]


async def row(hall: Hall) -> Any:
    (found,) = await hall.rows(_ALL)
    return found


@both_engines
async def test_a_message_is_sent_and_its_address_forgotten(hall: Hall) -> None:
    id_ = await posted(hall, again=1)
    assert await due(hall) == [id_]
    claimed = await claim(hall, id_)
    assert claimed == Claimed(id_, 1, "missed", "phone", b"sealed number", "es", {"again": 1})
    assert "sealed" not in repr(claimed)
    assert (await row(hall)).state == "sending"
    assert await due(hall) == []
    assert await claim(hall, id_) is None
    assert await settle(hall, id_, "sent") == "sent"
    assert bytes((await row(hall)).to_sealed) == b""
    assert await hall.facts(OutboxEnded) == [OutboxEnded(id_, "missed", "phone", "sent")]


@both_engines
async def test_the_same_is_said_once_at_a_site(hall: Hall) -> None:
    await posted(hall)
    assert await hall.act(outbox.post, message()) is None
    assert await hall.ledger.run(outbox.post, message(), site=2, actor="test") is not None


async def test_a_failed_attempt_is_repeated_later_and_later_then_given_up(hall: Hall) -> None:
    id_ = await posted(hall)
    for attempt, pause_ms in enumerate(BACK_OFF_MS, start=1):
        assert await claim(hall, id_) is not None
        assert await settle(hall, id_, "failed", attempt, reason="http-503") == "queued"
        hall.clock.advance(pause_ms - 1)
        assert await due(hall) == []
        hall.clock.advance(1)
        assert await due(hall) == [id_]
    last = len(BACK_OFF_MS) + 1
    assert await claim(hall, id_) is not None
    assert await settle(hall, id_, "failed", last, reason="http-503") == "failed"
    (ended,) = await hall.facts(OutboxEnded)
    assert (ended.state, ended.reason) == ("failed", "http-503")


async def test_a_refusal_is_final(hall: Hall) -> None:
    id_ = await posted(hall)
    await claim(hall, id_)
    assert await settle(hall, id_, "refused", reason="smtp-550") == "failed"
    assert (await row(hall)).reason == "smtp-550"


@both_engines
@pytest.mark.parametrize("idempotent", [False, True])
async def test_an_unknown_end_is_repeated_only_where_twice_is_once(
    hall: Hall, idempotent: bool
) -> None:
    id_ = await posted(hall)
    await claim(hall, id_, idempotent=idempotent)
    state = await settle(hall, id_, "unknown", idempotent=idempotent)
    assert state == ("queued" if idempotent else "unknown")
    hall.clock.advance(BACK_OFF_MS[0])
    assert await due(hall) == ([id_] if idempotent else [])


@both_engines
@pytest.mark.parametrize("idempotent", [False, True])
async def test_an_attempt_that_a_crash_cut_off_is_found_by_its_lease(
    hall: Hall, idempotent: bool
) -> None:
    id_ = await posted(hall)
    await claim(hall, id_, idempotent=idempotent)
    hall.clock.advance(LEASE_MS - 1)
    assert await due(hall) == []
    hall.clock.advance(1)
    assert await due(hall) == [id_]
    claimed = await claim(hall, id_, idempotent=idempotent)
    if idempotent:
        assert claimed is not None
        assert claimed.attempt == 2
        # the first one comes back from the dead and says that it failed
        assert await settle(hall, id_, "failed", 1, idempotent=True) == "sending"
    else:
        assert claimed is None
        found = await row(hall)
        assert (found.state, found.reason) == ("unknown", "interrupted")


async def test_one_that_is_cut_off_again_and_again_ends(hall: Hall) -> None:
    id_ = await posted(hall)
    for _ in range(len(BACK_OFF_MS) + 1):
        assert await claim(hall, id_, idempotent=True) is not None
        hall.clock.advance(LEASE_MS)
    assert await claim(hall, id_, idempotent=True) is None
    assert (await row(hall)).state == "unknown"


@pytest.mark.parametrize("sort", SORTS)
async def test_nobody_is_told_too_late(hall: Hall, sort: str) -> None:
    id_ = await posted(hall, sort)
    hall.clock.advance(SORTS[sort].good_for_ms)
    assert await claim(hall, id_) is None
    found = await row(hall)
    assert (found.state, found.reason) == ("dropped", "too-late")


@pytest.mark.parametrize("way", ["called", "cancelled", "gone"])
@pytest.mark.parametrize("sort", ["near-turn", "ring-soon", "left-over"])
async def test_nobody_whose_turn_has_come_is_told_that_it_is_near(
    hall: Hall, sort: str, way: str
) -> None:
    await hall.open()
    ticket = await hall.take()
    id_ = await posted(hall, sort, ticket="0" * 32 if way == "gone" else ticket)
    if way == "called":
        await hall.next()
    elif way == "cancelled":
        await hall.move("cancel", ticket)
    assert await claim(hall, id_) is None
    assert (await row(hall)).reason == "over"


async def test_who_waits_still_is_told(hall: Hall) -> None:
    id_ = await posted(hall, "near-turn", ticket=await hall.take())
    assert await claim(hall, id_) is not None


@both_engines
async def test_who_opted_out_is_not_written_to_even_if_it_was_queued(hall: Hall) -> None:
    id_ = await posted(hall)
    phone = await hall.act(keep_phone, SEALED)
    await hall.act(people.opt_out, PhoneNamed(phone))
    assert await hall.act(outbox.post, message(dedup="m2")) is None
    assert await claim(hall, id_) is None
    assert (await row(hall)).reason == "opted-out"


async def test_a_message_without_a_way_is_dropped_unless_it_is_on_its_way(hall: Hall) -> None:
    id_ = await posted(hall)
    await claim(hall, id_)
    assert (await hall.act(outbox.drop, Drop(id_, "no-way"))).state == "sending"
    other = await posted(hall, dedup="m2")
    assert (await hall.act(outbox.drop, Drop(other, "no-way"))).state == "dropped"


async def test_one_cut_off_whose_way_was_taken_away_meanwhile_is_unknown(hall: Hall) -> None:
    id_ = await posted(hall)
    await claim(hall, id_, idempotent=True)
    hall.clock.advance(LEASE_MS)
    assert await due(hall) == [id_]
    assert (await hall.act(outbox.drop, Drop(id_, "no-way"))).state == "unknown"
    assert (await row(hall)).reason == "interrupted"
    assert await due(hall) == []


async def test_old_messages_are_erased(hall: Hall) -> None:
    id_ = await posted(hall)
    await claim(hall, id_)
    await settle(hall, id_, "sent")
    for _ in range(32):
        hall.wait(24 * 3600)
        await hall.fire_timers()
    assert await hall.rows(_ALL) == []


@given(attempts=st.integers(1, 12), now_ms=st.integers(0, 10**13), left_ms=st.integers(0, 10**8))
def test_no_attempt_is_after_the_end(attempts: int, now_ms: int, left_ms: int) -> None:
    due_ms = next_try(attempts, now_ms, now_ms + left_ms)
    assert due_ms is None or now_ms < due_ms < now_ms + left_ms
    assert attempts <= len(BACK_OFF_MS) or due_ms is None
