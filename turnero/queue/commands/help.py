"""Help calls: somebody at a kiosk feels unwell or needs a person.

A second press while the first still rings is the same call. Unacknowledged for a minute,
it is escalated by a timer and is an alarm until somebody goes. Never a diagnosis, never who it is.
"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from turnero.queue import refusals, text
from turnero.queue.alarms import end_alarm, raise_alarm
from turnero.queue.facts import HelpAcknowledged, HelpAsked, HelpEscalated
from turnero.queue.requests import AckHelp, AskHelp, Helped
from turnero.queue.tables import help_call
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: what a person can ask for
NEEDS: Final = ("unwell", "help")
#: the timer's kind; its key is the call's id
ESCALATE: Final = "help-escalate"
ESCALATE_MS: Final = 60_000
#: the alarm's kind; its subject is the call's id
UNANSWERED: Final = "help-unanswered"

_OPEN = Statement(
    select(help_call.c.id).where(
        help_call.c.site == bindparam("site"),
        help_call.c.place == bindparam("place"),
        help_call.c.need == bindparam("need"),
        help_call.c.done_ms.is_(None),
    )
)
_BY_ID = Statement(
    select(
        help_call.c.id,
        help_call.c.place,
        help_call.c.need,
        help_call.c.asked_ms,
        help_call.c.done_ms,
    ).where(help_call.c.site == bindparam("site"), help_call.c.id == bindparam("id"))
)
_NEW = Statement(
    insert(help_call)
    .values(
        {
            help_call.c[name]: bindparam(name)
            for name in ("site", "place", "need", "asked_ms", "escalated")
        }
    )
    .returning(help_call.c.id)
)
_DONE = Statement(
    update(help_call)
    .where(help_call.c.id == bindparam("b_id"))
    .values(done_ms=bindparam("b_now"), done_by=bindparam("b_by"))
)
_ESCALATED = Statement(
    update(help_call).where(help_call.c.id == bindparam("b_id")).values(escalated=1)
)


def ask_help(tx: Tx, request: AskHelp) -> Helped:
    """A person is needed at this place; rings until somebody acknowledges."""
    if request.need not in NEEDS:
        raise refusals.invalid("need-unknown", known=", ".join(NEEDS))
    place = text.name(request.place, "place")
    ringing = tx.row(_OPEN, site=tx.site, place=place, need=request.need)
    if ringing is not None:
        return Helped(int(ringing.id))
    (made,) = tx.rows(
        _NEW, site=tx.site, place=place, need=request.need, asked_ms=tx.line_ms, escalated=0
    )
    tx.append(HelpAsked(help=made.id, place=place, need=request.need))
    tx.timer(ESCALATE, str(made.id), tx.now_ms + ESCALATE_MS)
    return Helped(int(made.id))


def acknowledge_help(tx: Tx, request: AckHelp) -> Helped:
    """I am on my way: it stops ringing."""
    found = tx.row(_BY_ID, site=tx.site, id=request.help)
    if found is None:
        raise refusals.unknown("help-unknown")
    if found.done_ms is not None:
        raise refusals.refused("help-acknowledged")
    tx.run(_DONE, b_id=found.id, b_now=tx.line_ms, b_by=tx.actor)
    tx.untimer(ESCALATE, str(found.id))
    end_alarm(tx, UNANSWERED, str(found.id))
    waited_ms = max(0, tx.line_ms - found.asked_ms)
    tx.append(
        HelpAcknowledged(help=found.id, place=found.place, need=found.need, waited_ms=waited_ms)
    )
    return Helped(int(found.id))


def escalate_help(tx: Tx, due: TimerDue) -> None:
    """Timer: nobody came within the minute. Acknowledging removes the timer.

    Due while the server was down, it fires once when it is back: who asked still waits.
    """
    found = tx.row(_BY_ID, site=tx.site, id=int(due.key))
    if found is None:
        raise refusals.unknown("help-unknown")
    left_ms = found.asked_ms + ESCALATE_MS - tx.line_ms
    if left_ms > 0:
        # the wall clock was set forward: the minute is not over
        tx.timer(ESCALATE, due.key, tx.now_ms + left_ms)
        return
    tx.run(_ESCALATED, b_id=found.id)
    tx.append(HelpEscalated(help=found.id, place=found.place, need=found.need, due_ms=due.due_ms))
    raise_alarm(
        tx,
        UNANSWERED,
        str(found.id),
        {"place": found.place, "need": found.need, "since_ms": found.asked_ms},
    )
