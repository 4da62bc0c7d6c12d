"""Words as a voice reads them: numbers in groups, counts in their gender, hours as people say them."""

import pytest

from turnero.queue.views import Wait
from turnero.telephony.ivr import holding, texts
from turnero.telephony.ivr.spoken import feminine, groups, hour, spoken
from turnero.telephony.ivr.words import Plural
from turnero.web.languages import translator


@pytest.mark.parametrize(
    ("number", "home", "said"),
    [
        ("+51987654321", "PE", ["9, 8, 7", "6, 5, 4", "3, 2, 1"]),
        ("+5114441234", "PE", ["0, 1, 4", "4, 4, 1", "2, 3, 4"]),
        ("+573001234567", "CO", ["3, 0, 0", "1, 2, 3", "4, 5", "6, 7"]),
        ("+573001234567", "PE", ["5, 7, 3", "0, 0, 1", "2, 3, 4", "5, 6, 7"]),
    ],
)
def test_a_number_is_said_by_twos_and_threes_and_abroad_with_its_country(
    number: str, home: str, said: list[str]
) -> None:
    assert groups(number, home) == said


@pytest.mark.parametrize(
    ("at", "language", "said"),
    [
        ("01:05", "es", "a la una y 05 de la mañana"),
        ("13:00", "es", "a la una de la tarde"),
        ("14:30", "es", "a las 2 y 30 de la tarde"),
        ("00:15", "es", "a las 12 y 15 de la mañana"),
        ("13:00", "pt", "à uma da tarde"),
        ("14:00", "pt", "às duas da tarde"),
        ("19:30", "pt", "às 7 e 30 da noite"),
        ("13:05", "en", "at 1 05 in the afternoon"),
    ],
)
def test_an_hour_is_said_as_people_say_it(at: str, language: str, said: str) -> None:
    assert hour(at, translator(language)) == said


@pytest.mark.parametrize(
    ("n", "spanish", "portuguese"),
    [
        (1, "Hay una persona antes que usted.", "Há uma pessoa antes de você."),
        (2, "Hay 2 personas antes que usted.", "Há duas pessoas antes de você."),
        (11, "Hay 11 personas antes que usted.", "Há 11 pessoas antes de você."),
        (21, "Hay veintiuna personas antes que usted.", "Há 20 e uma pessoas antes de você."),
        (32, "Hay 32 personas antes que usted.", "Há 30 e duas pessoas antes de você."),
        (41, "Hay 40 y una personas antes que usted.", "Há 40 e uma pessoas antes de você."),
        (101, "Hay 101 personas antes que usted.", "Há 101 pessoas antes de você."),
    ],
)
def test_people_are_counted_in_the_feminine(n: int, spanish: str, portuguese: str) -> None:
    ahead = Plural(*holding.AHEAD, n)
    said = [spoken([ahead], language)[0].text for language in ("es", "pt")]
    assert said == [spanish, portuguese]
    assert feminine(n, "en") == str(n)


def test_hours_are_counted_in_the_feminine_and_minutes_are_not() -> None:
    waits = [*texts.wait(Wait(85, 200)), *texts.wait(Wait(15, 25))]
    assert [one.text for one in spoken(waits, "es")] == [
        "Faltan entre una y 4 horas.",
        "Faltan entre 15 y 25 minutos.",
    ]
    assert spoken(texts.wait(Wait(125, 200)), "pt")[0].text == "Faltam de duas a 4 horas."
