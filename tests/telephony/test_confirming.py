"""Press 1: what who picks up hears, what each key does, and that nobody is asked for ever."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.telephony.ivr.test_languages import QUECHUA
from tests.telephony.room import Room, room
from turnero.queue.call_facts import CallbackPutOff
from turnero.telephony.exchange import PromptDone
from turnero.telephony.ivr.made import inbounds
from turnero.telephony.service import Telephone

ASKED = [
    "Le habla Hospital Nacional.",
    "Nos pidieron llamar a este número.",
    "Para hablar con nosotros, marque 1.",
    "Si ahora no puede, marque 2.",
]


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Room]:
    """A room that speaks the languages that can be heard."""
    async with room(tmp_path, site=QUECHUA, dials=False) as found:
        menus = inbounds(found.ledger, found.exchange, found.vault)
        found.telephone = Telephone(
            found.ledger, found.exchange, found.vault, holder="one", inbounds=menus
        )
        found.dials()
        await found.passes(6)
        yield found


def hears(hall: Room) -> list[str]:
    """What the patient's telephone hears."""
    return [
        said
        for one in hall.simulated.telephones()
        if one.number.startswith("+")
        for said in one.says
    ]


async def picks_up(hall: Room, language: str = "es", **more: Any) -> tuple[str, str]:
    """Somebody with the telephone in the hand: the ticket, the leg."""
    asked = await hall.ask("987654300", language=language, **more)
    await hall.next("v1")
    await hall.passes(6)
    (patient,) = [one for one in hall.simulated.telephones() if one.number.startswith("+")]
    assert hall.simulated.answer(patient.leg)
    await hall.passes(1)
    return asked.ticket, patient.leg


async def press(hall: Room, leg: str, digit: str, seconds: float = 1) -> None:
    assert hall.simulated.press(leg, digit)
    await hall.settles()
    await hall.passes(seconds)


async def why(hall: Room) -> list[str]:
    return [fact.why for fact in await hall.facts(CallbackPutOff)]


@pytest.mark.parametrize("language", ["es", "qu"])
async def test_who_picks_up_hears_who_rings_and_both_keys_twice_in_a_language_that_is_heard(
    hall: Room, language: str
) -> None:
    _, leg = await picks_up(hall, language)
    assert hears(hall) == ASKED * 2
    said = hall.board._calls[leg].prompt
    assert said is not None
    assert {one.language for one in said.says} == {"es"}


async def test_who_is_called_for_a_campaign_did_not_ask_for_it(hall: Room) -> None:
    await picks_up(hall, campaign=1)
    assert hears(hall) == [ASKED[0], *ASKED[2:]] * 2


async def test_who_cannot_speak_now_presses_2_hears_a_good_bye_and_is_rung_later(
    hall: Room,
) -> None:
    ticket, leg = await picks_up(hall)
    await press(hall, leg, "2")
    assert await hall.state(ticket) == "retry"
    assert hears(hall) == ["Gracias.", "Hasta luego."]
    assert "desk1" not in [one.number for one in hall.simulated.telephones()], "the agent is free"
    await hall.passes(6)
    assert hall.board.live() == []
    assert await why(hall) == ["declined"]


async def test_a_wrong_key_is_asked_again_and_the_third_ends_it(hall: Room) -> None:
    ticket, leg = await picks_up(hall)
    for digit in "78":
        await press(hall, leg, digit)
        assert hears(hall) == ASKED * 2
    await press(hall, leg, "9")
    assert hears(hall) == ["Gracias.", "Hasta luego."]
    assert await hall.state(ticket) == "retry"
    assert await why(hall) == ["not-confirmed"]
    await hall.passes(6)
    assert hall.board.live() == []


async def test_the_right_key_after_wrong_ones_joins(hall: Room) -> None:
    ticket, leg = await picks_up(hall)
    await press(hall, leg, "7")
    await press(hall, leg, "8")
    await press(hall, leg, "1")
    await hall.until(ticket, "serving", 10)


async def test_a_trembling_finger_s_wrong_key_counts_once_and_the_question_is_heard_again(
    hall: Room,
) -> None:
    ticket, leg = await picks_up(hall)
    for _ in range(5):
        await press(hall, leg, "7", seconds=0.5)
    assert hears(hall) == ASKED * 2
    assert await hall.state(ticket) == "called"


async def test_the_end_of_a_question_that_was_broken_off_does_not_end_the_next_one(
    hall: Room,
) -> None:
    ticket, leg = await picks_up(hall)
    await press(hall, leg, "7")
    await hall.telephone.dialler.event(PromptDone(leg))
    await hall.passes(4)
    assert hears(hall) == ASKED * 2
    assert await hall.state(ticket) == "called"


async def test_who_says_nothing_is_asked_once_and_let_go(hall: Room) -> None:
    ticket, _ = await picks_up(hall)
    await hall.until(ticket, "retry", 60)
    await hall.passes(2)
    assert hall.board.live() == []
    assert await why(hall) == ["not-confirmed"]


async def test_a_machine_that_presses_one_key_for_ever_is_let_go(hall: Room) -> None:
    ticket, leg = await picks_up(hall)
    for _ in range(370):
        if not hall.simulated.press(leg, "7"):
            break
        await hall.passes(0.5)
    assert await hall.state(ticket) == "retry"
    assert await why(hall) == ["not-confirmed"]
