"""What a board shows: calls in force, the last ones, who waits. Public names only."""

from typing import Any

from sqlalchemy import bindparam, exists, literal_column, or_, select

from turnero.queue.ranks import CALLBACK
from turnero.queue.reads.lines import Lines, public_names
from turnero.queue.states import AT_DESK, State
from turnero.queue.tables import (
    CLOSED,
    desk,
    desk_service,
    desk_session,
    line,
    service,
    site,
    ticket,
    ticket_step,
)
from turnero.queue.views import BoardView, CallView, QueueBrief
from turnero.store.journal import head_seq
from turnero.store.sql import Query, Statement

#: calls that a board lists
RECENT = 8
#: how many facts back a recent call may be: bounds the look-back of a zone that seldom calls
_LOOK_BACK = 20_000

_SITE = Statement(select(site.c.key, site.c.name).where(site.c.no == bindparam("site")))
_CALL = (
    ticket.c.call_seq,
    ticket.c.number,
    ticket.c.state,
    ticket.c.language,
    ticket.c.last_call_ms,
    ticket.c.recalls,
    desk.c.name,
    desk.c.zone,
    service.c.names,
    service.c.public_names,
    line.c.origin,
)
# A desk without a zone is everybody's: its calls must not be on no board at all.
_in_zone = or_(
    bindparam("zone") == "", desk.c.zone == bindparam("zone"), desk.c.zone == literal_column("''")
)
_AT_DESKS = Statement(
    select(*_CALL)
    .select_from(
        desk.join(desk_session, desk_session.c.desk == desk.c.id)
        .join(ticket, ticket.c.session == desk_session.c.id)
        .join(service, service.c.id == ticket.c.service)
        .join(line, line.c.id == ticket.c.line)
    )
    .where(desk.c.site == bindparam("site"), desk_session.c.state != CLOSED, _in_zone)
    .order_by(ticket.c.call_seq.desc())
)
_RECENT = Statement(
    select(*_CALL)
    .select_from(
        ticket.join(desk, desk.c.id == ticket.c.desk)
        .join(service, service.c.id == ticket.c.service)
        .join(line, line.c.id == ticket.c.line)
    )
    .where(
        ticket.c.site == bindparam("site"),
        ticket.c.call_seq.is_not(None),
        ticket.c.call_seq > bindparam("after"),
        _in_zone,
    )
    .order_by(ticket.c.call_seq.desc())
    .limit(RECENT)
)
#: calls of tickets that have gone on since: they were no less calls for that
_GONE_ON = Statement(
    select(
        ticket_step.c.call_seq,
        ticket.c.number,
        literal_column("''").label("state"),
        ticket.c.language,
        ticket_step.c.last_call_ms,
        literal_column("0").label("recalls"),
        desk.c.name,
        desk.c.zone,
        service.c.names,
        service.c.public_names,
        line.c.origin,
    )
    .select_from(
        ticket_step.join(ticket, ticket.c.id == ticket_step.c.ticket)
        .join(desk, desk.c.id == ticket_step.c.desk)
        .join(service, service.c.id == ticket_step.c.service)
        .join(line, line.c.id == ticket.c.line)
    )
    .where(
        ticket_step.c.site == bindparam("site"),
        ticket_step.c.call_seq.is_not(None),
        ticket_step.c.call_seq > bindparam("after"),
        _in_zone,
    )
    .order_by(ticket_step.c.call_seq.desc())
    .limit(RECENT)
)
_QUEUES = Statement(
    select(service.c.id, service.c.names, service.c.public_names)
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
        or_(
            bindparam("zone") == "",
            exists()
            .where(
                desk_service.c.service == service.c.id,
                desk.c.id == desk_service.c.desk,
                desk.c.zone == bindparam("zone"),
            )
            .correlate(service),
        ),
    )
    .order_by(service.c.sort)
)


def board(q: Query, site: int, zone: str | None, now_ms: int) -> BoardView | None:
    """A board of the whole site, or of one zone; None for an unknown site."""
    about = q.row(_SITE, site=site)
    if about is None:
        return None
    of_zone = zone or ""
    lines = Lines(q, site, now_ms)
    seq = head_seq(q, site)
    at_desks = [_call(row) for row in q.rows(_AT_DESKS, site=site, zone=of_zone)]
    since = {"site": site, "zone": of_zone, "after": seq - _LOOK_BACK}
    recent = q.rows(_RECENT, **since) + q.rows(_GONE_ON, **since)
    recent.sort(key=lambda row: -row.call_seq)
    return BoardView(
        site=about.key,
        name=about.name,
        seq=seq,
        now_ms=now_ms,
        calls=tuple(call for call in at_desks if call.calling),
        recent=tuple(_call(row) for row in recent[:RECENT]),
        queues=tuple(
            QueueBrief(
                names=public_names(row.names, row.public_names),
                waiting=lines.waiting(row.id),
                wait=lines.wait(row.id),
                no_desk=lines.no_desk(row.id),
            )
            for row in q.rows(_QUEUES, site=site, zone=of_zone)
        ),
    )


def _call(row: Any) -> CallView:
    # Who is called by telephone is not asked to come: it stands among the last ones, and no more.
    comes = row.origin != CALLBACK
    return CallView(
        seq=row.call_seq,
        number=row.number,
        desk=row.name,
        zone=row.zone,
        names=public_names(row.names, row.public_names),
        language=row.language,
        at_ms=row.last_call_ms,
        in_force=comes and row.state in AT_DESK,
        calling=comes and row.state == State.CALLED,
        recalls=row.recalls,
        by_phone=not comes,
    )
