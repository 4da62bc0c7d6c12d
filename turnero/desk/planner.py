"""What the room asks of whoever plays days again, and what it is answered: its port.

`server` fills it (server/planner.py). Figures only, minutes; names and words are the page's.
"""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger


class Asked(msgspec.Struct, frozen=True):
    """A closed day, and so many desks more or fewer for some hours of it, or another rule."""

    #: YYYY-MM-DD
    day: str
    #: "HH:MM"
    start: str
    end: str
    #: less than 0: fewer; 0: as it was
    desks: int
    #: key of the desk; "": the one that helps or matters most
    desk: str = ""
    #: who is next; "": as it was
    rule: Literal["", "strict", "accumulating", "share"] = ""


class Interval(msgspec.Struct, frozen=True):
    """A figure and between what it lies with 95 % certainty."""

    mid: float
    low: float | None = None
    high: float | None = None


class Halves(msgspec.Struct, frozen=True):
    """What half of some people waited at most: really, played as it was, and with the change."""

    real: float | None
    before: Interval
    after: Interval
    #: by how much less
    less: Interval

    @property
    def same(self) -> bool:
        """Whether it is the same in whole minutes."""
        return round(self.before.mid) == round(self.after.mid)

    @property
    def told(self) -> bool:
        """Whether there is a difference, in whole minutes and beyond chance."""
        low, high = self.less.low, self.less.high
        return not self.same and low is not None and high is not None and (low > 0 or high < 0)


class HourWaits(msgspec.Struct, frozen=True):
    """Of those who came in an hour of the site's clock."""

    hour: int
    #: minutes that half of them waited at most
    median: float


class Waits(msgspec.Struct, frozen=True):
    """Waits of a class at a service; None: of all."""

    service: str | None
    attention: str | None
    median: Interval
    ninth: Interval


class Figures(msgspec.Struct, frozen=True):
    """All waits of the day, played many times."""

    waits: tuple[Waits, ...]
    #: service → people who were never called
    left: dict[str, float]


class Answer(msgspec.Struct, frozen=True):
    """What people would have waited."""

    #: the desk that was opened, closed or taken as a pattern, and the services it is for; or none
    name: str
    services: tuple[str, ...]
    #: how many times the day was played
    seeds: int
    #: people played, and those of the day who stood in no line
    people: int
    out: int
    #: who came for those services within the hours, and at any; everybody. None: nobody did
    within: Halves | None
    theirs: Halves | None
    all: Halves | None
    #: class → the same of all services, where the rule is another
    classes: dict[str, Halves]
    hours_before: tuple[HourWaits, ...]
    hours_after: tuple[HourWaits, ...]
    before: Figures
    after: Figures


class CannotPlayError(TurneroError):
    """Why: day-unknown | desk-unknown | nobody-then | few-desks | rule-same | failed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Planner(Protocol):
    """Plays a day again, beside the server and without holding it up."""

    async def play(
        self, ledger: Ledger, site: int, asked: Asked, advance: Callable[[int, int], None]
    ) -> Answer:
        """The answer; `advance(done, of)` meanwhile. Raises `CannotPlayError`."""
        ...
