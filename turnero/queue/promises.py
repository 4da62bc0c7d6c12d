"""What somebody who waits is told of how long: read from the forecast that the server published.

Pure. A promise is made once, when the ticket is taken, and stays with it; later the rest of it is
told together with what is expected by then. Minutes on screens are rounded up to fives, none stays none, a
range is never less than five minutes wide, and whatever may end after closing time says so.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from turnero.queue.forecast.ranges import LONG_S
from turnero.queue.views import Wait
from turnero.queue.waits import Range, estimate

#: a forecast older than this is not believed any more: the server publishes several in that time
HOLDS_MS: Final = 3 * 60_000
#: no wait is told longer than this
MOST_S: Final = LONG_S
_STEP_S: Final = 300
#: a wait that may be shorter than this may be none
_AT_ONCE_S: Final = 60


class Point(NamedTuple):
    """The range for one with so many people ahead; seconds."""

    ahead: int
    low_s: int
    likely_s: int
    high_s: int


class Later(msgspec.Struct, frozen=True):
    """What one who comes later will wait, if no desk opens or closes meanwhile."""

    #: "HH:MM" on the site's wall
    at: str
    low_s: int
    likely_s: int
    high_s: int


class Snapshot(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is expected of a service's waits at a moment. Kept as JSON in `forecast`."""

    #: desks at work that call it
    desks: int
    #: key of the usual class
    usual: str = ""
    #: key of a class → points by people ahead; a class without points: not known
    classes: dict[str, tuple[Point, ...]] = {}
    #: when its desks close today, line clock, and as "HH:MM"; None: they do not, or nobody said
    closes_ms: int | None = None
    closes: str | None = None
    #: in an hour, for the usual class
    later: Later | None = None
    #: for one with nobody ahead, while a desk is free; None: none is
    at_once: Range | None = None
    #: line clock
    made_ms: int = 0


class Line(NamedTuple):
    """A line's own figures, for where no forecast is published; see waits.py."""

    #: people before the one who asks, in this line
    ahead: int
    last_wait_ms: int | None
    last_call_ms: int | None
    pace_ms: int | None


class Expected(NamedTuple):
    """How long somebody will wait, as far as it is known."""

    range: Range | None = None
    #: not known because no desk is at work that calls the service
    no_desk: bool = False
    closes_ms: int | None = None
    closes: str | None = None


@lru_cache(maxsize=256)
def snapshot_of(text: str) -> Snapshot:
    """A forecast kept as JSON in a row. Shared: never change it."""
    return msgspec.json.decode(text, type=Snapshot)


def believed(text: str | None, made_ms: int | None, now_ms: int) -> Snapshot | None:
    """The published forecast, if there is one that still holds: that no desk is at work does until
    another one is published.
    """
    if text is None or made_ms is None:
        return None
    found = snapshot_of(text)
    return found if now_ms - made_ms <= HOLDS_MS or not found.desks else None


def expected(
    snapshot: Snapshot | None, attention: str, ahead: int, line: Line, now_ms: int
) -> Expected:
    """For one of that class with so many people ahead in all; without a forecast by the line itself."""
    if snapshot is None:
        return Expected(estimate(*line, now_ms))
    found = None
    if snapshot.desks:
        # Whoever was called from this line since then has taken the free desk.
        free = not ahead and (line.last_call_ms or 0) <= snapshot.made_ms
        found = snapshot.at_once if free else None
        found = found or between(snapshot.classes.get(attention, ()), ahead)
    return Expected(
        found,
        no_desk=not snapshot.desks,
        closes_ms=snapshot.closes_ms,
        closes=snapshot.closes,
    )


def between(points: Sequence[Point], ahead: int) -> Range | None:
    """The range for so many people ahead, by a straight line; beyond the last point it goes on."""
    if not points:
        return None
    place = bisect_left(points, ahead, key=_ahead)
    if place < len(points) and (points[place].ahead == ahead or place == 0):
        return Range(*points[place][1:])
    if len(points) == 1:
        return Range(*points[0][1:])
    one, other = points[place - 1 : place + 1] if place < len(points) else points[-2:]
    part = (ahead - one.ahead) / (other.ahead - one.ahead)
    low, likely, high = (
        min(
            MOST_S,
            max(0, a, round(a + (b - a) * part))
            if ahead > other.ahead
            else round(a + (b - a) * part),
        )
        for a, b in zip(one[1:], other[1:], strict=True)
    )
    return Range(low, likely, high)


def _ahead(point: Point) -> int:
    return point.ahead


class Rest(NamedTuple):
    """What is left of a wait, and whether it is longer than what was promised."""

    range: Range | None
    longer: bool


def rest(promised: Range | None, waited_s: int, now: Range | None) -> Rest:
    """What is left for one who has waited so long, by the promise and by what is expected `now`.

    The longer of the two is never told shorter; a shorter expectation shortens what is told
    little by little, as the promised time passes, so that it does not jump to and fro.
    """
    if promised is None:
        return Rest(now, longer=False)
    left = Range(*(max(0, one - waited_s) for one in promised))
    if now is None:
        return Rest(left if left.high_s else None, longer=not left.high_s)
    # The promise counts for half at first, and for nothing once its time is over.
    weight = left.high_s / (2 * promised.high_s) if promised.high_s else 0.0
    low, likely, high = (round(b + (a - b) * weight) for a, b in zip(left, now, strict=True))
    high = max(high, now.high_s)
    return Rest(
        Range(min(low, high), min(likely, high), high),
        longer=now.high_s > left.high_s + _STEP_S,
    )


def told(found: Expected, now_ms: int, *, longer: bool = False) -> Wait | None:
    """As screens and paper tell it: minutes rounded up, and whether it may be after closing time."""
    if found.range is None:
        return None
    # Who may be called at once is not told to come back in five minutes.
    low = 0 if found.range.low_s < _AT_ONCE_S else _up(found.range.low_s)
    late = found.closes_ms is not None and now_ms + found.range.high_s * 1000 > found.closes_ms
    return Wait(
        low,
        max(_up(found.range.high_s), low + 5),
        closes=found.closes if late else None,
        longer=longer,
    )


def _up(wait_s: int) -> int:
    """Minutes, rounded up to fives, at least five."""
    return max(1, -(-min(wait_s, MOST_S) // _STEP_S)) * 5
