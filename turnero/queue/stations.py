"""A service as the next step of a path: where its people go, and whether anybody attends it now.

Who is sent to a line that nobody calls would wait unseen: so a desk says what it wants first.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, case, exists, select

from turnero.queue.calendars import calendar
from turnero.queue.holidays import ALWAYS
from turnero.queue.hours import opening
from turnero.queue.numbers import day_of
from turnero.queue.tables import CLOSED, desk, desk_service, desk_session, service, site
from turnero.store.sql import Query, Statement

#: why nobody attends it now
GONE, PAUSED, SHUT, NO_DESK = "gone", "paused", "closed", "no-desk"

_attended = (
    exists()
    .where(
        desk_service.c.service == service.c.id,
        desk.c.id == desk_service.c.desk,
        desk.c.active == 1,
        desk_session.c.desk == desk.c.id,
        desk_session.c.state != CLOSED,
    )
    .correlate(service)
)
_STATION: Final = Statement(
    select(
        service.c.id,
        service.c.key,
        service.c.prefix,
        service.c.names,
        service.c.public_names,
        service.c.where_to,
        service.c.path,
        service.c.anew,
        service.c.active,
        service.c.open,
        service.c.hours,
        service.c.all_day,
        service.c.holidays,
        site.c.zone,
        case((_attended, 1), else_=0).label("attended"),
    )
    .select_from(service.join(site, site.c.no == service.c.site))
    .where(service.c.site == bindparam("site"), service.c.key == bindparam("key"))
)


class Station(NamedTuple):
    """A service that a ticket may be sent to."""

    #: 0: there is no such service any more
    id: int
    key: str
    #: JSON, as in its row
    names: str
    public_names: str | None
    where_to: str
    path: str
    anew: bool
    #: gone | paused | closed | no-desk; None: it is attended now
    trouble: str | None


def station(q: Query, site_no: int, key: str, now_ms: int) -> Station:
    """The service of that key. `now_ms`: UTC."""
    row = q.row(_STATION, site=site_no, key=key)
    if row is None:
        return Station(0, key, "{}", None, "{}", "[]", anew=False, trouble=GONE)
    return Station(
        id=row.id,
        key=row.key,
        names=row.names,
        public_names=row.public_names,
        where_to=row.where_to,
        path=row.path,
        anew=bool(row.anew),
        trouble=_trouble(q, site_no, row, now_ms),
    )


def ahead(q: Query, site_no: int, steps: tuple[str, ...], now_ms: int) -> list[Station]:
    """The first of these steps that is attended now, after those before it that are not."""
    found: list[Station] = []
    for key in steps:
        found.append(station(q, site_no, key, now_ms))
        if found[-1].trouble is None:
            break
    return found


def _trouble(q: Query, site_no: int, row: Any, now_ms: int) -> str | None:
    if not row.active or row.prefix is None:
        return GONE
    if not row.open:
        return PAUSED
    always = row.all_day or row.holidays
    shut = ALWAYS if always else calendar(q, site_no, day_of(now_ms, row.zone))
    if not opening(row.hours, row.all_day, now_ms, row.zone, shut).open:
        return SHUT
    return None if row.attended else NO_DESK
