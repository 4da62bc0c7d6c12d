"""Say how it went: one rating for each ticket and question.

The answer and known reasons are facts; the comment is a row that no fact repeats.
"""

import re
from typing import Final

import msgspec
from sqlalchemy import bindparam, insert, select

from turnero.queue import refusals, rows, text
from turnero.queue.facts import TicketRated
from turnero.queue.paths import steps_of
from turnero.queue.requests import Moved, Rate
from turnero.queue.states import Move, after
from turnero.queue.tables import rating
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: reasons that a person can touch, at most three
REASONS: Final = ("wait", "respect", "clarity", "solution", "privacy", "place", "signs", "other")
MAX_REASONS: Final = 3
#: a question's key, such as "overall" or "P.3.14"
_QUESTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_BEST: Final = 5
_MAX_VERSION: Final = 10_000

_GIVEN = Statement(
    select(rating.c.id).where(
        rating.c.ticket == bindparam("ticket"), rating.c.question == bindparam("question")
    )
)
_RATING = Statement(
    insert(rating),
    columns=[
        "site",
        "ticket",
        "question",
        "version",
        "answer",
        "reasons",
        "comment",
        "place",
        "at_ms",
    ],
)


def rate(tx: Tx, request: Rate) -> Moved:
    """Keep a rating of a ticket that has been called; each question is answered once."""
    answer = _checked(request)
    comment = text.comment(request.comment)
    held = rows.load(tx, request.ticket)
    state = after(Move.RATE, held.state, held.number)
    if steps_of(held.path):
        # One rating for the whole visit, at its end.
        raise refusals.refused("path-not-over", number=held.number)
    if tx.row(_GIVEN, ticket=held.id, question=request.question) is not None:
        raise refusals.refused("already-rated", number=held.number, question=request.question)
    tx.run(
        _RATING,
        site=tx.site,
        ticket=held.id,
        question=request.question,
        version=request.version,
        answer=answer,
        reasons=msgspec.json.encode(request.reasons).decode(),
        comment=comment,
        place=request.place,
        at_ms=tx.line_ms,
    )
    tx.append(
        TicketRated(
            ticket=held.id,
            service=held.service_key,
            question=request.question,
            version=request.version,
            answer=answer,
            reasons=request.reasons,
            commented=comment is not None,
            desk=held.desk_ref,
            place=request.place,
        )
    )
    return Moved(held.id, state)


def _checked(request: Rate) -> int | None:
    """The answer as a figure, None for no answer, if the request can be right at all."""
    if not (_QUESTION.fullmatch(request.question) and 1 <= request.version <= _MAX_VERSION):
        raise refusals.invalid("question-unknown")
    if len(set(request.reasons)) != len(request.reasons) or len(request.reasons) > MAX_REASONS:
        raise refusals.invalid("too-many-reasons", max=MAX_REASONS)
    for reason in request.reasons:
        if reason not in REASONS:
            raise refusals.invalid("reason-unknown", reason=reason[:40], known=", ".join(REASONS))
    if isinstance(request.answer, str):
        return None
    if not 1 <= request.answer <= _BEST:
        raise refusals.invalid("answer-out-of-range")
    return request.answer
