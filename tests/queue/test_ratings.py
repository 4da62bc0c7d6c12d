"""Ratings: one for each ticket and question; the comment is a row, never a fact."""

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.commands.ratings import REASONS
from turnero.queue.facts import TicketRated
from turnero.queue.tables import rating
from turnero.store.sql import Statement

_COMMENTS = Statement(select(rating.c.comment, rating.c.answer, rating.c.reasons))


async def served(hall: Hall) -> str:
    ticket = await hall.take()
    await hall.next()
    await hall.finish(ticket)
    return ticket


@both_engines
async def test_a_rating_with_reasons_and_a_comment(hall: Hall) -> None:
    ticket = await served(hall)
    await hall.rate(ticket, 2, reasons=("wait", "clarity"), comment="Esperé mucho", place="k1")
    (row,) = await hall.rows(_COMMENTS)
    assert tuple(row) == ("Esperé mucho", 2, '["wait","clarity"]')
    (fact,) = await hall.facts(TicketRated)
    assert (fact.ticket, fact.service, fact.desk) == (ticket, "caja", "hnc.v1")
    assert (fact.answer, fact.reasons, fact.commented) == (2, ("wait", "clarity"), True)
    assert all("Esperé".encode() not in entry.body for entry in await hall.entries())
    assert (await hall.ticket(ticket)).rated


async def test_no_answer_is_an_answer(hall: Hall) -> None:
    ticket = await served(hall)
    await hall.rate(ticket, "no-answer")
    (fact,) = await hall.facts(TicketRated)
    assert (fact.answer, fact.commented) == (None, False)


async def test_each_question_is_answered_once(hall: Hall) -> None:
    ticket = await served(hall)
    await hall.rate(ticket, 5)
    async with refused(hall, "already-rated", question="overall"):
        await hall.rate(ticket, 1)
    await hall.rate(ticket, 4, question="P.3.15")


async def test_who_still_waits_cannot_rate(hall: Hall) -> None:
    ticket = await hall.take()
    async with refused(hall, "move-illegal", move="rate", state="waiting"):
        await hall.rate(ticket)


@pytest.mark.parametrize("answer", [0, 6, -1, 10**9])
async def test_faces_go_from_one_to_five(hall: Hall, answer: int) -> None:
    ticket = await served(hall)
    async with refused(hall, "answer-out-of-range"):
        await hall.rate(ticket, answer)


async def test_three_known_reasons_at_most(hall: Hall) -> None:
    ticket = await served(hall)
    async with refused(hall, "too-many-reasons", max=3):
        await hall.rate(ticket, reasons=REASONS[:4])
    async with refused(hall, "too-many-reasons"):
        await hall.rate(ticket, reasons=("wait", "wait"))
    async with refused(hall, "reason-unknown", reason="weather"):
        await hall.rate(ticket, reasons=("weather",))


@pytest.mark.parametrize(
    ("question", "version"), [("", 1), ("a b", 1), ("x" * 41, 1), ("overall", 0), ("overall", -3)]
)
async def test_a_question_has_a_key_and_a_version(hall: Hall, question: str, version: int) -> None:
    ticket = await served(hall)
    async with refused(hall, "question-unknown"):
        await hall.rate(ticket, question=question, version=version)


async def test_a_long_comment_is_refused_with_its_length(hall: Hall) -> None:
    ticket = await served(hall)
    async with refused(hall, "comment-too-long", max=1000, length=10_000):
        await hall.rate(ticket, comment="ñ" * 10_000)
    await hall.rate(ticket, comment="ñ" * 1000)


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        ("bien\x00\x1b[31m", "bien[31m"),
        ("\u202eneib\u202c", "neib"),
        ("una\r\ndos", "una\ndos"),
        ("  \u200b \n ", None),
        ("e\u0301xito", "éxito"),
    ],
)
async def test_hidden_characters_are_dropped_from_a_comment(
    hall: Hall, comment: str, kept: str | None
) -> None:
    await hall.rate(await served(hall), comment=comment)
    (row,) = await hall.rows(_COMMENTS)
    assert row.comment == kept
