"""What only the simulated exchange has: a virtual clock, faults, telephones in a person's hand."""

import asyncio

import pytest

from tests.telephony.rig import Heard, desk, leg_id, phone
from turnero.store.clock import VirtualClock
from turnero.telephony.exchange import (
    HOLDING,
    Answered,
    Digit,
    Ended,
    Event,
    ExchangeAway,
    Gather,
    Leg,
    LinkDown,
    LinkUp,
    Outcome,
    Placed,
    PromptDone,
    Ringing,
    Say,
    Stage,
)
from turnero.telephony.simulated import SimulatedExchange, Switchboard
from turnero.telephony.simulated.agenda import Agenda

START_MS = 1_790_000_000_000


def board(seed: int = 0) -> tuple[Switchboard, VirtualClock]:
    clock = VirtualClock(START_MS)
    return Switchboard(clock, seed=seed), clock


def after(board: Switchboard, clock: VirtualClock, seconds: int) -> None:
    clock.advance(seconds * 1000)
    board.agenda.run()


def day(seed: int) -> list[Event]:
    """Ten calls at once, on a clock that somebody moves."""
    ours, clock = board(seed)
    ours.faults.late_ms = 6_000
    ear = ours.attach()
    for n in range(10):
        ours.place(Leg(f"leg-{n}", phone(f"{n:02d}"), 30))
    after(ours, clock, 120)
    return ear.take()


def test_a_day_is_the_same_under_the_same_seed_and_late_events_overtake_each_other() -> None:
    assert day(3) == day(3)
    assert day(3) != day(4)
    declined = [
        type(event)
        for event in day(3)
        if isinstance(event, Ringing | Ended) and event.leg == "leg-6"
    ]
    assert declined == [Ended, Ringing]


async def test_on_a_virtual_clock_everything_happens_in_its_order() -> None:
    clock = VirtualClock(START_MS)
    exchange = SimulatedExchange(clock)
    heard = Heard(exchange)
    await heard.of(LinkUp)
    await exchange.place(Leg("p", phone("10"), 30))
    clock.advance(60_000)
    await heard.of(Answered, "p")
    await exchange.prompt("p", [Say("Marque uno.", "es")], Gather(1, 5))
    clock.advance(10_000)
    await heard.of(PromptDone, "p")
    assert [type(event) for event in heard.all] == [LinkUp, Ringing, Answered, Digit, PromptDone]
    await heard.close()


def test_a_lost_answer_rings_and_a_lost_request_does_not() -> None:
    ours, clock = board()
    ours.attach()
    ours.faults.lose_answers = 1
    rings = Leg(leg_id("rings"), phone("01"), 30)
    assert ours.place(rings) is Placed.UNKNOWN
    assert ours.place(rings) is Placed.DUPLICATE
    ours.faults.lose_requests = 1
    assert ours.place(Leg("silent", phone("01"), 30)) is Placed.UNKNOWN
    after(ours, clock, 5)
    assert [state.id for state in ours.live()] == [rings.id]
    assert [dial.leg for dial in ours.dials] == [rings.id]


def test_events_can_come_twice_or_not_at_all() -> None:
    ours, clock = board()
    ours.faults.double = True
    ear = ours.attach()
    ours.place(Leg("leg", phone("04"), 30))
    after(ours, clock, 5)
    assert [type(event) for event in ear.take()] == [LinkUp, Ended, Ended]
    ours.faults.deaf = True
    ours.place(Leg("leg", phone("04"), 30))
    after(ours, clock, 5)
    assert ear.take() == []
    assert ours.lookup("leg") is None


def test_whom_we_stop_ringing_may_pick_up_in_that_moment() -> None:
    ours, clock = board()
    ours.faults.answer_races_cancel = True
    ear = ours.attach()
    ours.place(Leg("leg", phone("05"), 30))
    after(ours, clock, 5)
    ours.hangup("leg")
    assert ear.take()[-2:] == [Answered("leg"), Ended("leg", Outcome.ANSWERED, "16", rang=True)]


def test_a_leg_that_ended_does_nothing_more_when_its_id_is_used_again() -> None:
    ours, clock = board()
    ear = ours.attach()
    ours.place(Leg("leg", phone("01"), 30))
    after(ours, clock, 1)
    ours.hangup("leg")
    ours.place(Leg("leg", phone("05"), 30))
    after(ours, clock, 10)
    assert not [event for event in ear.take() if isinstance(event, Answered)]


def test_busy_once_then_it_answers() -> None:
    ours, clock = board()
    ear = ours.attach()
    number = phone("16")
    for n in (1, 2):
        ours.place(Leg(f"leg-{n}", number, 30))
        after(ours, clock, 6)
    assert [event for event in ear.take() if isinstance(event, Ended | Answered)] == [
        Ended("leg-1", Outcome.BUSY, "600", rang=False),
        Answered("leg-2"),
    ]


def test_legs_that_nobody_placed_are_seen_and_can_be_hung_up() -> None:
    ours, clock = board()
    stray = ours.stray(phone("05"))
    after(ours, clock, 2)
    assert [state.id for state in ours.live()] == [stray]
    ours.hangup(stray)
    assert ours.live() == []


@pytest.mark.parametrize("fault", ["away", "booting", "mute"])
def test_an_exchange_that_is_not_there_rings_nobody(fault: str) -> None:
    ours, _ = board()
    setattr(ours.faults, fault, True)
    expected = Placed.UNKNOWN if fault == "mute" else Placed.REFUSED
    assert ours.place(Leg("leg", phone("01"), 30)) is expected
    assert ours.dials == []
    assert not ours.health().booted


async def test_a_telephone_in_the_hand_does_what_the_person_does() -> None:
    clock = VirtualClock(START_MS)
    exchange = SimulatedExchange(clock)
    heard = Heard(exchange)
    await heard.of(LinkUp)
    number, other = phone("01"), phone("00")
    exchange.hold(number.e164)
    await exchange.place(Leg("mine", number, 30))
    await exchange.place(Leg("other", other, 30))
    clock.advance(20_000)
    await heard.of(Ringing, "mine")
    await heard.of(Ringing, "other")
    assert [(one.leg, one.stage, one.by_hand) for one in exchange.telephones()] == [
        ("mine", Stage.RINGING, True),
        ("other", Stage.RINGING, True),
    ]
    assert exchange.answer("mine")
    assert exchange.hang("other")
    assert (await heard.of(Ended, "other")).outcome is Outcome.DECLINED
    await exchange.prompt("mine", [Say("Marque uno.", "es")], Gather(1, 9))
    assert exchange.telephones()[0].says == ["Marque uno."]
    assert exchange.press("mine", "1")
    await heard.of(PromptDone, "mine")
    assert exchange.hang("mine")
    assert not exchange.hang("mine")
    assert (await heard.of(Ended, "mine")).outcome is Outcome.ANSWERED

    leg = exchange.ring_in(number.e164, "5511")
    assert [(one.leg, one.inbound) for one in exchange.telephones()] == [(leg, True)]
    await heard.close()


def test_who_answered_to_nobody_is_spoken_to_by_the_dialplan_alone() -> None:
    ours, clock = board()
    ear = ours.attach()
    ours.place(Leg("leg", desk(), 30))
    ours.detach(ear)
    after(ours, clock, 3)
    state = ours.lookup("leg")
    assert state is not None
    assert state.stage is Stage.UP
    with pytest.raises(ExchangeAway):
        ours.prompt("leg", [Say("Hola.", "es")])
    after(ours, clock, 10)
    assert ours.lookup("leg") is None


def test_who_holds_is_left_to_the_dialplan_when_we_do_not_come_back_and_who_speaks_is_not() -> None:
    ours, clock = board()
    ear = ours.attach()
    for leg, to in (("holds", phone("00")), ("agent", desk("hand")), ("patient", phone("00"))):
        ours.place(Leg(leg, to, 30))
        after(ours, clock, 1)
        assert ours.answer(leg)
    ours.join("agent", "patient")
    after(ours, clock, 200)
    ours.prompt("holds", [HOLDING])
    ours.detach(ear)
    after(ours, clock, 239)
    state = ours.lookup("holds")
    assert state is not None
    assert state.stage is Stage.UP
    after(ours, clock, 2)
    ours.attach()
    with pytest.raises(ExchangeAway):
        ours.join("holds", "agent")
    after(ours, clock, 6)
    assert {state.id for state in ours.live()} == {"agent", "patient"}
    ours.hang("agent")
    after(ours, clock, 247)
    assert ours.live() == []


async def test_two_adapters_at_one_switchboard_are_two_lives_of_our_process() -> None:
    ours, clock = board()
    first, second = (SimulatedExchange(clock, switchboard=ours) for _ in range(2))
    before = Heard(first)
    await before.of(LinkUp)
    await first.place(Leg("leg", phone("05"), 30))
    after = Heard(second)
    await after.of(LinkUp)
    await first.close()
    assert [state.id for state in await second.live()] == ["leg"]
    clock.advance(5_000)
    await after.of(Ringing, "leg")
    assert not before.those(Ringing)
    await before.close()
    await after.close()


def test_what_happens_while_the_link_is_cut_is_told_to_nobody() -> None:
    ours, clock = board()
    ear = ours.attach()
    ours.place(Leg("leg", phone("04"), 30))
    ours.cut()
    after(ours, clock, 5)
    ours.mend()
    assert ear.take() == [LinkUp(), LinkDown(), LinkUp()]


def test_each_key_begins_the_waiting_anew() -> None:
    ours, clock = board()
    ear = ours.attach()
    leg = ours.ring_in("+51987654400", "5511", by_hand=True)
    ours.prompt(leg, [Say("Diga.", "es")], Gather(9, 2))
    for _ in range(3):
        after(ours, clock, 1)
        ours.press(leg, "5")
    after(ours, clock, 1)
    assert not [event for event in ear.take() if isinstance(event, PromptDone)]
    after(ours, clock, 1)
    assert ear.take() == [PromptDone(leg)]


async def test_what_is_due_earlier_is_done_earlier() -> None:
    clock = VirtualClock(START_MS)
    agenda, done = Agenda(clock), asyncio.Event()
    agenda.after(60_000, lambda: None)
    await asyncio.sleep(0.01)
    agenda.after(1_000, done.set)
    await asyncio.sleep(0.01)
    clock.advance(1_000)
    async with asyncio.timeout(2):
        await done.wait()
