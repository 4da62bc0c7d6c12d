"""Totals over a day that only grow, readable at any minute: between observations by a straight line.

Reading at a minute and not at a row makes figures the same for any distance between observations.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def at(minutes: Sequence[float], totals: Sequence[float], minute: float) -> float:
    """The total at that minute; before the first observation the first, after the last the last."""
    after = bisect_right(minutes, minute)
    if after == 0:
        return totals[0]
    if after == len(minutes):
        return totals[-1]
    start, end = minutes[after - 1], minutes[after]
    low, high = totals[after - 1], totals[after]
    return low + (high - low) * (minute - start) / (end - start)


def reached(minutes: Sequence[float], totals: Sequence[float], total: float) -> float | None:
    """The first minute at which the totals came to that; None if they have not."""
    place = bisect_left(totals, total)
    if place == len(totals):
        return None
    if place == 0:
        return minutes[0]
    start, end = minutes[place - 1], minutes[place]
    low, high = totals[place - 1], totals[place]
    return start + (end - start) * (total - low) / (high - low)
