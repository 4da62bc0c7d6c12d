"""A desk that calls the next one by itself when it is free: an option per desk.

A consumer of the journal: whatever frees a desk or brings somebody to a line lets every
free desk of the site that wants it press *next* once. It looks at the present state, so a
fact that is dealt with twice calls nobody twice; an undo calls nobody back at once.
"""

from typing import Final

from sqlalchemy import and_, bindparam, select

from turnero.queue import emergency
from turnero.queue.commands.calls import call_next
from turnero.queue.heads import heads
from turnero.queue.requests import Next
from turnero.queue.tables import YES, desk, desk_session, ticket
from turnero.store.consumers import Consumer
from turnero.store.facts import Entry
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

#: facts after which a desk may be free, or somebody new can be called
KINDS: Final = frozenset(
    {
        "ticket-issued",
        "service-finished",
        "ticket-no-show",
        "ticket-parked",
        "ticket-transferred",
        "ticket-corrected",
        "ticket-cancelled",
        "ticket-returned",
        "session-opened",
        "session-resumed",
        "message-ended",
        "site-loaded",
    }
)

#: whoever is free longest calls first
_FREE = Statement(
    select(desk.c.id, desk.c.ref, desk.c.zone)
    .select_from(
        desk.join(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state == "open")
        ).outerjoin(ticket, ticket.c.session == desk_session.c.id)
    )
    .where(
        desk.c.site == bindparam("site"),
        desk.c.auto_call == YES,
        desk.c.active == YES,
        ticket.c.id.is_(None),
    )
    .order_by(desk_session.c.since_ms, desk.c.sort)
)
_ANY = Statement(
    select(desk.c.id)
    .where(desk.c.site == bindparam("site"), desk.c.auto_call == YES, desk.c.active == YES)
    .limit(1)
)


def call_when_free(tx: Tx, entry: Entry) -> None:
    """Let each free desk that calls by itself call whoever is most due, unless an emergency is on."""
    del entry  # only that something happened matters: what is due is read anew
    for free in tx.rows(_FREE, site=tx.site):
        if not emergency.in_zone(tx, tx.site, free.zone) and heads(tx, free.id):
            call_next(tx, Next(free.ref))


def wanted(q: Query, site: int) -> bool:
    """Whether any desk of the site calls by itself: the others' facts are passed over."""
    return q.row(_ANY, site=site) is not None


AUTO_CALL: Final = Consumer("auto-call", KINDS, call_when_free, wanted)
