"""Stepping out, from one's phone and at the kiosk: with until when, a reminder, and the way back."""

import pytest

from tests.kiosk.clinic import Clinic, hidden, key_of, shown
from turnero.queue.commands.codes import renew
from turnero.queue.facts import TicketReturned, TicketSteppedOut
from turnero.queue.requests import TicketMove
from turnero.queue.timers import TIMERS
from turnero.store.timers import Timers

pytestmark = pytest.mark.rule("steps-out")
MIN_MS = 60_000


async def fire(clinic: Clinic) -> None:
    """Fire what is due, as the server does."""

    def failed(kind: str, error: Exception) -> None:
        raise AssertionError(kind) from error

    await Timers(clinic.ledger, TIMERS, failed)._fire_due()


async def press(clinic: Clinic, address: str, act: str) -> str:
    """A key of the phone page; the page after it."""
    page = await clinic.text(address, "")
    form = {"idempotency_key": key_of(page, f"{address}/{act}")}
    answer = await clinic.post(f"{address}/{act}", "", **form)
    assert answer.status_code == 303
    return await clinic.text(address, "")


async def test_by_phone_one_steps_out_is_reminded_and_comes_back(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    address = f"/t/{await clinic.code(ticket.ticket)}"
    assert "Salir por 20 min" in shown(await clinic.text(address, ""))
    out = await press(clinic, address, "step-out")
    assert "Usted salió un momento" in shown(out)
    assert "Vuelva a más tardar a las 10:20" in shown(out)
    assert 'data-hurry="no"' in out
    assert len(await clinic.facts(TicketSteppedOut)) == 1
    clinic.clock.advance(15 * MIN_MS)
    await fire(clinic)
    soon = await clinic.text(address, "")
    assert 'data-hurry="yes"' in soon
    assert "Vuelva ahora, por favor" in shown(soon)
    assert "<title>Vuelva ahora, por favor · A001" in soon
    back = await press(clinic, address, "return")
    assert "Usted está en la fila" in shown(back)
    (fact,) = await clinic.facts(TicketReturned)
    assert fact.was == "away"


async def test_who_was_away_too_long_reads_so_and_may_come_back_once(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    address = f"/t/{await clinic.code(ticket.ticket)}"
    await press(clinic, address, "step-out")
    clinic.clock.advance(20 * MIN_MS)
    await fire(clinic)
    text = shown(await clinic.text(address, ""))
    assert "No volvió a tiempo" in text
    assert "Hasta las 10:50 a. m. puede volver a la fila una vez" in text
    assert "Usted está en la fila" in shown(await press(clinic, address, "return"))


async def test_at_the_kiosk_too(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    page = await clinic.post("/kiosk/mine", code=await clinic.code(ticket.ticket))
    out = await clinic.post("/kiosk/mine/step-out", **hidden(page.text, "/kiosk/mine/step-out"))
    assert "Usted salió un momento" in shown(out.text)
    back = await clinic.post("/kiosk/mine/return", **hidden(out.text, "/kiosk/mine/return"))
    assert "Usted está en la fila" in shown(back.text)


async def test_only_who_waits_is_offered_it(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    page = await clinic.text(f"/t/{await clinic.code(ticket)}", "")
    assert "/step-out" not in page


@pytest.mark.rule("lost-ticket")
async def test_a_revoked_code_shows_nothing_any_more(clinic: Clinic) -> None:

    ticket = await clinic.arrive()
    old = await clinic.code(ticket.ticket)
    await clinic.do(renew, TicketMove(ticket.ticket))
    assert (await clinic.get(f"/t/{old}", "")).status_code == 404
    assert (await clinic.post("/kiosk/mine", code=old)).status_code == 404
    assert "A001" in await clinic.text(f"/t/{await clinic.code(ticket.ticket)}", "")
