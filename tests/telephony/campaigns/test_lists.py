"""A list of people: its columns, and which of its lines are refused and why."""

from pathlib import Path

import pytest

from turnero.store.errors import Invalid
from turnero.store.vault import Vault
from turnero.telephony.campaigns.lists import MOST, Listed, read
from turnero.telephony.sealing import SealedNumbers


@pytest.fixture
def numbers(tmp_path: Path) -> SealedNumbers:
    return SealedNumbers(Vault(tmp_path))


def listed(numbers: SealedNumbers, text: str, encoding: str = "utf-8") -> Listed:
    """The list, at a site in Colombia."""
    return read(text.encode(encoding), numbers, "co", (), ("es", "en"))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_names_notes_and_languages_are_read_as_people_export_them(
    numbers: SealedNumbers, separator: str, encoding: str, end: str
) -> None:
    lines = ["Nombre", "Teléfono", "idioma", "nota"], ["Peña", "300 123 4567", "en", "terapia"]
    text = end.join(separator.join(one) for one in lines)
    (person,) = listed(numbers, text, encoding).people
    assert person.name is not None
    assert numbers.open_name(person.name) == "Peña"
    assert (person.phone.tail, person.language, person.note) == ("567", "en", "terapia")


def test_a_refused_line_says_where_and_why_and_the_others_are_taken(
    numbers: SealedNumbers,
) -> None:
    text = "numero\n3001234567\n112\n\n*72300\n+18765551234\n300 123 4567\n3001234568\n"
    found = listed(numbers, text)
    assert [one.phone.tail for one in found.people] == ["567", "568"]
    assert [(one.line, one.code) for one in found.refused] == [
        (3, "phone-short"),
        (5, "phone-unreadable"),
        (6, "phone-region"),
        (7, "list-twice"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list-columns"),
        ("nombre,nota\nPeña,x\n", "list-columns"),
        ("numero\n\n\n", "list-empty"),
        ("numero\n" + "3001234567\n" * (MOST + 1), "list-large"),
        ("numero\n" + "x" * 1_000_001, "list-large"),
        ("numero\n" + "x" * 200_000, "list-unreadable"),
        ('numero,nota\n3001234567,"viene a las 3\n3001234568,\n', "list-unreadable"),
    ],
)
def test_what_is_no_list_is_refused_whole(numbers: SealedNumbers, text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        listed(numbers, text)
    assert refused.value.code == code


def test_the_line_that_cannot_be_read_is_named(numbers: SealedNumbers) -> None:
    with pytest.raises(Invalid) as refused:
        listed(numbers, 'numero,nota\n3001234567,bien\n3001234568,"mal\n3001234569,\n')
    assert refused.value.params == {"line": 3}


def test_the_first_number_that_is_given_counts_and_excel_s_own_line_is_none(
    numbers: SealedNumbers,
) -> None:
    text = "sep=;\nTelefono;Celular;Nota\n;3001234567;a\n3001234568;3001234567;b\n3001234569;;c\n"
    found = listed(numbers, text)
    assert [(one.phone.tail, one.note) for one in found.people] == [
        ("567", "a"),
        ("568", "b"),
        ("569", "c"),
    ]


def test_words_that_would_hide_or_break_something_are_put_right(numbers: SealedNumbers) -> None:
    text = 'numero,nombre,nota,idioma\n3001234567,"Ana\u202e Mar\u00eda\x00","dos\nl\u00edneas\x07",EN\n'
    (person,) = listed(numbers, text).people
    assert person.name is not None
    assert numbers.open_name(person.name) == "Ana María"
    assert (person.note, person.language) == ("dos líneas", "en")


def test_two_thousand_people_are_read_and_ten_thousand_refused(numbers: SealedNumbers) -> None:
    text = "numero\n" + "".join(f"300{n:07d}\n" for n in range(MOST))
    assert len(listed(numbers, text).people) == MOST
    with pytest.raises(Invalid) as refused:
        listed(numbers, "numero\n" + "".join(f"300{n:07d}\n" for n in range(10_000)))
    assert (refused.value.code, refused.value.params) == ("list-large", {"most": MOST})
