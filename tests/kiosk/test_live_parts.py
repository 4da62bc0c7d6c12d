"""The live parts: who may see them, which facts concern them, and what they then show."""

import pytest

from tests.kiosk.clinic import Clinic
from turnero.queue.facts import TicketIssued
from turnero.store import journal
from turnero.store.errors import NotFound, Refused
from turnero.web.principal import PUBLIC, Principal, Role
from turnero.web.view import LiveContext

HERE = Principal("token:1", Role.KIOSK, 1, "hall")
ELSEWHERE = Principal("token:9", Role.KIOSK, 2, "hall")


@pytest.mark.parametrize("name", ["kiosk", "kiosk-service", "kiosk-ticket", "kiosk-help"])
async def test_a_kiosk_of_another_site_sees_nothing(clinic: Clinic, name: str) -> None:
    view = clinic.web.hub.view(name)
    context = LiveContext(clinic.web)
    assert await view.admit(context, HERE, "1/admission?") == 1
    with pytest.raises(Refused, match="other-site"):
        await view.admit(context, ELSEWHERE, "1/admission?")


@pytest.mark.parametrize("arg", ["", "/", "x/y", "1", "²/a", "-1/a"])
async def test_what_no_page_asks_is_not_found(clinic: Clinic, arg: str) -> None:
    with pytest.raises(NotFound):
        await clinic.web.hub.view("kiosk").admit(LiveContext(clinic.web), HERE, arg)


async def test_the_keys_follow_the_line_and_keep_what_was_chosen(clinic: Clinic) -> None:
    view = clinic.web.hub.view("kiosk")
    context = LiveContext(clinic.web)
    before = await view.render(context, 1, "1/?aids=contrast", "es")
    assert "Nadie en espera" in before
    assert "/kiosk/service/admission?aids=contrast" in before
    await clinic.arrive()
    assert "1 persona en espera" in await view.render(context, 1, "1/?aids=contrast", "es")
    assert "1 person waiting" in await view.render(context, 1, "1/?", "en")
    group = await view.render(context, 1, "1/laboratory?", "es")
    assert "Toma de sangre" in group
    assert "Admisión" not in group


async def test_a_phone_is_admitted_by_its_code_alone(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    view = clinic.web.hub.view("ticket")
    context = LiveContext(clinic.web)
    code = await clinic.code(ticket.ticket)
    assert await view.admit(context, PUBLIC, code) == 1
    assert "A001" in await view.render(context, 1, code, "es")
    for wrong in ("", "x" * 22, ticket.ticket):
        with pytest.raises(NotFound):
            await view.admit(context, PUBLIC, wrong)


async def test_a_phone_is_rendered_only_for_what_can_move_its_ticket(clinic: Clinic) -> None:
    await clinic.open_desk()
    ahead = await clinic.arrive("admission")
    mine = await clinic.arrive("admission")
    other = await clinic.arrive("blood")
    view = clinic.web.hub.view("ticket")
    code = await clinic.code(mine.ticket)
    await view.admit(LiveContext(clinic.web), PUBLIC, code)
    seen = (await clinic.ledger.read(journal.read, 1, 0))[-1].seq
    await clinic.cancel(other.ticket)
    await clinic.arrive("admission")
    await clinic.cancel(ahead.ticket)
    await clinic.cancel(mine.ticket)
    entries = await clinic.ledger.read(journal.read, 1, seen)
    concerned = [
        getattr(entry.fact, "ticket", None) for entry in entries if view.concerns(entry, code)
    ]
    assert concerned == [ahead.ticket, mine.ticket]
    assert len(await clinic.facts(TicketIssued)) == 4


async def test_a_ticket_just_taken_is_shown_only_at_its_site(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    view = clinic.web.hub.view("kiosk-ticket")
    context = LiveContext(clinic.web)
    assert "Antes que usted" in await view.render(context, 1, f"1/hall/{ticket.ticket}?", "es")
    with pytest.raises(NotFound):
        await view.render(context, 2, f"2/hall/{ticket.ticket}?", "es")


async def test_a_kiosk_reports_itself(clinic: Clinic) -> None:
    answer = await clinic.client.post(
        "/kiosk/heartbeat",
        json={"version": "abc", "page": "choose", "idle_ms": 5},
        headers={"cookie": "turnero_kiosk=hall", "origin": "http://turnero.test"},
    )
    assert answer.status_code == 200
    assert answer.json() == {"now_ms": clinic.clock.now_ms()}
    wrong = await clinic.client.post(
        "/kiosk/heartbeat",
        json={"page": "x" * 100},
        headers={"cookie": "turnero_kiosk=hall", "origin": "http://turnero.test"},
    )
    assert wrong.status_code in {400, 422}
