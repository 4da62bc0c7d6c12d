"""A ticket that goes through several services: its holder reads where to go, and rates once."""

from tests.kiosk.clinic import Clinic, shown
from turnero.queue.commands.paths import add, skip
from turnero.queue.requests import AddStep, SkipStep


async def sent_on(clinic: Clinic) -> tuple[str, str]:
    """Somebody whom admission sent on; their ticket and code."""
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    await clinic.do(add, AddStep(ticket, "hiv"))
    await clinic.do(add, AddStep(ticket, "blood", last=True))
    await clinic.finish(ticket)
    return ticket, await clinic.code(ticket)


async def test_the_phone_says_where_to_go_now_by_public_names_alone(clinic: Clinic) -> None:
    _, code = await sent_on(clinic)
    html = await clinic.text(f"/t/{code}", "")
    text = shown(html)
    assert "Ahora pase a Consultorio 4" in text
    assert "Ahí le llamaremos con el mismo número." in text
    assert "Su recorrido Admisión : listo 2 Consultorio 4 : ahora 3 Toma de sangre" in text
    assert "VIH" not in html
    assert 'class="rating"' not in html


async def test_a_step_that_was_left_out_is_no_place_to_go(clinic: Clinic) -> None:
    ticket, code = await sent_on(clinic)
    await clinic.do(skip, SkipStep(ticket, "blood"))
    assert "Toma de sangre" not in shown(await clinic.text(f"/t/{code}", ""))


async def test_a_ticket_of_one_service_has_no_way(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    html = await clinic.text(f"/t/{await clinic.code(ticket.ticket)}", "")
    assert "Su recorrido" not in html
    assert "Usted está en la fila" in html


async def test_the_visit_is_rated_at_its_end_and_not_between_two_steps(clinic: Clinic) -> None:
    ticket, code = await sent_on(clinic)
    for last in (False, True):
        await clinic.call()
        page = (await clinic.post("/kiosk/mine", code=code, digits="", to="see")).text
        assert "A001" in page
        assert ('id="rate-it"' in page) is last
        await clinic.finish(ticket)
        assert ('class="rating"' in await clinic.text(f"/t/{code}", "")) is last
