"""The cloud's exchange against the stand-in: calls, keys, joins, lost requests and lost webhooks."""

import asyncio
from pathlib import Path

import pytest

from tests.telephony.cloud.cloudy import Cloudy
from tests.telephony.cloud.service import ACCOUNT, PUBLIC, TOKEN, Call
from tests.telephony.rig import desk, leg_id, phone, soon
from turnero.server.exchanges import examine
from turnero.server.settings import Settings
from turnero.telephony.cloud import adapter, twiml
from turnero.telephony.cloud.adapter import Cloud
from turnero.telephony.cloud.rest import Rest
from turnero.telephony.exchange import (
    HOLDING,
    Answered,
    Digit,
    Ended,
    ExchangeAway,
    Gather,
    Inbound,
    Joined,
    Leg,
    LinkDown,
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

SAYS = [Say("Marque uno & espere.", "es")]


async def test_who_answers_is_asked_joined_and_asked_again(cloudy: Cloudy) -> None:
    exchange, heard = cloudy.exchange, cloudy.heard
    await heard.of(LinkUp)
    agent, patient = await cloudy.answered(desk()), await cloudy.answered(phone("01"))
    assert heard.those(Ringing, patient)
    await exchange.prompt(patient, SAYS, Gather(1, 8))
    assert (await heard.of(Digit, patient)).digit == "1"
    await heard.of(PromptDone, patient)
    assert await exchange.join(agent, patient)
    await heard.of(Joined, agent)
    state = await exchange.lookup(agent)
    assert state is not None
    assert state.joined == patient
    await exchange.hangup(agent)
    assert (await heard.of(Ended, agent)).outcome is Outcome.ANSWERED
    await heard.of(Parted, patient)
    await exchange.prompt(patient, SAYS, Gather(1, 8))
    await heard.until(lambda: len(heard.those(Digit, patient)) == 2, "the rating")
    await exchange.hangup(patient)
    ended = await heard.of(Ended, patient)
    assert (ended.outcome, ended.rang) == (Outcome.ANSWERED, True)
    assert await exchange.live() == []


async def test_nothing_is_said_to_who_speaks_with_another(cloudy: Cloudy) -> None:
    agent, patient = await cloudy.answered(desk()), await cloudy.answered(phone("01"))
    await cloudy.exchange.join(agent, patient)
    await cloudy.heard.of(Joined, patient)
    for leg in (agent, patient):
        for gather in (None, Gather(1, 1)):
            with pytest.raises(ExchangeAway):
                await cloudy.exchange.prompt(leg, SAYS, gather)
    await asyncio.sleep(0.3)
    for leg in (agent, patient):
        state = await cloudy.exchange.lookup(leg)
        assert state is not None
        assert state.joined == (patient if leg == agent else agent), "they speak on"
    assert not cloudy.heard.those(Parted)
    # One of them has hung up: the other may say how it went.
    await cloudy.exchange.hangup(agent)
    await cloudy.heard.of(Parted)
    await cloudy.exchange.prompt(patient, SAYS, Gather(1, 1))
    await cloudy.heard.of(PromptDone, patient)


async def test_the_sound_of_waiting_is_silence_of_its_length(cloudy: Cloudy) -> None:
    order = twiml.say([HOLDING], "https://turnos.hospital.example/next").decode()
    assert '<Pause length="20" /><Redirect' in order
    assert "<Say" not in order


async def test_who_presses_nothing_is_over_with_no_digit(cloudy: Cloudy) -> None:
    leg = await cloudy.answered(phone("02"))
    await cloudy.exchange.prompt(leg, SAYS, Gather(1, 1))
    await cloudy.heard.of(PromptDone, leg)
    assert cloudy.heard.those(Digit) == []
    await cloudy.exchange.prompt(leg, SAYS)
    await cloudy.heard.until(lambda: len(cloudy.heard.those(PromptDone)) == 2, "the words")


@pytest.mark.parametrize(
    ("caller", "known"),
    [
        ("+51987654321", Phone("+51987654321")),
        ("anonymous", None),
        ("", None),
        ("+", None),
        ("Restricted", None),
        ("sip:1@2", None),
        ("+1876555123456789012", None),
    ],
)
async def test_who_rings_in_is_answered_when_spoken_to(
    cloudy: Cloudy, caller: str, known: Phone | None
) -> None:
    await cloudy.service.ring_in(caller, ["14"])
    rings = await cloudy.heard.of(Inbound)
    assert rings.caller == known
    state = await cloudy.exchange.lookup(rings.leg)
    assert state is not None
    assert state.stage is Stage.RINGING
    await cloudy.exchange.prompt(rings.leg, SAYS, Gather(2, 5))
    await cloudy.heard.until(lambda: len(cloudy.heard.those(Digit)) == 2, "both keys")
    assert [one.digit for one in cloudy.heard.those(Digit)] == ["1", "4"]
    await cloudy.heard.of(PromptDone, rings.leg)


async def test_who_hangs_up_while_the_first_word_is_on_its_way_is_gone(
    cloudy: Cloudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await cloudy.service.ring_in("+51987654321")
    rings = await cloudy.heard.of(Inbound)
    tell = Rest.tell

    async def slow(rest: Rest, sid: str, **form: str) -> bool:
        done = await tell(rest, sid, **form)
        await cloudy.service.hang_up(call)
        await cloudy.heard.of(Ended, rings.leg)
        return done

    monkeypatch.setattr(Rest, "tell", slow)
    await cloudy.exchange.prompt(rings.leg, SAYS)
    state = await cloudy.exchange.lookup(rings.leg)
    assert state is not None
    assert state.stage is Stage.ENDED
    assert not cloudy.heard.those(Answered, rings.leg)


async def test_who_rings_in_and_hears_no_word_of_ours_is_let_go(cloudy: Cloudy) -> None:
    call = await cloudy.service.ring_in("+51987654321")
    rings = await cloudy.heard.of(Inbound)
    row = cloudy.exchange._book.leg(rings.leg)
    assert row is not None
    waits = cloudy.exchange._hearing.address(row, "wait")
    await cloudy.again()  # and what was to be said went with the process
    assert "<Hangup" in await cloudy.service._tell(call, waits, {})
    await cloudy.exchange.prompt(rings.leg, SAYS)
    assert "<Pause" in await cloudy.service._tell(call, waits, {})


async def test_a_request_without_an_answer_is_unknown_and_never_placed_twice(
    cloudy: Cloudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudy.service.mute = True
    cloudy.service.next_place = ["lost"]
    leg = Leg(leg_id("lost"), phone("02"), 20)
    assert await cloudy.exchange.place(leg) is Placed.UNKNOWN
    assert await cloudy.exchange.place(leg) is Placed.DUPLICATE
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.lookup(leg.id)  # it may still begin to ring
    cloudy.clock.ahead_ms = adapter.SETTLE_MS
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.lookup(leg.id)  # and it does: a call that nobody can name
    assert await cloudy.exchange.live() == []
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.lookup(leg.id)  # who asks for all calls gives it no name either
    (call,) = cloudy.service.calls.values()
    assert call.status in {"ringing", "in-progress"}
    cloudy.clock.ahead_ms += adapter.STRAY_MS
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.lookup(leg.id)  # it is hung up, since nobody here knows it
    await soon(lambda: _gone(cloudy, leg.id), "it is over")
    assert call.status in {"canceled", "completed"}
    assert cloudy.service.placed == 1


async def test_a_call_that_nobody_here_knows_is_hung_up_unless_it_just_began(
    cloudy: Cloudy,
) -> None:
    cloudy.service.mute = True
    call = await cloudy.service.ring_in("+51987654321")
    assert await cloudy.exchange.live() == []
    assert call.status == "ringing"
    cloudy.clock.ahead_ms = adapter.STRAY_MS
    assert await cloudy.exchange.live() == []
    await soon(lambda: _status(call, "canceled"), "it is hung up")


async def _status(call: Call, status: str) -> bool:
    return call.status == status


async def _gone(cloudy: Cloudy, leg: str) -> bool:
    state = await cloudy.exchange.lookup(leg)
    return state is None or state.stage is Stage.ENDED


async def test_a_request_that_never_came_is_over_once_it_can_take_no_effect(
    cloudy: Cloudy,
) -> None:
    cloudy.service.next_place = ["never came"]
    leg = Leg(leg_id("lost"), phone("02"), 20)
    assert await cloudy.exchange.place(leg) is Placed.UNKNOWN
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.lookup(leg.id)
    cloudy.clock.ahead_ms = adapter.SETTLE_MS
    assert await cloudy.exchange.lookup(leg.id) is None
    assert (await cloudy.heard.of(Ended, leg.id)).outcome is Outcome.UNKNOWN
    assert await cloudy.exchange.place(leg) is Placed.ACCEPTED


async def test_a_request_without_an_answer_is_known_by_its_first_webhook(cloudy: Cloudy) -> None:
    cloudy.service.next_place = ["lost"]
    leg = Leg(leg_id("lost"), phone("01"), 20)
    assert await cloudy.exchange.place(leg) is Placed.UNKNOWN
    await cloudy.heard.of(Answered, leg.id)
    state = await cloudy.exchange.lookup(leg.id)
    assert state is not None
    assert state.stage is Stage.UP


@pytest.mark.parametrize(
    ("answer", "placed"),
    [(400, Placed.REFUSED), (401, Placed.REFUSED), (429, Placed.REFUSED), (503, Placed.UNKNOWN)],
)
async def test_what_answers_to_placing_mean(cloudy: Cloudy, answer: int, placed: Placed) -> None:
    cloudy.service.mute = True
    cloudy.service.next_place = [answer]
    assert await cloudy.exchange.place(Leg(leg_id("x"), phone("02"), 20)) is placed


async def test_nobody_there_is_refused_and_not_unknown(cloudy: Cloudy) -> None:
    await cloudy.service.stop()
    await cloudy.exchange._rest.close()
    cloudy.exchange._rest = Rest(cloudy.settings._replace(api="http://127.0.0.1:9"))
    assert await cloudy.exchange.place(Leg(leg_id("x"), phone("02"), 20)) is Placed.REFUSED
    assert not (await cloudy.exchange.health()).reachable
    with pytest.raises(ExchangeAway):
        await cloudy.exchange.live()


async def test_a_lost_webhook_is_made_up_for_by_asking(cloudy: Cloudy) -> None:
    leg = await cloudy.answered(phone("02"))
    cloudy.service.mute = True
    (call,) = cloudy.service.calls.values()
    await cloudy.service.hang_up(call)
    await asyncio.sleep(0.05)
    assert not cloudy.heard.those(Ended)
    cloudy.clock.ahead_ms = adapter.QUIET_MS
    await cloudy.exchange.look()
    assert (await cloudy.heard.of(Ended, leg)).outcome is Outcome.ANSWERED


async def test_it_is_asked_also_while_others_are_heard(
    cloudy: Cloudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LOOK_S", 0.3)
    cloudy.clock.ahead_ms = adapter.QUIET_MS
    await cloudy.again()
    leg = await cloudy.answered(phone("02"))
    cloudy.service.mute = True
    (call,) = cloudy.service.calls.values()
    await cloudy.service.hang_up(call)
    cloudy.clock.ahead_ms *= 2

    async def busy() -> None:
        while True:
            cloudy.exchange._events.put_nowait(Digit("another", "1"))
            await asyncio.sleep(0.05)

    noise = asyncio.create_task(busy())
    try:
        assert (await cloudy.heard.of(Ended, leg)).outcome is Outcome.ANSWERED
    finally:
        noise.cancel()


async def test_who_takes_long_over_an_event_is_not_cut_off(
    cloudy: Cloudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LOOK_S", 0.05)
    await cloudy.heard.close()
    heard = []
    async for event in cloudy.exchange.events():
        heard.append(event)
        await asyncio.sleep(0.2)  # a database that waits
        if len(heard) == 2:
            break
        cloudy.exchange._events.put_nowait(Digit("leg", "1"))
    assert heard == [LinkUp(), Digit("leg", "1")]


async def test_a_service_that_is_away_is_a_link_that_is_down(
    cloudy: Cloudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "LOOK_S", 0.05)
    await cloudy.rung(phone("05"))
    cloudy.service.mute = True
    cloudy.clock.ahead_ms = adapter.QUIET_MS
    there = cloudy.exchange._rest
    cloudy.exchange._rest = Rest(cloudy.settings._replace(api="http://127.0.0.1:9"))
    await cloudy.again_heard()
    await cloudy.heard.of(LinkDown)
    gone, cloudy.exchange._rest = cloudy.exchange._rest, there
    await gone.close()
    await cloudy.heard.until(lambda: len(cloudy.heard.those(LinkUp)) == 2, "the link")


async def test_a_new_process_knows_the_legs_of_the_old_one(cloudy: Cloudy) -> None:
    leg = await cloudy.answered(phone("02"))
    await cloudy.again()
    assert await cloudy.exchange.place(Leg(leg, phone("02"), 20)) is Placed.DUPLICATE
    state = await cloudy.exchange.lookup(leg)
    assert state is not None
    assert state.stage is Stage.UP
    await cloudy.exchange.hangup(leg)
    assert (await cloudy.heard.of(Ended, leg)).outcome is Outcome.ANSWERED


async def test_a_call_that_the_service_lost_ends_unknown(cloudy: Cloudy) -> None:
    leg = await cloudy.answered(phone("02"))
    cloudy.service.calls.clear()
    state = await cloudy.exchange.lookup(leg)
    assert state is not None
    assert (state.stage, state.outcome) == (Stage.ENDED, Outcome.UNKNOWN)


async def test_without_a_sip_domain_no_desk_is_rung(cloudy: Cloudy, tmp_path: Path) -> None:
    exchange = Cloud(cloudy.settings._replace(sip_domain=""), tmp_path, cloudy.clock)
    assert await exchange.place(Leg(leg_id("x"), desk(), 20)) is Placed.REFUSED
    await exchange.close()


def test_the_doctor_leaves_nothing_behind_that_the_server_could_not_open(tmp_path: Path) -> None:
    """It may be run by another user, and before anything is there."""
    settings = Settings(
        data=tmp_path / "data",
        exchange="cloud",
        cloud_account=ACCOUNT,
        cloud_token=TOKEN,
        cloud_number="+5116117300",
        public_address=PUBLIC,
        cloud_api="http://127.0.0.1:9",
    )
    (found,) = examine(settings)
    assert (found.state, found.said) == (
        "fault",
        "the service at http://127.0.0.1:9 cannot call: ConnectError",
    )
    settings.data.mkdir()
    assert [*examine(settings)] == [found]
    assert not [*settings.data.iterdir()]


async def test_no_number_and_no_token_is_kept_or_shown(cloudy: Cloudy) -> None:
    to = phone("02")
    await cloudy.answered(to)
    kept = b"".join(file.read_bytes() for file in cloudy.data.iterdir())
    assert to.e164[1:].encode() not in kept
    assert {file.stat().st_mode & 0o077 for file in cloudy.data.glob("cloud-calls.db*")} == {0}
    assert TOKEN not in repr(cloudy.settings)
    assert (await cloudy.exchange.health()).booted
