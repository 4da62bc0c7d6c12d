"""The ticket on its holder's phone: what is true now, what one may do, and what nobody else learns."""

import pytest

from tests.kiosk.clinic import Clinic, hidden, key_of, shown
from turnero.queue.commands.moves import park
from turnero.queue.facts import TicketCancelled, TicketRated, TicketReturned
from turnero.queue.requests import TicketMove


async def test_it_tells_number_place_and_wait(clinic: Clinic) -> None:
    await clinic.arrive()
    ticket = await clinic.arrive()
    text = shown(await clinic.text(f"/t/{await clinic.code(ticket.ticket)}", ""))
    assert "Su ticket A002 Admisión Usted está en la fila" in text
    assert "Antes que usted 1" in text
    assert "sin estimación todavía" in text


async def test_it_speaks_the_language_in_which_the_ticket_was_taken(clinic: Clinic) -> None:
    ticket = await clinic.arrive(language="pt")
    code = await clinic.code(ticket.ticket)
    assert "Sua senha A001" in shown(await clinic.text(f"/t/{code}", ""))
    assert "Your ticket A001" in shown(await clinic.text(f"/t/{code}?lang=en", ""))


async def test_a_sensitive_service_shows_its_neutral_name(clinic: Clinic) -> None:
    ticket = await clinic.arrive("hiv")
    html = await clinic.text(f"/t/{await clinic.code(ticket.ticket)}", "")
    assert "Consultorio 4" in html
    assert "VIH" not in html


async def test_its_turn_names_the_desk(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    html = await clinic.text(f"/t/{await clinic.code(ticket)}", "")
    assert "¡Le toca! Ventanilla 1 Diríjase ahora a Ventanilla 1." in shown(html)
    assert "<title>¡Le toca! · A001" in html
    assert 'data-state="called"' in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("parked", "Su turno está en pausa"),
        ("finished", "Su atención terminó"),
        ("cancelled", "Este ticket fue anulado"),
        ("no-show", "Le llamamos y no se presentó"),
    ],
)
async def test_each_end_has_its_words(clinic: Clinic, state: str, words: str) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    match state:
        case "parked":
            await clinic.do(park, TicketMove(ticket))
        case "finished":
            await clinic.finish(ticket)
        case "cancelled":
            await clinic.cancel(ticket)
        case _:
            await clinic.no_show(ticket)
    assert words in shown(await clinic.text(f"/t/{await clinic.code(ticket)}", ""))


async def test_leaving_asks_once_more_and_is_one_act(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    address = f"/t/{await clinic.code(ticket.ticket)}"
    page = await clinic.text(address, "")
    assert "¿Anular el ticket A001?" in page
    form = {"idempotency_key": key_of(page, f"{address}/leave")}
    for _ in range(2):
        answer = await clinic.post(f"{address}/leave", "", **form)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(address)
    (fact,) = await clinic.facts(TicketCancelled)
    assert fact.ticket == ticket.ticket


async def test_a_no_show_comes_back_from_the_phone(clinic: Clinic) -> None:
    await clinic.open_desk()
    await clinic.arrive()
    ticket = await clinic.call()
    await clinic.no_show(ticket)
    address = f"/t/{await clinic.code(ticket)}"
    page = await clinic.text(address, "")
    form = {"idempotency_key": key_of(page, f"{address}/return")}
    assert (await clinic.post(f"{address}/return", "", **form)).status_code == 303
    assert "Usted está en la fila" in shown(await clinic.text(address, ""))
    assert len(await clinic.facts(TicketReturned)) == 1


async def test_a_rating_from_the_phone_may_carry_a_comment(clinic: Clinic) -> None:
    await clinic.open_desk()
    ticket = await clinic.served()
    address = f"/t/{await clinic.code(ticket)}"
    page = await clinic.text(address, "")
    reasons = await clinic.post(
        f"{address}/rate", "", **hidden(page, f"{address}/rate"), answer="1"
    )
    assert "¿Desea contarnos más?" in shown(reasons.text)
    form = hidden(reasons.text, f"{address}/rate")
    thanks = await clinic.post(
        f"{address}/rate", "", **form, reasons="respect", comment="Mucha espera"
    )
    assert thanks.status_code == 303
    (fact,) = await clinic.facts(TicketRated)
    assert (fact.answer, fact.reasons, fact.commented, fact.place) == (1, ("respect",), True, None)
    after = shown(await clinic.text(address, ""))
    assert "Gracias. Guardamos su respuesta" in after
    assert "¿Cómo fue" not in after


async def test_the_kiosk_has_no_place_for_a_comment(clinic: Clinic) -> None:
    await clinic.open_desk()
    ticket = await clinic.served()
    page = await clinic.post("/kiosk/rate", code=await clinic.code(ticket))
    reasons = await clinic.post(
        "/kiosk/rate/answer", **hidden(page.text, "/kiosk/rate/answer"), answer="1"
    )
    assert "<textarea" not in reasons.text


async def test_unknown_codes_are_all_answered_alike(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    code = await clinic.code(ticket.ticket)
    answers = [
        await clinic.get(f"/t/{one}", "")
        for one in ("x" * 22, "short", "a" * 500, code[:-1] + "!", ticket.ticket, "A001")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "No existe ese ticket" in answers[0].text


async def test_nothing_of_a_ticket_is_kept_or_told_on_the_way(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    answer = await clinic.get(f"/t/{await clinic.code(ticket.ticket)}", "")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "set-cookie" not in answer.headers


async def test_a_form_of_another_page_does_nothing(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    address = f"/t/{await clinic.code(ticket.ticket)}"
    answer = await clinic.client.post(
        f"{address}/leave",
        data={"idempotency_key": "press-elsewhere"},
        headers={"origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert await clinic.facts(TicketCancelled) == []
