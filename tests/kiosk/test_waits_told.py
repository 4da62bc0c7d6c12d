"""The wait at the kiosk and on the phone: a range, unknown as unknown, longer and too late said in words."""

import msgspec

from tests.kiosk.clinic import Clinic, shown
from turnero.queue.commands.forecasts import publish
from turnero.queue.promises import Point, Snapshot
from turnero.queue.requests import PublishForecasts

#: ten minutes each, and a range from half to double
POINTS = tuple(Point(n, 300 * (n + 1), 600 * (n + 1), 1200 * (n + 1)) for n in range(6))


async def forecast(clinic: Clinic, *, desks: int = 1, slower: int = 1, **closing: object) -> None:
    """Publish what is expected of admission, the first service."""
    points = tuple(Point(one.ahead, *(slower * s for s in one[1:])) for one in POINTS)
    found = Snapshot(desks, "ordinary", {"ordinary": points, "preferential": points}, **closing)  # type: ignore[arg-type]
    body = msgspec.json.encode(found).decode()
    await clinic.do(publish, PublishForecasts(((1, body),)))


async def phone(clinic: Clinic, ticket: str) -> str:
    """What the ticket's page says."""
    return shown(await clinic.text(f"/t/{await clinic.code(ticket)}", ""))


async def test_before_taking_a_ticket_the_kiosk_tells_the_range(clinic: Clinic) -> None:
    await forecast(clinic)
    await clinic.arrive()
    assert "1 persona en espera 10–40 min" in shown(await clinic.text("/kiosk", "hall"))
    page = shown(await clinic.text("/kiosk/service/admission", "hall"))
    assert "Espera aproximada 10–40 min" in page


async def test_where_no_desk_is_at_work_it_says_so(clinic: Clinic) -> None:
    await forecast(clinic, desks=0)
    assert "ninguna ventanilla atiende ahora" in shown(await clinic.text("/kiosk", "hall"))
    ticket = await clinic.arrive()
    assert "Espera aproximada ninguna ventanilla atiende ahora" in await phone(
        clinic, ticket.ticket
    )


async def test_who_may_not_be_attended_before_closing_is_told(clinic: Clinic) -> None:
    line_ms = clinic.clock.line_ms()
    await forecast(clinic, closes_ms=line_ms + 30 * 60_000, closes="17:00")
    await clinic.arrive()
    words = "Puede que no alcance a ser atendido antes del cierre de las 5:00 p. m."
    assert words in shown(await clinic.text("/kiosk/service/admission", "hall"))
    ticket = await clinic.arrive()
    assert words in await phone(clinic, ticket.ticket)
    first = await clinic.arrive(attention="preferential")
    assert words not in await phone(clinic, first.ticket), "nobody is before it"


async def test_the_phone_tells_what_is_left_and_says_when_it_takes_longer(clinic: Clinic) -> None:
    await forecast(clinic)
    await clinic.arrive()
    ticket = (await clinic.arrive()).ticket
    assert "Espera aproximada 10–40 min" in await phone(clinic, ticket)
    # Five minutes later nobody has moved, and nothing new is known.
    clinic.clock.advance(300_000)
    assert "Espera aproximada 5–35 min" in await phone(clinic, ticket)
    await forecast(clinic, slower=2)
    page = await phone(clinic, ticket)
    assert "1 h 20 min" in page
    assert "Está demorando más de lo que le dijimos." in page
    # Faster than promised: it falls little by little and says nothing more.
    await clinic.open_desk()
    await clinic.call()
    await forecast(clinic)
    page = await phone(clinic, ticket)
    assert "Está demorando" not in page
    assert "Espera aproximada 5–30 min" in page
