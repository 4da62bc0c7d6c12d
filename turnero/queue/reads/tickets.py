"""One ticket: as its owner sees it, as paper prints it, and who waits before it."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, exists, func, or_, select

from turnero.queue.promises import Expected, Line, Rest, believed, expected, rest, told
from turnero.queue.ranks import CALLBACK, WALK_IN
from turnero.queue.reads.ahead import OF_LINE, ahead, before, counts_for, position
from turnero.queue.reads.lines import names_of, public_names
from turnero.queue.reads.paths import steps as path_steps
from turnero.queue.reads.paths import waited_ms
from turnero.queue.reads.sites import requirements_of
from turnero.queue.settings import settings_of
from turnero.queue.states import AT_DESK, State
from turnero.queue.tables import (
    ANY_DESK,
    WAITING,
    attention,
    desk,
    forecast,
    line,
    rating,
    service,
    site,
)
from turnero.queue.tables import ticket as ticket_table
from turnero.queue.views import Paper, TakenView, TicketView, Wait, WaitingView
from turnero.queue.waits import Range
from turnero.store.sql import Query, Statement

_ahead_line = line.alias("ahead_line")
_ahead_class = attention.alias("ahead_class")
_better = (
    select(func.coalesce(func.sum(_ahead_line.c.people), 0))
    .select_from(_ahead_line.join(_ahead_class, _ahead_class.c.id == _ahead_line.c.attention))
    .where(
        _ahead_line.c.service == ticket_table.c.service,
        _ahead_line.c.desk == ANY_DESK,
        _ahead_class.c.rank < attention.c.rank,
    )
    .correlate(ticket_table, attention)
    .scalar_subquery()
)
#: of one class, who is to be rung and who waits here stand in one line: the other one's
_beside = line.alias("beside_line")
_stands_beside = and_(
    _beside.c.service == line.c.service,
    _beside.c.attention == line.c.attention,
    _beside.c.desk == ANY_DESK,
    _beside.c.people > 0,
    or_(
        and_(line.c.origin == WALK_IN, _beside.c.origin == CALLBACK),
        and_(line.c.origin == CALLBACK, _beside.c.origin == WALK_IN),
    ),
)
_rated = (
    select(func.count())
    .where(rating.c.ticket == ticket_table.c.id)
    .correlate(ticket_table)
    .scalar_subquery()
)
_TICKET = select(
    *ticket_table.c,
    site.c.key.label("site_key"),
    site.c.name.label("site_name"),
    site.c.zone.label("site_zone"),
    site.c.profile,
    site.c.settings,
    service.c.key.label("service_key"),
    service.c.names,
    service.c.public_names,
    service.c.where_to,
    service.c.requirements,
    attention.c.key.label("attention_key"),
    attention.c.names.label("attention_names"),
    desk.c.ref.label("desk_ref"),
    desk.c.name.label("desk_name"),
    line.c.desk.label("line_desk"),
    line.c.origin,
    line.c.people.label("line_people"),
    line.c.last_wait_ms,
    line.c.last_call_ms.label("line_call_ms"),
    line.c.pace_ms,
    forecast.c.body.label("forecast"),
    forecast.c.made_ms.label("forecast_ms"),
    _better.label("better"),
    _beside.c.id.label("beside"),
    _beside.c.people.label("beside_people"),
    _rated.label("ratings"),
).select_from(
    ticket_table.join(site, site.c.no == ticket_table.c.site)
    .join(service, service.c.id == ticket_table.c.service)
    .join(attention, attention.c.id == ticket_table.c.attention)
    .join(line, line.c.id == ticket_table.c.line)
    .outerjoin(_beside, _stands_beside)
    .outerjoin(desk, desk.c.id == ticket_table.c.desk)
    .outerjoin(forecast, forecast.c.service == ticket_table.c.service)
)
_BY_ID = Statement(_TICKET.where(ticket_table.c.id == bindparam("id")))
_BY_CODE = Statement(_TICKET.where(ticket_table.c.code == bindparam("code")))
_SITE_OF = Statement(select(ticket_table.c.site).where(ticket_table.c.id == bindparam("id")))

_in_line = and_(ticket_table.c.line == bindparam("line"), ticket_table.c.state == WAITING)
_LINES_OF = Statement(
    select(line.c.id)
    .select_from(line.join(service, service.c.id == line.c.service))
    .where(service.c.site == bindparam("site"), service.c.key == bindparam("key"), line.c.count > 0)
)
_FIRST = Statement(
    select(
        ticket_table.c.id,
        ticket_table.c.number,
        ticket_table.c.state,
        service.c.key,
        service.c.names,
        attention.c.key.label("attention"),
        ticket_table.c.entered_ms,
        ticket_table.c.rank_ms,
        ticket_table.c.rank_seq,
    )
    .select_from(
        ticket_table.join(service, service.c.id == ticket_table.c.service).join(
            attention, attention.c.id == ticket_table.c.attention
        )
    )
    .where(_in_line)
    .order_by(ticket_table.c.rank_ms, ticket_table.c.rank_seq)
    .limit(bindparam("limit"))
)
_after = ticket_table.alias("after_ticket")
_followed = exists().where(
    _after.c.line == ticket_table.c.line,
    _after.c.state == WAITING,
    _after.c.rank_ms >= ticket_table.c.rank_ms,
    or_(
        _after.c.rank_ms > ticket_table.c.rank_ms,
        _after.c.rank_seq > ticket_table.c.rank_seq,
    ),
)
#: a row for each line that counts for its place: one read where two would do
_TAKEN = Statement(
    select(
        ticket_table.c.id,
        ticket_table.c.number,
        ticket_table.c.code,
        ticket_table.c.state,
        ticket_table.c.service,
        ticket_table.c.line,
        ticket_table.c.rank_ms,
        ticket_table.c.rank_seq,
        service.c.key.label("service_key"),
        ticket_table.c.people,
        ticket_table.c.promised_low_s,
        ticket_table.c.promised_s,
        ticket_table.c.promised_high_s,
        forecast.c.body.label("forecast"),
        forecast.c.made_ms.label("forecast_ms"),
        case((_followed, 1), else_=0).label("followed"),
        *OF_LINE,
    )
    .select_from(
        ticket_table.join(service, service.c.id == ticket_table.c.service)
        .join(site, site.c.no == ticket_table.c.site)
        .join(line, counts_for(ticket_table.c.service, ticket_table.c.line))
        .join(attention, attention.c.id == line.c.attention)
        .outerjoin(forecast, forecast.c.service == ticket_table.c.service)
    )
    .where(ticket_table.c.id == bindparam("id"))
)


def site_of_ticket(q: Query, ticket_id: str) -> int | None:
    """The number of the site that a ticket belongs to: what `Ledger.run` asks for."""
    row = q.row(_SITE_OF, id=ticket_id)
    return int(row.site) if row else None


def ticket(q: Query, ticket_id: str, now_ms: int) -> TicketView | None:
    """A ticket by its id."""
    row = q.row(_BY_ID, id=ticket_id)
    return _view(q, row, now_ms) if row else None


def ticket_by_code(q: Query, code: str, now_ms: int) -> TicketView | None:
    """A ticket by its secret code."""
    row = q.row(_BY_CODE, code=code)
    return _view(q, row, now_ms) if row else None


def paper(q: Query, ticket_id: str, now_ms: int) -> Paper | None:
    """All that the printed ticket and the kiosk's last page say, the secret code too."""
    row = q.row(_BY_ID, id=ticket_id)
    if row is None:
        return None
    return Paper(
        ticket=_view(q, row, now_ms),
        code=row.code,
        site_name=row.site_name,
        zone=row.site_zone,
        profile=row.profile,
        attention_names=names_of(row.attention_names),
        requirements=requirements_of(row.requirements),
        place=row.place,
    )


def taken(q: Query, ticket_id: str, now_ms: int) -> TakenView | None:
    """What whoever takes a ticket is told: few statements, because everybody asks at doors open."""
    lines = q.rows(_TAKEN, id=ticket_id)
    row = next((one for one in lines if one.line_id == one.line), None)
    if row is None:
        return None
    place = None
    if row.state == State.WAITING:
        place = position(q, row) if row.followed else int(row.line_people) - int(row.people)
    return TakenView(
        id=row.id,
        number=row.number,
        code=row.code,
        state=row.state,
        service=row.service_key,
        ahead=None
        if place is None
        else ahead(q, row, place, now_ms, newest=not row.followed, lines=lines),
        wait=None if place is None else _promised_wait(row, now_ms),
        no_desk=place is not None and _no_desk(row, now_ms),
    )


def waiting(q: Query, site: int, service_key: str, limit: int = 50) -> tuple[WaitingView, ...]:
    """The first ones waiting for a service, all its lines, by place."""
    found = [
        row
        for of in q.rows(_LINES_OF, site=site, key=service_key)
        for row in q.rows(_FIRST, line=of.id, limit=limit)
    ]
    found.sort(key=lambda row: (row.rank_ms, row.rank_seq))
    return tuple(waiting_view(row) for row in found[:limit])


def waiting_view(row: Any) -> WaitingView:
    """Of a row with id, number, state, key, names, attention, entered_ms; staff only."""
    return WaitingView(
        ticket=row.id,
        number=row.number,
        state=row.state,
        service=row.key,
        names=names_of(row.names),
        attention=row.attention,
        since_ms=row.entered_ms,
    )


def _of_better(q: Query, row: Any, position: int) -> int:
    """Before it in its class, and of better ones: what a forecast goes by, whatever the rule.

    What its person is told is ahead.py's.
    """
    # Only this desk calls from its own line: nobody of the service's other lines is before it.
    if row.line_desk:
        return position
    beside = 0 if row.beside is None else before(q, row.beside, int(row.beside_people), row)
    return position + beside + int(row.better)


def _expected(q: Query, row: Any, position: int, now_ms: int) -> Expected:
    """What is expected by now. Of a line that one desk calls only its own figures speak."""
    snapshot = None if row.line_desk else believed(row.forecast, row.forecast_ms, now_ms)
    line_now = Line(position, row.last_wait_ms, row.line_call_ms, row.pace_ms)
    found = expected(snapshot, row.attention_key, _of_better(q, row, position), line_now, now_ms)
    # An appointment to come: nobody is called for it before its hour while others wait.
    early_s = max(0, row.rank_ms - now_ms) // 1000
    if found.range is None or not early_s:
        return found
    low, likely, high = found.range
    return found._replace(range=Range(max(low, early_s), max(likely, early_s), early_s + high))


def _promised(row: Any) -> Range | None:
    if row.promised_s is None:
        return None
    return Range(row.promised_low_s, row.promised_s, row.promised_high_s)


def _promised_wait(row: Any, now_ms: int) -> Wait | None:
    """The wait as it was promised, whatever became of it since."""
    snapshot = believed(row.forecast, row.forecast_ms, now_ms)
    found = Expected(_promised(row))
    if snapshot is not None:
        found = found._replace(closes_ms=snapshot.closes_ms, closes=snapshot.closes)
    return told(found, now_ms)


def _no_desk(row: Any, now_ms: int) -> bool:
    """Whether nothing was promised because no desk was at work."""
    snapshot = believed(row.forecast, row.forecast_ms, now_ms)
    return row.promised_s is None and snapshot is not None and not snapshot.desks


def _left(row: Any, found: Expected, now_ms: int) -> Rest:
    """What is left: by the promise too, as long as the ticket waits for what it was taken for."""
    # Whoever was sent elsewhere, or came back, joined a line anew.
    stands = row.service == row.origin_service and row.entered_ms <= row.issued_ms
    waited_s = max(0, now_ms - row.entered_ms) // 1000
    return rest(_promised(row) if stands else None, waited_s, found.range)


def _view(q: Query, row: Any, now_ms: int) -> TicketView:
    place = position(q, row) if row.state == State.WAITING else None
    at_desk = row.state in AT_DESK
    found = Expected() if place is None else _expected(q, row, place, now_ms)
    left = Rest(None, longer=False) if place is None else _left(row, found, now_ms)
    steps = path_steps(q, row, now_ms)
    return TicketView(
        id=row.id,
        site=row.site_key,
        number=row.number,
        day=row.day,
        state=row.state,
        service=row.service_key,
        names=public_names(row.names, row.public_names),
        attention=row.attention_key,
        language=row.language,
        aids=msgspec.json.decode(row.aids, type=tuple[str, ...]),
        people=row.people,
        issued_ms=row.issued_ms,
        ahead=None if place is None else ahead(q, row, place, now_ms),
        wait=told(found._replace(range=left.range), now_ms, longer=left.longer),
        no_desk=found.no_desk,
        promised=told(Expected(_promised(row)), now_ms),
        desk=row.desk_ref if at_desk else None,
        desk_name=row.desk_name if at_desk else None,
        out_minutes=_out_minutes(row),
        away_until_ms=row.away_until_ms if row.state == State.AWAY else None,
        hurry=_hurry(row, now_ms),
        call_seq=row.call_seq,
        last_call_ms=row.last_call_ms,
        ended_ms=row.ended_ms,
        outcome=row.outcome,
        return_until_ms=_return_until(row, now_ms),
        rated=row.ratings > 0,
        version=row.version,
        path=steps,
        waited_ms=sum(one.waited_ms for one in steps) if steps else waited_ms(row, now_ms),
    )


def _out_minutes(row: Any) -> int | None:
    may = row.state == State.WAITING and row.origin != CALLBACK
    return settings_of(row.settings).step_out_minutes if may else None


def _hurry(row: Any, now_ms: int) -> bool:
    if row.state != State.AWAY or row.away_until_ms is None:
        return False
    remind_ms = settings_of(row.settings).remind_minutes * 60_000
    return bool(remind_ms and now_ms >= row.away_until_ms - remind_ms)


def _return_until(row: Any, now_ms: int) -> int | None:
    if row.state != State.NO_SHOW or row.returned:
        return None
    until_ms = int(row.ended_ms + settings_of(row.settings).return_minutes * 60_000)
    return until_ms if now_ms <= until_ms else None
