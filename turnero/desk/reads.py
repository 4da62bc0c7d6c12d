"""What the staff's pages read beyond the line's own views: desks to choose from, where a ticket
can go, who may be chosen, a ticket by its number. Only reads; staff only, so internal names.

Times are the line clock's, as in `queue.views`.
"""

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue import reads as line_reads
from turnero.queue.commands.lines import lone_services
from turnero.queue.numbers import day_of
from turnero.queue.settings import Settings, settings_of
from turnero.queue.states import SessionState, State
from turnero.queue.tables import (
    PARKED,
    attention,
    desk,
    desk_service,
    desk_session,
    service,
    site,
    ticket,
)
from turnero.queue.views import DeskNow, DeskView, Names, ServiceNow, WaitingView
from turnero.store import devices
from turnero.store.sql import Query, Statement

#: so many of each service can be chosen from a list; anybody else is found by number
MOST_CHOICES = 50

_ATTENTIONS = Statement(
    select(attention.c.key, attention.c.names, attention.c.usual).where(
        attention.c.site == bindparam("site")
    )
)
_CALLS = Statement(
    select(desk.c.ref, desk_service.c.tier, service.c.names)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .order_by(desk_service.c.tier, service.c.sort)
)
_COUNTED = Statement(
    select(ticket.c.state, ticket.c.counted, ticket.c.counted_ms, site.c.settings)
    .select_from(ticket.join(site, site.c.no == ticket.c.site))
    .where(ticket.c.id == bindparam("id"))
)
_BY_NUMBER = Statement(
    select(ticket.c.id).where(
        ticket.c.site == bindparam("site"),
        ticket.c.day == bindparam("day"),
        ticket.c.number == bindparam("number"),
    )
)
_DESCRIBED = Statement(
    select(service.c.names, attention.c.names.label("attention_names"), attention.c.usual)
    .select_from(
        ticket.join(service, service.c.id == ticket.c.service).join(
            attention, attention.c.id == ticket.c.attention
        )
    )
    .where(ticket.c.id == bindparam("id"))
)
_SERVES = Statement(
    select(service.c.key, desk_service.c.tier)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(desk.c.ref == bindparam("ref"))
    .order_by(desk_service.c.tier, service.c.sort)
)
_ATTENDED = Statement(
    select(service.c.key)
    .select_from(
        desk_session.join(desk_service, desk_service.c.desk == desk_session.c.desk).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(
        desk_session.c.site == bindparam("site"), desk_session.c.state == SessionState.OPEN.value
    )
)
_SET_ASIDE = Statement(
    select(ticket.c.number)
    .select_from(
        service.join(ticket, and_(ticket.c.service == service.c.id, ticket.c.state == PARKED)).join(
            desk, desk.c.id == ticket.c.desk
        )
    )
    .where(service.c.site == bindparam("site"), desk.c.ref == bindparam("ref"))
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
)
_SITE = Statement(select(site.c.settings).where(site.c.no == bindparam("site")))
_DESK_ID = Statement(select(desk.c.id).where(desk.c.ref == bindparam("ref")))
_DESKS = Statement(
    select(desk.c.ref, desk.c.name).where(
        and_(desk.c.site == bindparam("site"), desk.c.active == 1)
    )
)


class Class(msgspec.Struct, frozen=True):
    """An attention class."""

    names: Names
    #: the class of who asks for none
    usual: bool


class NoShowRule(msgspec.Struct, frozen=True):
    """What is still missing before the called person may be marked absent."""

    #: further recalls that must count; 0: it is possible now
    missing: int
    #: from when the next recall counts
    counts_ms: int
    #: seconds between two calls for the second to count
    gap_s: int


class Choice(msgspec.Struct, frozen=True):
    """A desk in the list of desks to sit down at."""

    now: DeskNow
    #: names of the services that it calls, and of those that it calls when it has none else
    primary: tuple[Names, ...]
    overflow: tuple[Names, ...]


class Targets(msgspec.Struct, frozen=True):
    """Where a ticket can be sent."""

    services: tuple[ServiceNow, ...]
    desks: tuple[DeskNow, ...]


class Closing(msgspec.Struct, frozen=True):
    """What is left behind when a desk closes."""

    #: numbers that this desk set aside
    parked: tuple[str, ...]
    #: services with people waiting that no other desk calls, unless they are paused already
    lone: tuple[ServiceNow, ...]


class Described(msgspec.Struct, frozen=True):
    """What staff see of a ticket beyond what its owner sees."""

    names: Names
    attention_names: Names
    #: whether that is the class of who asks for none
    usual: bool


def classes(q: Query, site_no: int) -> dict[str, Class]:
    """The attention classes by key."""
    return {
        row.key: Class(_names(row.names), bool(row.usual))
        for row in q.rows(_ATTENTIONS, site=site_no)
    }


def no_show_rule(q: Query, ticket_id: str) -> NoShowRule | None:
    """What the rule of absence still asks for this ticket; None unless it is called."""
    row = q.row(_COUNTED, id=ticket_id)
    if row is None or row.state != State.CALLED:
        return None
    settings = settings_of(row.settings)
    return NoShowRule(
        missing=max(0, settings.no_show_recalls - row.counted),
        counts_ms=(row.counted_ms or 0) + settings.recall_gap_s * 1000,
        gap_s=settings.recall_gap_s,
    )


def choices(q: Query, site_no: int, now_ms: int) -> tuple[Choice, ...]:
    """All desks of a site with what each calls."""
    seen = line_reads.supervisor(q, site_no, now_ms)
    if seen is None:
        return ()
    calls: dict[str, tuple[list[Names], list[Names]]] = {}
    for row in q.rows(_CALLS, site=site_no):
        calls.setdefault(row.ref, ([], []))[row.tier].append(_names(row.names))
    return tuple(
        Choice(one, tuple(primary), tuple(overflow))
        for one in seen.desks
        for primary, overflow in (calls.get(one.id, ([], [])),)
    )


def serves(q: Query, ref: str) -> dict[str, int]:
    """What a desk calls: key of a service → 0 primary, 1 overflow; primary ones first."""
    return {row.key: row.tier for row in q.rows(_SERVES, ref=ref)}


def services_attended(q: Query, site_no: int) -> frozenset[str]:
    """Keys of the services that some desk at work calls."""
    return frozenset(row.key for row in q.rows(_ATTENDED, site=site_no))


def targets(q: Query, site_no: int, now_ms: int) -> Targets:
    """All services and desks of a site."""
    seen = line_reads.supervisor(q, site_no, now_ms)
    return Targets(seen.services, seen.desks) if seen is not None else Targets((), ())


def closing(q: Query, site_no: int, view: DeskView, now_ms: int) -> Closing:
    """What whoever closes this desk must say something about."""
    rows = q.rows(_SET_ASIDE, site=site_no, ref=view.id)
    row = q.row(_DESK_ID, ref=view.id)
    alone = {one.service for one in lone_services(q, row.id) if not one.paused} if row else set()
    services = targets(q, site_no, now_ms).services
    return Closing(
        tuple(one.number for one in rows), tuple(one for one in services if one.service in alone)
    )


def site_settings(q: Query, site_no: int) -> Settings:
    """What the site has set about its line."""
    row = q.row(_SITE, site=site_no)
    return settings_of(row.settings if row else "{}")


def waiting_for(q: Query, site_no: int, view: DeskView) -> tuple[WaitingView, ...]:
    """The first ones that this desk may call, its own line first, then by service and place."""
    found = {one.ticket: one for one in view.own}
    for queue in view.queues:
        for one in line_reads.waiting(q, site_no, queue.service, MOST_CHOICES):
            found.setdefault(one.ticket, one)
    return tuple(found.values())


def ticket_numbered(q: Query, site_no: int, zone: str, now_ms: int, number: str) -> str | None:
    """The id of today's ticket with that printed number, written with or without spaces."""
    wanted = "".join(number.split()).upper()
    row = q.row(_BY_NUMBER, site=site_no, day=day_of(now_ms, zone), number=wanted)
    return str(row.id) if row else None


def described(q: Query, ticket_id: str) -> Described | None:
    """A ticket's service and class by their internal names."""
    row = q.row(_DESCRIBED, id=ticket_id)
    if row is None:
        return None
    return Described(_names(row.names), _names(row.attention_names), bool(row.usual))


def places(q: Query, site_no: int) -> dict[str, str]:
    """Where help can be asked: key of a kiosk or id of a desk → what people call it."""
    kiosks = {one.key: one.name for one in devices.of_site(q, site_no) if one.kind == "kiosk"}
    return kiosks | {row.ref: row.name for row in q.rows(_DESKS, site=site_no)}


def _names(text: str) -> Names:
    return msgspec.json.decode(text, type=Names)
