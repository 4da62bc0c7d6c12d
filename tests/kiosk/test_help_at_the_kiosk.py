"""A call for help: somebody is told where, the person is told whether anybody hears and comes."""

import re
from pathlib import Path

import pytest

from tests.kiosk.clinic import ADDRESS, Clinic, hidden, shown
from turnero.kiosk import slice as kiosk
from turnero.kiosk.ledger import LedgerKiosk
from turnero.kiosk.port import By
from turnero.queue.alarms import raise_alarm
from turnero.queue.commands.help import acknowledge_help, escalate_help
from turnero.queue.facts import HelpAsked
from turnero.queue.requests import AckHelp, AtPage
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx
from turnero.web.principal import Principal, Role
from turnero.web.view import LiveContext

pytestmark = pytest.mark.rule("help")

PAGES = (
    "/kiosk",
    "/kiosk/service/admission",
    "/kiosk/service/evening",
    "/kiosk/mine",
    "/kiosk/rate",
)


def offers_help(html: str) -> None:
    """Both keys are there, each in a form of its own."""
    needs = re.findall(r'action="/kiosk/help[^>]*>.*?name="need" value="(\w+)"', html)
    assert needs == ["help", "unwell"], shown(html)


@pytest.mark.parametrize("path", PAGES)
async def test_help_is_within_reach_on_every_page(clinic: Clinic, path: str) -> None:
    html = await clinic.text(path)
    offers_help(html)
    assert "Necesito ayuda" in html
    assert "Me siento mal" in html


async def test_it_is_within_reach_with_the_ticket_in_hand(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk/service/admission")
    taken = await clinic.post("/kiosk/ticket", **hidden(html, "/kiosk/ticket"))
    assert "A001" in taken.text
    offers_help(taken.text)
    code = await clinic.code((await clinic.arrive()).ticket)
    own = await clinic.post("/kiosk/mine", code=code)
    assert "A002" in own.text
    offers_help(own.text)


async def test_it_is_within_reach_while_one_rates_and_while_one_waits_for_help(
    clinic: Clinic,
) -> None:
    code = await clinic.code(await clinic.served())
    question = await clinic.post("/kiosk/rate", code=code, to="rate")
    offers_help(question.text)
    fields = hidden(question.text, "/kiosk/rate/answer")
    reasons = await clinic.post("/kiosk/rate/answer", **fields, answer="2")
    assert "reason" in reasons.text
    offers_help(reasons.text)
    then = await clinic.post("/kiosk/rate/answer", **hidden(reasons.text, "/kiosk/rate/answer"))
    offers_help(then.text)
    offers_help((await clinic.post("/kiosk/help", need="unwell")).text)
    offers_help((await clinic.post("/kiosk/mine", digits="1234 5678")).text)


def test_no_page_of_the_kiosk_leaves_its_foot_out() -> None:
    folder = Path(kiosk.HERE) / "templates"
    pages = {path.name: path.read_text() for path in folder.glob("*.html")}
    framed = {name for name, text in pages.items() if '{% extends "kiosk/frame.html" %}' in text}
    assert len(framed) >= 9
    assert not [name for name in framed if "{% block foot %}" in pages[name]]


def left_alone(tx: Tx, desk: AtPage) -> AtPage:
    """The page of an open desk is gone for too long."""
    raise_alarm(tx, "desk-unattended", desk.desk)
    return desk


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


async def test_it_is_heard_where_a_page_of_staff_rings_and_no_desk_is_open(clinic: Clinic) -> None:
    ringing = {1: 0}
    port = LedgerKiosk(clinic.web, ADDRESS, lambda web, site: ringing[site])
    asked = await port.ask_help(1, "hall", "help", By("token:1", "press-1"))
    assert not asked.heard
    ringing[1] = 2
    again = await port.help(1, asked.id)
    assert again is not None
    assert again.heard


async def test_a_desk_that_was_left_alone_hears_nothing(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.do(left_alone, AtPage("main.1"))
    text = shown((await clinic.post("/kiosk/help", need="help")).text)
    assert "En este momento no hay nadie conectado" in text


async def test_nobody_answering_for_a_minute_the_page_says_where_to_go(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.post("/kiosk/help", "garden", need="help")
    (fact,) = await clinic.facts(HelpAsked)
    view = clinic.web.hub.view("kiosk-help")
    context, arg = LiveContext(clinic.web), f"1/garden/{fact.help}?"
    assert "Ya avisamos al personal" in await view.render(context, 1, arg, "es")
    clinic.clock.advance(60_000)
    await clinic.do(escalate_help, TimerDue(1, "help-escalate", str(fact.help), 0, ""))
    text = shown(await view.render(context, 1, arg, "es"))
    assert "Todavía nadie ha respondido" in text
    assert "la caseta de la puerta" in text


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
