"""Numbers set aside, by day and service, for the page and the paper of a day without the server."""

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.reads.lines import names_of, public_names
from turnero.queue.tables import lease, service
from turnero.queue.views import Names
from turnero.store.sql import Query, Statement

_LEASES = Statement(
    select(
        lease.c.day,
        lease.c.prefix,
        lease.c.first,
        lease.c.last,
        lease.c.place,
        service.c.key,
        service.c.names,
        service.c.public_names,
    )
    .select_from(lease.join(service, service.c.id == lease.c.service))
    .where(lease.c.site == bindparam("site"), lease.c.day >= bindparam("since"))
    .order_by(lease.c.day, service.c.sort, lease.c.first)
)
_SERVICES = Statement(
    select(service.c.key, service.c.names, service.c.prefix)
    .where(
        and_(
            service.c.site == bindparam("site"),
            service.c.active == 1,
            service.c.prefix.is_not(None),
        )
    )
    .order_by(service.c.sort)
)


class LeaseView(msgspec.Struct, frozen=True):
    """Numbers set aside, both ends inclusive."""

    day: str
    service: str
    #: for staff
    names: Names
    #: the only ones that may be on paper
    public: Names
    prefix: str
    first: int
    last: int
    #: paper, or key of the kiosk
    place: str


class Countable(msgspec.Struct, frozen=True):
    """A service that gives numbers."""

    key: str
    #: for staff
    names: Names
    prefix: str


def leases(q: Query, site: int, since: str) -> tuple[LeaseView, ...]:
    """Numbers set aside for that day (YYYY-MM-DD) and later."""
    return tuple(
        LeaseView(
            row.day,
            row.key,
            names_of(row.names),
            public_names(row.names, row.public_names),
            row.prefix,
            row.first,
            row.last,
            row.place,
        )
        for row in q.rows(_LEASES, site=site, since=since)
    )


def countable(q: Query, site: int) -> tuple[Countable, ...]:
    """The services that give numbers, in the kiosk's order."""
    return tuple(
        Countable(row.key, names_of(row.names), row.prefix) for row in q.rows(_SERVICES, site=site)
    )
