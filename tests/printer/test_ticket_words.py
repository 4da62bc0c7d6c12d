"""What a ticket says, and in whose words."""

import pytest

from tests.printer.slips import (
    CODE,
    NARROW,
    TAKEN_MS,
    WIDE,
    document,
    lines,
    picture,
    printed,
    slip,
)
from turnero.printer.decode import decode
from turnero.printer.document import Qr, Text
from turnero.printer.profiles import Profile
from turnero.queue.codes import grouped, short_code


def said(*given: object, language: str = "es", profile: str = "pe", **changes: object) -> str:
    """The ticket's paragraphs, joined."""
    return " | ".join(document(slip(**changes), language, profile).texts())


def test_a_ticket_proves_that_one_is_in_line_and_says_for_how_long() -> None:
    text = said()
    for part in (
        "Hospital Nacional San José",
        "Admisión",
        "A047",
        "Delante de usted: 7",
        "Espera: 10 a 25 min",
        "Emitido el 2 de marzo de 2026",
        grouped(short_code(CODE)),
    ):
        assert part in text


def test_a_wait_that_nobody_knows_is_not_made_up() -> None:
    text = said(wait=None, ahead=0)
    assert "Espera: sin estimación todavía" in text
    assert "Nadie antes que usted" in text


def test_who_goes_through_several_services_reads_the_way_on_paper() -> None:
    text = said(steps=("Admisión", "Caja, 1.er piso", "Laboratorio"))
    assert "Su recorrido, con este mismo número | 1. Admisión | 2. Caja, 1.er piso" in text
    assert "recorrido" not in said()


def test_the_preferential_class_is_named_and_the_usual_one_is_not() -> None:
    assert "Atención preferente" in said(attention="Atención preferente")
    assert "General" not in said()


def test_someone_who_no_longer_waits_is_told_no_wait() -> None:
    assert "Espera" not in said(ahead=None)


def test_a_ticket_for_several_people_says_so() -> None:
    assert "Para 3 personas" in said(people=3)
    assert "Para" not in said()


def test_a_copy_is_marked_before_anything_else_with_the_same_number_and_code() -> None:
    copy = document(slip(copied_ms=TAKEN_MS + 600_000))
    assert copy.texts()[0] == "COPIA"
    assert "A047" in copy.texts()
    codes = [block.data for block in copy.blocks if isinstance(block, Qr)]
    assert codes == [CODE]
    assert lines(decode(printed(slip(copied_ms=TAKEN_MS))))[0] == "COPIA"


def test_the_sites_own_words_say_where_to_wait() -> None:
    assert "Espere en la Sala 2." in said(where="Espere en la Sala 2.")
    assert "le llamaremos por este número" in said()
    assert said(footer="Ley 28683").endswith("Ley 28683")


def test_without_a_public_address_the_code_is_to_be_shown_inside_the_house() -> None:
    assert "módulo" in said()
    assert "teléfono" in said(url=f"https://x.pe/t/{CODE}")


def test_large_type_makes_everything_large_that_people_read() -> None:
    for block in document(slip(large=True)).blocks:
        if isinstance(block, Text):
            assert block.height >= 2, block


@pytest.mark.parametrize("paper", [WIDE, NARROW], ids=["80", "58"])
@pytest.mark.parametrize("large", [False, True])
def test_no_word_of_a_service_is_broken(paper: Profile, *, large: bool) -> None:
    one = slip(large=large, service="Otorrinolaringología y Gastroenterología")
    read = lines(decode(printed(one, paper)))
    assert "Otorrinolaringología" in " ".join(read).split()
    assert "Gastroenterología" in " ".join(read).split()


def test_the_figures_of_the_wait_stay_together_on_narrow_paper() -> None:
    read = lines(decode(printed(slip(), NARROW)))
    assert read[read.index("Espera:") + 1] == "10 a 25 min"
    assert "Espera: 10 a 25 min" in lines(decode(printed(slip(), WIDE)))
    long = lines(decode(printed(slip(wait=None, no_desk=True), NARROW)))
    assert "Espera: todavía" in long, "what no line can hold is broken anywhere"


@pytest.mark.parametrize(
    ("language", "profile", "ahead", "wait"),
    [
        ("es", "pe", "Delante de usted: 7", "Espera: 10 a 25 min"),
        ("es", "co", "Delante de usted: 7", "Espera: 10 a 25 min"),
        ("en", "pe", "Ahead of you: 7", "Wait: 10 to 25 min"),
        ("pt", "pe", "À sua frente: 7", "Espera: 10 a 25 min"),
    ],
)
def test_a_ticket_speaks_the_language_of_whoever_took_it(
    language: str, profile: str, ahead: str, wait: str
) -> None:
    text = said(language=language, profile=profile)
    assert ahead in text
    assert wait in text


def test_colombia_has_its_own_words() -> None:
    assert "en el módulo o en la ventanilla" in said(profile="pe")
    assert "en el kiosco o en el módulo" in said(profile="co")


def test_every_language_fits_narrow_paper() -> None:
    for language in ("es", "en", "pt"):
        read = lines(decode(printed(slip(large=True), NARROW, language)))
        assert "A047" in read
        assert picture(slip(), NARROW, language)
