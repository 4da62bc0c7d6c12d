"""All that a desk's page shows: the session, who is served and why, who waits, what can be undone."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.callback_rows import of_ticket
from turnero.queue.facts import Why
from turnero.queue.paths import steps_of
from turnero.queue.presses import touched_of
from turnero.queue.reads.alarms import handovers
from turnero.queue.reads.lines import Lines, names_of, oldest
from turnero.queue.reads.paths import steps
from turnero.queue.reads.tickets import waiting_view
from turnero.queue.settings import Settings, settings_of
from turnero.queue.states import State
from turnero.queue.stations import station
from turnero.queue.tables import (
    ABSENT,
    ANY_DESK,
    AWAY,
    CLOSED,
    PARKED,
    WAITING,
    attention,
    desk_service,
    desk_session,
    line,
    note,
    press,
    service,
    site,
    ticket,
)
from turnero.queue.tables import desk as desk_table
from turnero.queue.views import (
    DeskView,
    QueueView,
    ServingView,
    SessionView,
    UndoView,
    WaitingView,
)
from turnero.store.journal import head_seq
from turnero.store.sql import Query, Statement

_MOST = 50

_DESK = Statement(
    select(
        desk_table.c.id,
        desk_table.c.site,
        desk_table.c.ref,
        desk_table.c.name,
        desk_table.c.zone,
        desk_table.c.auto_call,
        desk_table.c.classes,
        desk_table.c.only_classes,
        site.c.key.label("site_key"),
        site.c.settings,
        desk_session.c.id.label("session"),
        desk_session.c.state,
        desk_session.c.agent,
        desk_session.c.opened_ms,
        desk_session.c.since_ms,
        desk_session.c.break_reason,
    )
    .select_from(
        desk_table.join(site, site.c.no == desk_table.c.site).outerjoin(
            desk_session,
            and_(desk_session.c.desk == desk_table.c.id, desk_session.c.state != CLOSED),
        )
    )
    .where(desk_table.c.ref == bindparam("ref"), desk_table.c.active == 1)
)
_SITE_OF = Statement(select(desk_table.c.site).where(desk_table.c.ref == bindparam("ref")))
_SERVING = Statement(
    select(
        ticket.c.id,
        ticket.c.site,
        ticket.c.number,
        ticket.c.state,
        ticket.c.path,
        ticket.c.step,
        ticket.c.waited_ms,
        ticket.c.entered_ms,
        ticket.c.ended_ms,
        service.c.key.label("service_key"),
        service.c.names,
        service.c.public_names,
        service.c.where_to,
        service.c.outcomes,
        desk_table.c.ref.label("desk_ref"),
        ticket.c.attention.label("attention_id"),
        attention.c.key.label("attention"),
        attention.c.names.label("attention_names"),
        ticket.c.aids,
        ticket.c.people,
        ticket.c.language,
        ticket.c.issued_ms,
        ticket.c.called_ms,
        ticket.c.last_call_ms,
        ticket.c.started_ms,
        ticket.c.recalls,
        ticket.c.counted,
        ticket.c.counted_ms,
        ticket.c.why,
        note.c.text.label("call_reason"),
    )
    .select_from(
        ticket.join(service, service.c.id == ticket.c.service)
        .join(attention, attention.c.id == ticket.c.attention)
        .join(desk_table, desk_table.c.id == ticket.c.desk)
        .outerjoin(
            note,
            and_(
                note.c.ticket == ticket.c.id,
                note.c.what == "ticket-called",
                note.c.at_ms == ticket.c.called_ms,
            ),
        )
    )
    .where(ticket.c.session == bindparam("session"))
)
_QUEUES = Statement(
    select(service.c.id, service.c.key, service.c.names, service.c.target_min, desk_service.c.tier)
    .select_from(desk_service.join(service, service.c.id == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"))
    .order_by(desk_service.c.tier, service.c.sort)
)
_ASIDE = (
    ticket.c.id,
    ticket.c.number,
    ticket.c.state,
    service.c.key,
    service.c.names,
    attention.c.key.label("attention"),
    ticket.c.entered_ms,
)
_aside_of_desk = (
    desk_service.join(service, service.c.id == desk_service.c.service)
    .join(ticket, ticket.c.service == service.c.id)
    .join(attention, attention.c.id == ticket.c.attention)
)
_PARKED = Statement(
    select(*_ASIDE)
    .select_from(_aside_of_desk)
    .where(desk_service.c.desk == bindparam("desk"), ticket.c.state == PARKED)
    .order_by(ticket.c.entered_ms)
    .limit(_MOST)
)
_AWAY = Statement(
    select(*_ASIDE, ticket.c.away_until_ms)
    .select_from(_aside_of_desk)
    .where(desk_service.c.desk == bindparam("desk"), ticket.c.state == AWAY)
    .order_by(ticket.c.away_until_ms)
    .limit(_MOST)
)
_ABSENT = Statement(
    select(*_ASIDE[:-1], ticket.c.ended_ms.label("entered_ms"))
    .select_from(_aside_of_desk)
    .where(
        desk_service.c.desk == bindparam("desk"),
        ticket.c.state == ABSENT,
        ticket.c.ended_ms >= bindparam("since"),
        ticket.c.returned == 0,
    )
    .order_by(ticket.c.ended_ms.desc())
    .limit(_MOST)
)
_OWN = Statement(
    select(*_ASIDE)
    .select_from(
        line.join(ticket, and_(ticket.c.line == line.c.id, ticket.c.state == WAITING))
        .join(service, service.c.id == ticket.c.service)
        .join(attention, attention.c.id == ticket.c.attention)
    )
    .where(line.c.desk == bindparam("desk"), line.c.desk > ANY_DESK, line.c.count > 0)
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
    .limit(_MOST)
)
_LAST_PRESS = Statement(
    select(press.c.no, press.c.move, press.c.at_ms, press.c.touched)
    .where(
        press.c.site == bindparam("site"),
        press.c.desk == bindparam("desk"),
        press.c.at_ms >= bindparam("since"),
    )
    .order_by(press.c.no.desc())
    .limit(1)
)
_VERSION = Statement(select(ticket.c.version).where(ticket.c.id == bindparam("id")))


def site_of_desk(q: Query, desk_id: str) -> int | None:
    """The number of the site that a desk belongs to: what `Ledger.run` asks for."""
    row = q.row(_SITE_OF, ref=desk_id)
    return int(row.site) if row else None


def desk(q: Query, desk_id: str, now_ms: int) -> DeskView | None:
    """A desk by its id, "site.desk"; None for an unknown one."""
    row = q.row(_DESK, ref=desk_id)
    if row is None:
        return None
    settings = settings_of(row.settings)
    returning_ms = now_ms - settings.return_minutes * 60_000
    return DeskView(
        id=row.ref,
        site=row.site_key,
        name=row.name,
        zone=row.zone,
        auto_call=bool(row.auto_call),
        seq=head_seq(q, row.site),
        now_ms=now_ms,
        handovers=handovers(q, desk_id),
        session=session_view(row),
        serving=_serving(q, row.session, settings, now_ms),
        queues=_queues(q, row, Lines(q, row.site, now_ms)),
        own=_views(q.rows(_OWN, desk=row.id)),
        parked=_views(q.rows(_PARKED, desk=row.id)),
        away=tuple(_away_view(one) for one in q.rows(_AWAY, desk=row.id)),
        absent=_views(q.rows(_ABSENT, desk=row.id, since=returning_ms)),
        undo=_undo(q, row.site, row.id, settings, now_ms),
    )


def session_view(row: Any) -> SessionView | None:
    """Of a row with session, state, agent, opened_ms, since_ms and break_reason."""
    if row.session is None:
        return None
    return SessionView(
        id=row.session,
        state=row.state,
        agent=row.agent,
        opened_ms=row.opened_ms,
        since_ms=row.since_ms,
        break_reason=row.break_reason,
    )


def _serving(q: Query, session: int | None, settings: Settings, now_ms: int) -> ServingView | None:
    row = q.row(_SERVING, session=session) if session is not None else None
    if row is None:
        return None
    missing = settings.no_show_recalls - row.counted
    no_show_ms = None
    if row.state == State.CALLED and missing > 0:
        next_ms = max(now_ms, row.counted_ms + settings.recall_gap_s * 1000)
        no_show_ms = next_ms + (missing - 1) * settings.recall_gap_s * 1000
    left = steps_of(row.path)
    onto = station(q, row.site, left[0], row.attention_id, now_ms) if left else None
    return ServingView(
        ticket=row.id,
        number=row.number,
        state=row.state,
        service=row.service_key,
        names=names_of(row.names),
        attention=row.attention,
        attention_names=names_of(row.attention_names),
        aids=msgspec.json.decode(row.aids, type=tuple[str, ...]),
        people=row.people,
        language=row.language,
        issued_ms=row.issued_ms,
        called_ms=row.called_ms,
        last_call_ms=row.last_call_ms,
        started_ms=row.started_ms,
        recalls=row.recalls,
        no_show_ms=no_show_ms,
        outcomes=bool(row.outcomes),
        why=msgspec.json.decode(row.why, type=Why),
        call_reason=row.call_reason,
        path=steps(q, row, now_ms, staff=True),
        next_trouble=onto.trouble if onto else None,
        by_phone=of_ticket(q, row.id) is not None,
    )


def _queues(q: Query, desk: Any, lines: Lines) -> tuple[QueueView, ...]:
    """Who waits that this desk may call."""
    only = msgspec.json.decode(desk.classes, type=set[str]) if desk.only_classes else None
    found = []
    for row in q.rows(_QUEUES, desk=desk.id):
        shared = [
            one
            for one in lines.of(row.id)
            if one.desk == 0 and (only is None or one.clinical or one.attention in only)
        ]
        found.append(
            QueueView(
                service=row.key,
                names=names_of(row.names),
                tier=row.tier,
                waiting=sum(one.waiting for one in shared),
                oldest_ms=oldest(shared),
                target_min=row.target_min,
                wait=lines.wait(row.id),
                no_desk=lines.no_desk(row.id),
            )
        )
    return tuple(found)


def _views(rows: Iterable[Any]) -> tuple[WaitingView, ...]:
    return tuple(waiting_view(row) for row in rows)


def _away_view(row: Any) -> WaitingView:
    return msgspec.structs.replace(waiting_view(row), until_ms=row.away_until_ms)


def _undo(q: Query, site: int, desk_id: int, settings: Settings, now_ms: int) -> UndoView | None:
    """The desk's last press, if it is young and nobody touched its tickets since."""
    undo_ms = settings.undo_s * 1000
    row = q.row(_LAST_PRESS, site=site, desk=desk_id, since=now_ms - undo_ms)
    if row is None:
        return None
    touched = touched_of(row.touched)
    for one in touched:
        now = q.row(_VERSION, id=one.ticket)
        if now is None or now.version != one.version:
            return None
    return UndoView(
        ticket=touched[-1].ticket,
        move=row.move,
        numbers=tuple(one.number for one in touched),
        until_ms=row.at_ms + undo_ms,
    )
