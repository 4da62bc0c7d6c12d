"""A ticket's phone page tells what happens around it: emergency, notice, line moved, line kept."""

import pytest

from tests.kiosk.clinic import Clinic, shown
from turnero.queue.commands import desks, lines, messages
from turnero.queue.requests import CloseDesk, EndMessage, MoveLine, ShowMessage
from turnero.store import journal
from turnero.web.principal import PUBLIC
from turnero.web.view import LiveContext


async def on_phone(clinic: Clinic, ticket: str, language: str = "es") -> str:
    code = await clinic.code(ticket)
    return shown((await clinic.get(f"/t/{code}?lang={language}", "")).text)


@pytest.mark.rule("emergency")
async def test_an_emergency_and_its_end(clinic: Clinic) -> None:
    ticket = (await clinic.arrive()).ticket
    words = {"es": "Diríjase a la salida", "en": "Leave the building"}
    message = await clinic.do(messages.show, ShowMessage("emergency", words))
    assert "Diríjase a la salida" in await on_phone(clinic, ticket)
    assert "Leave the building" in await on_phone(clinic, ticket, "en")
    assert "Diríjase a la salida" in await on_phone(clinic, ticket, "pt")
    await clinic.do(messages.end, EndMessage(message.message))
    assert "Diríjase a la salida" not in await on_phone(clinic, ticket)


async def test_a_phone_that_is_open_is_told_at_once(clinic: Clinic) -> None:
    code = await clinic.code((await clinic.arrive()).ticket)
    view, context = clinic.web.hub.view("ticket"), LiveContext(clinic.web)
    await view.admit(context, PUBLIC, code)
    seen = (await clinic.ledger.read(journal.read, 1, 0))[-1].seq
    await clinic.do(messages.show, ShowMessage("broadcast", {"es": "Hay agua en el patio"}))
    entries = await clinic.ledger.read(journal.read, 1, seen)
    assert [view.concerns(entry, code) for entry in entries] == [True]
    assert "Hay agua en el patio" in await view.render(context, 1, code, "es")


async def test_a_notice_on_a_service_is_for_who_waits_for_it(clinic: Clinic) -> None:
    mine, other = (await clinic.arrive()).ticket, (await clinic.arrive("blood")).ticket
    notice = ShowMessage("service", {"es": "La doctora llega a las once"}, service="admission")
    await clinic.do(messages.show, notice)
    assert "La doctora llega a las once" in await on_phone(clinic, mine)
    assert "La doctora" not in await on_phone(clinic, other)


async def test_a_moved_line_says_where_to_and_that_the_place_is_kept(clinic: Clinic) -> None:
    ticket = (await clinic.arrive()).ticket
    code = await clinic.code(ticket)
    view, context = clinic.web.hub.view("ticket"), LiveContext(clinic.web)
    await view.admit(context, PUBLIC, code)
    seen = (await clinic.ledger.read(journal.read, 1, 0))[-1].seq
    await clinic.do(lines.move_line, MoveLine("admission", "hiv"))
    entries = await clinic.ledger.read(journal.read, 1, seen)
    assert any(view.concerns(entry, code) for entry in entries)
    page = await on_phone(clinic, ticket)
    assert "ahora espera para Consultorio 4 en lugar de Admisión" in page
    assert "Conserva su lugar" in page
    assert "VIH" not in page
    for service in ("hiv", "admission"):
        later = (await clinic.arrive(service)).ticket
        page = await on_phone(clinic, later)
        assert "en lugar de" not in page
        assert "ahora pasan a" not in page


@pytest.mark.rule("last-desk")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ({"es": "Volvemos a las tres"}, "Volvemos a las tres"),
        (None, "Por ahora ninguna ventanilla atiende Admisión"),
    ],
)
async def test_a_kept_line_is_told_so(
    clinic: Clinic, text: dict[str, str] | None, said: str
) -> None:
    await clinic.open_desk()
    ticket = (await clinic.arrive()).ticket
    await clinic.do(desks.close_desk, CloseDesk("main.1", line="keep", text=text))
    assert said in await on_phone(clinic, ticket)
    await clinic.open_desk()
    assert said not in await on_phone(clinic, ticket)
