"""What a rehearsal plays: a site, one day of it, who comes, who works when, and for how long.

Plain data, so that one process can hand it to another. Made from a scenario (scenario.py), from a
recorded day (recorded.py), or from either with a change (changes.py); played by rehearsal.py.
Times of the day are minutes since the site's midnight.
"""

import random
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

Spread = Literal["exponential", "lognormal", "fixed"]
#: standard deviation of the logarithm: service times at counters are skewed like this
_SIGMA: Final = 0.6
#: shortest service, seconds
_SHORTEST: Final = 5.0
HOUR: Final = 60


class Span(msgspec.Struct, frozen=True):
    """From one minute of the day to another."""

    start: float
    end: float

    def overlap(self, other: "Span") -> float:
        """Minutes in both."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def without(self, other: "Span") -> Iterator["Span"]:
        """What is left of it."""
        if other.start > self.start:
            yield Span(self.start, min(self.end, other.start))
        if other.end < self.end:
            yield Span(max(self.start, other.end), self.end)


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who comes."""

    minute: float
    service: str
    #: None: the usual class
    attention: str | None = None
    people: int = 1
    #: does not come when called
    no_show: bool = False
    #: gives up after so many minutes of waiting
    patience: float | None = None
    #: services that an agent sends them to afterwards
    then: tuple[str, ...] = ()


class Stream(msgspec.Struct, frozen=True):
    """People who come to a service at random, so many an hour."""

    service: str
    rates: tuple[tuple[Span, float], ...]
    #: class → its part; the rest is of the usual class
    classes: dict[str, float] = {}
    no_shows: float = 0.0

    @property
    def expected(self) -> float:
        """People a day."""
        return sum((span.end - span.start) / HOUR * rate for span, rate in self.rates)

    def people(self, seed: str) -> Iterator[Person]:
        """One day's, by that seed."""
        chance = random.Random(f"{seed}/{self.service}")  # noqa: S311 - repeatable on purpose
        for span, rate in self.rates:
            minute = span.start
            while rate > 0:
                minute += chance.expovariate(rate / HOUR)
                if minute >= span.end:
                    break
                yield Person(
                    minute,
                    self.service,
                    _drawn(self.classes, chance),
                    no_show=chance.random() < self.no_shows,
                )


class Times(msgspec.Struct, frozen=True):
    """How long a service keeps a desk, minutes: drawn again from `seen`, or around `mean`."""

    mean: float
    spread: Spread = "lognormal"
    seen: tuple[float, ...] = ()

    def draw(self, chance: random.Random) -> float:
        """One service, seconds."""
        if self.seen:
            return max(_SHORTEST, 60 * chance.choice(self.seen))
        if self.spread == "fixed":
            return 60 * self.mean
        if self.spread == "exponential":
            return max(_SHORTEST, 60 * chance.expovariate(1 / self.mean))
        return max(_SHORTEST, 60 * self.mean * chance.lognormvariate(-(_SIGMA**2) / 2, _SIGMA))


class Script(msgspec.Struct, frozen=True):
    """All that is played, but for the seed."""

    #: the site's description, TOML
    site: str
    #: YYYY-MM-DD
    day: str
    #: services that people come to or are sent to
    times: dict[str, Times]
    #: desk → when somebody works there, in order
    shifts: dict[str, tuple[Span, ...]]
    people: tuple[Person, ...] = ()
    streams: tuple[Stream, ...] = ()
    #: minutes that a desk takes between two people, drawn again from these
    between: tuple[float, ...] = (0.0,)

    def crowd(self, seed: int) -> list[Person]:
        """Everybody who comes on the day of that seed, in order."""
        drawn = [one for stream in self.streams for one in stream.people(str(seed))]
        return sorted([*self.people, *drawn], key=lambda one: one.minute)

    @property
    def expected(self) -> float:
        """People who come, on average."""
        return len(self.people) + sum(one.expected for one in self.streams)


def _drawn(classes: dict[str, float], chance: random.Random) -> str | None:
    place = chance.random()
    for key, part in classes.items():
        place -= part
        if place < 0:
            return key
    return None
