"""A kiosk or a service that is closed says until when and what to do; a refusal says it too."""

import re

import pytest

from tests.kiosk.clinic import Clinic, shown
from turnero.queue.commands import messages, pauses
from turnero.queue.requests import KioskNamed, PauseKiosk, PauseService, ShowMessage
from turnero.store import journal
from turnero.web.view import LiveContext

HOUR_MS = 3600_000


def arg_of(html: str) -> str:
    """What the page's live part asks for."""
    found = re.search(r'data-live-arg="([^"]+)"', html)
    assert found is not None
    return found[1].replace("&amp;", "&")


@pytest.mark.rule("closed")
async def test_a_closed_kiosk_says_until_when_and_what_to_do(clinic: Clinic) -> None:
    until_ms = clinic.clock.now_ms() + HOUR_MS
    text = {"es": "Use el módulo del segundo piso.", "en": "Use the kiosk upstairs."}
    await clinic.do(pauses.pause_kiosk, PauseKiosk("hall", until_ms, text=text))
    page = shown(await clinic.text("/kiosk"))
    assert "Este módulo de autoatención está cerrado hasta las 11:00" in page
    assert "Use el módulo del segundo piso." in page
    assert "Admisión" not in page
    assert "Necesito ayuda" in await clinic.text("/kiosk")
    assert "Use the kiosk upstairs." in shown(await clinic.text("/kiosk?lang=en"))
    assert "Admisión" in shown(await clinic.text("/kiosk", "garden"))


async def test_without_words_of_its_own_it_says_where_the_staff_is(clinic: Clinic) -> None:
    await clinic.do(pauses.pause_kiosk, PauseKiosk("garden"))
    page = shown(await clinic.text("/kiosk", "garden"))
    assert "cerrado por ahora" in page
    assert "la caseta de la puerta" in page


async def test_a_kiosk_that_closes_while_it_is_shown_changes_by_itself(clinic: Clinic) -> None:
    arg = arg_of(await clinic.text("/kiosk"))
    assert "@hall" in arg
    view, context = clinic.web.hub.view("kiosk"), LiveContext(clinic.web)
    assert "Admisión" in await view.render(context, 1, arg, "es")
    seen = (await clinic.ledger.read(journal.read, 1, 0))[-1].seq
    await clinic.do(pauses.pause_kiosk, PauseKiosk("hall"))
    assert "cerrado por ahora" in await view.render(context, 1, arg, "es")
    await clinic.do(pauses.resume_kiosk, KioskNamed("hall"))
    assert "Admisión" in await view.render(context, 1, arg, "es")
    entries = await clinic.ledger.read(journal.read, 1, seen)
    assert [view.concerns(entry, arg) for entry in entries] == [True, True]


@pytest.mark.rule("closed")
async def test_whoever_pressed_meanwhile_is_told_the_same(clinic: Clinic) -> None:
    until_ms = clinic.clock.now_ms() + HOUR_MS
    await clinic.do(
        pauses.pause_kiosk, PauseKiosk("hall", until_ms, text={"es": "Suba al segundo piso."})
    )
    answer = await clinic.post("/kiosk/ticket", service="admission")
    assert answer.status_code == 409
    assert "11:00" in answer.text
    assert "Suba al segundo piso." in answer.text


@pytest.mark.rule("closed")
async def test_a_closed_service_says_its_hour_and_its_own_words(clinic: Clinic) -> None:
    until_ms = clinic.clock.now_ms() + HOUR_MS
    text = {"es": "El médico está en sala. Vuelva a las once."}
    await clinic.do(pauses.pause_service, PauseService("admission", until_ms, text=text))
    assert "Cerrado hasta las 11:00" in shown(await clinic.text("/kiosk"))
    page = await clinic.text("/kiosk/service/admission")
    assert "El médico está en sala. Vuelva a las once." in shown(page)
    assert 'id="take"' not in page
    answer = await clinic.post("/kiosk/ticket", service="admission")
    assert "11:00" in answer.text
    assert "El médico está en sala." in answer.text


async def test_an_hour_of_another_day_is_said_with_its_day(clinic: Clinic) -> None:
    until_ms = clinic.clock.now_ms() + 24 * HOUR_MS
    await clinic.do(pauses.pause_service, PauseService("admission", until_ms))
    assert "jueves, 16 de octubre" in shown(await clinic.text("/kiosk"))


@pytest.mark.rule("closed")
async def test_the_last_tickets_are_counted_down(clinic: Clinic) -> None:
    await clinic.do(pauses.pause_service, PauseService("admission", after=2))
    assert "Quedan 2 tickets" in shown(await clinic.text("/kiosk"))
    await clinic.arrive()
    assert "Queda 1 ticket" in shown(await clinic.text("/kiosk/service/admission"))
    await clinic.arrive()
    assert "En pausa por un momento" in shown(await clinic.text("/kiosk"))
    await clinic.do(pauses.pause_kiosk, PauseKiosk("garden", after=1))
    assert "Queda 1 ticket" in shown(await clinic.text("/kiosk", "garden"))


async def test_an_emergency_stands_above_the_services(clinic: Clinic) -> None:
    await clinic.do(
        messages.show, ShowMessage("emergency", {"es": "Diríjase a la salida", "en": "Leave now"})
    )
    assert shown(await clinic.text("/kiosk")).find("Diríjase a la salida") > 0
    assert "Leave now" in shown(await clinic.text("/kiosk/service/admission?lang=en"))
