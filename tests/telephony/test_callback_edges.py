"""Callbacks where two things happen at once, somebody changes their mind, or a clock is set."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from tests.queue.refusal import refused
from tests.telephony.room import CALLING, Room, room, stage
from turnero.queue import call_requests, callback_tables, requests
from turnero.queue.call_facts import CallbackCarried, CallbackEnded, CallbackJoined, CallbackPutOff
from turnero.queue.callbacks import Stage
from turnero.queue.commands import callbacks, dialling
from turnero.queue.facts import AlarmEnded, AlarmRaised, TicketIssued
from turnero.queue.reads import callbacks as reads
from turnero.store.sql import Statement
from turnero.store.tx import Tx
from turnero.telephony.numbers import number_of, policy_of, sealed


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """A room with telephones."""
    async with room(tmp_path) as found:
        yield found


def _forget_faults(tx: Tx, _: None) -> None:
    tx.run(Statement(update(callback_tables.dialling).values(faults=0)))


async def test_start_pressed_just_before_both_are_joined_joins_them_still(hall: Room) -> None:
    asked = await hall.ask("987654300")
    await hall.next("v1")
    await stage(hall, asked.ticket, Stage.DIALLING)
    await hall.passes(2)
    (patient,) = [one for one in hall.simulated.telephones() if one.number.startswith("+")]
    hall.simulated.answer(patient.leg)
    await stage(hall, asked.ticket, Stage.CONFIRMING)
    found = await hall.callback(asked.ticket)
    await hall.act(dialling.confirmed, call_requests.OfCallback(found.id))
    await hall.move("start", asked.ticket)
    await hall.passes(3)
    assert await hall.state(asked.ticket) == "serving"
    assert len(await hall.facts(CallbackJoined)) == 1
    assert all(one.joined for one in hall.simulated.telephones())
    desk = next(one for one in hall.simulated.telephones() if one.number == "desk1")
    hall.simulated.hang(desk.leg)
    await hall.passes(1)
    assert (await hall.callback(asked.ticket)).stage == Stage.WRAP_UP


async def test_putting_a_class_right_does_not_hang_up(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")
    await hall.correct(asked.ticket, attention="preferential")
    await hall.passes(3)
    assert len(hall.board.live()) == 2
    assert (await hall.callback(asked.ticket)).stage == Stage.TALKING


async def test_an_undo_cannot_give_a_number_two_callbacks(hall: Room) -> None:
    one = await hall.ask("987654301")
    await hall.move("cancel", one.ticket)
    two = await hall.ask("987654301")
    assert not two.already
    async with refused(hall, "callback-already"):
        await hall.move("undo", one.ticket)


async def test_who_waits_for_tomorrow_can_say_that_they_need_none(hall: Room) -> None:
    asked = await hall.ask("987654301")
    hall.wait(15.5 * 3600)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "not-served"
    await hall.act(callbacks.cancel, requests.TicketMove(asked.ticket))
    assert await hall.said(CallbackEnded, "how") == ["cancelled"]
    hall.wait(9 * 3600)
    await hall.passes(8)
    assert await hall.facts(CallbackCarried) == []


async def test_a_service_that_is_gone_tomorrow_ends_its_callbacks(hall: Room) -> None:
    asked = await hall.ask("987654305", "caja")
    hall.wait(15.5 * 3600)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "not-served"
    site = CALLING.replace('key = "caja"', 'key = "otra"').replace('"caja"', '"otra"')
    await hall.load(site)
    hall.wait(9 * 3600)
    await hall.passes(8)
    assert await hall.said(CallbackEnded, "how") == ["expired"]


async def test_a_class_that_is_gone_tomorrow_loses_nobody(hall: Room) -> None:
    asked = await hall.ask("987654305", attention="preferential")
    hall.wait(15.5 * 3600)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "not-served"
    await hall.load(
        CALLING.replace(
            '[[attention]]\nkey = "preferential"\nname = { es = "Preferente", en = "Priority" }\n',
            "",
        )
    )
    hall.wait(9 * 3600)
    await hall.passes(8)
    assert len(await hall.facts(CallbackCarried)) == 1


async def test_the_clock_is_set_forward_while_they_speak(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.next("v1")
    await hall.until(asked.ticket, "serving")
    await hall.sets_clock(23)
    await hall.passes(5)
    assert len(hall.board.live()) == 2


async def test_the_clock_is_set_back_while_the_trunk_rests(hall: Room) -> None:
    for n in range(4):
        await hall.ask(f"9876{n}4309")
    for _ in range(3):
        called = await hall.next("v1")
        assert called is not None
        await hall.until(called, "retry")
    assert await hall.next("v1") is None
    await hall.sets_clock(-2)
    hall.wait(65)
    await hall.passes(12)
    assert await hall.next("v1") is not None


@pytest.mark.parametrize("hours", [-2, 1])
async def test_a_pause_lasts_as_long_whatever_the_clock_says(hall: Room, hours: int) -> None:
    asked = await hall.ask("987654304")
    await hall.next("v1")
    await hall.until(asked.ticket, "retry")
    await hall.sets_clock(hours)
    await hall.passes(100)
    assert await hall.state(asked.ticket) == "retry"
    await hall.passes(30)
    assert await hall.state(asked.ticket) == "waiting"


async def test_a_wished_hour_is_the_clock_s(hall: Room) -> None:
    asked = await hall.ask("987654301", from_minute=15 * 60)
    await hall.sets_clock(6.2)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "waiting"


async def test_who_was_moved_to_tomorrow_by_a_wrong_clock_is_rung_today(hall: Room) -> None:
    asked = await hall.ask("987654301")
    await hall.sets_clock(11)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "retry"
    await hall.sets_clock(-11)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "waiting"


async def test_who_held_and_is_rung_later_after_all_is_not_given_up(hall: Room) -> None:
    asked = await hall.ask("987654304")
    leg = hall.simulated.ring_in("+51987654304", "100")
    hall.board.prompt(leg, [])
    await hall.act(
        callbacks.hold,
        call_requests.HoldLine(leg=leg, service="caja", callback=asked.callback),
    )
    await hall.passes(2)
    await hall.next("v1")
    await hall.passes(4)
    await hall.move("park", asked.ticket)
    await hall.passes(4)
    await hall.move("return", asked.ticket)
    await hall.next("v1")
    await hall.passes(12)
    assert await hall.state(asked.ticket) == "retry"
    assert await hall.said(CallbackPutOff, "why") == ["busy"]


async def test_a_transferred_callback_is_of_its_new_service(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.transfer(asked.ticket, "sangre")
    again = await hall.ask("987654305", "sangre")
    assert again.already


async def test_two_people_of_one_number_hold_the_line_at_once(hall: Room) -> None:
    phone = sealed(number_of("987654301", policy_of("pe")), hall.vault)
    for service in ("caja", "sangre"):
        leg = hall.simulated.ring_in(phone.tail, "100")
        await hall.act(
            callbacks.hold, call_requests.HoldLine(leg=leg, service=service, phone=phone)
        )
    assert len((await hall.read(reads.work)).legs) == 2


async def test_the_alarm_of_each_site_ends(hall: Room) -> None:
    for n in range(3):
        await hall.ask(f"9876{n}4309")
    for _ in range(3):
        called = await hall.next("v1")
        assert called is not None
        await hall.until(called, "retry")
    assert len(await hall.facts(AlarmRaised)) == 1
    # a call of another site went through meanwhile
    await hall.ledger.run(_forget_faults, None, site=0, actor="system")
    hall.wait(70)
    await hall.passes(12)
    asked = await hall.ask("987654301")
    assert await hall.next("v1") == asked.ticket
    await hall.until(asked.ticket, "serving")
    assert len(await hall.facts(AlarmEnded)) == 1


async def test_who_held_and_was_not_heard_to_hang_up_keeps_no_desk(hall: Room) -> None:
    leg = hall.simulated.ring_in("+51987654301", "100")
    hall.board.prompt(leg, [])
    held = await hall.act(callbacks.hold, call_requests.HoldLine(leg=leg, service="caja"))
    await hall.passes(2)
    hall.simulated.hang(leg)  # this room has no menu that would be told
    assert await hall.next("v1") == held.ticket
    await hall.until(held.ticket, "cancelled", 20)
    await hall.passes(5)
    assert hall.board.live() == []


async def test_who_hangs_up_on_our_silence_has_not_used_up_an_attempt(hall: Room) -> None:
    hall.board.faults.remembers = True
    asked = await hall.ask("987654300")
    await hall.next("v1")
    await stage(hall, asked.ticket, Stage.DIALLING)
    await hall.passes(2)
    (patient,) = [one for one in hall.simulated.telephones() if one.number.startswith("+")]
    hall.simulated.answer(patient.leg)
    await stage(hall, asked.ticket, Stage.CONFIRMING)
    await hall.stops()
    hall.simulated.hang(patient.leg)
    hall.dials()
    await hall.until(asked.ticket, "retry")
    (put_off,) = await hall.facts(CallbackPutOff)
    assert (put_off.why, put_off.counts) == ("unknown", False)


async def test_a_language_that_is_gone_tomorrow_loses_nobody(hall: Room) -> None:
    asked = await hall.ask("987654305", language="en", attention="preferential", aids=("sign",))
    hall.wait(15.5 * 3600)
    await hall.passes(2)
    assert await hall.state(asked.ticket) == "not-served"
    await hall.load(CALLING.replace('languages = ["es", "en"]', 'languages = ["es"]'))
    hall.wait(9 * 3600)
    await hall.passes(8)
    (carried,) = await hall.said(CallbackCarried, "ticket")
    issued = (await hall.facts(TicketIssued))[-1]
    assert (issued.ticket, issued.language, issued.attention, issued.aids) == (
        carried,
        "es",
        "preferential",
        ("sign",),
    )


#: a site whose cashier is another service, and one whose desks have no telephones
OTHER = CALLING.replace('"caja"', '"otra"')
SILENT = re.sub('phone = ".*"', "", CALLING).replace("callbacks = {}", "")


@pytest.mark.parametrize("site", [OTHER, SILENT], ids=["service gone", "telephones gone"])
async def test_a_new_description_leaves_nobody_whom_no_desk_could_ring(
    hall: Room, site: str
) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.passes(8)
    async with refused(hall, "service-has-waiting", service="caja", waiting=1):
        await hall.load(site)
    await hall.act(callbacks.cancel, requests.TicketMove(asked.ticket))
    await hall.load(site)


async def test_who_asked_is_rung_though_nobody_can_ask_any_more(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.load(CALLING.replace("callbacks = {}", ""))
    await hall.next("v1")
    await hall.until(asked.ticket, "retry")
    assert await hall.said(CallbackPutOff, "why") == ["no-answer"]


async def test_what_is_taken_back_while_it_was_to_be_rung_later_is_rung_then(hall: Room) -> None:
    asked = await hall.ask("987654305")
    await hall.next("v1")
    await hall.until(asked.ticket, "retry")
    (due_ms,) = await hall.said(CallbackPutOff, "due_ms")
    await hall.move("cancel", asked.ticket)
    await hall.move("undo", asked.ticket)
    await hall.passes(3)
    assert await hall.state(asked.ticket) == "retry"
    hall.wait((due_ms - hall.clock.now_ms()) / 1000)
    await hall.passes(1)
    assert await hall.state(asked.ticket) == "waiting"


async def test_whose_day_a_wrong_clock_closed_is_rung_today(hall: Room) -> None:
    await hall.ask("987654301")
    await hall.sets_clock(16)
    await hall.close_day()
    await hall.sets_clock(-16)
    await hall.passes(2)
    (carried,) = await hall.said(CallbackCarried, "ticket")
    assert await hall.next("v1") == carried


async def test_who_held_the_line_when_the_day_closed_is_rung_if_they_can_be(hall: Room) -> None:
    phone = sealed(number_of("987654305", policy_of("pe")), hall.vault)
    held = []
    for one in (phone, None):
        leg = hall.simulated.ring_in("+51987654305", "100")
        hall.board.prompt(leg, [])
        request = call_requests.HoldLine(leg=leg, service="caja", phone=one)
        held.append(await hall.act(callbacks.hold, request))
    await hall.sets_clock(16)
    await hall.close_day()
    await hall.passes(8)
    assert hall.board.live() == []
    assert await hall.said(CallbackEnded, "ticket") == [held[1].ticket]
    # Like everybody's its hours end, though it began on the line.
    hall.wait(7 * 3600)
    await hall.passes(8)
    (carried,) = await hall.said(CallbackCarried, "ticket")
    hall.wait(12 * 3600)
    await hall.passes(2)
    assert await hall.state(carried) == "retry"
