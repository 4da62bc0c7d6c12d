"""Numbers set aside, and the tickets made of them later: on paper, or by a kiosk without a server.

Who holds a leased number may bring it whenever: it is nobody else's. A ticket made of one
belongs to the day of its lease.
"""

import re
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import paths, refusals, rows
from turnero.queue.facts import TicketIssued
from turnero.queue.numbers import number
from turnero.queue.ranks import rank_at
from turnero.queue.settings import languages_of
from turnero.queue.states import State
from turnero.queue.tables import YES, attention, lease, service, site, ticket
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

_PRINTED: Final = re.compile("([A-Z]{1,2})([0-9]{3,6})")

_SERVICE = Statement(
    select(
        service.c.id,
        service.c.key,
        service.c.prefix,
        service.c.all_day,
        service.c.starts,
        service.c.path,
        service.c.open,
        service.c.quota,
        service.c.paused_after,
        service.c.paused_until_ms,
        site.c.zone,
        site.c.languages,
        site.c.closed_ms,
        attention.c.id.label("attention"),
        attention.c.key.label("attention_key"),
        attention.c.clinical,
    )
    .select_from(
        service.join(site, site.c.no == service.c.site).outerjoin(
            attention, attention.c.site == service.c.site
        )
    )
    .where(
        service.c.site == bindparam("site"),
        service.c.key == bindparam("service"),
        service.c.active == 1,
        attention.c.active == 1,
        (attention.c.key == bindparam("attention"))
        | (bindparam("usual") * attention.c.usual == YES),
    )
)
_LEASES = Statement(
    select(lease.c.day, lease.c.first, lease.c.last, lease.c.place, lease.c.at_ms, lease.c.id)
    .where(
        lease.c.site == bindparam("site"),
        lease.c.service == bindparam("service"),
        lease.c.prefix == bindparam("prefix"),
        lease.c.first <= bindparam("count"),
        lease.c.last >= bindparam("count"),
    )
    .order_by(lease.c.day.desc())
)
BY_NUMBER = Statement(
    select(ticket.c.id).where(
        ticket.c.site == bindparam("site"),
        ticket.c.day == bindparam("day"),
        ticket.c.number == bindparam("number"),
    )
)


class Numbers(NamedTuple):
    """The lease that a number is from."""

    day: str
    first: int
    last: int
    place: str
    at_ms: int
    id: int


def about(q: Query, site_no: int, service_key: str, attention_key: str | None) -> Any:
    """The service with its site and the named or usual class."""
    row = q.row(
        _SERVICE,
        site=site_no,
        service=service_key,
        attention=attention_key or "",
        usual=int(attention_key is None),
    )
    if row is None and attention_key is not None:
        about(q, site_no, service_key, None)
        raise refusals.unknown("attention-unknown", attention=attention_key[:100])
    if row is None:
        raise refusals.unknown("service-unknown", service=service_key[:100])
    if row.prefix is None:
        raise refusals.invalid("service-is-group", service=service_key)
    return row


def leases_of(q: Query, site_no: int, service_id: int, printed: str) -> list[Numbers]:
    """The leases that a printed number of that service may be from, the newest day first."""
    found = _PRINTED.fullmatch(printed)
    if found is None or number(found[1], int(found[2])) != printed:
        return []
    rows_found = q.rows(
        _LEASES, site=site_no, service=service_id, prefix=found[1], count=int(found[2])
    )
    return [Numbers(*row) for row in rows_found]


def ticket_of(q: Query, site_no: int, day: str, printed: str) -> str | None:
    """The ticket of that number on that day."""
    row = q.row(BY_NUMBER, site=site_no, day=day, number=printed)
    return str(row.id) if row else None


class Brought(NamedTuple):
    """What is known of a ticket that was made without the server."""

    number: str
    day: str
    channel: str
    place: str | None
    #: when it was taken: wall clock, as far as that can be believed, and on the line clock
    taken_ms: int
    taken_line_ms: int
    #: from when its wait counts, line clock
    entered_ms: int
    people: int = 1
    verified: bool = True
    language: str | None = None
    aids: tuple[str, ...] = ()
    #: as its paper says them; None: it has none yet
    id: str | None = None
    code: str | None = None
    #: quota | pause: taken though the server would have given none
    beyond: str | None = None


def bring(tx: Tx, row: Any, brought: Brought) -> str:
    """Make the ticket, waiting, at the place of when it was taken; its id. `row` is from `about`."""
    ticket_id = brought.id or tx.ids.ticket(tx.now_ms)
    language = brought.language or languages_of(row.languages)[0]
    seq = tx.append(
        TicketIssued(
            ticket=ticket_id,
            number=brought.number,
            day=brought.day,
            service=row.key,
            attention=row.attention_key,
            channel=brought.channel,
            language=language,
            place=brought.place,
            aids=brought.aids,
            people=brought.people,
            taken_ms=brought.taken_ms,
            path=paths.steps_of(row.path),
            verified=brought.verified,
            beyond=brought.beyond,
        )
    )
    line_id = rows.line_of(tx, row.id, row.attention)
    rank = rank_at(brought.taken_line_ms, seq)
    tx.run(
        rows.NEW_TICKET,
        id=ticket_id,
        site=tx.site,
        day=brought.day,
        number=brought.number,
        code=brought.code or tx.ids.secret(),
        service=row.id,
        origin_service=row.id,
        attention=row.attention,
        line=line_id,
        state=State.WAITING.value,
        channel=brought.channel,
        language=language,
        place=brought.place,
        aids=msgspec.json.encode(brought.aids).decode(),
        people=brought.people,
        rank_ms=rank.ms,
        rank_seq=rank.seq,
        issued_ms=brought.taken_line_ms,
        entered_ms=brought.entered_ms,
        recalls=0,
        counted=0,
        returned=0,
        path=paths.taken(row.path),
        step=0,
        waited_ms=0,
        version=1,
        promised_low_s=None,
        promised_s=None,
        promised_high_s=None,
    )
    tx.run(rows.JOIN, b_id=line_id, b_people=brought.people)
    return ticket_id
