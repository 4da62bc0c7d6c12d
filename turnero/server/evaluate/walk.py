"""Goes through recorded days as they happened: at each row only what had been seen by its minute.

An office's days in order, in each day its queues' rows by the minute, so that the calibration learns
from every queue's waits as they end. Earlier days of the same queue are its history.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from operator import itemgetter
from typing import Final

from msgspec import Struct

from turnero.queue.forecast.calibration import Calibration, Factors
from turnero.queue.forecast.day import QueueDay as Day
from turnero.queue.forecast.estimator import Estimator
from turnero.queue.forecast.history import NONE, History
from turnero.queue.forecast.ranges import Forecast
from turnero.server import traces
from turnero.server.evaluate.truth import judged, reached_after

_SECONDS: Final = 60.0
#: the same day in so much of the time
_FASTER: Final = 0.4


class Judgement(Struct, frozen=True):
    """One judged row: minutes really waited, and what each of three had said."""

    office: str
    queue: str
    day: str
    minute: int
    truth: float
    #: None: it had said that it does not know
    said: Forecast | None
    #: the installed system's figure; None where it had none
    vendor: float | None
    #: the wait of the last one who had entered service
    les: float


class Example(Struct, frozen=True):
    """A row to learn from: its features, and the minutes really waited."""

    office: str
    features: list[float]
    waited: float


class _Queue:
    """A queue on a day, as far as it was seen."""

    def __init__(self, key: str, recorded: traces.QueueDay, history: History) -> None:
        self.key = key
        self.recorded = recorded
        self.rows = recorded.rows
        self.day = Day()
        self.history = history
        self.vendor: float | None = None
        #: the row at which a wait's end is seen → those waits, what was said of them and by which factors
        self.ends: dict[int, list[tuple[Forecast, float, Factors]]] = defaultdict(list)

    def see(self, place: int) -> None:
        row = self.rows[place]
        self.day.observe(row.minute, row.desks, row.waiting, row.called)
        if row.vendor_minutes is not None:
            self.vendor = row.vendor_minutes

    def last_wait(self, place: int) -> float:
        """LES as the recorded days' figures have it: since the last one called was first seen."""
        row = self.rows[place]
        came = 0
        for earlier in self.rows[: place + 1]:
            came = max(came, earlier.called + earlier.waiting)
            if came >= row.called:
                return float(row.minute - earlier.minute)
        return 0.0


def judgements(recorded: Sequence[traces.QueueDay], estimator: Estimator) -> Iterator[Judgement]:
    """Every judged row of these queue-days whose truth came to be, with what was said at it."""
    for days in _offices(recorded):
        calibration = Calibration()
        histories: dict[str, History] = {}
        for queues in days:
            # Of one minute always in the same order, however the file has them.
            queues.sort(key=itemgetter(0))
            opened = [_Queue(key, day, histories.get(key, NONE)) for key, day in queues]
            for place, queue in _by_minute(opened):
                queue.see(place)
                for said, waited, by in queue.ends.pop(place, ()):
                    calibration = calibration.ended(queue.key, said, waited * _SECONDS, by)
                if not judged(queue.rows, place):
                    continue
                row = queue.rows[place]
                factors = calibration.of(queue.key)
                said_now = estimator.forecast(queue.day, row.waiting - 1, queue.history, factors)
                end = reached_after(queue.rows, place, row.waiting)
                if end is None:
                    continue
                if said_now is not None:
                    queue.ends[end[1]].append((said_now, end[0], factors))
                vendor = queue.vendor
                yield Judgement(
                    queue.recorded.office,
                    queue.key,
                    queue.recorded.day,
                    row.minute,
                    end[0],
                    said_now,
                    None if vendor is None else vendor * row.waiting / max(1, row.desks),
                    queue.last_wait(place),
                )
            for queue in opened:
                histories[queue.key] = queue.day.history(queue.history)


def examples(recorded: Sequence[traces.QueueDay]) -> Iterator[Example]:
    """What is learned from: the judged rows, and at every third row one who is not the last in line.

    Without these nobody would have been seen who joins an almost empty line, or who has people behind.
    They are taken from the days as they were, and from the same days played faster and as if each were
    the queue's first: the counters of one city are all slow ones, and few days are first ones.
    """
    for days in _offices(recorded):
        histories: dict[str, History] = {}
        for pace in (1.0, _FASTER):
            for key, recorded_day in (queue for queues in days for queue in queues):
                day = Day()
                before = histories.get(key, NONE) if pace == 1.0 else NONE
                rows = recorded_day.rows
                for place, row in enumerate(rows):
                    minute = rows[0].minute + (row.minute - rows[0].minute) * pace
                    day.observe(minute, row.desks, row.waiting, row.called)
                    for people in _people(rows, place, last=pace == 1.0):
                        end = reached_after(rows, place, people)
                        if end is not None:
                            features = day.features(people - 1, before)
                            yield Example(recorded_day.office, features, end[0] * pace)
                histories[key] = day.history(before)


def _people(rows: Sequence[traces.Observation], place: int, *, last: bool) -> Iterator[int]:
    waiting = rows[place].waiting
    if last and judged(rows, place):
        yield waiting
    if place and place % 3 == 0 and waiting:
        # A place in line that changes from row to row, the same in every run.
        yield 1 + place * 7919 % waiting


def _offices(
    recorded: Sequence[traces.QueueDay],
) -> Iterator[list[list[tuple[str, traces.QueueDay]]]]:
    """Of each office its days in order, of each day its queues."""
    offices: dict[str, dict[str, list[tuple[str, traces.QueueDay]]]] = {}
    for queue in recorded:
        key = f"{queue.queue_id} {queue.prefix}"
        offices.setdefault(queue.office, {}).setdefault(queue.day, []).append((key, queue))
    for days in offices.values():
        yield [days[day] for day in _in_order(list(days))]


def _in_order(days: list[str]) -> list[str]:
    """By date where every label is one, else as the file has them."""
    try:
        return sorted(days, key=date.fromisoformat)
    except ValueError:
        return days


def _by_minute(queues: Sequence[_Queue]) -> Iterator[tuple[int, _Queue]]:
    rows = [
        (row.minute, number, place)
        for number, queue in enumerate(queues)
        for place, row in enumerate(queue.rows)
    ]
    for _, number, place in sorted(rows):
        yield place, queues[number]
