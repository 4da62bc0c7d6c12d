"""A desk that calls the next one by itself when it is free: an option per desk.

A consumer of the journal: whatever frees a desk or brings somebody to a line lets every
free desk of the site that wants it press *next* once. It looks at the present state, so a
fact that is dealt with twice calls nobody twice.

After an undo at such a desk it holds back, since its agent is at something: until a press
there frees the desk anew, or three times the seconds of an undo have passed. So it does after
its agent would rather not take a callback, which is the next one again. The hold is a timer,
set by the act itself: whatever the consumer has still to deal with finds it.

Among idle desks the one that nobody has been at for longest calls first. A service may keep
some free desks for itself: their automatic calls leave the others alone meanwhile.
"""

from collections import Counter
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, bindparam, literal_column, select

from turnero.queue import emergency
from turnero.queue.commands.calls import call_due
from turnero.queue.heads import Due, heads
from turnero.queue.requests import Next
from turnero.queue.tables import CLOSED, YES, desk, desk_service, desk_session, service, ticket
from turnero.store.consumers import Consumer
from turnero.store.facts import Entry
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timer of a desk that holds back; its key is the desk, its body the number of the undo's fact
HOLD: Final = "auto-call-hold"
#: how long, in lengths of an undo
_UNDOS: Final = 3
#: how long after a callback that its agent put back, seconds
_REST_S: Final = 30

#: facts after which a desk may be free, or somebody new can be called
KINDS: Final = frozenset(
    {
        "ticket-issued",
        "service-finished",
        "ticket-no-show",
        "ticket-parked",
        "ticket-transferred",
        "ticket-sent-on",
        "ticket-corrected",
        "ticket-cancelled",
        "ticket-returned",
        "callback-put-off",
        "desk-calls-resumed",
        "session-opened",
        "session-resumed",
        "message-ended",
        "site-loaded",
    }
)

_HOLD: ColumnElement[str] = literal_column(f"'{HOLD}'", Text)
#: whoever is free longest calls first
#: the first lets the few that are not over be read alone
_OPEN: Final = (desk_session.c.state != CLOSED, desk_session.c.state == "open")
_FREE = Statement(
    select(desk.c.id, desk.c.ref, desk.c.zone)
    .select_from(
        desk.join(desk_session, and_(desk_session.c.desk == desk.c.id, *_OPEN))
        .outerjoin(ticket, ticket.c.session == desk_session.c.id)
        .outerjoin(
            timer,
            and_(timer.c.site == desk.c.site, timer.c.kind == _HOLD, timer.c.key == desk.c.ref),
        )
    )
    .where(
        desk.c.site == bindparam("site"),
        desk.c.auto_call == YES,
        desk.c.active == YES,
        ticket.c.id.is_(None),
        timer.c.key.is_(None),
    )
    .order_by(desk_session.c.free_ms, desk.c.sort)
)
#: free desks of the services for which some are kept, whether they call by themselves or not
_KEPT = Statement(
    select(service.c.key, service.c.reserve, desk_service.c.desk)
    .select_from(
        service.join(desk_service, desk_service.c.service == service.c.id)
        .join(
            desk_session,
            and_(desk_session.c.desk == desk_service.c.desk, *_OPEN),
        )
        .outerjoin(ticket, ticket.c.session == desk_session.c.id)
    )
    .where(
        service.c.site == bindparam("site"),
        service.c.active == YES,
        service.c.reserve > 0,
        ticket.c.id.is_(None),
    )
)
_CALLS = Statement(
    select(desk.c.id).where(
        desk.c.site == bindparam("site"),
        desk.c.ref == bindparam("desk"),
        desk.c.auto_call == YES,
    )
)
_HELD = Statement(
    select(timer.c.body).where(
        timer.c.site == bindparam("site"),
        timer.c.kind == _HOLD,
        timer.c.key == bindparam("desk"),
    )
)
_ANY = Statement(
    select(desk.c.id)
    .where(desk.c.site == bindparam("site"), desk.c.auto_call == YES, desk.c.active == YES)
    .limit(1)
)


def call_when_free(tx: Tx, entry: Entry) -> None:
    """Let each free desk that calls by itself call whoever is most due, unless an emergency is on."""
    at: str = getattr(entry.fact, "desk", None) or ""
    held = tx.row(_HELD, site=tx.site, desk=at) if at else None
    if held is not None and entry.seq > int(held.body):
        tx.untimer(HOLD, at)
    _call(tx)


def hold_back(tx: Tx, desk_ref: str, undone_seq: int, undo_s: int) -> None:
    """The desk does not call by itself for a while, since a press there was undone by that fact."""
    tx.timer(HOLD, desk_ref, tx.now_ms + _UNDOS * undo_s * 1000, str(undone_seq))


def rest(tx: Tx, desk_ref: str, put_back_seq: int) -> None:
    """Its agent would rather not: the same callback does not ring there again at once, and for ever."""
    if tx.row(_CALLS, site=tx.site, desk=desk_ref) is not None:
        tx.timer(HOLD, desk_ref, tx.now_ms + _REST_S * 1000, str(put_back_seq))


def go_on(tx: Tx, _due: TimerDue) -> None:
    """Timer `HOLD`: that while is over."""
    _call(tx)


def _call(tx: Tx) -> None:
    for free in tx.rows(_FREE, site=tx.site):
        if not emergency.in_zone(tx, tx.site, free.zone) and _due(tx, free.id).heads:
            call_due(tx, Next(free.ref), _due)


def _due(tx: Tx, desk_id: int) -> Due:
    """Whom the desk may call by itself: not others while too few are free for a service that
    it is kept for. Clinical classes, and who waits for this desk only, are called all the same.
    """
    due = heads(tx, desk_id)
    kept = tx.rows(_KEPT, site=tx.site) if due.heads else []
    free = Counter(row.key for row in kept)
    scarce = {row.key for row in kept if row.desk == desk_id and free[row.key] <= row.reserve}
    if not scarce:
        return due
    return due._replace(
        heads=[one for one in due.heads if one.service in scarce or one.clinical or one.own]
    )


def wanted(q: Query, site: int) -> bool:
    """Whether any desk of the site calls by itself: the others' facts are passed over."""
    return q.row(_ANY, site=site) is not None


AUTO_CALL: Final = Consumer("auto-call", KINDS, call_when_free, wanted)
