"""What only a real Asterisk shows: its dialplan's list, lost answers, half-open links, a stuck Turnero."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.gateway import gateway
from tests.peers.telephones import Telephones
from tests.telephony.asterisk_rig import AsteriskRig, Tones
from tests.telephony.contract import PRESS_1, answered, rung
from tests.telephony.rig import Heard, desk, leg_id, phone, soon
from turnero.store.clock import SystemClock
from turnero.telephony.asterisk import Asterisk, AsteriskSettings, speaking
from turnero.telephony.asterisk.links import Outward
from turnero.telephony.asterisk.rest import HttpAri
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
    LinkUp,
    Outcome,
    Phone,
    Placed,
    PromptDone,
    Ringing,
    Say,
)

pytestmark = pytest.mark.requires("sip-tester", "baresip-core")


@pytest.fixture
async def rig(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones],
) -> AsyncIterator[AsteriskRig]:
    async with AsteriskRig(*asterisk_and_telephones) as rig:
        yield rig


def asterisk(rig: AsteriskRig, **changes: object) -> Asterisk:
    settings = {"password": PASSWORD, "url": rig.peer.url, **changes}
    return Asterisk(AsteriskSettings(**settings), Tones(rig.peer.folder), SystemClock())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "number", ["+18765550101", "+51105105", "+5180812345", "+5190000000", "+519000000000"]
)
async def test_the_dialplan_rings_nobody_who_is_not_on_its_own_list(
    rig: AsteriskRig, number: str
) -> None:
    leg = await rung(rig, Phone(number))
    ended = await rig.heard.of(Ended, leg)
    assert (ended.outcome, ended.cause, ended.rang) == (Outcome.TRUNK_FAULT, "52", False)


@pytest.mark.parametrize(
    "to",
    [
        Phone("*72987654301"),
        Phone("+51987654301&PJSIP/desk"),
        Phone("+51987654301@turnero-desks"),
        Phone("987654301"),
        Extension("desk@turnero-dial"),
        Extension("desk,120"),
        Extension("a/b"),
        Extension(""),
    ],
)
async def test_what_would_change_the_dial_string_is_never_sent(
    rig: AsteriskRig, to: Phone | Extension
) -> None:
    assert await rig.exchange.place(Leg(leg_id("bad"), to, 20)) is Placed.REFUSED
    assert await rig.exchange.live() == []


@pytest.mark.parametrize("name", ["desk-of-nobody", "7"])
async def test_a_desk_that_is_not_registered_is_not_the_persons_fault(
    rig: AsteriskRig, name: str
) -> None:
    ended = await rig.heard.of(Ended, await rung(rig, Extension(name)))
    assert (ended.outcome, ended.rang) == (Outcome.TRUNK_FAULT, False)


async def test_a_network_that_plays_its_own_ringing_is_no_dead_trunk(rig: AsteriskRig) -> None:
    leg = await rung(rig, phone("26"), ring_s=3)
    await rig.heard.of(Ringing, leg)
    ended = await rig.heard.of(Ended, leg)
    assert (ended.outcome, ended.rang) == (Outcome.NO_ANSWER, True)


async def test_another_life_of_ours_takes_that_ringing_for_no_dead_trunk(
    rig: AsteriskRig,
) -> None:
    leg = await rung(rig, phone("26"), ring_s=6)
    await rig.heard.of(Ringing, leg)
    await rig.heard.close()
    await rig.exchange.close()
    rig.exchange = rig.adapter(rig.peer.url)
    rig.heard = Heard(rig.exchange)
    await rig.heard.of(LinkUp)
    ended = await rig.heard.of(Ended, leg)
    assert (ended.outcome, ended.rang, ended.unsaid) == (Outcome.UNKNOWN, False, True)


async def test_a_place_whose_answer_is_lost_rings_all_the_same(rig: AsteriskRig) -> None:
    with gateway(rig.peer.http) as between:
        between.loses = lambda request: request.startswith("POST /ari/channels")
        spoiled = asterisk(rig, url=between.url)
        leg = Leg(leg_id("lost"), phone("05"), 20)
        assert await spoiled.place(leg) is Placed.UNKNOWN
        await spoiled.close()
    await soon(lambda: _rings(rig, leg.id), "it does not ring")
    assert await rig.exchange.place(leg) is Placed.DUPLICATE
    assert [state.id for state in await rig.exchange.live()] == [leg.id]


async def _rings(rig: AsteriskRig, leg: str) -> bool:
    state = await rig.exchange.lookup(leg)
    return state is not None and state.stage.value == "ringing"


async def test_a_link_that_only_looks_open_is_given_up(rig: AsteriskRig) -> None:
    rig.gate.stall()
    await rig.heard.of(LinkDown, within_s=10)
    rig.gate.open()
    await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
    leg = await rung(rig, phone("04"))
    assert (await rig.heard.of(Ended, leg)).outcome is Outcome.BUSY


async def test_another_life_of_ours_finds_the_call_and_goes_on_with_it(rig: AsteriskRig) -> None:
    agent = await rung(rig, desk())
    patient = await rung(rig, phone("11"))
    await asyncio.gather(rig.heard.of(Answered, agent), rig.heard.of(Answered, patient))
    await rig.exchange.join(agent, patient)
    await rig.heard.of(Joined, agent)
    await rig.heard.close()
    await rig.exchange.close()

    rig.exchange = rig.adapter(rig.peer.url)
    rig.heard = Heard(rig.exchange)
    await rig.heard.of(LinkUp)
    found = {state.id: state.joined for state in await rig.exchange.live()}
    assert found == {agent: patient, patient: agent}
    assert await rig.exchange.place(Leg(patient, phone("11"), 20)) is Placed.DUPLICATE
    await rig.heard.of(Digit, patient)
    await rig.exchange.hangup(agent)
    await rig.heard.of(Ended, agent)
    await rig.exchange.prompt(patient, PRESS_1, Gather(1, 1))
    await rig.heard.of(PromptDone, patient)
    assert "turnero-" not in rig.peer.cli("bridge show all")


async def test_a_turnero_that_is_stuck_does_not_keep_anybody_in_silence(rig: AsteriskRig) -> None:
    """It is there, its socket is open, and it does nothing: the dialplan's patience is three seconds here."""
    rings = await rung(rig, phone("02"))
    await rig.heard.of(Ringing, rings)
    await rig.heard.close()
    settings = AsteriskSettings(password=PASSWORD, url=rig.peer.url)
    messages = Outward(settings, SystemClock()).messages()
    assert isinstance(await anext(messages), LinkUp)
    to = phone("02")
    leg = Leg(leg_id("unheard"), to, 20)
    assert await rig.exchange.place(leg) is Placed.ACCEPTED
    await soon(lambda: _hears(rig, "turnero-away"), "dead air for ever")
    await soon(lambda: _over(rig, leg.id), "it waits for ever")
    assert await rig.rings(to) == 0
    await messages.aclose()


async def test_who_waits_with_us_is_kept_beyond_the_dialplans_patience(rig: AsteriskRig) -> None:
    leg = await answered(rig, desk())
    await rig.ring_in()
    rings = await rig.heard.of(Inbound)
    await rig.exchange.prompt(rings.leg, PRESS_1)
    await asyncio.sleep(3.5)
    for one in (leg, rings.leg):
        await rig.exchange.prompt(one, PRESS_1)


async def test_a_sentence_that_ends_while_the_link_is_lost_is_told_after(rig: AsteriskRig) -> None:
    leg = await answered(rig, desk())
    await rig.exchange.prompt(leg, PRESS_1 * 2)
    await rig.cut()
    await rig.heard.of(LinkDown)
    await soon(lambda: _silent(rig, leg), "it never ends")
    assert not rig.heard.those(PromptDone)
    await rig.mend()
    await rig.heard.of(PromptDone, leg)


async def _silent(rig: AsteriskRig, leg: str) -> bool:
    return not await _plays(rig, leg)


async def _plays(rig: AsteriskRig, leg: str) -> str:
    """The name of what is being played to it, "" for nothing; asked of the exchange itself."""
    ari = HttpAri(AsteriskSettings(password=PASSWORD, url=rig.peer.url))
    named = await ari.ask("GET", f"channels/{leg}/variable", {"variable": "TURNERO_PLAYS"})
    played = await ari.ask("GET", f"playbacks/{named.body.get('value')}")
    await ari.close()
    return str(played.body["id"]) if played.done else ""


async def _held(rig: AsteriskRig) -> str:
    """Somebody who rang in and holds."""
    await rig.ring_in()
    leg = (await rig.heard.of(Inbound)).leg
    await rig.exchange.prompt(leg, [*PRESS_1, HOLDING])
    await rig.heard.of(PromptDone, leg)
    return leg


async def _life(rig: AsteriskRig, **changes: object) -> None:
    """Our process dies, and another one begins."""
    await rig.heard.close()
    await rig.exchange.close()
    rig.exchange = asterisk(rig, **changes)
    rig.heard = Heard(rig.exchange)
    await rig.heard.of(LinkUp)


async def test_the_sound_of_who_holds_never_stops(rig: AsteriskRig) -> None:
    leg = await _held(rig)
    first = await _plays(rig, leg)
    for n in (2, 3):
        await rig.exchange.prompt(leg, [HOLDING])
        await rig.heard.until(lambda n=n: len(rig.heard.those(PromptDone, leg)) == n, n)  # type: ignore[misc]
    assert await _plays(rig, leg) == first != ""
    await rig.exchange.prompt(leg, PRESS_1)
    await rig.heard.until(lambda: len(rig.heard.those(PromptDone, leg)) == 4, "the sentence")
    assert await _plays(rig, leg) == ""


async def test_who_holds_hears_on_while_we_are_away_and_is_spoken_to_and_joined_at_once(
    rig: AsteriskRig,
) -> None:
    leg = await _held(rig)
    await rig.heard.close()
    await rig.exchange.close()
    await asyncio.sleep(1)
    assert await _plays(rig, leg)
    await _life(rig)
    await rig.exchange.prompt(leg, [*PRESS_1, HOLDING])
    await rig.heard.of(PromptDone, leg, within_s=5)
    await _life(rig)
    desk_leg = await answered(rig, desk())
    await rig.exchange.join(desk_leg, leg)
    await rig.heard.of(Joined, leg)


async def test_who_holds_does_not_keep_the_link_from_coming_back(
    rig: AsteriskRig, caplog: pytest.LogCaptureFixture
) -> None:
    leg = await _held(rig)
    later = await rung(rig, phone("02"))
    await rig.heard.of(Answered, later)
    await rig.cut()
    await rig.heard.of(LinkDown)
    await rig.mend()
    await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
    assert "does not answer" not in caplog.text
    await rig.exchange.prompt(leg, [HOLDING])
    await rig.heard.until(lambda: len(rig.heard.those(PromptDone, leg)) > 1, "the sound goes on")
    await rig.exchange.leave(leg)
    await soon(lambda: _hears(rig, "turnero-away"), "it waits for the sound", within_s=6)


async def test_when_we_do_not_come_back_the_dialplan_speaks_to_who_waits_and_cuts_no_talk(
    rig: AsteriskRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a sentence of six seconds and a key of one: it is due after four
    monkeypatch.setattr(speaking, "ANSWER_S", -3)
    await _life(rig)
    await rig.ring_in()
    asked = (await rig.heard.of(Inbound)).leg
    await rig.exchange.prompt(asked, PRESS_1, Gather(1, 1))
    await _life(rig, alone_s=3)
    agent, patient = await answered(rig, desk()), await answered(rig, phone("02"))
    await rig.exchange.join(agent, patient)
    leg = await _held(rig)
    await rig.heard.close()
    await rig.exchange.close()
    await soon(lambda: _hears(rig, "turnero-away"), "it is left in silence")
    await soon(lambda: _over(rig, leg), "it is never let go")
    await soon(lambda: _over(rig, asked), "who is in the menu is left in silence")
    state = await rig.console.lookup(patient)
    assert state is not None
    assert state.joined == agent
    await rig.console.hangup(agent)
    await soon(lambda: _over(rig, agent), "it is not hung up")
    assert "turnero-" in rig.peer.cli("bridge show all")
    await _life(rig)
    assert "turnero-" not in rig.peer.cli("bridge show all")


async def _hears(rig: AsteriskRig, context: str) -> bool:
    return context in rig.peer.cli("core show channels concise")


async def test_why_there_is_no_link_is_told_once(
    rig: AsteriskRig, caplog: pytest.LogCaptureFixture
) -> None:
    stranger = asterisk(rig, password="guessed")
    ear = Heard(stranger)
    await soon(lambda: _logged(caplog, "HTTP 401"), "nobody is told")
    await asyncio.sleep(0.8)
    assert caplog.text.count("HTTP 401") == 1
    assert "guessed" not in caplog.text
    await ear.close()
    await stranger.close()


async def _logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text


async def test_a_sound_that_cannot_be_read_is_told_to_technicians(
    rig: AsteriskRig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = await answered(rig, desk())

    async def nowhere(self: Tones, say: Say) -> str:
        return "sound:/nowhere/at/all"

    monkeypatch.setattr(Tones, "media", nowhere)
    await rig.exchange.prompt(leg, PRESS_1)
    await rig.heard.of(PromptDone, leg)
    assert "can it read the folder of sounds?" in caplog.text


async def _over(rig: AsteriskRig, leg: str) -> bool:
    return await rig.console.lookup(leg) is None


async def test_two_ears_at_two_desks_hear_their_own(rig: AsteriskRig) -> None:
    legs = [await rung(rig, phone(end)) for end in ("05", "05", "02")]
    await asyncio.gather(*(rig.heard.of(Ringing, leg) for leg in legs))
    await rig.heard.of(Answered, legs[2])
    await rig.exchange.hangup(legs[0])
    assert (await rig.heard.of(Ended, legs[0])).outcome is Outcome.CANCELLED
    assert sorted(state.id for state in await rig.exchange.live()) == sorted(legs[1:])


@pytest.mark.parametrize("wrong", ["password", "user"])
async def test_with_a_wrong_password_it_says_so_and_rings_nobody(
    rig: AsteriskRig, wrong: str
) -> None:
    stranger = asterisk(rig, **{wrong: "guessed"})
    health = await stranger.health()
    assert (health.booted, health.detail) == (False, "ARI answered 401")
    assert await stranger.place(Leg(leg_id("no"), desk(), 5)) is Placed.REFUSED
    with pytest.raises(ExchangeAway):
        await stranger.lookup("leg")
    await stranger.close()
    assert PASSWORD not in repr(AsteriskSettings(password=PASSWORD))


async def test_it_is_not_booted_while_what_we_need_does_not_run(rig: AsteriskRig) -> None:
    rig.peer.cli("module unload app_stasis.so")
    try:
        health = await rig.exchange.health()
        assert (health.reachable, health.booted) == (True, False)
        assert health.detail == "app_stasis.so does not run"
    finally:
        rig.peer.cli("module load app_stasis.so")


async def test_a_desk_by_baresip_hears_and_is_heard(rig: AsteriskRig) -> None:
    leg = await answered(rig, desk())
    await rig.exchange.prompt(leg, PRESS_1)
    await rig.heard.of(PromptDone, leg)
    await rig.exchange.hangup(leg)
    assert (await rig.heard.of(Ended, leg)).outcome is Outcome.ANSWERED
