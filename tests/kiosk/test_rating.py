"""How it went: five faces with words, at most three reasons, one rating for each ticket."""

import re

import pytest

from tests.kiosk.clinic import Clinic, hidden, shown
from turnero.kiosk.questions import NO_ANSWER, QUESTIONS, REASON_WORDS
from turnero.queue.codes import short_code
from turnero.queue.commands.ratings import REASONS
from turnero.queue.facts import TicketRated

ANSWER = "/kiosk/rate/answer"


async def asked(clinic: Clinic) -> tuple[str, str]:
    """A served ticket and the page of its first question."""
    await clinic.open_desk()
    ticket = await clinic.served()
    page = await clinic.post("/kiosk/rate", digits=short_code(await clinic.code(ticket)))
    assert page.status_code == 200
    return ticket, page.text


def test_every_reason_of_the_line_has_its_words() -> None:
    assert tuple(REASON_WORDS) == REASONS


def test_answers_of_a_question_differ_and_fit_what_the_line_keeps() -> None:
    for questions in QUESTIONS.values():
        for one in questions:
            values = [option.value for option in one.options]
            assert len(set(values)) == len(values)
            assert all(1 <= value <= 5 for value in values)
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,40}", one.key)


async def test_five_faces_carry_words(clinic: Clinic) -> None:
    _, page = await asked(clinic)
    text = shown(page)
    assert "¿Cómo fue la atención que recibió? Muy buena Buena Regular Mala Muy mala" in text
    assert len(set(re.findall(r"#face-(\d)", page))) == 5
    assert "No responde" not in text


async def test_a_rating_with_reasons_is_kept_with_its_kiosk(clinic: Clinic) -> None:
    ticket, page = await asked(clinic)
    form = hidden(page, ANSWER)
    reasons = await clinic.post(ANSWER, **form, answer="2")
    assert "¿Qué debemos mejorar?" in shown(reasons.text)
    assert await clinic.facts(TicketRated) == []
    chosen = hidden(reasons.text, ANSWER)
    thanks = await clinic.post(ANSWER, **chosen, reasons=["wait", "place"])
    assert "Gracias" in shown(thanks.text)
    (fact,) = await clinic.facts(TicketRated)
    assert (fact.ticket, fact.question, fact.version, fact.answer) == (ticket, "overall", 1, 2)
    assert (fact.reasons, fact.place, fact.desk) == (("wait", "place"), "hall", "main.1")


async def test_praise_is_asked_what_was_good(clinic: Clinic) -> None:
    _, page = await asked(clinic)
    reasons = await clinic.post(ANSWER, **hidden(page, ANSWER), answer="5")
    assert "¿Qué estuvo bien?" in shown(reasons.text)


async def test_sending_reasons_twice_is_one_rating(clinic: Clinic) -> None:
    _, page = await asked(clinic)
    reasons = await clinic.post(ANSWER, **hidden(page, ANSWER), answer="4")
    chosen = hidden(reasons.text, ANSWER)
    for _ in range(2):
        thanks = await clinic.post(ANSWER, **chosen, reasons="wait")
        assert "Gracias" in shown(thanks.text)
    assert len(await clinic.facts(TicketRated)) == 1


async def test_a_second_rating_of_a_ticket_changes_nothing(clinic: Clinic) -> None:
    ticket, page = await asked(clinic)
    form = hidden(page, ANSWER)
    for answer in ("5", "1"):
        fields = {**form, "idempotency_key": f"second-{answer}-key"}
        await clinic.post(ANSWER, **fields, answer=answer, chosen="yes")
    assert [fact.answer for fact in await clinic.facts(TicketRated)] == [5]
    again = await clinic.post("/kiosk/rate", digits=short_code(await clinic.code(ticket)))
    assert "Su atención terminó" in shown(again.text)
    assert "¿Cómo fue" not in again.text


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "0"},
        {"answer": "6"},
        {"answer": "very"},
        {"answer": NO_ANSWER},
        {"answer": "4", "version": "2"},
        {"answer": "4", "question": "P.3.14"},
        {"answer": "4", "chosen": "yes", "reasons": ["wait", "place", "signs", "privacy"]},
        {"answer": "4", "chosen": "yes", "reasons": ["wait", "wait"]},
        {"answer": "4", "chosen": "yes", "reasons": "weather"},
        {"answer": "4", "chosen": "yes", "comment": "x" * 10_000},
    ],
)
async def test_what_is_no_answer_is_refused(clinic: Clinic, fields: dict[str, str]) -> None:
    _, page = await asked(clinic)
    answer = await clinic.post(ANSWER, **{**hidden(page, ANSWER), **fields})
    assert answer.status_code == 422
    assert await clinic.facts(TicketRated) == []


async def test_who_still_waits_is_not_asked(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    page = await clinic.post("/kiosk/rate", digits=short_code(await clinic.code(ticket.ticket)))
    assert "Usted está en la fila" in shown(page.text)
    assert ANSWER not in page.text


class TestColombia:
    """P.3.14 in its own words, then P.3.15; both let one not answer."""

    @pytest.fixture
    def profile(self) -> str:
        return "co"

    async def test_the_two_questions_in_their_words(self, clinic: Clinic) -> None:
        _, page = await asked(clinic)
        text = shown(page)
        assert (
            "¿Cómo calificaría su experiencia global respecto a los servicios de salud que ha "
            "recibido a través de su IPS? Muy buena Buena Regular Mala Muy mala No responde" in text
        )
        reasons = await clinic.post(ANSWER, **hidden(page, ANSWER), answer="4")
        second = await clinic.post(ANSWER, **hidden(reasons.text, ANSWER))
        assert (
            "¿Recomendaría a sus familiares y amigos esta IPS? Definitivamente sí Probablemente sí "
            "Definitivamente no Probablemente no No responde" in shown(second.text)
        )
        thanks = await clinic.post(ANSWER, **hidden(second.text, ANSWER), answer="1")
        assert "Gracias" in shown(thanks.text)
        kept = [(fact.question, fact.answer) for fact in await clinic.facts(TicketRated)]
        assert kept == [("P.3.14", 4), ("P.3.15", 1)]

    async def test_not_answering_is_kept_as_such_and_asks_no_reasons(self, clinic: Clinic) -> None:
        _, page = await asked(clinic)
        second = await clinic.post(ANSWER, **hidden(page, ANSWER), answer=NO_ANSWER)
        assert "¿Recomendaría" in shown(second.text)
        await clinic.post(ANSWER, **hidden(second.text, ANSWER), answer=NO_ANSWER)
        kept = [(fact.question, fact.answer) for fact in await clinic.facts(TicketRated)]
        assert kept == [("P.3.14", None), ("P.3.15", None)]

    async def test_words_and_law_are_those_of_colombia(self, clinic: Clinic) -> None:
        text = shown(await clinic.text("/kiosk"))
        assert "Ya tengo un turno" in text
        assert "Ley 1171 de 2007" in text
        assert "ticket" not in text.lower()
