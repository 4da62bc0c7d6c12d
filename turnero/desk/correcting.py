"""What a ticket can be corrected to: the services and classes of its site, and what it is now.

Only a read, by internal names. Clinical classes are given and taken away at triage, so they are
not among the choices, and of a ticket that has one the class stays.
"""

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.settings import settings_of
from turnero.queue.tables import attention, service, site, ticket
from turnero.queue.views import Names
from turnero.store.sql import Query, Statement

_NOW = Statement(
    select(attention.c.clinical, site.c.settings)
    .select_from(
        ticket.join(attention, attention.c.id == ticket.c.attention).join(
            site, site.c.no == ticket.c.site
        )
    )
    .where(ticket.c.id == bindparam("id"))
)
_SERVICES = Statement(
    select(service.c.key, service.c.names)
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.sort)
)
_CLASSES = Statement(
    select(attention.c.key, attention.c.names, attention.c.usual)
    .where(
        attention.c.site == bindparam("site"),
        attention.c.active == 1,
        attention.c.clinical == 0,
    )
    .order_by(attention.c.rank, attention.c.id)
)


class Named(msgspec.Struct, frozen=True):
    """A service or a class."""

    key: str
    names: Names
    usual: bool = False


class Choices(msgspec.Struct, frozen=True):
    """The site's services, its classes (none where the ticket's is clinical), most people."""

    services: tuple[Named, ...] = ()
    classes: tuple[Named, ...] = ()
    most: int = 1


def read_choices(q: Query, site_no: int, ticket_id: str) -> Choices:
    """For this ticket."""
    now = q.row(_NOW, id=ticket_id)
    if now is None:
        return Choices()
    return Choices(
        services=services(q, site_no),
        classes=() if now.clinical else classes(q, site_no),
        most=settings_of(now.settings).max_people,
    )


def services(q: Query, site_no: int) -> tuple[Named, ...]:
    """Those of which tickets are taken, in the kiosk's order."""
    return tuple(Named(row.key, _names(row.names)) for row in q.rows(_SERVICES, site=site_no))


def classes(q: Query, site_no: int) -> tuple[Named, ...]:
    """Those that staff may give, the first to be called first."""
    return tuple(
        Named(row.key, _names(row.names), bool(row.usual)) for row in q.rows(_CLASSES, site=site_no)
    )


def _names(text: str) -> Names:
    return msgspec.json.decode(text, type=Names)
