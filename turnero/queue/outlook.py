"""A forecast of a service's waits, made from its day as far as it is followed: what is published.

Pure. The estimator knows one line in which everybody is called in order. Who is of a better class, or
comes in one later, goes before others: by the site's rule of who is next that makes the line in front
of somebody longer (`Overtaking`). What this leaves wrong the calibration of each class puts right.
"""

from bisect import bisect_left
from datetime import timedelta
from typing import Final, NamedTuple

import msgspec

from turnero.queue.facts import Order
from turnero.queue.followed import Queue
from turnero.queue.following import MINUTE_MS, RECENT, SiteDay, line_key
from turnero.queue.forecast.calibration import Factors
from turnero.queue.forecast.estimator import Estimator
from turnero.queue.forecast.ranges import Forecast
from turnero.queue.forecast.series import at
from turnero.queue.numbers import local
from turnero.queue.promises import Later, Point, Snapshot, between
from turnero.queue.waits import Range

#: people ahead for which a forecast is made; between them it goes straight
GRID: Final = (0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135, 200, 300)
#: at least so far the grid goes beyond those who wait
_BEYOND: Final = 1.5
#: the share of calls that may go to those who overtake, at most
_MOST_OVERTAKING: Final = 0.75
#: minutes of a day after which its arrivals say something of the next hour
_SEEN: Final = 20.0
_QUARTER: Final = 15
#: seconds until a free desk calls whoever comes, where fewer than so many were seen today
_AT_ONCE: Final = Range(0, 30, 180)
_FEW: Final = 10
_HOUR_MS: Final = 60 * MINUTE_MS


class Class(NamedTuple):
    """An attention class, and how it ranks. See routing.py."""

    key: str
    rank: int
    clinical: bool
    usual: bool
    preferred: bool
    #: wait to stay under, minutes; shorter ages faster
    target: float


class Served(NamedTuple):
    """A service that gives tickets."""

    id: int
    key: str
    #: until when its desks are planned today, UTC and "HH:MM"; None: no end, or nobody said
    closing: tuple[int, str] | None


class Room(NamedTuple):
    """What a forecast needs of a site's description."""

    zone: str
    order: Order
    classes: tuple[Class, ...]
    services: tuple[Served, ...]


class Overtaking(NamedTuple):
    """How many are called before somebody of a class who sees `n` people of theirs and better ones ahead."""

    #: of others' lines, at most, and for each one ahead
    others: float = 0.0
    per_ahead: float = 1.0
    #: by how much those who come later and overtake make it longer
    stretch: float = 1.0

    def people(self, ahead: int) -> float:
        """Before the one who sees so many ahead."""
        return (ahead + min(self.others, self.per_ahead * (ahead + 1))) * self.stretch


def snapshots(
    day: SiteDay, room: Room, services: set[str], now_ms: int, line_ms: int, estimator: Estimator
) -> dict[int, Snapshot]:
    """Forecasts of these services, by id. `now_ms` is the wall clock, to which the day has been followed;
    `line_ms` the line clock of the same moment.
    """
    return {
        one.id: _snapshot(day, room, one, now_ms, line_ms, estimator)
        for one in room.services
        if one.key in services
    }


def _snapshot(
    day: SiteDay, room: Room, of: Served, now_ms: int, line_ms: int, estimator: Estimator
) -> Snapshot:
    queue = day.queue(of.key)
    usual = next((one.key for one in room.classes if one.usual), "")
    closes_ms = None if of.closing is None else of.closing[0] - now_ms + line_ms
    bare = Snapshot(
        desks=day.at_work(of.key),
        usual=usual,
        closes_ms=closes_ms,
        closes=None if of.closing is None else of.closing[1],
    )
    if not bare.desks:
        return bare
    points = _points(queue, estimator)
    minute = day.minute(now_ms)
    classes: dict[str, tuple[Point, ...]] = {}
    later: Later | None = None
    for one in room.classes:
        factors = day.calibration.of(line_key(of.key, one.key))
        before = overtaking(one, room, queue, minute)
        classes[one.key] = (
            tuple(
                found
                for ahead in GRID
                if ahead <= points[-1].ahead
                and (found := _point(points, ahead, before, factors)) is not None
            )
            if points
            else ()
        )
        if one.usual and points:
            later = _later(queue, points, before, factors, of, room, now_ms)
    return msgspec.structs.replace(
        bare,
        classes=classes,
        later=later,
        at_once=at_once(queue) if day.free(of.key) else None,
        made_ms=line_ms,
    )


def at_once(queue: Queue) -> Range:
    """The wait of one who finds nobody ahead and a desk free: as today had it, nine of ten."""
    waits = sorted(queue.at_once)
    if len(waits) < _FEW:
        return _AT_ONCE
    likely, high = waits[len(waits) // 2], waits[len(waits) * 9 // 10]
    return Range(0, likely, max(high, _AT_ONCE.high_s))


def _points(queue: Queue, estimator: Estimator) -> tuple[Point, ...]:
    """What the estimator says of the whole line, without calibration; () where it is unknown."""
    most = max(queue.people * _BEYOND, GRID[5])
    aheads = GRID[: bisect_left(GRID, most) + 1]
    said = estimator.forecasts(queue.day, aheads, queue.history)
    return tuple(
        Point(ahead, one.low_s, one.likely_s, one.high_s)
        for ahead, one in said.items()
        if one is not None
    )


def _point(
    points: tuple[Point, ...], ahead: int, before: Overtaking, factors: Factors
) -> Point | None:
    found = between(points, round(before.people(ahead)))
    if found is None:
        return None
    said = factors.applied(Forecast(found.low_s, found.likely_s, found.high_s))
    return Point(ahead, said.low_s, said.likely_s, said.high_s)


def overtaking(of: Class, room: Room, queue: Queue, minute: float) -> Overtaking:
    """Who goes before one of that class, beyond those of it and of better ones who wait."""
    came = {one.key: 0 for one in room.classes}
    for at_minute, key, people in queue.came:
        if at_minute > minute - RECENT and key in came:
            came[key] += people
    called = max(1.0, _in_last_hour(queue, queue.day.called))
    share = sum(came[one.key] / called * _overtakes(one, of, room.order) for one in room.classes)
    stretch = 1.0 / (1.0 - min(_MOST_OVERTAKING, share))
    worse = [one for one in room.classes if one.rank > of.rank and not of.clinical]
    others = float(sum(max(0, queue.waiting.get(one.key, 0)) for one in worse))
    if room.order.rule == "accumulating":
        # Those who wait long enough have more points: the nearer the targets, the more of them.
        return Overtaking(
            sum(
                max(0, queue.waiting.get(one.key, 0)) * min(1.0, of.target / one.target)
                for one in worse
            ),
            float("inf"),
            stretch,
        )
    if room.order.rule == "share" and of.preferred:
        return Overtaking(others, room.order.rest / room.order.first, stretch)
    return Overtaking(0.0, 0.0, stretch)


def _overtakes(one: Class, of: Class, order: Order) -> float:
    """The part of those of class `one` who come while somebody `of` another waits and go before them."""
    if one.rank >= of.rank:
        return 0.0
    if one.clinical or order.rule != "accumulating":
        return 1.0
    # Whoever comes in the first part of the wait overtakes: Kleinrock's 1 − b/b'.
    return max(0.0, 1.0 - one.target / of.target)


def _in_last_hour(queue: Queue, totals: list[float]) -> float:
    minutes = queue.day.minutes
    if not minutes:
        return 0.0
    return totals[-1] - at(minutes, totals, minutes[-1] - RECENT)


def _later(
    queue: Queue,
    points: tuple[Point, ...],
    before: Overtaking,
    factors: Factors,
    of: Served,
    room: Room,
    now_ms: int,
) -> Later | None:
    """In an hour, if as many come and are called as in the last one."""
    then_ms = now_ms + _HOUR_MS
    minutes = queue.day.minutes
    seen = minutes[-1] - minutes[0] if minutes else 0.0
    if seen < _SEEN or (of.closing is not None and then_ms >= of.closing[0]):
        return None
    grown = _in_last_hour(queue, queue.day.came) - _in_last_hour(queue, queue.day.called)
    waiting = max(0, round(queue.people + grown * RECENT / min(seen, RECENT)))
    found = _point(points, waiting, before, factors)
    if found is None:
        return None
    # To the nearest quarter of an hour: it is not known to the minute.
    then = local(then_ms, room.zone) + timedelta(minutes=_QUARTER / 2)
    then -= timedelta(minutes=then.minute % _QUARTER)
    return Later(f"{then:%H:%M}", found.low_s, found.likely_s, found.high_s)
