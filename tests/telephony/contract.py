"""What every exchange must do: one suite for the simulated one and for the real Asterisk."""

import asyncio

import pytest

from tests.telephony.rig import Heard, Rig, desk, leg_id, phone, soon
from turnero.telephony.exchange import (
    HOLDING,
    Answered,
    Digit,
    Ended,
    ExchangeAway,
    Extension,
    Gather,
    Inbound,
    Joined,
    Leg,
    LinkDown,
    LinkReplaced,
    LinkUp,
    Outcome,
    Parted,
    Phone,
    Placed,
    PromptDone,
    Ringing,
    Say,
    Stage,
)

PRESS_1 = [Say("Marque uno para hablar.", "es")]

#: how the number ends → how the leg ends, and whether it rang
REFUSALS = {
    "04": (Outcome.BUSY, False),
    "16": (Outcome.BUSY, False),
    "06": (Outcome.DECLINED, True),
    "07": (Outcome.BAD_NUMBER, False),
    "09": (Outcome.TRUNK_FAULT, False),
    "14": (Outcome.NO_ANSWER, False),
    "05": (Outcome.NO_ANSWER, True),
    "08": (Outcome.TRUNK_FAULT, False),
}


async def rung(rig: Rig, to: Phone | Extension, ring_s: int = 20) -> str:
    """A leg that was placed."""
    leg = leg_id("leg")
    assert await rig.exchange.place(Leg(leg, to, ring_s)) is Placed.ACCEPTED
    return leg


async def answered(rig: Rig, to: Phone | Extension) -> str:
    """A leg that was placed and answered."""
    leg = await rung(rig, to)
    await rig.heard.of(Answered, leg)
    return leg


class Contract:
    """Give it a fixture `rig`."""

    async def test_a_joined_call_carries_keys_of_both(self, rig: Rig) -> None:
        agent, patient = await rung(rig, desk("keys")), await rung(rig, phone("11"))
        await asyncio.gather(rig.heard.of(Answered, agent), rig.heard.of(Answered, patient))
        assert rig.heard.those(Ringing, patient)
        await rig.exchange.prompt(patient, PRESS_1, Gather(1, 8))
        assert (await rig.heard.of(Digit, patient)).digit == "1"
        await rig.heard.of(PromptDone, patient)

        assert await rig.exchange.join(agent, patient)
        await rig.heard.of(Joined, agent)
        state = await rig.exchange.lookup(agent)
        assert state is not None
        assert state.joined == patient
        await rig.heard.until(
            lambda: "".join(one.digit for one in rig.heard.those(Digit, patient)) == "1234",
            "the patient's keys",
        )
        assert (await rig.heard.of(Digit, agent)).digit == "7"

        await rig.exchange.hangup(agent)
        assert (await rig.heard.of(Ended, agent)).outcome is Outcome.ANSWERED
        await rig.heard.of(Parted, patient)
        state = await rig.exchange.lookup(patient)
        assert state is not None
        assert (state.stage, state.joined) == (Stage.UP, None)
        await rig.exchange.hangup(patient)
        ended = await rig.heard.of(Ended, patient)
        assert (ended.outcome, ended.rang) == (Outcome.ANSWERED, True)

    async def test_nothing_is_said_to_two_who_speak(self, rig: Rig) -> None:
        agent, patient = await rung(rig, desk()), await rung(rig, phone("02"))
        await asyncio.gather(rig.heard.of(Answered, agent), rig.heard.of(Answered, patient))
        # What is being said, is about to be, or comes too late: none of it outlasts the joining.
        await rig.exchange.prompt(patient, [HOLDING])
        at_once = await asyncio.gather(
            rig.exchange.prompt(agent, [HOLDING]),
            rig.exchange.join(agent, patient),
            rig.exchange.prompt(patient, PRESS_1 * 3),
            rig.exchange.prompt(agent, [HOLDING]),
            return_exceptions=True,
        )
        assert isinstance(at_once[1], str)
        assert all(one is None or isinstance(one, ExchangeAway) for one in at_once[2:])
        await rig.heard.of(Joined, agent, within_s=4)
        for leg in (agent, patient):
            with pytest.raises(ExchangeAway):
                await rig.exchange.prompt(leg, PRESS_1)
        await rig.exchange.hangup(agent)
        await rig.heard.of(Parted, patient)
        await rig.exchange.prompt(patient, [Say("Uno.", "es")])
        await rig.heard.of(PromptDone, patient)

    async def test_each_refusal_is_told_apart(self, rig: Rig) -> None:
        legs = {end: await rung(rig, phone(end), ring_s=3) for end in REFUSALS}
        for end, leg in legs.items():
            ended = await rig.heard.of(Ended, leg, within_s=10)
            assert (ended.outcome, ended.rang) == REFUSALS[end], (end, ended)
            assert ended.cause
        assert not rig.heard.those(Answered)
        assert [len(rig.heard.those(Ended, leg)) for leg in legs.values()] == [1] * len(legs)

    async def test_a_desk_that_is_busy_or_away_is_told_apart(self, rig: Rig) -> None:
        busy, away = await rung(rig, desk("busy")), await rung(rig, desk("away"), ring_s=2)
        assert (await rig.heard.of(Ended, busy)).outcome is Outcome.BUSY
        assert (await rig.heard.of(Ended, away)).outcome is Outcome.NO_ANSWER

    async def test_hanging_up_cancels_a_ringing_leg_once(self, rig: Rig) -> None:
        leg = await rung(rig, phone("05"))
        await rig.heard.of(Ringing, leg)
        await rig.exchange.hangup(leg)
        ended = await rig.heard.of(Ended, leg)
        assert (ended.outcome, ended.rang) == (Outcome.CANCELLED, True)
        await rig.exchange.hangup(leg)
        await rig.exchange.hangup("never-there")
        assert len(rig.heard.those(Ended, leg)) == 1

    async def test_an_id_alive_is_refused_and_serves_again_once_over(self, rig: Rig) -> None:
        leg = Leg(leg_id("twice"), phone("05"), 20)
        both = await asyncio.gather(rig.exchange.place(leg), rig.exchange.place(leg))
        assert sorted(both) == [Placed.ACCEPTED, Placed.DUPLICATE]
        await rig.heard.of(Ringing, leg.id)
        assert await rig.exchange.place(leg) is Placed.DUPLICATE
        assert len(await rig.exchange.live()) == 1
        await rig.exchange.hangup(leg.id)
        await rig.heard.of(Ended, leg.id)
        assert await rig.exchange.place(leg) is Placed.ACCEPTED
        await rig.heard.until(lambda: len(rig.heard.those(Ringing, leg.id)) == 2, "a second ring")

    async def test_what_became_of_a_leg_can_be_asked(self, rig: Rig) -> None:
        leg = leg_id("asked")
        assert await rig.exchange.lookup(leg) is None
        assert await rig.exchange.place(Leg(leg, phone("02"), 20)) is Placed.ACCEPTED
        state = await rig.exchange.lookup(leg)
        assert state is not None
        assert state.stage in {Stage.CALLING, Stage.RINGING}
        await rig.heard.of(Answered, leg)
        state = await rig.exchange.lookup(leg)
        assert state is not None
        assert state.stage is Stage.UP
        assert [one.id for one in await rig.exchange.live()] == [leg]
        await rig.exchange.hangup(leg)
        await rig.heard.of(Ended, leg)
        state = await rig.exchange.lookup(leg)
        assert state is None or state.stage is Stage.ENDED
        assert await rig.exchange.live() == []

    async def test_who_rings_in_is_asked_for_digits(self, rig: Rig) -> None:
        number = await rig.ring_in("1479")
        rings = await rig.heard.of(Inbound)
        assert (rings.caller, rings.called) == (Phone(number), "5511")
        state = await rig.exchange.lookup(rings.leg)
        assert state is not None
        assert state.stage is Stage.RINGING
        await rig.exchange.prompt(rings.leg, [Say("Su número, por favor.", "es")], Gather(4, 8))
        await rig.heard.of(PromptDone, rings.leg)
        assert "".join(one.digit for one in rig.heard.those(Digit, rings.leg)) == "1479"
        await rig.exchange.hangup(rings.leg)
        assert (await rig.heard.of(Ended, rings.leg)).outcome is Outcome.ANSWERED

    async def test_the_ending_key_ends_and_is_not_told(self, rig: Rig) -> None:
        await rig.ring_in("47#", withheld=True)
        rings = await rig.heard.of(Inbound)
        assert rings.caller is None
        await rig.exchange.prompt(rings.leg, [Say("Su número.", "es")], Gather(9, 8))
        await rig.heard.of(PromptDone, rings.leg)
        assert "".join(one.digit for one in rig.heard.those(Digit, rings.leg)) == "47"

    async def test_who_rings_in_and_finds_nobody_of_ours_is_told_so_by_the_exchange(
        self, rig: Rig
    ) -> None:
        await rig.ring_in()
        rings = await rig.heard.of(Inbound)
        await rig.exchange.leave(rings.leg)
        await soon(lambda: _stage(rig, rings.leg, Stage.UP), "nobody speaks to them")
        await rig.heard.of(Ended, rings.leg)
        await soon(lambda: _stage(rig, rings.leg, None), "they are kept for ever", 20)

    async def test_who_rings_in_and_gives_up_is_told(self, rig: Rig) -> None:
        await rig.ring_in(gives_up_s=1)
        rings = await rig.heard.of(Inbound)
        ended = await rig.heard.of(Ended, rings.leg)
        assert ended.outcome is Outcome.NO_ANSWER
        with pytest.raises(ExchangeAway):
            await rig.exchange.prompt(rings.leg, PRESS_1)

    async def test_a_sentence_takes_the_place_of_another(self, rig: Rig) -> None:
        leg = await answered(rig, phone("02"))
        await rig.exchange.prompt(leg, PRESS_1 * 3, Gather(1, 8))
        await asyncio.sleep(0.2)
        await rig.exchange.prompt(leg, [Say("Espere.", "es")])
        await rig.heard.of(PromptDone, leg)
        await rig.exchange.prompt(leg, [Say("Uno.", "es")], Gather(1, 1))
        await rig.heard.until(lambda: len(rig.heard.those(PromptDone, leg)) == 2, "silence told")
        assert not rig.heard.those(Digit, leg)

    async def test_one_hangs_up_and_the_other_stays(self, rig: Rig) -> None:
        agent, patient = await rung(rig, desk()), await rung(rig, phone("10"))
        await asyncio.gather(rig.heard.of(Answered, agent), rig.heard.of(Answered, patient))
        await rig.exchange.join(agent, patient)
        assert (await rig.heard.of(Ended, patient)).outcome is Outcome.ANSWERED
        await rig.heard.of(Parted, agent)
        state = await rig.exchange.lookup(agent)
        assert state is not None
        assert (state.stage, state.joined) == (Stage.UP, None)

    async def test_a_join_that_is_asked_for_again_parts_nobody(self, rig: Rig) -> None:
        """Its answer was lost, or we died before it was written down."""
        agent, patient = await answered(rig, desk()), await answered(rig, phone("02"))
        join = await rig.exchange.join(agent, patient)
        await rig.heard.of(Joined, agent)
        assert await rig.exchange.join(agent, patient) == join
        await asyncio.sleep(0.5)
        state = await rig.exchange.lookup(agent)
        assert state is not None
        assert state.joined == patient
        assert not rig.heard.those(Parted)

    async def test_a_leg_that_is_gone_cannot_be_joined_or_spoken_to(self, rig: Rig) -> None:
        leg = await answered(rig, desk())
        with pytest.raises(ExchangeAway):
            await rig.exchange.join(leg, "never-there")
        with pytest.raises(ExchangeAway):
            await rig.exchange.prompt("never-there", PRESS_1)
        ringing = await rung(rig, phone("05"))
        await rig.heard.of(Ringing, ringing)
        with pytest.raises(ExchangeAway):
            await rig.exchange.join(leg, ringing)

    async def test_what_ends_while_the_link_is_lost_is_seen_by_asking(self, rig: Rig) -> None:
        stays, goes = await answered(rig, desk()), await rung(rig, phone("05"), ring_s=3)
        await rig.heard.of(Ringing, goes)
        await rig.cut()
        await rig.heard.of(LinkDown)

        async def gone() -> bool:
            state = await rig.console.lookup(goes)
            return state is None or state.stage is Stage.ENDED

        await soon(gone, "the leg rings on")
        await rig.mend()
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
        state = await rig.exchange.lookup(goes)
        assert state is None or state.stage is Stage.ENDED
        assert [one.id for one in await rig.exchange.live()] == [stays]
        await rig.exchange.prompt(stays, [Say("Uno.", "es")])
        await rig.heard.of(PromptDone, stays)

    async def test_who_rings_on_while_the_link_is_lost_is_heard_again(self, rig: Rig) -> None:
        leg = await rung(rig, phone("05"))
        await rig.heard.of(Ringing, leg)
        await rig.cut()
        await rig.heard.of(LinkDown)
        await rig.mend()
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
        state = await rig.exchange.lookup(leg)
        assert state is not None
        assert state.stage is Stage.RINGING
        await rig.exchange.hangup(leg)
        ended = await rig.heard.of(Ended, leg)
        assert (ended.outcome, ended.rang) == (Outcome.CANCELLED, True)

    async def test_whoever_takes_our_events_silences_us(self, rig: Rig) -> None:
        other = await rig.another()
        ear = Heard(other)
        await ear.of(LinkUp)
        await rig.heard.of(LinkReplaced)
        await soon(lambda: _over(rig.heard), "the stream of events goes on")
        leg = await rung(rig, phone("04"))
        await ear.of(Ended, leg)
        assert not rig.heard.those(Ended, leg)
        await ear.close()
        await other.close()

    async def test_events_can_be_read_again_by_the_same_who_stopped(self, rig: Rig) -> None:
        await rig.heard.close()
        rig.heard = Heard(rig.exchange)
        await rig.heard.of(LinkUp)
        leg = await rung(rig, phone("04"))
        await rig.heard.of(Ended, leg)
        assert not rig.heard.those(LinkReplaced)

    async def test_who_answers_while_nobody_is_there_is_let_go(self, rig: Rig) -> None:
        leg = await rung(rig, phone("02"))
        await rig.heard.of(Ringing, leg)
        await rig.cut()
        await soon(lambda: _stage(rig, leg, Stage.UP), "nobody answers")
        await soon(lambda: _stage(rig, leg, None), "dead air for ever")

    async def test_nobody_is_rung_whose_answer_nobody_would_hear(self, rig: Rig) -> None:
        await rig.cut()
        await rig.heard.of(LinkDown)
        to = phone("05")
        leg = Leg(leg_id("unheard"), to, 20)
        assert await rig.exchange.place(leg) in {Placed.ACCEPTED, Placed.REFUSED}
        await soon(lambda: _stage(rig, leg.id, None), "it is placed")
        assert await rig.rings(to) == 0
        await rig.mend()
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
        assert await rig.exchange.place(leg) is Placed.ACCEPTED
        await rig.heard.of(Ringing, leg.id)
        assert await rig.rings(to) == 1

    async def test_it_says_how_it_is(self, rig: Rig) -> None:
        await soon(lambda: _trunk(rig, up=True), "the trunk is down")
        health = await rig.exchange.health()
        assert (health.reachable, health.booted) == (True, True)
        await rig.trunk(up=False)
        await soon(lambda: _trunk(rig, up=False), "the trunk is up")
        leg = await rung(rig, phone("01"), ring_s=3)
        assert (await rig.heard.of(Ended, leg)).outcome is Outcome.TRUNK_FAULT
        await rig.trunk(up=True)
        await soon(lambda: _trunk(rig, up=True), "the trunk stays down")

    async def test_killed_and_started_again_it_knows_nothing(self, rig: Rig) -> None:
        leg = await answered(rig, desk())
        await rig.crash()
        await rig.heard.of(LinkDown)
        assert (await rig.exchange.health()).reachable is False
        assert await rig.exchange.place(Leg(leg_id("away"), desk(), 20)) is Placed.REFUSED
        with pytest.raises(ExchangeAway):
            await rig.exchange.lookup(leg)
        with pytest.raises(ExchangeAway):
            await rig.exchange.live()
        with pytest.raises(ExchangeAway):
            await rig.exchange.hangup(leg)
        await rig.boot()
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link", 40)
        await soon(lambda: _booted(rig), "it does not boot", 40)
        assert await rig.exchange.lookup(leg) is None
        assert await rig.exchange.live() == []
        assert not rig.heard.those(Ended, leg)
        await answered(rig, desk())


async def _over(heard: Heard) -> bool:
    return heard.over


async def _stage(rig: Rig, leg: str, stage: Stage | None) -> bool:
    state = await rig.console.lookup(leg)
    return (state.stage if state else None) is stage


async def _trunk(rig: Rig, *, up: bool) -> bool:
    return (await rig.exchange.health()).trunk is up


async def _booted(rig: Rig) -> bool:
    return (await rig.exchange.health()).booted
