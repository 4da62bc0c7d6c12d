"""Opening hours of a service: whether it is open at a moment, and when it opens next.

Pure. Kept as JSON: weekday → spans in minutes since midnight. A span that crosses
midnight is written as two.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from turnero.queue.numbers import clock, local

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: weekday → [(from, to)] in minutes, in order
Hours = dict[str, tuple[tuple[int, int], ...]]


class Opening(NamedTuple):
    """Whether a service is open, and if not when it opens later today ("HH:MM")."""

    open: bool
    opens: str | None = None


@lru_cache(maxsize=1024)
def _hours(text: str) -> Hours:
    return msgspec.json.decode(text, type=Hours)


def opening(text: str, all_day: int, now_ms: int, zone: str) -> Opening:
    """Is a service with these hours open at that moment at the site?"""
    if all_day:
        return Opening(open=True)
    here = local(now_ms, zone)
    minute = here.hour * 60 + here.minute
    for start, end in _hours(text).get(WEEKDAYS[here.weekday()], ()):
        if minute < start:
            return Opening(open=False, opens=clock(start))
        if minute < end:
            return Opening(open=True)
    return Opening(open=False)
