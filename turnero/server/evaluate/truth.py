"""What really happened after a row of a trace, and which rows are judged.

The definitions are those under which the recorded days were published with their figures: the truth for
a person last in line is the first time `called` reaches that row's `called + waiting`, between
observations by a straight line, the same day and within 480 minutes. Judged are rows with at least two
waiting, from the seventh observation of the queue-day on.
"""

from collections.abc import Sequence
from typing import Final

from turnero.server.traces import Observation

WITHIN_MINUTES: Final = 480
LEAST_WAITING: Final = 2
#: observations before the first one that is judged
UNJUDGED: Final = 6


def judged(rows: Sequence[Observation], place: int) -> bool:
    """Whether a forecast at that row counts, if its truth came to be."""
    return place >= UNJUDGED and rows[place].waiting >= LEAST_WAITING


def reached_after(rows: Sequence[Observation], place: int, people: int) -> tuple[float, int] | None:
    """Minutes until so many more were called, and the row at which that was seen; None if never."""
    now = rows[place]
    target = now.called + people
    before = now
    for later in range(place + 1, len(rows)):
        row = rows[later]
        if row.called >= target:
            share = (target - before.called) / (row.called - before.called)
            minutes = before.minute + share * (row.minute - before.minute) - now.minute
            return (minutes, later) if minutes <= WITHIN_MINUTES else None
        before = row
    return None
