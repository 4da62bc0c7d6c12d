"""What is said of a ticket and a desk, in four languages and two countries."""

import pytest

from turnero.display.voice import words
from turnero.display.voice.numbers import LANGUAGES, number

NUMBERS = {
    0: ("cero", "zero", "zero", "ch'usaq"),
    1: ("uno", "one", "um", "huk"),
    10: ("diez", "ten", "dez", "chunka"),
    11: ("once", "eleven", "onze", "chunka hukniyuq"),
    16: ("dieciséis", "sixteen", "dezesseis", "chunka suqtayuq"),
    20: ("veinte", "twenty", "vinte", "iskay chunka"),
    21: ("veintiuno", "twenty-one", "vinte e um", "iskay chunka hukniyuq"),
    22: ("veintidós", "twenty-two", "vinte e dois", "iskay chunka iskayniyuq"),
    30: ("treinta", "thirty", "trinta", "kimsa chunka"),
    47: ("cuarenta y siete", "forty-seven", "quarenta e sete", "tawa chunka qanchisniyuq"),
    53: ("cincuenta y tres", "fifty-three", "cinquenta e três", "pichqa chunka kimsayuq"),
    100: ("cien", "one hundred", "cem", "pachak"),
    101: ("ciento uno", "one hundred and one", "cento e um", "pachak hukniyuq"),
    110: ("ciento diez", "one hundred and ten", "cento e dez", "pachak chunkayuq"),
    115: ("ciento quince", "one hundred and fifteen", "cento e quinze", "pachak chunka pichqayuq"),
    121: (
        "ciento veintiuno",
        "one hundred and twenty-one",
        "cento e vinte e um",
        "pachak iskay chunka hukniyuq",
    ),
    200: ("doscientos", "two hundred", "duzentos", "iskay pachak"),
    500: ("quinientos", "five hundred", "quinhentos", "pichqa pachak"),
    707: (
        "setecientos siete",
        "seven hundred and seven",
        "setecentos e sete",
        "qanchis pachak qanchisniyuq",
    ),
    999: (
        "novecientos noventa y nueve",
        "nine hundred and ninety-nine",
        "novecentos e noventa e nove",
        "isqun pachak isqun chunka isqunniyuq",
    ),
    1000: ("mil", "one thousand", "mil", "waranqa"),
    1001: ("mil uno", "one thousand and one", "mil e um", "waranqa hukniyuq"),
    1100: ("mil cien", "one thousand one hundred", "mil e cem", "waranqa pachakniyuq"),
    1115: (
        "mil ciento quince",
        "one thousand one hundred and fifteen",
        "mil cento e quinze",
        "waranqa pachak chunka pichqayuq",
    ),
    2300: (
        "dos mil trescientos",
        "two thousand three hundred",
        "dois mil e trezentos",
        "iskay waranqa kimsa pachakniyuq",
    ),
    9999: (
        "nueve mil novecientos noventa y nueve",
        "nine thousand nine hundred and ninety-nine",
        "nove mil novecentos e noventa e nove",
        "isqun waranqa isqun pachak isqun chunka isqunniyuq",
    ),
}


@pytest.mark.parametrize(
    ("n", "language", "said"),
    [
        (n, language, said)
        for n, row in NUMBERS.items()
        for language, said in zip(("es", "en", "pt", "qu"), row, strict=True)
    ],
)
def test_a_number_is_spelt_out(n: int, language: str, said: str) -> None:
    assert number(n, language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_numbers_of_a_day_sound_alike(language: str) -> None:
    said = [number(n, language) for n in range(10_000)]
    assert len(set(said)) == len(said)
    assert not any("  " in words or words != words.strip() for words in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_beyond_four_digits_is_said_digit_by_digit(language: str) -> None:
    assert number(10_203, language).split() == [number(int(digit), language) for digit in "10203"]


def test_a_negative_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="-1"):
        number(-1, "es")


def test_the_zeros_of_a_printed_number_are_not_said() -> None:
    assert words.ticket("A047", "es") == "A cuarenta y siete"
    assert words.ticket("A100", "es") == "A cien"
    assert words.ticket("AB007", "es") == "A B siete"
    assert words.ticket("047", "en") == "forty-seven"


@pytest.mark.parametrize(
    ("language", "profile", "said"),
    [
        ("es", "pe", "Ticket A cuarenta y siete, ventanilla tres"),
        ("es", "co", "Turno A cuarenta y siete, módulo tres"),
        ("es", "plain", "Ticket A cuarenta y siete, ventanilla tres"),
        ("en", "co", "Ticket A forty-seven, desk three"),
        ("pt", "pe", "Senha A quarenta e sete, guichê três"),
        ("qu", "pe", "Ticket A tawa chunka qanchisniyuq, ventanilla kimsa"),
    ],
)
def test_the_sentence_uses_the_countrys_words(language: str, profile: str, said: str) -> None:
    assert words.sentence("A047", "3", language, profile) == said


@pytest.mark.parametrize("name", ["3", "03", "Ventanilla 3", "VENTANILLA 03", "Módulo 3", "Desk 3"])
def test_a_numbered_desk_is_said_in_the_language_spoken(name: str) -> None:
    assert words.desk(name, "es", "pe") == "ventanilla tres"
    assert words.desk(name, "es", "co") == "módulo tres"
    assert words.desk(name, "en", "pe") == "desk three"


def test_a_desk_with_a_name_is_read_as_it_is() -> None:
    assert words.desk("Farmacia", "en", "pe") == "Farmacia"
    assert words.desk("Caja 2", "es", "pe") == "Caja dos"
    assert words.desk("Consultorio 101", "es", "co") == "Consultorio ciento uno"
    assert words.desk("Toma de muestras – A1", "es") == "Toma de muestras A uno"


def test_marks_that_cannot_be_said_do_not_reach_the_voice() -> None:
    assert words.desk("Ca\u202eja\x07 [[2]]\n<b>", "es") == "Caja dos b"
    assert words.sentence("A1", "\u200f", "es") == "Ticket A uno"
    assert len(words.desk("x" * 10_000, "es")) == words.MAX_NAME


def test_a_name_typed_with_separate_accents_is_the_same_desk() -> None:
    assert words.desk("Mo\u0301dulo 4", "es", "pe") == "ventanilla cuatro"
