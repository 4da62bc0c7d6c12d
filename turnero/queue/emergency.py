"""Whether an emergency message holds up the calls of a zone.

A desk without a zone is called on every board, so any emergency holds it up.
"""

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.refusals import refused
from turnero.queue.tables import desk, message
from turnero.store.sql import Query, Statement

_LIVE = Statement(
    select(message.c.zones).where(
        message.c.site == bindparam("site"),
        message.c.kind == "emergency",
        message.c.ended_ms.is_(None),
    )
)
_ZONE = Statement(select(desk.c.zone).where(desk.c.ref == bindparam("ref")))


def in_zone(q: Query, site: int, zone: str) -> bool:
    """Whether nobody may be called in this zone now."""
    for row in q.rows(_LIVE, site=site):
        zones = msgspec.json.decode(row.zones, type=list[str])
        if not zones or not zone or zone in zones:
            return True
    return False


def allow_calls(q: Query, site: int, ref: str) -> None:
    """`Refused` while an emergency is shown in the desk's zone."""
    row = q.row(_ZONE, ref=ref)
    if row is not None and in_zone(q, site, row.zone):
        raise refused("emergency-on", desk=ref)
