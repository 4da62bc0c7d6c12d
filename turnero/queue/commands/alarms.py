"""Alarms: somebody says that they see to one. Other commands raise and end them.

Seeing an alarm does not end it: what it is about does. Only a notice, of something that is
over already, ends when it is seen.
"""

from sqlalchemy import bindparam, select, update

from turnero.queue import refusals
from turnero.queue.alarms import NOTICES, end_alarm
from turnero.queue.facts import AlarmSeen
from turnero.queue.requests import AlarmNamed
from turnero.queue.tables import alarm
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_BY_ID = Statement(
    select(alarm.c.id, alarm.c.kind, alarm.c.subject, alarm.c.seen_ms, alarm.c.ended_ms).where(
        alarm.c.site == bindparam("site"), alarm.c.id == bindparam("id")
    )
)
_SEEN = Statement(
    update(alarm)
    .where(alarm.c.id == bindparam("b_id"))
    .values(seen_ms=bindparam("b_now"), seen_by=bindparam("b_by"))
)


def see(tx: Tx, request: AlarmNamed) -> AlarmNamed:
    """I see to it: it makes no noise any more."""
    found = tx.row(_BY_ID, site=tx.site, id=request.alarm)
    if found is None:
        raise refusals.unknown("alarm-unknown")
    if found.ended_ms is not None:
        raise refusals.refused("alarm-ended")
    if found.seen_ms is not None:
        raise refusals.refused("alarm-seen")
    tx.run(_SEEN, b_id=found.id, b_now=tx.line_ms, b_by=tx.actor)
    tx.append(AlarmSeen(alarm=found.id, sort=found.kind, subject=found.subject))
    if found.kind in NOTICES:
        end_alarm(tx, found.kind, found.subject)
    return AlarmNamed(int(found.id))
