"""Every way through the menu: what is heard, what is done, and what is never said too early."""

import pytest

from tests.telephony.ivr.menus import ANA, LAB, LUZ, XRAY, heard, house
from turnero.queue.views import Wait
from turnero.store.errors import Invalid
from turnero.telephony.ivr import menu, texts
from turnero.telephony.ivr.calls import (
    Answer,
    Ask,
    Asked,
    Check,
    Connected,
    DeskGone,
    Done,
    Event,
    Failed,
    Gone,
    Held,
    Hold,
    House,
    Look,
    Move,
    NotOpen,
    Open,
    Pressed,
    Rate,
    Refused,
    Said,
    Silent,
    Standing,
    Step,
    TalkNow,
)
from turnero.telephony.ivr.spoken import spoken
from turnero.telephony.ivr.words import Opens
from turnero.telephony.numbers import Number, number_of, policy_of

NONE = Answer(NotOpen())
IS_OPEN = Answer(Open("cb1"))
ASKED = Answer(Asked("A047", Wait(20, 35)))
HELD = Answer(Held("t1", "A047", Wait(20, 35)))
FAILED = Answer(Failed())
ON = Standing("waiting", 3, Wait(10, 15))
NEXT = Standing("waiting", 0)
CALLED = Standing("called")
SERVED = Standing("serving")
LATER = Standing("kept")
ENDED = Standing("gone")
SOUND = ""
TYPE_IT = (
    "Marque el número al que debemos llamar; si es fijo, con el código de la ciudad. "
    "Al final, marque la tecla numeral, abajo a la derecha."
)
YOUR_TURN = "Es su turno. Le estamos comunicando."
ENGLISH = "For English, press 2."
OPEN_ONE = "Ya tenemos un pedido para llamar a este número."
KEPT = "Su pedido queda como está. Le llamaremos cuando le toque."
STILL = "Sigue en la fila. Gracias por esperar."
DROPPED = "Lo sentimos: su lugar en la fila quedó anulado. Puede volver a llamar."


def call(*events: Event | str, at: House | None = None, caller: Number | None = ANA) -> list[Move]:
    """A call in which this happens; a text is keys pressed at once."""
    moves = [menu.begin(at or house(LAB), caller)]
    for event in events:
        what = Pressed(event) if isinstance(event, str) else event
        moves.append(menu.step(moves[-1].call, what))
    return moves


def test_the_first_that_is_heard_is_the_emergencies_number() -> None:
    for at in (house(), house(LAB, XRAY), house(LAB, languages=("es", "en"))):
        assert heard(call(at=at)[0])[:2] == [
            "Si es una emergencia, cuelgue y marque 106.",
            "Se comunicó con Santa Rosa.",
        ]
    # With one service something is looked up before the first word.
    assert heard(call(NONE)[-1])[0].startswith("Si es una emergencia")
    assert heard(call(at=house(emergency=""))[0])[0] == "Se comunicó con Santa Rosa."


def test_a_callback_is_asked_for() -> None:
    moves = call(NONE, "1", "1", ASKED)
    assert [move.call.step for move in moves] == [
        Step.ACTING,
        Step.OFFER,
        Step.READ,
        Step.ACTING,
        Step.OVER,
    ]
    assert [move.act for move in moves if move.act] == [
        Look("lab", ANA),
        Ask("lab", ANA, "es", ANA),
    ]
    assert heard(moves[1])[2:] == [
        "La espera para Laboratorio es de entre 20 y 35 minutos.",
        "Para guardar su lugar y que le llamemos cuando le toque, marque 1.",
        "Para esperar en la línea, marque 2.",
    ]
    assert heard(moves[2]) == [
        "Llamaremos a este número:",
        "9, 8, 7",
        "6, 5, 4",
        "3, 2, 1",
        "Si es correcto, marque 1.",
        "Para otro número, marque 2.",
    ]
    assert heard(moves[3]) == []  # nothing is kept yet, so nothing is said
    assert heard(moves[4]) == [
        "Listo: su lugar está guardado.",
        "Le llamaremos cuando le toque. Ya puede colgar.",
        "Faltan entre 20 y 35 minutos.",
        "Su ticket es A047.",
        "Hasta luego.",
    ]


#: name → (site, what happens, where it leads, what is done last, a sentence that is heard last)
PATHS: dict[str, tuple[House, tuple[Event | str, ...], Step, object, str | None]] = {
    "shut until Monday": (house(), (), Step.OVER, None, "Abrimos el lunes, 9 de marzo a las 7 de la mañana."),
    "shut until later today": (
        house(opens=Opens(today="13:30")), (), Step.OVER, None, "Hoy abrimos a la una y 30 de la tarde.",
    ),
    "shut, nobody knows until when": (house(opens=Opens()), (), Step.OVER, None, "Ahora está cerrado."),
    "several languages": (house(LAB, languages=("es", "en")), (), Step.LANGUAGE, None, ENGLISH),
    "English": (
        house(LAB, XRAY, languages=("es", "en")), ("2",), Step.SERVICE, None, "For Laboratory, press 1.",
    ),
    "English hears of emergencies too": (
        house(LAB, XRAY, languages=("es", "en")), ("2",), Step.SERVICE, None,
        "If this is an emergency, hang up and dial 106.",
    ),
    "no language chosen": (
        house(LAB, XRAY, languages=("es", "en")), (Silent(),), Step.SERVICE, None,
        "Para Laboratorio, marque 1.",
    ),
    "a service is chosen": (house(LAB, XRAY), ("2",), Step.ACTING, Look("rx", ANA), None),
    "a service where nobody can stay on the line": (
        house(LAB, XRAY), ("2", NONE), Step.OFFER, None,
        "Para guardar su lugar y que le llamemos cuando le toque, marque 1.",
    ),
    "no key to stay where nobody can": (
        house(LAB, XRAY), ("2", NONE, "2"), Step.OFFER, None, "Esa tecla no está entre las opciones.",
    ),
    "a wrong key": (house(LAB, XRAY), ("7",), Step.SERVICE, None, "Para Rayos X, marque 2."),
    "silence": (house(LAB, XRAY), (Silent(),), Step.SERVICE, None, "Para Laboratorio, marque 1."),
    "silence twice": (house(LAB, XRAY), (Silent(),) * 2, Step.SERVICE, None, "Para Laboratorio, marque 1."),
    "silence three times": (
        house(LAB, XRAY), (Silent(),) * 3, Step.OVER, None,
        "No recibimos su opción. Puede preguntar en el establecimiento, o volver a llamar cuando quiera.",
    ),
    "a key ends the silence": (
        house(LAB, XRAY), (Silent(), Silent(), "1", NONE, Silent(), Silent()), Step.OFFER, None,
        "La espera para Laboratorio es de entre 20 y 35 minutos.",
    ),
    "another number": (
        house(LAB), (NONE, "1", "2"), Step.TYPE, None,
        TYPE_IT,
    ),
    "it is looked at": (
        house(LAB), (NONE, "1", "2", "912345678"), Step.ACTING, Check("912345678"), None,
    ),
    "it is read back": (
        house(LAB), (NONE, "1", "2", "912345678", Answer(LUZ)), Step.READ, None, "9, 1, 2",
    ),
    "it is asked for": (
        house(LAB), (NONE, "1", "2", "912345678", Answer(LUZ), "1"), Step.ACTING,
        Ask("lab", LUZ, "es", ANA), None,
    ),
    "it may not be rung": (
        house(LAB), (NONE, "1", "2", "0013055551234", Answer(Refused("phone-region"))), Step.TYPE, None,
        "No podemos llamar a números de ese país.",
    ),
    "none of three may be rung": (
        house(LAB), (NONE, "1", "2", *("123", Answer(Refused("phone-short"))) * 3), Step.OFFER, None,
        "Para esperar en la línea, marque 2.",
    ),
    "none of three, and nobody can stay": (
        house(XRAY), (NONE, "1", "2", *("123", Answer(Refused("phone-short"))) * 3), Step.OVER, None,
        "No pudimos anotar un número. También puede pedirlo en el establecimiento.",
    ),
    "only the ending key": (
        house(LAB), (NONE, "1", "2", ""), Step.TYPE, None,
        TYPE_IT,
    ),
    "the cap is reached": (
        house(LAB), (NONE, "1", "1", Answer(Refused("callback-too-many"))), Step.OFFER, None,
        "Para esperar en la línea, marque 2.",
    ),
    "after a refusal no key asks again": (
        house(LAB), (NONE, "1", "1", Answer(Refused("callback-too-many")), "1"), Step.OFFER, None,
        "Esa tecla no está entre las opciones.",
    ),
    "nobody knows whether it was kept: once more": (
        house(LAB), (NONE, "1", "1", FAILED), Step.ACTING, Ask("lab", ANA, "es", ANA), None,
    ),
    "nobody knows twice": (
        house(LAB), (NONE, "1", "1", FAILED, FAILED), Step.OVER, None,
        "No pudimos comprobar que su pedido quedó anotado. Por favor, vuelva a llamar en unos minutos.",
    ),
    "known the second time": (
        house(LAB), (NONE, "1", "1", FAILED, ASKED), Step.OVER, None, "Listo: su lugar está guardado.",
    ),
    "the look fails": (
        house(LAB), (FAILED,), Step.OFFER, None, "Para esperar en la línea, marque 2.",
    ),
    "one is open": (house(LAB), (IS_OPEN,), Step.OPEN, None, OPEN_ONE),
    "it is kept": (
        house(LAB), (IS_OPEN, "1"), Step.OVER, None, KEPT,
    ),
    "it is kept by silence": (
        house(LAB), (IS_OPEN, *(Silent(),) * 3), Step.OVER, None, "Su pedido queda como está.",
    ),
    "talk now": (house(LAB), (IS_OPEN, "2"), Step.ACTING, TalkNow("cb1"), None),
    "talk now is held": (
        house(LAB), (IS_OPEN, "2", HELD), Step.HOLDING, None, "Ya está en la fila. Por favor, no cuelgue.",
    ),
    "talk now is refused": (
        house(LAB), (IS_OPEN, "2", Answer(Refused("ticket-move"))), Step.OVER, None,
        "Su pedido queda como está.",
    ),
    "it is cancelled": (
        house(LAB), (IS_OPEN, "3", Answer(Done())), Step.OVER, None, "Su pedido quedó anulado.",
    ),
    "nobody knows whether it was cancelled": (
        house(LAB), (IS_OPEN, "3", FAILED), Step.OVER, None,
        "Lo sentimos: ahora no podemos hacerlo. Por favor, vuelva a llamar más tarde.",
    ),
    "found open when asked": (
        house(LAB), (NONE, "1", "1", IS_OPEN), Step.OPEN, None, "Para anularlo, marque 3.",
    ),
    "open for a number that is another's": (
        house(LAB), (NONE, "1", "2", "912345678", Answer(LUZ), "1", IS_OPEN), Step.OVER, None,
        "Ya tenemos un pedido para llamar a ese número. Queda como está.",
    ),
    "stays on the line": (house(LAB), (NONE, "2"), Step.ACTING, Hold("lab", "es", ANA), None),
    "holds": (house(LAB), (NONE, "2", HELD), Step.HOLDING, None, "Faltan entre 20 y 35 minutos."),
    "may not hold": (
        house(LAB), (NONE, "2", Answer(Refused("service-full"))), Step.OFFER, None,
        "Para guardar su lugar y que le llamemos cuando le toque, marque 1.",
    ),
    "nobody knows whether a place is held": (
        house(LAB), (NONE, "2", FAILED), Step.OVER, None,
        "Lo sentimos: ahora no podemos hacerlo. Por favor, vuelva a llamar más tarde.",
    ),
    "the sound goes on": (house(LAB), (NONE, "2", HELD, ON, Said()), Step.HOLDING, None, SOUND),
    "a word about the place": (
        house(LAB), (NONE, "2", HELD, ON, *(Said(),) * 3), Step.HOLDING, None,
        "Hay 3 personas antes que usted.",
    ),
    "the next": (house(LAB), (NONE, "2", HELD, NEXT, *(Said(),) * 3), Step.HOLDING, None, "Sigue usted."),
    "nothing is known of the place": (
        house(LAB), (NONE, "2", HELD, *(Said(),) * 3), Step.HOLDING, None, STILL,
    ),
    "the turn": (house(LAB), (NONE, "2", HELD, CALLED), Step.RINGING, None, YOUR_TURN),
    "the sound while the desk is rung": (
        house(LAB), (NONE, "2", HELD, CALLED, *(Said(),) * 3), Step.RINGING, None, SOUND,
    ),
    "both speak": (house(LAB), (NONE, "2", HELD, CALLED, Connected()), Step.TALKING, None, None),
    "the desk did not pick up: in line again, then called again": (
        house(LAB), (NONE, "2", HELD, CALLED, ON, CALLED), Step.RINGING, None, YOUR_TURN,
    ),
    "looked at again while the desk rings": (
        house(LAB), (NONE, "2", HELD, CALLED, CALLED), Step.RINGING, None, None,
    ),
    "nobody told us that both speak": (
        house(LAB), (NONE, "2", HELD, CALLED, SERVED), Step.TALKING, None, None,
    ),
    "the agent takes the call back": (
        house(LAB), (NONE, "2", HELD, CALLED, ON), Step.HOLDING, None, None,
    ),
    "the place has ended": (
        house(LAB), (NONE, "2", HELD, ENDED), Step.OVER, None, DROPPED,
    ),
    "the place has ended while the desk rings": (
        house(LAB), (NONE, "2", HELD, CALLED, ENDED), Step.OVER, None, DROPPED,
    ),
    "the agent hangs up": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone()), Step.RATING, None,
        "¿Cómo le atendimos? Marque del 1 al 5. 5 es muy bien, 1 es muy mal.",
    ),
    "the agent calls the next one and does not hang up": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), ENDED), Step.RATING, None,
        "Si prefiere no responder, marque 0.",
    ),
    "they are rung instead": (house(LAB), (NONE, "2", HELD, LATER), Step.OVER, None, KEPT),
    "they are to be rung again": (house(LAB), (NONE, "2", HELD, SERVED, LATER), Step.OVER, None, KEPT),
    "the agent sends them on": (house(LAB), (NONE, "2", HELD, SERVED, ON), Step.HOLDING, None, STILL),
    "looked at while both speak": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), CALLED), Step.TALKING, None, None,
    ),
    "a rating": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone(), "4"), Step.ACTING,
        Rate("t1", 4), None,
    ),
    "would rather not say": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone(), "0"), Step.ACTING,
        Rate("t1", None), None,
    ),
    "six is no rating": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone(), "6"), Step.RATING, None,
        "Si prefiere no responder, marque 0.",
    ),
    "rated": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone(), "4", Answer(Done())),
        Step.OVER, None, "Gracias.",
    ),
    "no rating": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), DeskGone(), *(Silent(),) * 3),
        Step.OVER, None, "Hasta luego.",
    ),
    "hangs up at the menu": (house(LAB, XRAY), (Gone(),), Step.OVER, None, None),
    "hangs up while it is asked for": (house(LAB), (NONE, "1", "1", Gone()), Step.ACTING, None, None),
    "it stays asked for": (house(LAB), (NONE, "1", "1", Gone(), ASKED), Step.OVER, None, None),
    "hangs up while a place is being held": (
        house(LAB), (NONE, "2", Gone(), HELD), Step.OVER, None, None,
    ),
    "hangs up while holding": (house(LAB), (NONE, "2", HELD, Gone()), Step.OVER, None, None),
    "hangs up while the desk rings": (
        house(LAB), (NONE, "2", HELD, CALLED, Gone()), Step.OVER, None, None,
    ),
    "hangs up while both speak": (
        house(LAB), (NONE, "2", HELD, CALLED, Connected(), Gone()), Step.OVER, None, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_every_way(path: str) -> None:
    at, events, step, act, sentence = PATHS[path]
    last = call(*events, at=at)[-1]
    assert last.call.step is step
    assert last.act == act
    if sentence is None:
        assert last.says == ()
    else:
        assert sentence in heard(last)


def test_one_who_does_not_show_the_number_types_one() -> None:
    moves = call("1", at=house(LAB), caller=None)
    assert [move.call.step for move in moves] == [Step.OFFER, Step.TYPE]


def test_more_than_eight_services_are_told_in_pages_that_begin_anew() -> None:
    offers = tuple(
        LAB.__class__(f"s{n}", {"es": f"Servicio {n}"}, hold=False) for n in range(1, 12)
    )
    moves = call("9", "3", at=house(*offers))
    assert heard(moves[0])[-1] == "Para escuchar más servicios, marque 9."
    assert "Para Servicio 9, marque 1." in heard(moves[1])
    assert moves[2].act == Look("s11", ANA)
    assert "Para Servicio 1, marque 1." in heard(call("9", "9", at=house(*offers))[-1])


def test_nobody_goes_round_in_circles_for_ever() -> None:
    call_ = call(NONE, "1")[-1].call
    for _ in range(menu.TURNS):
        for event in (Pressed("2"), Pressed("912345678"), Answer(LUZ)):
            call_ = menu.step(call_, event).call
    assert call_.step is Step.READ
    assert menu.step(call_, Silent()).call.step is Step.OVER


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("106", "Ese número es demasiado corto."),
        ("98765432", "Ese número no existe. Tal vez hay un dígito equivocado."),
        ("0013055551234", "No podemos llamar a números de ese país."),
        ("080012345", "Solo podemos llamar a celulares y teléfonos fijos."),
        ("0*3", "Ese no es un número de teléfono."),
    ],
)
def test_what_is_wrong_with_a_typed_number_is_said(typed: str, said: str) -> None:
    with pytest.raises(Invalid) as wrong:
        number_of(typed, policy_of("pe"))
    assert [one.text for one in spoken([texts.refused(wrong.value.code)], "es")] == [said]


def test_no_digit_of_a_number_shows_in_what_may_be_logged() -> None:
    for move in call(NONE, "1", "2", "912345678", Answer(LUZ), "1", ASKED):
        text = f"{move!r}"
        assert "912345678" not in text
        assert "987654321" not in text


@pytest.mark.parametrize("language", ["es", "pt"])
def test_every_sentence_of_the_menu_is_translated(language: str) -> None:
    from turnero.telephony.ivr.words import Sentence
    from turnero.web.languages import translator

    say = translator(language)
    for value in vars(texts).values():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Sentence):
                assert say.lookup(one.msgid) != one.msgid
