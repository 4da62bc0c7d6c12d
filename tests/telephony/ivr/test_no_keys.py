"""Who presses no key: told where to ask, or, where the house names a service for it, in line by silence."""

import pytest

from tests.telephony.ivr.menus import ANA, LAB, XRAY, heard, house
from turnero.queue.views import Wait
from turnero.telephony.ivr import menu
from turnero.telephony.ivr.calls import (
    Answer,
    Event,
    Held,
    Hold,
    House,
    Look,
    Move,
    NotOpen,
    Open,
    Pressed,
    Refused,
    Silent,
    Step,
    TalkNow,
)
from turnero.telephony.numbers import Number

#: who presses no key waits on the line for the laboratory
FOR_ALL = house(LAB, XRAY, no_keys="lab")
SILENCE = (Silent(),) * 3
NONE = Answer(NotOpen())
WHERE = "No recibimos su opción. Puede preguntar en el establecimiento, o volver a llamar cuando quiera."


def call(*events: Event, at: House = FOR_ALL, caller: Number | None = ANA) -> Move:
    """The last move of a call in which this happens."""
    move = menu.begin(at, caller)
    for event in events:
        move = menu.step(move.call, event)
    return move


@pytest.mark.parametrize(
    "events",
    [
        SILENCE,
        (Pressed("7"),) * 3,
        (Pressed("2"), NONE, *SILENCE),
        (Pressed("1"), NONE, Pressed("1"), Pressed("2"), *SILENCE),
    ],
    ids=["silence", "wrong keys", "after a service was chosen", "while a number is typed"],
)
def test_they_wait_on_the_line_with_their_number(events: tuple[Event, ...]) -> None:
    assert call(*events).act == Look("lab", ANA)
    assert call(*events, NONE).act == Hold("lab", "es", ANA)
    held = call(*events, NONE, Answer(Held("t1", "A047", Wait(20, 35))))
    assert held.call.step is Step.HOLDING
    assert heard(held)[:2] == [
        "No tiene que marcar nada: cuando le toque, le atenderá una persona.",
        "Ya está en la fila. Por favor, no cuelgue.",
    ]


def test_a_withheld_number_keeps_nobody_from_it() -> None:
    assert call(*SILENCE, caller=None).act == Hold("lab", "es", None)


def test_a_request_that_is_open_there_gives_its_place() -> None:
    assert call(*SILENCE, Answer(Open("cb1"))).act == TalkNow("cb1")


def test_one_that_was_told_of_their_open_request_keeps_it() -> None:
    last = call(Pressed("1"), Answer(Open("cb1")), *SILENCE)
    assert (last.call.step, last.act) == (Step.OVER, None)
    assert "Su pedido queda como está." in heard(last)


@pytest.mark.parametrize(
    ("at", "events"),
    [
        (house(LAB, XRAY), SILENCE),
        # Nobody at a telephone attends it, or it is shut.
        (house(LAB, XRAY, no_keys="rx"), SILENCE),
        (house(LAB, XRAY, no_keys="caja"), SILENCE),
        (FOR_ALL, (*SILENCE, NONE, Answer(Refused("quota-reached")))),
    ],
)
def test_else_they_are_told_where_to_ask(at: House, events: tuple[Event, ...]) -> None:
    last = call(*events, at=at)
    assert (last.call.step, last.act) == (Step.OVER, None)
    assert heard(last) == [WHERE, "Hasta luego."]
