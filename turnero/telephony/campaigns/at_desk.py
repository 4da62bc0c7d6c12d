"""What the desk that has a campaign's person writes down: answers, and that they want no more of it."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, update

from turnero.queue import callback_rows, refusals
from turnero.queue.commands.people import PhoneNamed, opt_out
from turnero.queue.seats import held_at
from turnero.store.sql import Statement
from turnero.store.tx import Tx
from turnero.telephony.campaigns.commands import Made
from turnero.telephony.campaigns.facts import CampaignAnswered
from turnero.telephony.campaigns.survey import question
from turnero.telephony.campaigns.tables import campaign_answer

_ANSWER = Statement(
    insert(campaign_answer),
    columns=["campaign", "callback", "question", "answer", "version", "at_ms"],
)
_CHANGED = Statement(
    update(campaign_answer)
    .where(
        campaign_answer.c.campaign == bindparam("b_campaign"),
        campaign_answer.c.callback == bindparam("b_callback"),
        campaign_answer.c.question == bindparam("b_question"),
    )
    .values(answer=bindparam("b_answer"), version=bindparam("b_version"), at_ms=bindparam("b_at"))
)


class Answer(msgspec.Struct, frozen=True):
    """What somebody answered, as the desk that has them heard it."""

    callback: str
    question: str
    answer: str
    #: the desk whose page asks
    at: str


class LeaveOut(msgspec.Struct, frozen=True):
    """They want no surveys any more."""

    callback: str
    at: str


def answer(tx: Tx, request: Answer) -> Made:
    """Keep an answer; a later one to the same question takes its place."""
    asked = question(request.question)
    if asked is None or request.answer not in dict(asked.answers):
        raise refusals.invalid("question-unknown")
    found = _at_desk(tx, request.callback, request.at)
    given: dict[str, Any] = {
        "campaign": found.campaign,
        "callback": found.id,
        "question": asked.key,
        "answer": request.answer,
        "version": asked.version,
    }
    kept = {f"b_{key}": value for key, value in given.items()}
    if not tx.run(_CHANGED, **kept, b_at=tx.now_ms):
        tx.run(_ANSWER, **given, at_ms=tx.now_ms)
    tx.append(CampaignAnswered(ticket=found.ticket, **given))
    return Made(int(found.campaign or 0))


def leave_out(tx: Tx, request: LeaveOut) -> Made:
    """Whoever has this number is called for no campaign any more."""
    found = _at_desk(tx, request.callback, request.at)
    opt_out(tx, PhoneNamed(found.phone))
    return Made(int(found.campaign or 0))


def _at_desk(tx: Tx, callback_id: str, at: str) -> callback_rows.Callback:
    found = callback_rows.by_id(tx, callback_id)
    if found is None or found.site != tx.site or found.campaign is None:
        raise refusals.unknown("callback-unknown")
    held = held_at(tx, found.ticket, at)
    if held.desk_ref != at:
        raise refusals.refused("ticket-not-here", number=held.number, desk=at[:100])
    return found
