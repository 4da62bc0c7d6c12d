"""From the first question to the ticket: what is known before it is taken, and what it then says."""

import re

import pytest

from tests.kiosk.clinic import ADDRESS, Clinic, hidden, key_of, shown
from turnero.queue.commands.sites import load_site
from turnero.queue.facts import TicketIssued
from turnero.queue.site_file import decode


async def test_the_kiosk_at_rest_is_the_first_question(clinic: Clinic) -> None:
    await clinic.arrive()
    html = await clinic.text("/kiosk")
    text = shown(html)
    assert "¿Qué necesita hoy?" in text
    for words in (
        "Admisión 1 persona en espera sin estimación todavía",
        "Laboratorio Nadie en espera",
    ):
        assert words in text
    assert "Consulta de tarde Abre a las 3:30 p. m." in text
    assert "Preferente" in text
    assert "Ley 28683" in text
    assert "data-idle" in html
    for language, name in (("es", "Español"), ("en", "English"), ("pt", "Português")):
        assert re.search(
            rf'<a id="lang-{language}"[^>]*lang="{language}"[^>]*>\s*<span>{name}', html
        )


async def test_a_group_leads_to_its_services_by_their_public_names(clinic: Clinic) -> None:
    text = shown(await clinic.text("/kiosk/service/laboratory"))
    assert "Toma de sangre" in text
    assert "Consultorio 4" in text
    assert "VIH" not in text


async def test_requirements_and_wait_come_before_the_ticket(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk/service/admission")
    text = shown(html)
    assert "Qué debe traer DNI Hoja de referencia" in text
    assert "Personas en espera 0" in text
    assert "Tomar ticket" in text
    assert text.index("Qué debe traer") < text.index("Tomar ticket")


async def test_a_service_with_a_key_that_nobody_has_is_not_found(clinic: Clinic) -> None:
    answer = await clinic.get("/kiosk/service/none")
    assert answer.status_code == 404
    assert "No existe ese servicio" in answer.text


async def test_a_closed_service_says_when_it_opens_and_gives_no_ticket(clinic: Clinic) -> None:
    html = await clinic.text("/kiosk/service/evening")
    assert "Abre a las 3:30 p. m. Desde esa hora puede tomar aquí su ticket." in shown(html)
    assert 'action="/kiosk/ticket' not in html
    refused = await clinic.post("/kiosk/ticket", service="evening")
    assert refused.status_code == 409
    assert "abre a las 3:30 p. m." in shown(refused.text)


async def test_a_service_whose_day_is_full_says_so(clinic: Clinic) -> None:
    await clinic.arrive("few")
    assert "Vacunas No hay más tickets por hoy" in shown(await clinic.text("/kiosk"))
    refused = await clinic.post("/kiosk/ticket", service="few")
    assert refused.status_code == 409


async def test_the_ticket_page_says_all_that_one_must_know(clinic: Clinic) -> None:
    await clinic.arrive()
    page = await clinic.text("/kiosk/service/admission")
    answer = await clinic.post("/kiosk/ticket", **hidden(page, "/kiosk/ticket"))
    assert answer.status_code == 200
    text = shown(answer.text)
    assert "Su ticket A002 Admisión" in text
    assert "Antes que usted 1" in text
    assert "sin estimación todavía" in text
    assert "Espere donde vea las pantallas" in text
    assert "Imprimiendo su ticket" in text
    assert "Esta pantalla vuelve al inicio en 30 segundos" in text
    paper = await clinic.paper((await clinic.facts(TicketIssued))[-1].ticket)
    assert f"{ADDRESS}/t/{paper.code}" not in answer.text
    assert 'class="qr"' in answer.text


async def test_the_same_form_sent_twice_is_one_ticket(clinic: Clinic) -> None:
    page = await clinic.text("/kiosk/service/admission")
    form = hidden(page, "/kiosk/ticket")
    first = await clinic.post("/kiosk/ticket", **form)
    second = await clinic.post("/kiosk/ticket", **form)
    assert "A001" in first.text
    assert "A001" in second.text
    assert len(await clinic.facts(TicketIssued)) == 1


async def test_each_page_has_a_key_of_its_own(clinic: Clinic) -> None:
    keys = {
        key_of(await clinic.text("/kiosk/service/admission"), "/kiosk/ticket") for _ in range(3)
    }
    assert len(keys) == 3


async def test_what_was_chosen_goes_on_to_the_ticket(clinic: Clinic) -> None:
    page = await clinic.text(
        "/kiosk/service/admission?lang=en&aids=large-type.contrast&class=preferential&people=3"
    )
    assert "Take a ticket" in shown(page)
    await clinic.post("/kiosk/ticket?lang=en", **hidden(page, "/kiosk/ticket"))
    (fact,) = await clinic.facts(TicketIssued)
    assert fact.language == "en"
    assert fact.aids == ("large-type", "contrast")
    assert fact.attention == "preferential"
    assert fact.people == 3
    assert (fact.channel, fact.place) == ("kiosk", "hall")


async def test_aids_that_do_not_exist_never_reach_the_journal(clinic: Clinic) -> None:
    await clinic.post("/kiosk/ticket", service="admission", aids="large-type.<script>.x")
    (fact,) = await clinic.facts(TicketIssued)
    assert fact.aids == ("large-type",)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"service": "none"}, 404),
        ({"service": "laboratory"}, 422),
        ({"service": "admission", "attention": "emperor"}, 404),
        ({"service": "admission", "language": "xx"}, 422),
        ({"service": "admission", "people": "0"}, 422),
        ({"service": "admission", "people": "many"}, 422),
        ({"service": "x" * 200}, 422),
        ({"service": "admission", "idempotency_key": "short"}, 422),
        ({"service": "adm\u202eission"}, 422),
    ],
)
async def test_a_wrong_form_is_refused_in_words_and_changes_nothing(
    clinic: Clinic, fields: dict[str, str], status: int
) -> None:
    answer = await clinic.post("/kiosk/ticket", **fields)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert await clinic.facts(TicketIssued) == []


async def test_a_kiosk_without_a_printer_promises_no_paper(clinic: Clinic) -> None:
    answer = await clinic.post("/kiosk/ticket", "garden", service="admission")
    assert "Este módulo no imprime" in shown(answer.text)


async def test_a_kiosk_says_its_own_words_in_the_readers_language(clinic: Clinic) -> None:
    spanish = await clinic.post("/kiosk/ticket", "garden", service="admission")
    assert "Espere junto a la fuente." in shown(spanish.text)
    assert "mm-5" in spanish.text
    english = await clinic.post("/kiosk/ticket?lang=en", "garden", service="admission")
    assert "Wait by the fountain." in shown(english.text)
    # no Portuguese was written: better the house's own words in Spanish than none
    portuguese = await clinic.post("/kiosk/ticket?lang=pt", "garden", service="admission")
    assert "Espere junto a la fuente." in shown(portuguese.text)


async def test_the_aids_of_a_ticket_page_give_the_same_ticket_again(clinic: Clinic) -> None:
    page = await clinic.text("/kiosk/service/admission")
    ticket = await clinic.post("/kiosk/ticket", **hidden(page, "/kiosk/ticket"))
    target = r"/kiosk/ticket\?aids=large-type"
    form = re.search(rf'(?s)<form method="post" action="({target})".*?</form>', ticket.text)
    assert form is not None
    again = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]))
    larger = await clinic.post(form[1], **again)
    assert "A001" in shown(larger.text)
    assert "large" in larger.text.split("<body", 1)[1].split(">", 1)[0]
    assert len(await clinic.facts(TicketIssued)) == 1


async def test_a_long_list_is_walked_page_by_page(clinic: Clinic) -> None:
    many = "".join(
        f'[[service]]\nkey = "s{n}"\nprefix = "{letter}"\nname = {{ es = "Servicio {n}" }}\nall_day = true\n'
        for n, letter in enumerate("ABCDEFGHJKL")
    )
    site = (
        '[site]\nkey = "main"\nname = "C"\nzone = "America/Lima"\nlanguages = ["es", "en", "pt"]\n'
    )
    await clinic.do(load_site, decode(site + many))
    first = shown(await clinic.text("/kiosk"))
    assert "Servicio 7" in first
    assert "Servicio 8" not in first
    assert "Más servicios" in first
    second = shown(await clinic.text("/kiosk?page=1"))
    assert "Servicio 8" in second
    assert "Servicios anteriores" in second
    larger = shown(await clinic.text("/kiosk?aids=large-type"))
    assert "Servicio 5" in larger
    assert "Servicio 6" not in larger


@pytest.mark.parametrize("who", ["", "agent", "board"])
async def test_only_a_kiosk_takes_tickets_here(clinic: Clinic, who: str) -> None:
    for path in ("/kiosk", "/kiosk/service/admission", "/kiosk/mine", "/kiosk/rate"):
        assert (await clinic.get(path, who)).status_code in {303, 401, 403}
    assert (await clinic.post("/kiosk/ticket", who, service="admission")).status_code in {
        303,
        401,
        403,
    }


async def test_a_kiosk_whose_site_is_gone_says_so(clinic: Clinic) -> None:
    answer = await clinic.get("/kiosk", "lost")
    assert answer.status_code == 404
    assert "No existe ese establecimiento" in answer.text


async def test_an_acts_page_asked_for_anew_leads_to_the_start(clinic: Clinic) -> None:
    for path in ("/kiosk/ticket", "/kiosk/help", "/kiosk/rate/answer", "/kiosk/mine/leave"):
        answer = await clinic.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/kiosk")
