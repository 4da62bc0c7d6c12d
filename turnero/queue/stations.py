"""Whether anybody attends a service now, and for whom: of a step to come, and of a last desk.

Who is sent to a line that nobody calls would wait unseen: so a desk says what it wants first. A desk
attends what it calls while its session lasts: whoever is on a break comes back; a desk for some
classes only is none for the others.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, case, literal, or_, select

from turnero.queue.calendars import calendar
from turnero.queue.holidays import ALWAYS
from turnero.queue.hours import opening
from turnero.queue.numbers import day_of
from turnero.queue.tables import (
    CLOSED,
    YES,
    attention,
    desk,
    desk_service,
    desk_session,
    service,
    site,
)
from turnero.store.sql import Query, Statement

#: why nobody attends it now
GONE, PAUSED, SHUT, NO_DESK = "gone", "paused", "closed", "no-desk"

_serves = desk_service.alias("serves")
_working = desk.alias("working")
_session = desk_session.alias("working_session")


def calls(at: FromClause) -> ColumnElement[bool]:
    """Whether a desk ever calls the class of the row: see heads.py."""
    named = literal('%"', Text) + attention.c.key + literal('"%', Text)
    return or_(at.c.only_classes == 0, attention.c.clinical == YES, at.c.classes.like(named))


def attended(*but: FromClause) -> ColumnElement[bool]:
    """Whether a desk at work calls the service of the row for the class of the row; `but` not this
    row of `desk_service`.
    """
    return (
        select(_serves.c.desk)
        .select_from(
            _serves.join(_working, _working.c.id == _serves.c.desk).join(
                _session, _session.c.desk == _serves.c.desk
            )
        )
        .where(
            _serves.c.service == service.c.id,
            *(_serves.c.desk != one.c.desk for one in but),
            _working.c.active == YES,
            _session.c.state != CLOSED,
            calls(_working),
        )
        .correlate(service, attention, *but)
        .exists()
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
        case((attended(), 1), else_=0).label("attended"),
    )
    .select_from(
        service.join(site, site.c.no == service.c.site).join(
            attention, attention.c.id == bindparam("attention")
        )
    )
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
    #: gone | paused | closed | no-desk; None: it is attended now, for the class that was asked
    trouble: str | None


def station(q: Query, site_no: int, key: str, attention_id: int, now_ms: int) -> Station:
    """The service of that key, for somebody of that class. `now_ms`: UTC."""
    row = q.row(_STATION, site=site_no, key=key, attention=attention_id)
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


def ahead(
    q: Query, site_no: int, steps: tuple[str, ...], attention_id: int, now_ms: int
) -> list[Station]:
    """The first of these steps that is attended now, after those before it that are not."""
    found: list[Station] = []
    for key in steps:
        found.append(station(q, site_no, key, attention_id, now_ms))
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
