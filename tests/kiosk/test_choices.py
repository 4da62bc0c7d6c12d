"""What a person chose travels in the address, whole, and nothing that cannot be gets through."""

import pytest

from turnero.kiosk.visit import AIDS, Visit, read

LANGUAGES = ("es", "en", "pt")


@pytest.mark.parametrize(
    "visit",
    [
        Visit(),
        Visit(language="en"),
        Visit(aids=("large-type", "voice")),
        Visit(language="pt", aids=AIDS, attention="preferential", people=3, page=1),
    ],
)
def test_choices_survive_the_address(visit: Visit) -> None:
    assert read(visit.query, LANGUAGES) == visit


def test_the_kiosk_at_rest_has_no_choices_in_its_address() -> None:
    assert Visit().untouched
    assert Visit().url("/kiosk") == "/kiosk"
    assert not Visit(aids=("contrast",)).untouched


@pytest.mark.parametrize(
    "query",
    [
        "lang=xx",
        "aids=flying.lasers",
        "people=0",
        "people=-3",
        "people=two",
        "people=²",
        "page=x",
        "class=" + "a" * 500,
        "&&&===%%%",
        "lang=en" * 500,
    ],
)
def test_what_cannot_be_chosen_is_left_out(query: str) -> None:
    assert read(query, LANGUAGES) == Visit()


def test_the_same_aids_in_another_order_are_the_same_page() -> None:
    assert read("aids=voice.large-type", LANGUAGES) == read("aids=large-type.voice", LANGUAGES)


def test_an_aid_is_turned_on_and_off_again() -> None:
    on = Visit().turned("contrast")
    assert on.has("contrast")
    assert on.looks == "contrast"
    assert on.turned("contrast") == Visit()


def test_nobody_takes_a_ticket_for_a_crowd() -> None:
    assert read("people=999", LANGUAGES).people == 9
