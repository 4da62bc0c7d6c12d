"""What the server's forecasts are made from, as rows keep it: what a day begins with, and the room now.

Only what the journal's day cannot tell is read from rows: what earlier days taught, and who and which
desk was there when the day began.
"""

from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, or_, select

from turnero.queue.accuracy import Kept
from turnero.queue.calendars import calendar
from turnero.queue.facts import SiteLoaded
from turnero.queue.followed import Ground
from turnero.queue.forecast.calibration import Calibration
from turnero.queue.forecast.history import History
from turnero.queue.hours import WEEKDAYS, hours_of
from turnero.queue.numbers import at_ms, clock, day_of, local, minutes
from turnero.queue.outlook import Class, Room, Served
from turnero.queue.settings import NEVER, order_of, settings_of
from turnero.queue.states import SessionState
from turnero.queue.tables import (
    attention,
    desk,
    desk_service,
    desk_session,
    forecast,
    forecast_history,
    promise_day,
    service,
    site,
    ticket,
)
from turnero.store import journal
from turnero.store.facts import Fact
from turnero.store.sql import Query, Statement
from turnero.store.tables import journal as journal_table

#: a session that began longer ago than this before the day is not looked for
_LONGEST_MS: Final = 36 * 3_600_000
#: days that are made up for after the server was off
_MOST_DAYS: Final = 4
_LOADED: Final = str(SiteLoaded.__struct_config__.tag)

_SITE = Statement(
    select(site.c.key, site.c.zone, site.c.profile, site.c.settings).where(
        site.c.no == bindparam("site")
    )
)
_AT = Statement(
    select(journal_table.c.at_ms).where(
        journal_table.c.site == bindparam("site"), journal_table.c.seq == bindparam("seq")
    )
)
_SERVES = Statement(
    select(desk.c.ref, desk.c.planned, service.c.key, desk_service.c.tier)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(desk.c.site == bindparam("site"))
    .order_by(desk.c.id, service.c.id)
)
_CHANGES = Statement(
    select(journal_table.c.body)
    .where(
        journal_table.c.site == bindparam("site"),
        journal_table.c.seq > bindparam("after"),
        journal_table.c.kind == bindparam("kind"),
    )
    .order_by(journal_table.c.seq.desc())
)
_SESSIONS = Statement(
    select(desk_session.c.id, desk.c.ref, desk_session.c.state, desk_session.c.since_ms)
    .select_from(desk_session.join(desk, desk.c.id == desk_session.c.desk))
    .where(
        desk_session.c.site == bindparam("site"),
        desk_session.c.opened_ms > bindparam("since"),
        desk_session.c.opened_ms < bindparam("begin"),
        or_(desk_session.c.closed_ms.is_(None), desk_session.c.closed_ms >= bindparam("begin")),
    )
    .order_by(desk_session.c.id)
)
_TICKETS = Statement(
    select(ticket.c.id, service.c.key, attention.c.key.label("attention"), ticket.c.people)
    .select_from(
        ticket.join(service, service.c.id == ticket.c.service).join(
            attention, attention.c.id == ticket.c.attention
        )
    )
    .where(
        ticket.c.site == bindparam("site"),
        ticket.c.day >= bindparam("before"),
        ticket.c.day < bindparam("day"),
        ticket.c.issued_ms < bindparam("begin"),
        or_(ticket.c.called_ms.is_(None), ticket.c.called_ms >= bindparam("begin")),
        or_(ticket.c.ended_ms.is_(None), ticket.c.ended_ms >= bindparam("begin")),
    )
    .order_by(ticket.c.id)
)
_HISTORY = Statement(
    select(forecast_history.c.service, forecast_history.c.until_day, forecast_history.c.body)
    .where(forecast_history.c.site == bindparam("site"))
    .order_by(forecast_history.c.service)
)
_SERVICES = Statement(
    select(service.c.id, service.c.key, service.c.hours, service.c.all_day, service.c.holidays)
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.sort)
)
_CLASSES = Statement(
    select(
        attention.c.key,
        attention.c.rank,
        attention.c.clinical,
        attention.c.usual,
        attention.c.target_min,
    )
    .where(attention.c.site == bindparam("site"), attention.c.active == 1)
    .order_by(attention.c.rank, attention.c.id)
)
_MADE = Statement(
    select(func.max(forecast.c.made_ms).label("made_ms")).where(
        forecast.c.site == bindparam("site")
    )
)
_KEPT = Statement(
    select(promise_day.c.body).where(
        promise_day.c.site == bindparam("site"), promise_day.c.day == bindparam("day")
    )
)
_DAYS = Statement(
    select(promise_day.c.day)
    .where(promise_day.c.site == bindparam("site"))
    .order_by(promise_day.c.day.desc())
    .limit(bindparam("limit"))
)


def forecast_ground(q: Query, site_no: int, now_ms: int) -> Ground | None:
    """What the first day began with that has taught nothing yet: today, or the one when the server
    was switched off. `now_ms` is the wall clock; None: no such site.
    """
    about = q.row(_SITE, site=site_no)
    if about is None:
        return None
    day = _first_day(q, site_no, now_ms, about.zone)
    begin = at_ms(date.fromisoformat(day), 0, about.zone)
    after = _before(q, site_no, begin)
    serves: dict[str, dict[str, int]] = {}
    for row in q.rows(_SERVES, site=site_no):
        serves.setdefault(row.ref, {})[row.key] = row.tier
    _take_back(q, site_no, after, serves)
    kept = {row.service: row for row in q.rows(_HISTORY, site=site_no) if row.until_day < day}
    calibration = kept.pop("", None)
    histories = {row.key: History() for row in q.rows(_SERVICES, site=site_no)} | {
        key: msgspec.json.decode(row.body, type=History) for key, row in kept.items()
    }
    return Ground(
        zone=about.zone,
        day=day,
        after=after,
        undo_ms=settings_of(about.settings).undo_s * 1000,
        serves=serves,
        sessions={
            row.id: (row.ref, row.state == SessionState.BREAK and row.since_ms < begin)
            for row in q.rows(_SESSIONS, site=site_no, since=begin - _LONGEST_MS, begin=begin)
        },
        tickets={
            row.id: (row.key, row.attention, row.people)
            for row in q.rows(
                _TICKETS,
                site=site_no,
                day=day,
                before=day_of(begin - _LONGEST_MS, about.zone),
                begin=begin,
            )
        },
        histories=histories,
        calibration=(
            Calibration()
            if calibration is None
            else msgspec.json.decode(calibration.body, type=Calibration)
        ),
    )


def _first_day(q: Query, site_no: int, now_ms: int, zone: str) -> str:
    today = local(now_ms, zone).date()
    taught = max((row.until_day for row in q.rows(_HISTORY, site=site_no)), default=None)
    if taught is not None:
        first = date.fromisoformat(taught) + timedelta(days=1)
    else:
        told = q.row(_AT, site=site_no, seq=1)
        first = local(told.at_ms, zone).date() if told else today
    return min(today, max(first, today - timedelta(days=_MOST_DAYS))).isoformat()


def _before(q: Query, site_no: int, begin: int) -> int:
    """The number of the last fact before that moment, by halves: the journal is in order of time."""
    low, high = 0, journal.head_seq(q, site_no)
    while low < high:
        middle = (low + high + 1) // 2
        row = q.row(_AT, site=site_no, seq=middle)
        if row is not None and row.at_ms < begin:
            low = middle
        else:
            high = middle - 1
    return low


def _take_back(q: Query, site_no: int, after: int, serves: dict[str, dict[str, int]]) -> None:
    """Desks serve again what they served before what was changed since."""
    for row in q.rows(_CHANGES, site=site_no, after=after, kind=_LOADED):
        fact = msgspec.json.decode(bytes(row.body), type=Fact.kinds[_LOADED])
        if isinstance(fact, SiteLoaded):
            for change in fact.changes:
                if change.what == "desk" and change.after is not None and "serves" in change.after:
                    before = (change.before or {}).get("serves", {})
                    serves[f"{fact.site}.{change.key}"] = dict(before)


def forecast_room(q: Query, site_no: int, now_ms: int) -> Room:
    """The site's services, classes and rule of who is next, and until when desks are planned today.

    `now_ms` is the wall clock.
    """
    about: Any = q.row(_SITE, site=site_no)
    settings = settings_of(about.settings)
    planned: dict[str, list[str]] = {}
    for row in q.rows(_SERVES, site=site_no):
        planned.setdefault(row.key, []).append(row.planned)
    today = local(now_ms, about.zone).date()
    off = calendar(q, site_no, today.isoformat()).off(today) is not None
    at_most = None if settings.day_close == NEVER else minutes(settings.day_close)
    target = settings.target_minutes
    classes = q.rows(_CLASSES, site=site_no)
    usual = next((row.rank for row in classes if row.usual), 0)
    return Room(
        zone=about.zone,
        order=order_of(about.settings, about.profile),
        classes=tuple(
            Class(
                key=row.key,
                rank=row.rank,
                clinical=bool(row.clinical),
                usual=bool(row.usual),
                preferred=not row.clinical and row.rank < usual,
                target=row.target_min
                or (target / 2 if not row.clinical and row.rank < usual else target),
            )
            for row in classes
        ),
        services=tuple(
            Served(
                row.id,
                row.key,
                None
                if row.all_day
                else _closing(
                    planned.get(row.key, ()),
                    "{}" if off and not row.holidays else row.hours,
                    today,
                    about.zone,
                    now_ms,
                    at_most,
                ),
            )
            for row in q.rows(_SERVICES, site=site_no)
        ),
    )


def _closing(
    planned: list[str] | tuple[str, ...],
    hours: str,
    today: date,
    zone: str,
    now_ms: int,
    at_most: int | None,
) -> tuple[int, str] | None:
    """When the last desk is planned to go, else when the service closes, else the day: UTC, "HH:MM"."""
    weekday = WEEKDAYS[today.weekday()]
    ends = [span[1] for text in planned for span in hours_of(text).get(weekday, ())]
    if not ends:
        ends = [span[1] for span in hours_of(hours).get(weekday, ())]
    wanted = [max(ends)] if ends else []
    for minute in (*wanted, *([] if at_most is None else [at_most])):
        ms = at_ms(today, minute, zone)
        if ms > now_ms:
            return ms, clock(minute)
    return None


def forecast_made_ms(q: Query, site_no: int) -> int:
    """When forecasts of the site were published last, line clock; 0: never."""
    row = q.row(_MADE, site=site_no)
    return int(row.made_ms or 0) if row else 0


def promise_days(q: Query, site_no: int, limit: int = 60) -> tuple[str, ...]:
    """Days of which it is known how promises were kept, the newest first."""
    return tuple(row.day for row in q.rows(_DAYS, site=site_no, limit=limit))


def promises_kept(q: Query, site_no: int, day: str) -> tuple[Kept, ...]:
    """How the promises of a day were kept, by service and hour; () where nothing is known."""
    row = q.row(_KEPT, site=site_no, day=day)
    return () if row is None else msgspec.json.decode(row.body, type=tuple[Kept, ...])
