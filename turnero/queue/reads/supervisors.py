"""The supervisor's page: who waits and since when, each desk, what is parked, who needs help."""

from typing import Any

from sqlalchemy import and_, bindparam, select

from turnero.queue.calendars import calendar
from turnero.queue.numbers import day_of
from turnero.queue.quotas import spent
from turnero.queue.reads.desks import session_view
from turnero.queue.reads.lines import Lines, names_of
from turnero.queue.reads.sites import Hour
from turnero.queue.reads.tickets import waiting_view
from turnero.queue.states import State
from turnero.queue.tables import (
    CLOSED,
    PARKED,
    attention,
    desk,
    desk_session,
    help_call,
    series,
    service,
    site,
    ticket,
)
from turnero.queue.views import DeskNow, HelpView, ServiceNow, SupervisorView
from turnero.store.journal import head_seq
from turnero.store.sql import Query, Statement

_SITE = Statement(
    select(site.c.key, site.c.name, site.c.zone).where(site.c.no == bindparam("site"))
)
_SERVICES = Statement(
    select(
        service.c.id,
        service.c.key,
        service.c.prefix,
        service.c.names,
        service.c.hours,
        service.c.all_day,
        service.c.holidays,
        service.c.quota,
        service.c.open,
        service.c.target_min,
        series.c.next,
    )
    .select_from(
        service.outerjoin(
            series,
            and_(
                series.c.site == service.c.site,
                series.c.prefix == service.c.prefix,
                series.c.day == bindparam("day"),
            ),
        )
    )
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.sort)
)
_DESKS = Statement(
    select(
        desk.c.ref,
        desk.c.name,
        desk.c.zone,
        desk_session.c.id.label("session"),
        desk_session.c.state,
        desk_session.c.agent,
        desk_session.c.opened_ms,
        desk_session.c.since_ms,
        desk_session.c.break_reason,
        ticket.c.number,
        ticket.c.state.label("ticket_state"),
        ticket.c.called_ms,
        ticket.c.started_ms,
    )
    .select_from(
        desk.outerjoin(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state != CLOSED)
        ).outerjoin(ticket, ticket.c.session == desk_session.c.id)
    )
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .order_by(desk.c.sort)
)
_PARKED = Statement(
    select(
        ticket.c.id,
        ticket.c.number,
        ticket.c.state,
        service.c.id.label("service"),
        service.c.key,
        service.c.names,
        attention.c.key.label("attention"),
        ticket.c.entered_ms,
    )
    .select_from(
        service.join(ticket, and_(ticket.c.service == service.c.id, ticket.c.state == PARKED)).join(
            attention, attention.c.id == ticket.c.attention
        )
    )
    .where(service.c.site == bindparam("site"))
    .order_by(ticket.c.entered_ms)
)
_HELP = Statement(
    select(
        help_call.c.id,
        help_call.c.place,
        help_call.c.need,
        help_call.c.asked_ms,
        help_call.c.escalated,
    )
    .where(help_call.c.site == bindparam("site"), help_call.c.done_ms.is_(None))
    .order_by(help_call.c.asked_ms)
)


def supervisor(q: Query, site: int, now_ms: int) -> SupervisorView | None:
    """The site now; None for an unknown one."""
    about = q.row(_SITE, site=site)
    if about is None:
        return None
    lines = Lines(q, site, now_ms)
    parked = q.rows(_PARKED, site=site)
    parked_at = [row.service for row in parked]
    today = day_of(now_ms, about.zone)
    services = q.rows(_SERVICES, site=site, day=today)
    hour = Hour(now_ms, about.zone, calendar(q, site, today), spent(q, site, today, services))
    return SupervisorView(
        site=about.key,
        name=about.name,
        seq=head_seq(q, site),
        now_ms=now_ms,
        services=tuple(_service(row, lines, parked_at.count(row.id), hour) for row in services),
        desks=tuple(_desk(row) for row in q.rows(_DESKS, site=site)),
        parked=tuple(waiting_view(row) for row in parked),
        help_calls=help_calls(q, site),
    )


def help_calls(q: Query, site: int) -> tuple[HelpView, ...]:
    """Help calls that ring, the oldest first."""
    return tuple(
        HelpView(row.id, row.place, row.need, row.asked_ms, bool(row.escalated))
        for row in q.rows(_HELP, site=site)
    )


def _service(row: Any, lines: Lines, parked: int, hour: Hour) -> ServiceNow:
    oldest_ms = lines.oldest_ms(row.id)
    target = row.target_min
    return ServiceNow(
        service=row.key,
        names=names_of(row.names),
        state=hour.state(row),
        waiting=lines.waiting(row.id),
        oldest_ms=oldest_ms,
        target_min=target,
        late=target is not None
        and oldest_ms is not None
        and hour.now_ms - oldest_ms > target * 60_000,
        last_wait_ms=lines.last_wait_ms(row.id),
        parked=parked,
        wait=lines.wait(row.id),
        no_desk=lines.no_desk(row.id),
        later=lines.later(row.id),
    )


def _desk(row: Any) -> DeskNow:
    since_ms = row.started_ms if row.ticket_state == State.SERVING else row.called_ms
    return DeskNow(
        id=row.ref,
        name=row.name,
        zone=row.zone,
        session=session_view(row),
        number=row.number,
        state=row.ticket_state,
        since_ms=row.since_ms if row.number is None else since_ms,
    )
