"""One queue's day as observed so far, and what it says about a wait: the features of a forecast.

Pure. Fed with what is seen from time to time, at any distance; everything is kept as totals over the
day, so a feature costs a search in them. A feature that is a wait is told as a share of the day's
`middle`: a queue ten times as fast looks the same. Handling of what should not be:
- an observation not later than the last: one of the same minute replaces nothing and is dropped;
- the counter falls (began anew, or a call was taken back): nobody counts as called in between, and the
  day goes on from there;
- a gap: totals are read across it as if people had been called evenly.
"""

from typing import Final

from turnero.queue.forecast.history import HOURS, NONE, History, Speed
from turnero.queue.forecast.series import at, reached

#: a line that was never called from is taken to have moved this much
_HALF_A_CALL: Final = 0.5
#: a wait longer than this is not told apart from one as long
_MOST_MINUTES: Final = 960.0
#: below any figure there is
_UNKNOWN: Final = -9.0
_LEAST_LEFT: Final = -5.0
_WINDOWS: Final = (15.0, 30.0, 60.0, 120.0)
#: minutes that must have passed before they say at what pace people are called: a desk that has been open
#: for a second and has called nobody is not a fast one. Recorded days are looked at no more often
LEAST_SEEN: Final = 3.0
#: minutes, where no pace is known
_ANY: Final = 20.0
#: what `features` gives: first the waits, in shares of the middle
_PER_WINDOW: Final = ("pace", "busy_pace", "desk_pace", "busy_share", "came_per_call")
_WINDOW_NAMES: Final = ("15", "30", "60", "120", "day")
_WAITS: Final = (
    *(f"{name}_{window}" for window in _WINDOW_NAMES for name in _PER_WINDOW[:3]),
    *("last_wait", "last_pace", "first_waits", "idle", "seen"),
    *("usual_pace", "usual", "usual_today", "usual_by_desk", "left"),
)
NAMES: Final = (
    *_WAITS,
    *(f"{name}_{window}" for window in _WINDOW_NAMES for name in _PER_WINDOW[3:]),
    *("quick", "people", "of_most_waiting", "desks", "most_desks", "calls", "middle"),
)
_MIDDLE_OF: Final = tuple(
    _WAITS.index(name) for name in ("busy_pace_60", "pace_120", "busy_pace_day", "usual_today")
)


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

        The last is the middle, in minutes. Far below zero where neither the day nor the history says.
        Needs an observation.
        """
        people = ahead + 1.0
        now = self.minutes[-1]
        desks = max(1, self.desks)
        seen = now - self.minutes[0]
        waits: list[float] = []
        shares: list[float] = []
        for window in (*_WINDOWS, seen):
            paces, rest = self._of_window(now, window, people, desks)
            waits += paces
            shares += rest
        waits += self._of_the_last(now, people)
        waits += (now - (self.minutes[0] if self.last_call is None else self.last_call), seen)
        usual, quick = self._of_history(now, people, desks, (history or NONE).speed())
        waits += usual
        middle = _middle([waits[place] for place in _MIDDLE_OF if waits[place] >= 0])
        unit = middle + 1.0
        row = [wait / unit if wait >= 0 else _UNKNOWN for wait in waits]
        if waits[-1] != _UNKNOWN:
            row[-1] = max(_LEAST_LEFT, waits[-1] / unit)
        row += shares
        row += (
            quick,
            people,
            people / max(1.0, self._most_waiting),
            float(self.desks),
            float(self._most_desks),
            self.called[-1] - self.called[0],
            middle,
        )
        return row

    def _of_the_last(self, now: float, people: float) -> tuple[float, float, float]:
        """The wait of the last one called, that as a pace, and the wait of the first in line."""
        calls = self.called[-1]
        wait = pace = _UNKNOWN
        joined = reached(self.minutes, self.came, calls)
        if joined is not None and self.last_call is not None:
            wait = now - joined
            line = max(1.0, calls - at(self.minutes, self.called, joined))
            pace = min(_MOST_MINUTES, wait * people / line)
        first = reached(self.minutes, self.came, calls + 1)
        return wait, pace, now - first if first is not None else 0.0

    def _of_window(
        self, now: float, window: float, people: float, desks: int
    ) -> tuple[tuple[float, float, float], tuple[float, float]]:
        start = max(now - window, self.minutes[0])
        passed = now - start
        if passed < LEAST_SEEN:
            return (_UNKNOWN,) * 3, (_UNKNOWN,) * 2
        moved = self.called[-1] - at(self.minutes, self.called, start)
        busy = self._busy[-1] - at(self.minutes, self._busy, start)
        moved_busy = self._busy_calls[-1] - at(self.minutes, self._busy_calls, start)
        staffed = self._desk_minutes[-1] - at(self.minutes, self._desk_minutes, start)
        came = self.came[-1] - at(self.minutes, self.came, start)
        calls = max(moved, _HALF_A_CALL)
        busy_pace = people * busy / max(moved_busy, _HALF_A_CALL) if busy > 0 else _UNKNOWN
        desk_pace = people * staffed / (calls * desks) if staffed > 0 else _UNKNOWN
        return (
            min(_MOST_MINUTES, people * passed / calls),
            min(_MOST_MINUTES, busy_pace),
            min(_MOST_MINUTES, desk_pace),
        ), (busy / passed, came / calls)

    def _of_history(
        self, now: float, people: float, desks: int, speed: Speed | None
    ) -> tuple[tuple[float, ...], float]:
        if speed is None:
            return (_UNKNOWN,) * 5, _UNKNOWN
        usual = min(_MOST_MINUTES, speed.minutes(now, people))
        # Three calls as usual: an hour of today does not yet say that the day is another.
        quick = (sum(self._hour_calls) + 3.0) / (speed.expected(self._hour_minutes) + 3.0)
        return (
            min(_MOST_MINUTES, people / speed.usual),
            usual,
            min(_MOST_MINUTES, usual / quick),
            min(_MOST_MINUTES, people / (speed.by_desk * desks)),
            speed.end_minute - now,
        ), quick


def _middle(known: list[float]) -> float:
    """Their median, in minutes; of two middles the geometric mean."""
    known = sorted(max(_HALF_A_CALL, pace) for pace in known)
    if not known:
        return _ANY
    half = len(known) // 2
    return known[half] if len(known) % 2 else (known[half - 1] * known[half]) ** 0.5
