"""A call for help: somebody is told where, the person is told whether anybody hears and comes."""

import pytest

from tests.kiosk.clinic import Clinic, hidden, shown
from turnero.queue.commands.help import acknowledge_help
from turnero.queue.facts import HelpAsked
from turnero.queue.requests import AckHelp
from turnero.web.principal import Principal, Role
from turnero.web.view import LiveContext

PAGES = (
    "/kiosk",
    "/kiosk/service/admission",
    "/kiosk/service/evening",
    "/kiosk/mine",
    "/kiosk/rate",
)


@pytest.mark.parametrize("path", PAGES)
async def test_help_is_within_reach_on_every_page(clinic: Clinic, path: str) -> None:
    html = await clinic.text(path)
    assert "Necesito ayuda" in html
    assert "Me siento mal" in html


async def test_help_is_asked_with_its_place(clinic: Clinic) -> None:
    await clinic.open_desk()
    html = await clinic.text("/kiosk")
    answer = await clinic.post("/kiosk/help", **hidden(html, "/kiosk/help"))
    text = shown(answer.text)
    assert "Ya avisamos al personal Saben que usted está aquí: Entrada." in text
    (fact,) = await clinic.facts(HelpAsked)
    assert (fact.place, fact.need) == ("hall", "help")


async def test_with_nobody_signed_in_it_says_where_to_go(clinic: Clinic) -> None:
    answer = await clinic.post("/kiosk/help", need="unwell")
    text = shown(answer.text)
    assert "En este momento no hay nadie conectado" in text
    assert "la ventanilla más cercana o cualquier persona del personal" in text
    assert "Siéntese si puede" in text
    garden = await clinic.post("/kiosk/help", "garden", need="help")
    assert "la caseta de la puerta" in shown(garden.text)


async def test_who_feels_unwell_gets_no_diagnosis(clinic: Clinic) -> None:
    text = shown((await clinic.post("/kiosk/help", need="unwell")).text).lower()
    for word in ("triaje", "síntoma", "presión", "infarto", "grado"):
        assert word not in text


@pytest.mark.parametrize("need", ["", "coffee", "unwell\u202e"])
async def test_another_need_is_refused(clinic: Clinic, need: str) -> None:
    assert (await clinic.post("/kiosk/help", need=need)).status_code == 422
    assert await clinic.facts(HelpAsked) == []


async def test_the_page_says_when_somebody_comes(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.post("/kiosk/help", need="help")
    (fact,) = await clinic.facts(HelpAsked)
    view = clinic.web.hub.view("kiosk-help")
    context, arg = LiveContext(clinic.web), f"1/hall/{fact.help}?"
    here = Principal("token:1", Role.KIOSK, 1, "hall")
    assert await view.admit(context, here, arg) == 1
    assert "Ya avisamos al personal" in await view.render(context, 1, arg, "es")
    await clinic.do(acknowledge_help, AckHelp(fact.help))
    assert "Alguien viene hacia usted" in await view.render(context, 1, arg, "es")
    assert "Somebody is on the way to you" in await view.render(context, 1, arg, "en")
