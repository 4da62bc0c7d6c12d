"""What staff must look at: open alarms of a site, unread words left at a desk."""

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.tables import alarm, desk, handover
from turnero.queue.views import AlarmView, HandoverView
from turnero.store.sql import Query, Statement

_MOST = 100

_OPEN = Statement(
    select(
        alarm.c.id,
        alarm.c.kind,
        alarm.c.subject,
        alarm.c.since_ms,
        alarm.c.figures,
        alarm.c.seen_ms,
        alarm.c.seen_by,
    )
    .where(alarm.c.site == bindparam("site"), alarm.c.ended_ms.is_(None))
    .order_by(alarm.c.since_ms, alarm.c.id)
    .limit(_MOST)
)
_UNREAD = Statement(
    select(handover.c.id, handover.c.text, handover.c.by, handover.c.at_ms)
    .select_from(desk.join(handover, handover.c.desk == desk.c.id))
    .where(desk.c.ref == bindparam("ref"), handover.c.read_ms.is_(None))
    .order_by(handover.c.id)
    .limit(_MOST)
)


def alarms(q: Query, site: int) -> tuple[AlarmView, ...]:
    """The open alarms of a site, oldest first; those that somebody has seen are among them."""
    return tuple(
        AlarmView(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            since_ms=row.since_ms,
            figures=msgspec.json.decode(row.figures, type=dict[str, str | int]),
            seen_ms=row.seen_ms,
            seen_by=row.seen_by,
        )
        for row in q.rows(_OPEN, site=site)
    )


def handovers(q: Query, desk_id: str) -> tuple[HandoverView, ...]:
    """The words left at a desk, "site.desk", that nobody has marked as read; oldest first."""
    return tuple(
        HandoverView(id=row.id, text=row.text, by=row.by, at_ms=row.at_ms)
        for row in q.rows(_UNREAD, ref=desk_id)
    )
