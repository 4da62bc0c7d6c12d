"""How long it takes where no forecast is published: an estimate from a line's own figures.

Pure. Two estimators that need no model (Ibrahim and Whitt, 2009): the wait of the last one
called from the line, and the people ahead, each of them, at the line's recent pace. They rarely agree;
the range lies between them. Unknown until both are known. What people are told as a rule is
promises.py's business: this stands in until the server has published a forecast, and for a
line that only one desk calls.
"""

from typing import Final, NamedTuple

#: figures older than this say nothing about now
FRESH_MS: Final = 45 * 60_000
#: weight of the newest interval in the smoothed pace, one part in this many
_SMOOTHING: Final = 4


class Range(NamedTuple):
    """How long somebody will wait, seconds: rarely less, likely, rarely more."""

    low_s: int
    likely_s: int
    high_s: int


def new_pace(
    pace_ms: int | None,
    last_call_ms: int | None,
    entered_ms: int,
    now_ms: int,
    last_people: int | None = 1,
) -> int | None:
    """The line's time for a person after one more call, smoothed; idle time does not count.

    `entered_ms` is when the called one joined: if that was after the last call, the line
    had been empty, and only the time since then says how fast it moves. The time between
    two calls went to those for whom the earlier one stood.
    """
    if last_call_ms is None:
        return pace_ms
    between = max(0, now_ms - max(last_call_ms, entered_ms)) // (last_people or 1)
    if pace_ms is None:
        return between
    return pace_ms + (between - pace_ms) // _SMOOTHING


def estimate(
    ahead: int,
    last_wait_ms: int | None,
    last_call_ms: int | None,
    pace_ms: int | None,
    now_ms: int,
) -> Range | None:
    """The range for one with `ahead` people before them in their line; None until known."""
    if last_wait_ms is None or last_call_ms is None or pace_ms is None:
        return None
    if now_ms - last_call_ms > FRESH_MS:
        return None
    by_pace = (ahead + 1) * pace_ms
    # With nobody ahead the last one's wait tells of a line that is gone.
    by_last = last_wait_ms if ahead else by_pace
    low, high = sorted((by_pace, by_last))
    return Range(low // 1000, (low + high) // 2000, high // 1000)
