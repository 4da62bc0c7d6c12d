"""Opening hours of a service: whether it is open at a moment, and when it opens next.

Pure. Kept as JSON: weekday → spans in minutes since midnight. A span that crosses
midnight is kept as two; a shut day shuts what lies within it.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from turnero.queue.holidays import ALWAYS, Calendar, DayOff
from turnero.queue.numbers import at_ms, clock, local

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: how far ahead an opening is looked for, days: beyond a fortnight of feast days
AHEAD: Final = 21

#: weekday → [(from, to)] in minutes, in order
Hours = dict[str, tuple[tuple[int, int], ...]]


class Later(msgspec.Struct, frozen=True):
    """When a service opens on another day."""

    #: YYYY-MM-DD
    day: str
    #: "HH:MM"
    at: str


class Opening(NamedTuple):
    """Whether a service is open; if not, when it opens and why it is shut."""

    open: bool
    #: "HH:MM" when it opens later today
    opens: str | None = None
    #: when it opens next, if not today but within weeks
    later: Later | None = None
    #: why all of today is shut, where it is
    off: DayOff | None = None


@lru_cache(maxsize=1024)
def hours_of(text: str) -> Hours:
    """Hours kept as JSON in a row. Shared: never change it."""
    return msgspec.json.decode(text, type=Hours)


def opening(
    text: str, all_day: int, now_ms: int, zone: str, calendar: Calendar = ALWAYS
) -> Opening:
    """Is a service with these hours open at that moment at the site?"""
    if all_day:
        return Opening(open=True)
    here = local(now_ms, zone)
    hours, today = hours_of(text), here.date()
    minute = here.hour * 60 + here.minute
    off = calendar.off(today)
    for start, end in () if off else hours.get(WEEKDAYS[today.weekday()], ()):
        if minute < start:
            return Opening(open=False, opens=clock(start))
        if minute < end:
            return Opening(open=True)
    for ahead in range(1, AHEAD + 1):
        day = today + timedelta(days=ahead)
        spans = hours.get(WEEKDAYS[day.weekday()], ())
        if spans and calendar.off(day) is None:
            return Opening(open=False, later=Later(day.isoformat(), clock(spans[0][0])), off=off)
    return Opening(open=False, off=off)


def from_ms(starts: str, now_ms: int, zone: str) -> int:
    """From when a wait that begins now counts, UTC: from the first desk planned that day, if later.

    `starts` is the JSON of a service's row: weekday → minute.
    """
    here = local(now_ms, zone)
    minute = _starts(starts).get(WEEKDAYS[here.weekday()])
    return now_ms if minute is None else max(now_ms, at_ms(here.date(), minute, zone))


@lru_cache(maxsize=1024)
def _starts(text: str) -> dict[str, int]:
    return msgspec.json.decode(text, type=dict[str, int])


def first_ms(texts: Iterable[str], day: date, zone: str) -> int | None:
    """The first moment of that day in any of these hours, UTC; None where there is none."""
    weekday = WEEKDAYS[day.weekday()]
    starts = [start for text in texts for start, _ in hours_of(text).get(weekday, ())]
    return at_ms(day, min(starts), zone) if starts else None


def inside(text: str, here: datetime) -> bool:
    """Whether that moment on the site's wall lies within these hours."""
    minute = here.hour * 60 + here.minute
    spans = hours_of(text).get(WEEKDAYS[here.weekday()], ())
    return any(start <= minute < end for start, end in spans)
