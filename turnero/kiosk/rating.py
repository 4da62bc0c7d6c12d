"""A rating step by step: which question is asked, whether reasons follow, when it is kept.

An answer is kept once its reasons were asked (they belong to it), or at once where none are.
The same steps serve the kiosk and the phone.
"""

from enum import StrEnum
from typing import NamedTuple

from turnero.kiosk.forms import AnswerForm
from turnero.kiosk.port import By, Held, KioskPort
from turnero.kiosk.questions import NO_ANSWER, Question, following, question, questions
from turnero.kiosk.way import over
from turnero.queue.requests import Rate
from turnero.queue.states import MOVES, Move, State
from turnero.store.errors import Invalid, Refused


class Next(StrEnum):
    """What the person sees next."""

    QUESTION = "question"
    REASONS = "reasons"
    THANKS = "thanks"


class Step(NamedTuple):
    """The next page of a rating; `asked` is None after the last, `answer` only with reasons."""

    next: Next
    asked: Question | None = None
    answer: int | None = None


def may_rate(held: Held) -> bool:
    """Whether this ticket can be rated now: once, on the last step of its way."""
    ticket = held.ticket
    if held.stale:  # whoever says so was attended meanwhile: the server will know
        return not ticket.rated
    return State(ticket.state) in MOVES[Move.RATE] and not ticket.rated and over(ticket)


def first(held: Held) -> Step:
    """Where a rating begins."""
    return Step(Next.QUESTION, questions(held.paper.profile)[0])


async def answered(
    port: KioskPort, held: Held, form: AnswerForm, place: str | None, actor: str
) -> Step:
    """Take an answer; keep it if nothing more belongs to it. Raises `Invalid` or `Refused`."""
    profile = held.paper.profile
    asked = question(profile, form.question)
    if asked is None or asked.version != form.version:
        raise Invalid("question-unknown")
    answer = _figure(asked, form.answer)
    if asked.reasons and answer is not None and not form.chosen:
        return Step(Next.REASONS, asked, answer)
    request = Rate(
        ticket=held.ticket.id,
        question=asked.key,
        version=asked.version,
        answer=NO_ANSWER if answer is None else answer,
        reasons=form.reasons,
        comment=form.comment or None,
        place=place,
    )
    try:
        await port.rate(held, request, By(actor, form.idempotency_key))
    except Refused as refused:
        # answered on the phone a moment before: the first answer stands, and the rest follows
        if refused.code != "already-rated":
            raise
    then = following(profile, asked)
    return Step(Next.QUESTION, then) if then is not None else Step(Next.THANKS)


def _figure(asked: Question, answer: str) -> int | None:
    """The answer as a figure, None for no answer. Raises `Invalid`."""
    if answer == NO_ANSWER and asked.may_decline:
        return None
    for option in asked.options:
        if answer == str(option.value):
            return option.value
    raise Invalid("answer-out-of-range")
