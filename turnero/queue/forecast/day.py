"""One queue's day as observed so far, and what it says about a wait: the features of a forecast.

Pure. Fed with what is seen from time to time, at any distance; everything is kept as totals over the
day, so a feature costs a search in them. Handling of what should not be:
- an observation not later than the last: one of the same minute replaces nothing and is dropped;
- the counter falls (began anew, or a call was taken back): nobody counts as called in between, and the
  day goes on from there;
- a gap: totals are read across it as if people had been called evenly.
"""

from typing import Final

from turnero.queue.forecast.history import HOURS, History, Speed
from turnero.queue.forecast.series import at, reached

#: a line that was never called from is taken to have moved this much
_HALF_A_CALL: Final = 0.5
#: a wait longer than this is not told apart from one as long
MOST_MINUTES: Final = 960.0
UNKNOWN: Final = -1.0
WINDOWS: Final = (15.0, 30.0, 60.0, 120.0)


class QueueDay:
    """What was seen of one queue on one day. Minutes are of the local day and may be fractions."""

    def __init__(self) -> None:
        self.minutes: list[float] = []
        self.called: list[float] = []
        #: people who came so far: the most that called + waiting ever was
        self.came: list[float] = []
        self.desks = 0
        self.waiting = 0
        self.last_call: float | None = None
        self._counter = 0
        self._most_desks = 0
        self._most_waiting = 0
        #: totals: minutes with somebody waiting, calls in them, desks × minutes
        self._busy: list[float] = []
        self._busy_calls: list[float] = []
        self._desk_minutes: list[float] = []
        self._busy_desks = 0.0
        self._hour_minutes = [0.0] * HOURS
        self._hour_calls = [0.0] * HOURS

    def observe(self, minute: float, desks: int, waiting: int, called: int) -> bool:
        """Take what is seen now: desks open for the queue, people in line, tickets called so far.

        False if it was dropped, because it is not later than what was seen before.
        Raises `ValueError` for a negative figure.
        """
        if minute < 0 or min(desks, waiting, called) < 0:
            raise ValueError(f"not an observation: {minute=} {desks=} {waiting=} {called=}")
        if not self.minutes:
            self._append(minute, float(called), 0.0, 0.0, 0.0)
            self.came.append(float(called + waiting))
        else:
            if minute <= self.minutes[-1]:
                return False
            self._go_on(minute, max(0, called - self._counter), waiting)
        self.desks, self.waiting, self._counter = desks, waiting, called
        self._most_desks = max(self._most_desks, desks)
        self._most_waiting = max(self._most_waiting, waiting)
        return True

    def _append(self, minute: float, called: float, busy: float, calls: float, desk: float) -> None:
        self.minutes.append(minute)
        self.called.append(called)
        self._busy.append(busy)
        self._busy_calls.append(calls)
        self._desk_minutes.append(desk)

    def _go_on(self, minute: float, calls: int, waiting: int) -> None:
        passed = minute - self.minutes[-1]
        called = self.called[-1] + calls
        busy = self.waiting > 0
        if calls:
            self.last_call = minute
        if busy:
            hour = min(HOURS - 1, int(self.minutes[-1] // 60))
            self._hour_minutes[hour] += passed
            self._hour_calls[hour] += calls
            self._busy_desks += passed * self.desks
        self._append(
            minute,
            called,
            self._busy[-1] + (passed if busy else 0.0),
            self._busy_calls[-1] + (calls if busy else 0.0),
            self._desk_minutes[-1] + passed * self.desks,
        )
        self.came.append(max(self.came[-1], called + waiting))

    def history(self, before: History) -> History:
        """What is known of the queue once this day is over."""
        return before.after(self._hour_minutes, self._hour_calls, self._busy_desks, self.last_call)

    def last_wait(self) -> float | None:
        """Minutes the last one called had waited by then (LES); None before a call."""
        if self.last_call is None:
            return None
        joined = reached(self.minutes, self.came, self.called[-1])
        called = reached(self.minutes, self.called, self.called[-1])
        if joined is None or called is None:
            return None
        return max(0.0, called - joined)

    def features(self, ahead: int, history: History | None = None) -> list[float]:
        """What a forecast for one with `ahead` people before them is made of, named by `NAMES`.

        Waits are minutes. `UNKNOWN` where the day or the history does not say. Needs an observation.
        """
        people = ahead + 1.0
        now, calls = self.minutes[-1], self.called[-1]
        seen = now - self.minutes[0]
        desks = max(1, self.desks)
        row = [
            people,
            float(self.desks),
            float(self._most_desks),
            people / max(1.0, self._most_waiting),
            seen,
            now,
            now - (self.last_call if self.last_call is not None else self.minutes[0]),
            calls - self.called[0],
            *self._of_the_last(now, calls, people),
        ]
        for window in (*WINDOWS, seen):
            row += self._of_window(now, window, people, desks)
        row += self._of_history(now, people, desks, (history or History()).speed())
        return row

    def _of_the_last(self, now: float, calls: float, people: float) -> tuple[float, ...]:
        """The waits of the last one called and of the first in line, also as a pace."""
        joined = reached(self.minutes, self.came, calls)
        if joined is None or self.last_call is None:
            wait = pace = UNKNOWN
        else:
            wait = now - joined
            line = max(1.0, calls - at(self.minutes, self.called, joined))
            pace = min(MOST_MINUTES, wait * people / line)
        first = reached(self.minutes, self.came, calls + 1)
        return wait, pace, now - first if first is not None else 0.0

    def _of_window(self, now: float, window: float, people: float, desks: int) -> tuple[float, ...]:
        start = max(now - window, self.minutes[0])
        passed = now - start
        if passed <= 0:
            return (UNKNOWN,) * 5
        moved = self.called[-1] - at(self.minutes, self.called, start)
        busy = self._busy[-1] - at(self.minutes, self._busy, start)
        moved_busy = self._busy_calls[-1] - at(self.minutes, self._busy_calls, start)
        desk_minutes = self._desk_minutes[-1] - at(self.minutes, self._desk_minutes, start)
        came = self.came[-1] - at(self.minutes, self.came, start)
        calls = max(moved, _HALF_A_CALL)
        return (
            min(MOST_MINUTES, people * passed / calls),
            min(MOST_MINUTES, people * busy / max(moved_busy, _HALF_A_CALL))
            if busy > 0
            else UNKNOWN,
            min(MOST_MINUTES, people * desk_minutes / (calls * desks))
            if desk_minutes > 0
            else UNKNOWN,
            busy / passed,
            came / calls,
        )

    def _of_history(
        self, now: float, people: float, desks: int, speed: Speed | None
    ) -> tuple[float, ...]:
        if speed is None:
            return (UNKNOWN,) * 6
        usual = min(MOST_MINUTES, speed.minutes(now, people))
        # Three calls as usual: an hour of today does not yet say that the day is another.
        quick = (sum(self._hour_calls) + 3.0) / (speed.expected(self._hour_minutes) + 3.0)
        return (
            min(MOST_MINUTES, people / speed.usual),
            usual,
            min(MOST_MINUTES, usual / quick),
            min(MOST_MINUTES, people / (speed.by_desk * desks)),
            quick,
            max(-120.0, speed.end_minute - now),
        )


_PER_WINDOW: Final = ("pace", "busy_pace", "desk_pace", "busy_share", "came_per_call")
#: what `features` gives, in order
NAMES: Final = (
    *("people", "desks", "most_desks", "of_most_waiting", "seen", "minute", "idle", "calls"),
    *("last_wait", "last_pace", "first_waits"),
    *(f"{name}_{window}" for window in ("15", "30", "60", "120", "day") for name in _PER_WINDOW),
    *("usual_pace", "usual", "usual_today", "usual_by_desk", "quick", "left"),
)
