"""What earlier days of a queue teach: how fast it moves by hour of the day, and when it ends.

Pure. Yesterday counts more than the day before: each day's weight fades by `_FADE`.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

HOURS: Final = 24
#: a day's weight after each further day
_FADE: Final = 0.9
#: busy minutes at the usual speed that an hour's own speed is mixed with
_SHRINK_MINUTES: Final = 30.0


class Taught(Struct, frozen=True, forbid_unknown_fields=True):
    """Sums over earlier days, faded."""

    #: by hour of the day: minutes in which somebody waited, and calls made in them
    busy_minutes: tuple[float, ...]
    busy_calls: tuple[float, ...]
    #: desks × minutes of the busy time
    desk_minutes: float
    #: weight × last minute at which somebody was called, and the days' weight
    end_minutes: float
    weight: float


class History(Struct, frozen=True, forbid_unknown_fields=True):
    """A queue's earlier days; `NONE` on its first."""

    days: int = 0
    taught: Taught | None = None

    def after(
        self,
        busy_minutes: Sequence[float],
        busy_calls: Sequence[float],
        desk_minutes: float,
        end_minute: float | None,
    ) -> "History":
        """With one more day. A day in which nobody waited or was called teaches nothing."""
        if end_minute is None or sum(busy_minutes) <= 0:
            return self
        old = self.taught or Taught((0.0,) * HOURS, (0.0,) * HOURS, 0.0, 0.0, 0.0)
        return History(
            self.days + 1,
            Taught(
                tuple(a * _FADE + b for a, b in zip(old.busy_minutes, busy_minutes, strict=True)),
                tuple(a * _FADE + b for a, b in zip(old.busy_calls, busy_calls, strict=True)),
                old.desk_minutes * _FADE + desk_minutes,
                old.end_minutes * _FADE + end_minute,
                old.weight * _FADE + 1.0,
            ),
        )

    def speed(self) -> "Speed | None":
        """People a minute as earlier days had it; None before a day has taught it."""
        if self.taught is None:
            return None
        minutes, calls = sum(self.taught.busy_minutes), sum(self.taught.busy_calls)
        # Half a call more: a queue that never moved has some speed, however small.
        usual = (calls + 0.5) / minutes
        return Speed(
            usual,
            tuple(
                (b + usual * _SHRINK_MINUTES) / (a + _SHRINK_MINUTES)
                for a, b in zip(self.taught.busy_minutes, self.taught.busy_calls, strict=True)
            ),
            (calls + 0.5) / max(self.taught.desk_minutes, 1.0),
            self.taught.end_minutes / self.taught.weight,
        )


class Speed(Struct, frozen=True):
    """How fast a queue usually is while somebody waits."""

    #: people a minute, over the whole day
    usual: float
    #: the same by hour of the day, drawn towards the usual where little was seen
    by_hour: tuple[float, ...]
    #: people a minute and open desk
    by_desk: float
    #: minute of the day of the last call
    end_minute: float

    def minutes(self, minute: float, people: float) -> float:
        """From that minute of the day, until so many were called, were it a usual day."""
        now, left = minute, people
        while left > 0 and now < HOURS * 60:
            hour = int(now // 60)
            until = (hour + 1) * 60.0
            able = self.by_hour[hour] * (until - now)
            if able >= left:
                return now + left / self.by_hour[hour] - minute
            left -= able
            now = until
        return now - minute + left / self.usual

    def expected(self, busy_minutes: Sequence[float]) -> float:
        """Calls that this much busy time by hour would usually bring."""
        return sum(a * b for a, b in zip(busy_minutes, self.by_hour, strict=True))


NONE: Final = History()
