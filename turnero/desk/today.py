"""The day by the hour, for the supervisor's pictures: waits, arrivals, desks in session, take-overs.

Pure functions over rows, and one read. The databases count, quarter of an hour by quarter and
minute by minute of wait, so that a day of 40,000 tickets comes as some hundred rows; only the
day's own tickets and sessions are looked at. It draws nothing: pictures.py does.

Hours are the site's own. An hour that the clock has twice is two, one that it leaps over is none.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import BigInteger, bindparam, func, literal_column, or_, select

from turnero.queue.numbers import day_of, local
from turnero.queue.tables import desk, desk_session, site, ticket
from turnero.store.sql import Query, Statement

HOUR_MS: Final = 3_600_000
QUARTER_MS: Final = 900_000
_MINUTE_MS: Final = 60_000
#: a session that began longer ago than this before the day is found only while it lives
_LONGEST_MS: Final = 36 * HOUR_MS
#: hours that a picture shows: those of a day, and some
_MOST_HOURS: Final = 26
#: with fewer waits in an hour no ninth decile is told: it would be the longest one only
FEWEST_NINTH: Final = 10

# Written into the statement: PostgreSQL takes two equal parameters for two expressions.
_QUARTER = literal_column(str(QUARTER_MS), BigInteger)
_MINUTE = literal_column(str(_MINUTE_MS), BigInteger)
_HALF_MINUTE = literal_column(str(_MINUTE_MS // 2), BigInteger)
_OF_DAY = (ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day"))

_ZONE = Statement(select(site.c.zone).where(site.c.no == bindparam("site")))
_ARRIVALS = Statement(
    select((ticket.c.issued_ms // _QUARTER).label("quarter"), func.count().label("n"))
    .where(*_OF_DAY)
    .group_by(literal_column("quarter"))
)
#: whoever is attended without a ticket, or had one on paper, waited in no line that we know of
_WAITS = Statement(
    select(
        (ticket.c.called_ms // _QUARTER).label("quarter"),
        ((ticket.c.called_ms - ticket.c.entered_ms + _HALF_MINUTE) // _MINUTE).label("minutes"),
        func.count().label("n"),
    )
    .where(
        *_OF_DAY,
        ticket.c.called_ms.is_not(None),
        ticket.c.channel != "desk",
        ticket.c.channel != "paper",
    )
    .group_by(literal_column("quarter"), literal_column("minutes"))
)
_SESSIONS = Statement(
    select(
        desk_session.c.desk,
        desk_session.c.agent,
        desk_session.c.opened_ms,
        desk_session.c.closed_ms,
        desk.c.name,
    )
    .select_from(desk_session.join(desk, desk.c.id == desk_session.c.desk))
    .where(
        desk_session.c.site == bindparam("site"),
        desk_session.c.opened_ms > bindparam("since"),
        or_(desk_session.c.closed_ms.is_(None), desk_session.c.closed_ms > bindparam("begin")),
    )
    .order_by(desk_session.c.opened_ms, desk_session.c.id)
)


class Count(NamedTuple):
    """So many tickets in a quarter of an hour (counted from 1970, UTC)."""

    quarter: int
    n: int


class Waits(NamedTuple):
    """So many people called in a quarter of an hour who had waited so many minutes."""

    quarter: int
    minutes: int
    n: int


class Session(NamedTuple):
    """Somebody at a desk from one moment to another; None: still."""

    desk: int
    agent: str | None
    opened_ms: int
    closed_ms: int | None
    name: str


class Hour(msgspec.Struct, frozen=True):
    """One hour of the day at the site."""

    #: when it begins, line clock
    start_ms: int
    #: tickets taken in it
    arrivals: int
    #: people called in it who had waited in a line
    called: int
    #: minutes that half of those had waited at most; None: nobody was called
    median: int | None
    #: minutes that nine of ten had waited at most; None also where too few were called
    ninth: int | None
    #: desks in session, on average over the part of the hour that has passed
    desks: float


class TakenOver(msgspec.Struct, frozen=True):
    """A desk at which one agent's session ended because another's began."""

    desk: str
    at_ms: int
    before: str
    by: str | None


class Hours(msgspec.Struct, frozen=True):
    """The day so far by the hour, without gaps; empty before anything happened."""

    hours: tuple[Hour, ...]
    taken_over: tuple[TakenOver, ...]


def hour_of(ms: int, zone: str) -> int:
    """When the hour of the site's clock began that this moment is in."""
    here = local(ms, zone)
    return ms - (here.minute * 60 + here.second) * 1000 - ms % 1000


def begin_of_day(now_ms: int, zone: str) -> int:
    """When the site's present day began."""
    first = datetime.combine(local(now_ms, zone).date(), time(), tzinfo=ZoneInfo(zone))
    return round(first.timestamp() * 1000)


def quantile(counts: dict[int, int], tenths: int) -> int:
    """The least value that so many tenths of all do not exceed. `counts`: value → how many."""
    wanted = sum(counts.values()) * tenths
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen * 10 >= wanted:
            return value
    raise ValueError("nothing to choose from")


def by_hour(
    arrivals: Iterable[Count],
    waits: Iterable[Waits],
    sessions: Sequence[Session],
    zone: str,
    now_ms: int,
) -> tuple[Hour, ...]:
    """The rows put into hours, from the first in which anything happened to the present one."""
    begin = begin_of_day(now_ms, zone)
    came: dict[int, int] = {}
    for count in arrivals:
        start = hour_of(count.quarter * QUARTER_MS, zone)
        came[start] = came.get(start, 0) + count.n
    waited: dict[int, dict[int, int]] = {}
    for one in waits:
        found = waited.setdefault(hour_of(one.quarter * QUARTER_MS, zone), {})
        # called before the first planned desk, from which waits count: no wait at all
        minutes = max(0, one.minutes)
        found[minutes] = found.get(minutes, 0) + one.n
    starts = {*came, *waited, *(hour_of(max(begin, s.opened_ms), zone) for s in sessions)}
    if not starts:
        return ()
    last = max(*starts, hour_of(now_ms, zone))
    # whatever a device's clock said: a picture of one day
    hours, start = [], max(min(starts), last - _MOST_HOURS * HOUR_MS)
    while start <= last:
        # the next hour of the clock, also where the clock leaps within one
        following = hour_of(start + HOUR_MS, zone)
        following = following if following > start else start + HOUR_MS
        called = waited.get(start, {})
        n = sum(called.values())
        hours.append(
            Hour(
                start_ms=start,
                arrivals=came.get(start, 0),
                called=n,
                median=quantile(called, 5) if n else None,
                ninth=quantile(called, 9) if n >= FEWEST_NINTH else None,
                desks=mean_open(sessions, start, min(following, max(now_ms, start + 1))),
            )
        )
        start = following
    return tuple(hours)


def mean_open(sessions: Iterable[Session], start_ms: int, end_ms: int) -> float:
    """How many of these sessions were open, on average from one moment to the other."""
    total = sum(
        max(
            0,
            min(end_ms, end_ms if s.closed_ms is None else s.closed_ms)
            - max(start_ms, s.opened_ms),
        )
        for s in sessions
    )
    return total / (end_ms - start_ms)


def take_overs(sessions: Sequence[Session]) -> tuple[TakenOver, ...]:
    """Sessions that began at a desk at the moment when another agent's ended there."""
    ended = {
        (one.desk, one.closed_ms): one.agent
        for one in sessions
        if one.agent is not None and one.closed_ms is not None
    }
    return tuple(
        TakenOver(one.name, one.opened_ms, before, one.agent)
        for one in sessions
        if (before := ended.get((one.desk, one.opened_ms))) is not None and before != one.agent
    )


def read_hours(q: Query, site_no: int, now_ms: int) -> Hours:
    """The present day of the site. Looks at the day's tickets and sessions only."""
    about: Any = q.row(_ZONE, site=site_no)
    zone = about.zone if about else "UTC"
    day, begin = day_of(now_ms, zone), begin_of_day(now_ms, zone)
    sessions = [
        Session(*row)
        for row in q.rows(_SESSIONS, site=site_no, since=begin - _LONGEST_MS, begin=begin)
    ]
    return Hours(
        by_hour(
            [Count(*row) for row in q.rows(_ARRIVALS, site=site_no, day=day)],
            [Waits(*row) for row in q.rows(_WAITS, site=site_no, day=day)],
            sessions,
            zone,
            now_ms,
        ),
        take_overs([one for one in sessions if one.opened_ms >= begin]),
    )
