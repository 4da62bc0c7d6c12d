"""A callback from the asking to the thanks, with an exchange whose telephones do all they can."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.queue.refusal import refused
from tests.telephony.room import CALLING, Room, room
from turnero.queue import call_requests, reads, requests
from turnero.queue.call_facts import (
    CallbackCarried,
    CallbackEnded,
    CallbackJoined,
    CallbackPutOff,
    LegDialled,
)
from turnero.queue.callbacks import Stage
from turnero.queue.commands import callbacks, dialling, leading
from turnero.queue.reads.callbacks import of_ticket


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """A room with telephones."""
    async with room(tmp_path) as found:
        yield found


async def test_next_rings_the_desk_then_the_patient_and_joins_who_pressed_1(hall: Room) -> None:
    asked = await hall.ask("987654301")
    assert await hall.next("v1") == asked.ticket
    await hall.until(asked.ticket, "serving")
    assert await hall.said(LegDialled, "side") == ["desk", "patient"]
    (joined,) = await hall.facts(CallbackJoined)
    assert (joined.ticket, joined.attempt) == (asked.ticket, 1)
    await hall.finish(asked.ticket)
    assert await hall.said(CallbackEnded, "how") == ["done"]
    await hall.passes(30)
    assert hall.board.live() == []


async def test_it_ranks_by_when_it_was_asked_for_among_who_came(hall: Room) -> None:
    first = await hall.take("caja")
    hall.wait(60)
    asked = await hall.ask("987654301")
    hall.wait(60)
    last = await hall.take("caja")
    called = [await hall.next("v1"), await hall.next("v2")]
    assert called == [first, asked.ticket]
    await hall.until(asked.ticket, "serving")
    assert await hall.next("v1") == last


@pytest.mark.parametrize(
    ("suffix", "why", "minutes", "counts"),
    [
        ("04", "busy", 2, True),
        ("05", "no-answer", 10, True),
        ("06", "declined", 10, True),
        ("02", "not-confirmed", 10, True),
        ("03", "not-confirmed", 10, True),
        ("12", "declined", 10, True),
        ("13", "not-confirmed", 10, True),
        ("14", "no-answer", 10, True),
        ("08", "trunk-fault", 2, False),
        ("09", "trunk-fault", 2, False),
    ],
)
async def test_who_is_not_reached_is_rung_later_in_their_place(
    hall: Room, suffix: str, why: str, minutes: int, counts: bool
) -> None:
    asked = await hall.ask(f"9876543{suffix}")
    before = await hall.ticket(asked.ticket)
    await hall.next("v1")
    await hall.until(asked.ticket, "retry")
    (put_off,) = await hall.facts(CallbackPutOff)
    assert (put_off.why, put_off.counts) == (why, counts)
    assert round((put_off.due_ms - hall.clock.now_ms()) / 60_000) == minutes
    assert await hall.next("v1") is None
    hall.wait(minutes * 60)
    await hall.passes(1)
    assert await hall.state(asked.ticket) == "waiting"
    assert (await hall.ticket(asked.ticket)).number == before.number
    await hall.passes(20)
    assert hall.board.live() == []


async def test_three_attempts_and_it_is_over(hall: Room) -> None:
    asked = await hall.ask("987654305")
    for pause in (10, 30):
        await hall.next("v1")
        await hall.until(asked.ticket, "retry")
        hall.wait(pause * 60)
        await hall.passes(1)
    await hall.next("v1")
    await hall.until(asked.ticket, "no-show")
    (ended,) = await hall.facts(CallbackEnded)
    assert (ended.how, ended.attempts, ended.joined) == ("unreachable", 3, False)
    assert (await hall.said(LegDialled, "attempt")) == [1, 1, 2, 2, 3, 3]


async def test_a_number_to_which_the_way_is_broken_does_not_have_desks_rung_all_day(
    hall: Room,
) -> None:
    asked = await hall.ask("987654308")
    for minutes in (2, 4, 8):
        await hall.next("v1")
        await hall.until(asked.ticket, "retry")
        put_off = (await hall.facts(CallbackPutOff))[-1]
        assert (put_off.why, put_off.counts) == ("trunk-fault", False)
        assert round((put_off.due_ms - hall.clock.now_ms()) / 60_000) == minutes
        hall.wait(minutes * 60)
        await hall.passes(12)
    assert await hall.state(asked.ticket) == "waiting"


async def test_a_number_that_does_not_exist_is_over_at_once(hall: Room) -> None:
    asked = await hall.ask("987654307")
    await hall.next("v1")
    await hall.until(asked.ticket, "no-show")
    assert await hall.said(CallbackEnded, "how") == ["bad-number"]


async def test_an_agent_who_does_not_pick_up_costs_the_patient_nothing(hall: Room) -> None:
    asked = await hall.ask("987654301")
    hall.simulated.hold("desk1")
    await hall.next("v1")
    await hall.until(asked.ticket, "waiting")
    assert [fact.why for fact in await hall.facts(CallbackPutOff)] == ["desk"]
    assert "patient" not in await hall.said(LegDialled, "side")
    assert await hall.next("v2") == asked.ticket


async def test_the_desk_hangs_up_while_the_patient_s_telephone_rings(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(8)
    assert (await hall.callback(asked.ticket)).stage == Stage.DIALLING
    desk = next(one for one in hall.simulated.telephones() if one.number == "desk1")
    hall.simulated.hang(desk.leg)
    await hall.until(asked.ticket, "waiting", 5)
    await hall.passes(5)
    assert hall.board.live() == []
    assert (await hall.callback(asked.ticket)).attempts == 0


async def test_an_undo_of_next_hangs_up_and_keeps_the_place(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(7)
    await hall.move("undo", asked.ticket)
    await hall.passes(3)
    assert await hall.state(asked.ticket) == "waiting"
    assert hall.board.live() == []
    assert await hall.next("v2") == asked.ticket


async def test_three_faults_of_the_trunk_stop_the_dialling_for_a_while(hall: Room) -> None:
    tickets = [(await hall.ask(f"9876{n}4309")).ticket for n in range(4)]
    for _ in range(3):
        called = await hall.next("v1")
        assert called is not None
        await hall.until(called, "retry")
    assert await hall.next("v1") is None, "nobody is called whom nobody can ring"
    hall.wait(55)
    await hall.passes(12)
    assert await hall.next("v1") in tickets


async def test_while_the_trunk_does_not_answer_nobody_is_called_by_phone(hall: Room) -> None:
    asked = await hall.ask("987654301")
    hall.board.faults.trunk_dead = True
    await hall.passes(6)
    assert await hall.next("v1") is None
    hall.board.faults.trunk_dead = False
    await hall.passes(6)
    assert await hall.next("v1") == asked.ticket


async def test_who_picks_up_a_machine_says_so_with_one_key(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")
    found = await hall.callback(asked.ticket)
    assert await hall.by_hand(found.id, "machine") == "retry"
    await hall.passes(5)
    assert hall.board.live() == []


async def test_a_number_has_one_callback_for_a_service(hall: Room) -> None:
    one = await hall.ask("987654301")
    again = await hall.ask("+51 987 654 301")
    assert again.already
    assert (again.callback, again.ticket) == (one.callback, one.ticket)


async def test_no_digit_of_a_number_is_in_the_journal(hall: Room) -> None:
    asked = await hall.ask("987654301", reason="resultados")
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")
    for entry in await hall.entries():
        assert "987654301" not in repr(entry)
        assert "654301" not in repr(entry)


async def test_a_patient_who_is_sent_on_is_rung_by_the_other_service(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")
    await hall.transfer(asked.ticket, service="sangre")
    await hall.passes(3)
    assert hall.board.live() == []
    assert await hall.next("v2") == asked.ticket
    await hall.until(asked.ticket, "serving")
    await hall.finish(asked.ticket)
    (ended,) = await hall.facts(CallbackEnded)
    assert (ended.service, ended.how, ended.joined) == ("sangre", "done", True)


async def test_who_was_to_be_rung_comes_and_waits_in_the_same_place(hall: Room) -> None:
    asked = await hall.ask("987654301")
    hall.wait(60)
    other = await hall.take("caja")
    await hall.act(callbacks.check_in, requests.TicketMove(asked.ticket))
    assert await hall.said(CallbackEnded, "how") == ["merged"]
    assert [await hall.next("v1"), await hall.next("v2")] == [asked.ticket, other]
    await hall.passes(5)
    assert await hall.facts(LegDialled) == []


async def test_who_waits_here_would_rather_be_rung_and_keeps_the_place(hall: Room) -> None:
    first = await hall.take("caja")
    hall.wait(60)
    await hall.take("caja")
    asked = await hall.ask("987654301", ticket=first)
    assert asked.ticket == first
    assert await hall.next("v1") == first
    await hall.until(first, "serving")


async def test_the_hours_end_and_it_goes_on_tomorrow_before_who_comes_then(hall: Room) -> None:
    asked = await hall.ask("987654301", reason="La receta")
    before = await hall.ticket(asked.ticket)
    paper = await hall.read(reads.paper, asked.ticket, 0)
    assert paper is not None
    hall.wait(10.1 * 3600)  # 19:06
    await hall.passes(1)
    assert await hall.state(asked.ticket) == "retry"
    assert await hall.next("v1") is None
    hall.wait(5 * 3600)  # the day has closed
    await hall.passes(1)
    assert await hall.state(asked.ticket) == "not-served"
    hall.wait(8.5 * 3600)  # Tuesday, 08:36
    await hall.passes(8)
    walked_in = await hall.take("caja")
    carried = await hall.next("v1")
    assert carried not in (None, walked_in, asked.ticket)
    assert (await hall.ticket(carried)).day == "2026-03-03" != before.day
    await hall.until(carried, "serving")
    assert await hall.said(CallbackCarried, "before") == [asked.ticket]
    # The address that they have, on paper and in messages, shows the new one.
    there = await hall.read(reads.ticket_by_code, paper.code, 0)
    assert there is not None
    assert there.id == carried
    call = await hall.read(of_ticket, carried)
    assert call is not None
    assert call.reason == "La receta"


async def test_who_said_so_is_dropped_when_the_hours_end(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.act(callbacks.change, call_requests.ChangeCallback(asked.callback, left_over="drop"))
    hall.wait(10.1 * 3600)
    await hall.passes(1)
    assert await hall.state(asked.ticket) == "not-served"
    assert await hall.said(CallbackEnded, "how") == ["expired"]


async def test_who_prefers_the_afternoon_is_not_rung_before(hall: Room) -> None:
    asked = await hall.ask("987654301", from_minute=15 * 60)
    assert await hall.state(asked.ticket) == "retry"
    assert await hall.next("v1") is None
    hall.wait(6 * 3600)
    await hall.passes(8)
    assert await hall.next("v1") == asked.ticket


async def test_one_number_is_not_rung_for_two_services_at_once(hall: Room) -> None:
    one = await hall.ask("987654305")
    two = await hall.ask("987654305", "sangre")
    assert not two.already
    assert {await hall.next("v1"), await hall.next("v2")} == {one.ticket, two.ticket}
    await hall.passes(15)
    assert all(not dial.beside for dial in hall.board.dials)
    rung = [dial for dial in hall.board.dials if dial.to.startswith("+")]
    assert len(rung) == 1


async def test_a_number_is_rung_only_so_often_in_a_day(hall: Room) -> None:
    await hall.load(CALLING + "\n[callbacks]\nnumber_a_day = 1\n")
    asked = await hall.ask("987654305")
    for _ in range(2):
        await hall.next("v1")
        await hall.until(asked.ticket, "retry")
        hall.wait(11 * 60)
        await hall.passes(1)
    assert await hall.said(CallbackPutOff, "why") == ["no-answer", "caps"]


async def test_who_loses_the_lease_rings_nobody(hall: Room) -> None:
    await hall.stops()
    hall.wait(20)
    led = await hall.ledger.run(leading.lead, call_requests.Lead("another"), site=0, actor="system")
    assert led.held
    asked = await hall.ask("987654301")
    async with refused(hall, "dialling-elsewhere"):
        await hall.act(
            dialling.dial_desk, call_requests.DialDesk(asked.callback, "tn-1", led.epoch - 1)
        )
    mine = await hall.ledger.run(leading.lead, call_requests.Lead("one"), site=0, actor="system")
    assert not mine.held


@pytest.mark.parametrize("fault", ["double", "late", "lost answer", "lost request", "deaf"])
async def test_an_unreliable_exchange_rings_nobody_twice_and_loses_nobody(
    hall: Room, fault: str
) -> None:
    faults = hall.board.faults
    faults.double = fault == "double"
    faults.late_ms = 1500 if fault == "late" else 0
    faults.lose_answers = 2 if fault == "lost answer" else 0
    faults.lose_requests = 2 if fault == "lost request" else 0
    faults.deaf = fault == "deaf"
    asked = await hall.ask("987654301")
    for _ in range(6):
        await hall.next("v1")
        await hall.passes(70)
        faults.deaf = False
        if await hall.state(asked.ticket) == "serving":
            break
        hall.wait(130)
        await hall.passes(1)
    assert await hall.state(asked.ticket) == "serving"
    assert all(not dial.beside for dial in hall.board.dials)


async def test_an_exchange_that_dies_while_it_rings_does_not_ring_again_at_once(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(8)
    assert [dial.to for dial in hall.board.dials if dial.to.startswith("+")] == ["+51987654305"]
    hall.board.crash()
    await hall.passes(2)
    hall.board.boot()
    await hall.passes(10)
    # the exchange knows nothing any more; the company beyond it may go on ringing
    assert await hall.state(asked.ticket) == "retry"
    (put_off,) = await hall.facts(CallbackPutOff)
    assert (put_off.why, put_off.counts, put_off.attempts) == ("unknown", False, 0)
