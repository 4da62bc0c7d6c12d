"""Somebody whose paper is gone stands at the kiosk with the number alone."""

import pytest

from tests.kiosk.clinic import Clinic, hidden, shown
from turnero.queue.facts import TicketReturned

pytestmark = pytest.mark.rule("lost-ticket")


@pytest.mark.parametrize("typed", ["A002", "a2", "A 002"])
async def test_the_number_alone_shows_the_place_in_line(clinic: Clinic, typed: str) -> None:
    await clinic.arrive()
    await clinic.arrive()
    answer = await clinic.post("/kiosk/mine", digits=typed)
    assert answer.status_code == 200
    text = shown(answer.text)
    assert "A002 Admisión Usted está en la fila" in text
    assert "Antes que usted 1" in text
    assert "Basta su número" in text


async def test_who_has_only_the_number_neither_sees_the_code_nor_cancels(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    answer = await clinic.post("/kiosk/mine", digits="A001")
    assert await clinic.code(ticket.ticket) not in answer.text
    assert "/kiosk/mine/leave" not in answer.text
    assert "/kiosk/mine/step-out" not in answer.text
    left = await clinic.post("/kiosk/mine/leave", code="A001")
    assert left.status_code == 404


@pytest.mark.rule("absent")
async def test_who_was_absent_is_back_by_the_number(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    await clinic.no_show(ticket)
    page = await clinic.post("/kiosk/mine", digits="A001")
    answer = await clinic.post("/kiosk/mine/back", **hidden(page.text, "/kiosk/mine/back"))
    assert "Usted está en la fila" in shown(answer.text)
    (fact,) = await clinic.facts(TicketReturned)
    assert fact.ticket == ticket


async def test_figures_without_their_letter_are_not_enough(clinic: Clinic) -> None:
    await clinic.arrive()
    for typed in ("1", "001", "Z001", "A900"):
        assert (await clinic.post("/kiosk/mine", digits=typed)).status_code == 404


async def test_a_number_rates_nobodys_visit(clinic: Clinic) -> None:
    await clinic.served()
    assert (await clinic.post("/kiosk/rate", digits="A001", to="rate")).status_code == 404
    assert "pad-letters" not in await clinic.text("/kiosk/rate")


async def test_the_letters_of_the_site_can_be_touched(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk/mine")
    for letter in "AELNV":
        assert f'data-digit="{letter}"' in html
    assert 'data-digit="B"' not in html
