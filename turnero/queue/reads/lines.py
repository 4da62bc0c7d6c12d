"""Line rows for reading: how many wait for a service, since when, how long it will take.

One read of a site's lines (a few dozen rows) serves a whole page; no ticket is counted.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.heads import HEAD_OF_LINE
from turnero.queue.promises import Expected, Line, Snapshot, believed, expected, told
from turnero.queue.ranks import APPOINTMENT, WALK_IN
from turnero.queue.tables import attention, forecast, line, ticket
from turnero.queue.views import LaterView, Names, Wait
from turnero.queue.waits import Range
from turnero.store.sql import Query, Statement

_head = ticket.alias("head")
_LINES = Statement(
    select(
        line.c.id,
        line.c.service,
        line.c.desk,
        line.c.count.label("waiting"),
        line.c.people,
        line.c.last_wait_ms,
        line.c.last_call_ms,
        line.c.pace_ms,
        attention.c.key.label("attention"),
        attention.c.rank,
        attention.c.clinical,
        attention.c.usual,
        line.c.origin,
        _head.c.entered_ms,
    )
    .select_from(
        line.join(attention, attention.c.id == line.c.attention).outerjoin(
            _head, _head.c.id == HEAD_OF_LINE
        )
    )
    .where(line.c.site == bindparam("site"))
)
_FORECASTS = Statement(
    select(forecast.c.service, forecast.c.body, forecast.c.made_ms).where(
        forecast.c.site == bindparam("site")
    )
)


class LineRow(NamedTuple):
    """A line's figures. See tables.py."""

    id: int
    service: int
    desk: int
    #: tickets, and whom they stand for
    waiting: int
    people: int
    last_wait_ms: int | None
    last_call_ms: int | None
    pace_ms: int | None
    #: key of the class, and its rank: less is called first
    attention: str
    rank: int
    clinical: int
    #: 1: the line of the usual class
    usual: int
    #: how its people came; see ranks.py
    origin: str
    #: when its first took their place; None when nobody waits
    oldest_ms: int | None


class Lines:
    """A site's lines at a moment."""

    def __init__(self, q: Query, site: int, now_ms: int) -> None:
        self._now_ms = now_ms
        self._by_service: dict[int, list[LineRow]] = {}
        for row in q.rows(_LINES, site=site):
            self._by_service.setdefault(row.service, []).append(LineRow(*row))
        self._forecasts = {
            row.service: found
            for row in q.rows(_FORECASTS, site=site)
            if (found := believed(row.body, row.made_ms, now_ms)) is not None
        }

    def of(self, service: int) -> list[LineRow]:
        """The lines of a service."""
        return self._by_service.get(service, [])

    def waiting(self, service: int) -> int:
        """How many wait for a service."""
        return sum(row.waiting for row in self.of(service))

    def oldest_ms(self, service: int) -> int | None:
        """Since when the first of a service's lines waits; None when nobody does."""
        return oldest(self.of(service))

    def last_wait_ms(self, service: int) -> int | None:
        """The wait of the last one called from any of its lines."""
        called = [row for row in self.of(service) if row.last_call_ms is not None]
        return max(called, key=lambda row: row.last_call_ms or 0).last_wait_ms if called else None

    def wait(self, service: int) -> Wait | None:
        """The range for one who takes a ticket of the usual class now."""
        return told(self._expected(service), self._now_ms)

    def no_desk(self, service: int) -> bool:
        """Whether that is not known because no desk is at work that calls the service."""
        return self._expected(service).no_desk

    def later(self, service: int) -> LaterView | None:
        """The range for one of the usual class who comes in an hour, if nobody else opens a desk."""
        found = self._forecasts.get(service)
        if found is None or found.later is None:
            return None
        later = found.later
        wait = told(Expected(Range(later.low_s, later.likely_s, later.high_s)), self._now_ms)
        return None if wait is None else LaterView(later.at, wait)

    def _expected(self, service: int) -> Expected:
        shared = [row for row in self.of(service) if row.desk == 0]
        own = next((row for row in shared if row.usual and row.origin == WALK_IN), None)
        snapshot: Snapshot | None = self._forecasts.get(service)
        if own is None:
            # Nobody of the usual class ever came: only the forecast can know.
            return (
                Expected()
                if snapshot is None
                else expected(
                    snapshot,
                    snapshot.usual,
                    sum(row.people for row in shared),
                    _NO_LINE,
                    self._now_ms,
                )
            )
        # The same as a ticket that is taken now is promised by: see commands/issue.py.
        ahead = own.people + sum(
            row.people for row in shared if row.rank < own.rank or _stands_with(row, own)
        )
        line_now = Line(own.people, own.last_wait_ms, own.last_call_ms, own.pace_ms)
        return expected(snapshot, own.attention, ahead, line_now, self._now_ms)


def _stands_with(row: LineRow, own: LineRow) -> bool:
    """Of one class, who is to be rung and who waits here stand in one line."""
    return row.attention == own.attention and row.origin not in (own.origin, APPOINTMENT)


_NO_LINE: Final = Line(0, None, None, None)


def oldest(rows: Iterable[LineRow]) -> int | None:
    """Since when the first of these lines waits."""
    return min((row.oldest_ms for row in rows if row.oldest_ms is not None), default=None)


@lru_cache(maxsize=1024)
def names_of(text: str) -> Names:
    """The names kept as JSON in a row. Shared: never change it."""
    return msgspec.json.decode(text, type=Names)


def public_names(names: str, public: str | None) -> Names:
    """The only names that the public may see."""
    return names_of(public if public is not None else names)
