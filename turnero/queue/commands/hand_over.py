"""Hand over a desk: a word for whoever works there next, who marks it as read.

With `close` one's session ends too. Nobody else's line is touched: who waits for this desk only,
and whom it set aside, are the next one's, who should come within the minutes after which an
open desk counts as unattended.
"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from turnero.queue import refusals, text
from turnero.queue.attendance import expect
from turnero.queue.commands.desks import end_session
from turnero.queue.facts import HandedOver, HandoverRead
from turnero.queue.requests import HandOver, HandoverNamed
from turnero.queue.seats import mine, seat
from turnero.queue.tables import desk, handover
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: longest note, characters
MAX_NOTE: Final = 500

_NEW = Statement(
    insert(handover)
    .values({handover.c[name]: bindparam(name) for name in ("site", "desk", "text", "by", "at_ms")})
    .returning(handover.c.id)
)
_BY_ID = Statement(
    select(handover.c.id, handover.c.read_ms, desk.c.ref)
    .select_from(handover.join(desk, desk.c.id == handover.c.desk))
    .where(handover.c.site == bindparam("site"), handover.c.id == bindparam("id"))
)
_READ = Statement(
    update(handover).where(handover.c.id == bindparam("b_id")).values(read_ms=bindparam("b_now"))
)


def hand_over(tx: Tx, request: HandOver) -> HandoverNamed:
    """Leave a note at one's desk, and leave it. Refused while somebody is in service."""
    at = mine(tx, seat(tx, request.desk))
    if at.session is None:
        raise refusals.refused("desk-closed", desk=at.ref)
    words = text.note(request.text, MAX_NOTE)
    if words is None:
        raise refusals.invalid("handover-empty")
    if request.close and at.number is not None:
        raise refusals.refused("desk-serving", desk=at.ref, number=at.number)
    (made,) = tx.rows(_NEW, site=tx.site, desk=at.desk, text=words, by=tx.actor, at_ms=tx.line_ms)
    tx.append(HandedOver(desk=at.ref, handover=made.id, session=at.session))
    if request.close:
        end_session(tx, at, at.session)
        expect(tx, at.ref, 0)
    return HandoverNamed(int(made.id))


def read(tx: Tx, request: HandoverNamed) -> HandoverNamed:
    """I have read it: it is not shown at the desk any more."""
    found = tx.row(_BY_ID, site=tx.site, id=request.handover)
    if found is None:
        raise refusals.unknown("handover-unknown")
    mine(tx, seat(tx, found.ref))
    if found.read_ms is not None:
        raise refusals.refused("handover-read")
    tx.run(_READ, b_id=found.id, b_now=tx.line_ms)
    tx.append(HandoverRead(desk=found.ref, handover=found.id))
    return HandoverNamed(int(found.id))
