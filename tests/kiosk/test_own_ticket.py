"""Somebody with a ticket at the kiosk: found by scan or digits, seen, taken back, back in line."""

from tests.kiosk.clinic import ADDRESS, Clinic, hidden, shown
from turnero.queue.codes import grouped, short_code
from turnero.queue.facts import TicketCancelled, TicketReturned


async def test_a_scanned_address_shows_the_ticket(clinic: Clinic) -> None:
    await clinic.arrive()
    ticket = await clinic.arrive()
    code = await clinic.code(ticket.ticket)
    answer = await clinic.post("/kiosk/mine", code=f"{ADDRESS}/t/{code}")
    text = shown(answer.text)
    assert "A002 Admisión Usted está en la fila" in text
    assert "Antes que usted 1" in text


async def test_eight_typed_digits_show_the_ticket(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    digits = grouped(short_code(await clinic.code(ticket.ticket)))
    answer = await clinic.post("/kiosk/mine", digits=digits)
    assert "A001 Admisión" in shown(answer.text)


async def test_wrong_digits_say_so_and_can_be_typed_again(clinic: Clinic) -> None:
    await clinic.arrive()
    for fields in ({"digits": "0000 0000"}, {"digits": "12"}, {"code": "nothing"}, {}):
        answer = await clinic.post("/kiosk/mine", **fields)
        assert answer.status_code == 404
        assert "No encontramos ese ticket" in shown(answer.text)
        assert 'class="pad"' in answer.text


async def test_a_code_is_never_in_an_address(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    code = await clinic.code(ticket.ticket)
    answer = await clinic.post("/kiosk/mine", code=code)
    assert f'="/kiosk/mine?{code}' not in answer.text
    assert f"/t/{code}" not in answer.text


async def test_a_no_show_comes_back_to_the_line_once(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    await clinic.no_show(ticket)
    page = await clinic.post("/kiosk/mine", code=await clinic.code(ticket))
    text = shown(page.text)
    assert "Le llamamos y no se presentó Hasta las 10:31" in text
    answer = await clinic.post("/kiosk/mine/return", **hidden(page.text, "/kiosk/mine/return"))
    assert "Usted está en la fila" in shown(answer.text)
    assert len(await clinic.facts(TicketReturned)) == 1
    await clinic.call()
    await clinic.no_show(ticket)
    again = shown((await clinic.post("/kiosk/mine", code=await clinic.code(ticket))).text)
    assert "Tome un ticket nuevo o pregunte al personal" in again
    assert "Volver a la fila" not in again


async def test_after_half_an_hour_it_is_too_late_to_come_back(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    await clinic.no_show(ticket)
    code = await clinic.code(ticket)
    page = await clinic.post("/kiosk/mine", code=code)
    form = hidden(page.text, "/kiosk/mine/return")
    clinic.clock.advance(31 * 60_000)
    refused = await clinic.post("/kiosk/mine/return", **form)
    assert refused.status_code == 409
    assert "30" in refused.text


async def test_a_ticket_is_taken_back_after_a_second_question(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    page = await clinic.post("/kiosk/mine", code=await clinic.code(ticket.ticket))
    assert "¿Anular el ticket A001?" in page.text
    form = hidden(page.text, "/kiosk/mine/leave")
    answer = await clinic.post("/kiosk/mine/leave", **form)
    assert "Este ticket fue anulado" in shown(answer.text)
    again = await clinic.post("/kiosk/mine/leave", **form)
    assert again.status_code == 200
    assert len(await clinic.facts(TicketCancelled)) == 1


async def test_the_ticket_of_another_site_is_not_shown(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    code = await clinic.code(ticket.ticket)
    assert (await clinic.post("/kiosk/mine", "lost", code=code)).status_code == 404
