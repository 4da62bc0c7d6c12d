"""Numbers set aside, by day and service, for the page and the paper of a day without the server;
and the tickets that kiosks gave without it.
"""

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.numbers import number
from turnero.queue.reads.lines import names_of, public_names
from turnero.queue.tables import lease, service, ticket
from turnero.queue.views import Names
from turnero.store.sql import Query, Statement

_LEASES = Statement(
    select(
        lease.c.day,
        lease.c.prefix,
        lease.c.first,
        lease.c.last,
        lease.c.place,
        lease.c.kept,
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


_BROUGHT = Statement(
    select(ticket.c.id, ticket.c.number, ticket.c.place, ticket.c.state, ticket.c.issued_ms).where(
        ticket.c.site == bindparam("site"),
        ticket.c.day == bindparam("day"),
        ticket.c.number.between(bindparam("first"), bindparam("last")),
    )
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


class BroughtView(msgspec.Struct, frozen=True):
    """A ticket that a kiosk gave without the server; staff only."""

    ticket: str
    number: str
    #: staff: the internal name of the service whose number it is
    names: Names
    #: key of the kiosk
    place: str | None
    state: str
    #: when it was taken, as far as the kiosk's clock could be believed; line clock
    issued_ms: int


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


def brought(q: Query, site: int, day: str) -> tuple[BroughtView, ...]:
    """The tickets of that day that kiosks gave without the server, in the order they were taken."""
    found = []
    for row in q.rows(_LEASES, site=site, since=day):
        if row.day != day or not row.kept:
            continue
        ends = number(row.prefix, row.first), number(row.prefix, row.last)
        found += [
            BroughtView(
                one.id, one.number, names_of(row.names), one.place, one.state, one.issued_ms
            )
            for one in q.rows(_BROUGHT, site=site, day=day, first=ends[0], last=ends[1])
            if len(one.number) == len(ends[0])
        ]
    return tuple(sorted(found, key=lambda one: (one.issued_ms, one.number)))


def countable(q: Query, site: int) -> tuple[Countable, ...]:
    """The services that give numbers, in the kiosk's order."""
    return tuple(
        Countable(row.key, names_of(row.names), row.prefix) for row in q.rows(_SERVICES, site=site)
    )
