"""Somebody at the kiosk, or with their ticket on a phone, would rather be rung than wait."""

import re

import pytest

from tests.kiosk.clinic import Clinic, hidden, shown
from turnero.kiosk.guidance import Guide
from turnero.kiosk.port import By, CallWish
from turnero.queue.call_facts import CallbackAsked, CallbackChanged, CallbackEnded
from turnero.queue.commands.day import not_served
from turnero.queue.facts import TicketIssued
from turnero.queue.reads import callbacks as line

NUMBER = "987654482"


async def sure(clinic: Clinic, number: str = NUMBER, who: str = "hall", **more: str) -> str:
    """Type the number at the kiosk, and say yes; the page after that."""
    fields = {"service": "admission", "number": number, "language": "es"}
    read = await clinic.post("/kiosk/call", who=who, **fields)
    assert read.status_code == 200, read.text
    given = hidden(read.text, "/kiosk/call") | more
    answer = await clinic.post("/kiosk/call", who=who, **given)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_service_that_offers_it_has_the_key_and_others_do_not(clinic: Clinic) -> None:
    assert "Mejor llámenme" in shown(await clinic.text("/kiosk/service/admission"))
    assert "Mejor llámenme" not in shown(await clinic.text("/kiosk/service/blood"))
    assert (await clinic.get("/kiosk/call/blood")).status_code == 404


async def test_what_the_number_is_for_is_said_where_it_is_typed(clinic: Clinic) -> None:
    page = shown(await clinic.text("/kiosk/call/admission"))
    assert "solo para llamarle" in page
    assert "30 días" in page


async def test_the_number_is_read_back_in_groups_before_anything_is_kept(clinic: Clinic) -> None:
    answer = await clinic.post("/kiosk/call", service="admission", number=NUMBER)
    assert "987 654 482" in shown(answer.text)
    assert await clinic.facts(CallbackAsked) == []
    assert NUMBER not in str(answer.request.url)


async def test_yes_gives_a_ticket_with_a_paper_and_a_promise_of_a_call(clinic: Clinic) -> None:
    page = shown(await sure(clinic))
    (asked,) = await clinic.facts(CallbackAsked)
    (issued,) = await clinic.facts(TicketIssued)
    assert (asked.how, asked.service, asked.ticket) == ("kiosk", "admission", issued.ticket)
    assert issued.place == "hall"
    assert issued.number in page
    assert "Le llamaremos cuando le toque" in page
    assert "termina en 482" in page
    assert NUMBER not in page
    assert "Espere donde se ven las pantallas" not in page


async def test_a_double_tap_asks_once(clinic: Clinic) -> None:
    fields = {
        "service": "admission",
        "number": NUMBER,
        "sure": "yes",
        "idempotency_key": "twice-01",
    }
    first = await clinic.post("/kiosk/call", **fields)
    again = await clinic.post("/kiosk/call", **fields)
    assert len(await clinic.facts(CallbackAsked)) == 1
    assert shown(first.text).split()[:3] == shown(again.text).split()[:3]


async def test_who_types_a_number_that_is_on_the_list_learns_nothing_of_who_asked(
    clinic: Clinic,
) -> None:
    await sure(clinic)
    (asked,) = await clinic.facts(CallbackAsked)
    code = await clinic.code(asked.ticket)
    html = await sure(clinic, who="garden")
    assert "ya está en nuestra lista" in shown(html)
    for secret in (asked.number, asked.ticket, code, "482"):
        assert secret not in shown(html)
    assert code not in html
    assert len(await clinic.facts(CallbackAsked)) == 1


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("112", "muy corto"),
        ("*72987654482", "no es un número"),
        ("+18765551234", "este país"),
        ("", "Escríbalo, por favor"),
        ("000000000", "no existe"),
    ],
)
async def test_what_cannot_be_rung_is_said_beside_the_keys(
    clinic: Clinic, number: str, said: str
) -> None:
    answer = await clinic.post("/kiosk/call", service="admission", number=number)
    assert answer.status_code == 422
    assert said in shown(answer.text)
    assert re.search(rf'<input [^>]*id="number"[^>]* value="{re.escape(number)}"', answer.text)
    assert await clinic.facts(CallbackAsked) == []


async def test_somebody_elses_number_says_whose_and_what_may_be_told(clinic: Clinic) -> None:
    await sure(clinic, whose="mother", tell="yes", when="afternoon")
    (asked,) = await clinic.facts(CallbackAsked)
    found = await clinic.ledger.read(line.of_ticket, asked.ticket)
    assert found is not None
    assert (found.relation, found.may_tell, found.tail) == ("mother", True, "482")


async def test_the_aids_that_were_chosen_go_on_to_the_ticket(clinic: Clinic) -> None:
    query = "?aids=large-type.low-reach"
    typed = hidden(await clinic.text(f"/kiosk/call/admission{query}"), "/kiosk/call")
    read = await clinic.post(f"/kiosk/call{query}", **typed | {"number": NUMBER})
    await clinic.post(f"/kiosk/call{query}", **hidden(read.text, "/kiosk/call"))
    (issued,) = await clinic.facts(TicketIssued)
    assert issued.aids == ("large-type", "low-reach")


async def test_the_spoken_guide_says_how_the_number_ends_and_no_more(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def spoken(_guide: Guide, *sentences: str) -> str:
        said.extend(sentences)
        return ""

    monkeypatch.setattr(Guide, "__call__", spoken)
    await clinic.post("/kiosk/call?aids=voice", service="admission", number=NUMBER)
    assert "Tiene 9 dígitos y termina en 4 8 2" in said
    assert "987" not in " ".join(said).replace(" ", "")


async def test_one_kiosk_cannot_ask_without_end(clinic: Clinic) -> None:
    port, by = clinic.port, By("token:1")
    for n in range(20):
        await port.ask_call(1, CallWish(f"9876540{n:02d}", "admission", place="hall"), by)
    fields = {"service": "admission", "number": "987654321", "sure": "yes"}
    answer = await clinic.post("/kiosk/call", **fields)
    assert answer.status_code == 409
    assert len(await clinic.facts(CallbackAsked)) == 20
    assert (await clinic.post("/kiosk/call", who="garden", **fields)).status_code == 200


# --- on the phone -----------------------------------------------------------------------------


async def by_phone(clinic: Clinic) -> str:
    """Who waits here would rather be rung; the code of the ticket."""
    ticket = (await clinic.arrive()).ticket
    code = await clinic.code(ticket)
    read = await clinic.post(f"/t/{code}/call", who="", number=NUMBER)
    assert "987 654 482" in shown(read.text)
    given = hidden(read.text, f"/t/{code}/call")
    answer = await clinic.post(f"/t/{code}/call", who="", **given)
    assert answer.status_code in (302, 303), answer.text
    return code


async def test_who_waits_here_keeps_number_and_place(clinic: Clinic) -> None:
    first = await clinic.arrive()
    code = await by_phone(clinic)
    page = shown(await clinic.text(f"/t/{code}", who=""))
    assert "Le llamaremos cuando le toque" in page
    assert "Mejor llámenme" not in page
    assert len(await clinic.facts(TicketIssued)) == 2
    (asked,) = await clinic.facts(CallbackAsked)
    assert asked.here
    assert asked.ticket != first.ticket


async def test_hours_and_what_if_today_does_not_suffice_are_changed(clinic: Clinic) -> None:
    code = await by_phone(clinic)
    await clinic.post(f"/t/{code}/call/change", who="", when="afternoon", left_over="drop")
    (changed,) = await clinic.facts(CallbackChanged)
    assert (changed.from_minute, changed.to_minute, changed.left_over) == (720, None, "drop")
    page = await clinic.text(f"/t/{code}", who="")
    assert 'value="afternoon" checked' in page
    assert 'value="drop" checked' in page


async def test_another_number_takes_the_place_of_the_first(clinic: Clinic) -> None:
    code = await by_phone(clinic)
    assert "termina en 482" in shown(await clinic.text(f"/t/{code}/call", who=""))
    other = {"number": "987654111", "sure": "yes", "whose": "mother"}
    answer = await clinic.post(f"/t/{code}/call", who="", **other)
    assert answer.status_code in (302, 303), answer.text
    page = shown(await clinic.text(f"/t/{code}", who=""))
    assert "termina en 111" in page
    assert "482" not in page
    assert len(await clinic.facts(CallbackAsked)) == 1


async def test_who_came_waits_here_in_the_same_place_and_is_not_rung(clinic: Clinic) -> None:
    code = await by_phone(clinic)
    await clinic.post(f"/t/{code}/here", who="")
    (ended,) = await clinic.facts(CallbackEnded)
    assert ended.how == "merged"
    page = shown(await clinic.text(f"/t/{code}", who=""))
    assert "Está en la cola" in page or "Usted está en" in page
    assert "Le llamaremos cuando le toque" not in page


async def test_cancelling_the_ticket_ends_the_callback(clinic: Clinic) -> None:
    code = await by_phone(clinic)
    await clinic.post(f"/t/{code}/leave", who="")
    (ended,) = await clinic.facts(CallbackEnded)
    assert ended.how == "cancelled"
    assert "no le llamaremos" in shown(await clinic.text(f"/t/{code}", who="")).lower()


async def test_overnight_it_can_be_changed_and_cancelled(clinic: Clinic) -> None:
    code = await by_phone(clinic)
    (asked,) = await clinic.facts(CallbackAsked)
    await clinic.do(lambda tx, ticket: not_served(tx, ticket, "day-over"), asked.ticket)
    page = await clinic.text(f"/t/{code}", who="")
    assert "otro día" in shown(page)
    assert f"/t/{code}/here" not in page
    await clinic.post(f"/t/{code}/call/change", who="", when="morning")
    (changed,) = await clinic.facts(CallbackChanged)
    assert changed.to_minute == 720
    await clinic.post(f"/t/{code}/leave", who="")
    (ended,) = await clinic.facts(CallbackEnded)
    assert ended.how == "cancelled"
    assert "Le llamaremos otro día" not in shown(await clinic.text(f"/t/{code}", who=""))


async def test_a_ticket_of_a_service_without_it_cannot_be_turned_into_a_call(
    clinic: Clinic,
) -> None:
    code = await clinic.code((await clinic.arrive("blood")).ticket)
    assert "Mejor llámenme" not in shown(await clinic.text(f"/t/{code}", who=""))
    assert (await clinic.get(f"/t/{code}/call", who="")).status_code == 409
    answer = await clinic.post(f"/t/{code}/call", who="", number=NUMBER, sure="yes")
    assert answer.status_code == 409
