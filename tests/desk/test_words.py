"""The words of the desk: the line's sentences, and those of each country."""

import pytest

from tests.desk.conftest import Room
from turnero.desk.pages import OUTCOME_WORDS
from turnero.desk.seat import AIDS, UNDOING, WHY
from turnero.queue.commands.finishing import OUTCOMES
from turnero.queue.routing import SENTENCES
from turnero.queue.states import UNDOABLE
from turnero.web.languages import LOCALE, translator


def test_every_reason_for_a_call_is_in_the_catalogues() -> None:
    assert set(WHY) == set(SENTENCES.values())


def test_every_move_that_can_be_undone_has_its_words() -> None:
    assert set(UNDOING) == {str(move) for move in UNDOABLE}


def test_every_outcome_has_its_word_and_its_key() -> None:
    assert tuple(OUTCOME_WORDS) == OUTCOMES


def test_every_aid_of_the_kiosk_has_its_mark() -> None:
    assert set(AIDS) == {"large-type", "contrast", "voice", "low-reach"}


@pytest.mark.parametrize(
    ("profile", "desk", "transfer", "absent"),
    [
        ("pe", "Abrir ventanilla", "Derivar", "No se presentó"),
        ("co", "Abrir módulo", "Transferir", "No responde"),
    ],
)
def test_each_country_uses_its_own_words(
    profile: str, desk: str, transfer: str, absent: str
) -> None:
    say = translator("es", profile)
    assert say.gettext("Open desk") == desk
    assert say.gettext("Transfer") == transfer
    assert say.gettext("Absent") == absent


def test_colombian_texts_never_say_ventanilla_or_ticket() -> None:
    from babel.messages.pofile import read_po

    def entries(name: str) -> dict[object, object]:
        with (LOCALE / name / "desk.po").open("rb") as file:
            return {one.id: one.string for one in read_po(file, locale=name) if one.id}

    colombia = entries("es_CO")
    for msgid, text in (entries("es") | colombia).items():
        for word in ("ventanilla", "ticket", "deriva"):
            assert word not in str(text).lower(), msgid


async def test_the_page_speaks_the_readers_language(room: Room) -> None:
    await room.open()
    await room.arrive()
    await room.next()
    for language, why in (
        ("es", "es el único que espera"),
        ("pt", "é o único que aguarda"),
        ("en", "is the only one waiting"),
    ):
        assert why in await room.text(f"/desk/main.1?lang={language}")
