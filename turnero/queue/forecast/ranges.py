"""A forecast as it is said: a range of seconds with a likely wait in it."""

from typing import Final

from msgspec import Struct

#: a range that goes beyond says so: no wait as long was learned from
LONG_S: Final = 480 * 60


class Forecast(Struct, frozen=True):
    """In whole seconds; never negative, low ≤ likely ≤ high."""

    low_s: int
    likely_s: int
    high_s: int

    @property
    def beyond(self) -> bool:
        """Longer than any wait that was learned from: say "more than", not the figure."""
        return self.high_s >= LONG_S


def forecast_of(low: float, likely: float, high: float) -> Forecast:
    """From minutes: in whole seconds, within what can be said."""
    return Forecast(_seconds(low), _seconds(likely), _seconds(high))


def _seconds(minutes: float) -> int:
    return min(LONG_S, max(0, round(minutes * 60)))
