"""A scanner's typing is brought back to a ticket's code, whatever keyboard the computer thinks it is."""

import pytest

from turnero.queue import scanned
from turnero.queue.codes import DIGITS, grouped, short_code

CODE = "aB3_dE-gH1jK2mN3pQ4rS5"


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        f"  {CODE}\n",
        f"https://turnos.example.org/t/{CODE}",
        # a US scanner at a computer with a Spanish keyboard
        f"httpsÑ--turnos.example.org-t-{CODE.replace('-', chr(39)).replace('_', '?')}",
    ],
)
def test_the_code_is_found(typed: str) -> None:
    assert scanned.code(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        *("", "A047", "12345678", "x" * 21, "aB3_dE-gH1jK2mN3pQ4rS ", "é" * 22),
        # the end of what a document says of its holder
        "1032456789GOMEZMARIA0F19580317",
    ],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert scanned.code(typed) is None


@pytest.mark.parametrize("typed", ["48217730", "4821 7730", " 4821-7730 "])
def test_eight_digits_are_found_however_they_are_grouped(typed: str) -> None:
    assert scanned.short(typed) == "48217730"


@pytest.mark.parametrize(
    "typed", ["", "4821773", "482177301", "4821773x", "４８２１７７３０", CODE]
)
def test_anything_else_is_no_short_code(typed: str) -> None:
    assert scanned.short(typed) is None


def test_short_codes_are_digits_that_tell_nothing_of_the_code() -> None:
    made = {short_code(f"{CODE}{n}") for n in range(500)}
    assert len(made) > 495
    assert all(len(one) == DIGITS and one.isdecimal() for one in made)
    assert short_code(CODE) == short_code(CODE)
    assert grouped("48217730") == "4821 7730"
