"""What following.py keeps: tickets and lines as far as a forecast needs them, and a day's two ends."""

from collections import deque
from typing import Final, NamedTuple

import msgspec

from turnero.queue import facts
from turnero.queue.accuracy import Kept
from turnero.queue.forecast.calibration import NO_FACTORS, Calibration, Factors
from turnero.queue.forecast.day import QueueDay
from turnero.queue.forecast.history import History

WAITING, ASIDE, GONE = "waiting", "aside", "gone"
#: waits that tell how soon a free desk calls
_AT_ONCE: Final = 50


class Followed(NamedTuple):
    """A ticket as far as its line is concerned."""

    service: str
    attention: str
    people: int
    state: str = WAITING
    #: what it was promised, of that service; None: nothing, or it counts no more
    promised: facts.Promise | None = None
    #: by which that had been corrected
    factors: Factors = NO_FACTORS
    #: hour of the site's clock in which it was taken
    hour: int = 0
    #: nobody was ahead of it and a desk was free
    at_once: bool = False
    #: since when its person waits to be rung, UTC; None: they wait here
    by_phone_ms: int | None = None


class Ground(msgspec.Struct, frozen=True):
    """What a day begins with: what earlier days left, and the journal's number before its first fact."""

    zone: str
    #: YYYY-MM-DD
    day: str
    after: int
    #: for how long a press can be undone
    undo_ms: int
    #: desk ("site.desk") → service → 0 primary, 1 overflow
    serves: dict[str, dict[str, int]]
    #: session → desk, on a break
    sessions: dict[int, tuple[str, bool]]
    tickets: dict[str, tuple[str, str, int]]
    histories: dict[str, History]
    calibration: Calibration


class Ended(NamedTuple):
    """A day that is over, for storing: what its queues' histories are now, and how it was promised."""

    day: str
    histories: dict[str, History]
    calibration: Calibration
    kept: tuple[Kept, ...]


class Queue:
    """One service's line, over the day."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.day = QueueDay()
        #: people in line by class
        self.waiting: dict[str, int] = {}
        #: people called so far; never falls
        self.called = 0
        #: of those that were taken back, to be made up for by the next ones
        self.taken_back = 0
        #: minute, class, people of the latest arrivals
        self.came: deque[tuple[float, str, int]] = deque()
        #: seconds that those waited of late who found nobody ahead and a desk free
        self.at_once: deque[int] = deque(maxlen=_AT_ONCE)

    @property
    def people(self) -> int:
        """In line."""
        return max(0, sum(self.waiting.values()))

    def join(self, attention: str, people: int) -> None:
        """They take a place in line, or leave it (below zero)."""
        self.waiting[attention] = self.waiting.get(attention, 0) + people

    def call(self, people: int) -> None:
        """They were called, or it was taken back (below zero)."""
        if people < 0:
            self.taken_back -= people
        else:
            made_up = min(people, self.taken_back)
            self.taken_back -= made_up
            self.called += people - made_up
