"""Many seeds of a rehearsal in figures: waits by class and service, each with its 95 % interval.

Pure. Every seed gives one median, one ninth decile and one mean; the figure is their mean over the
seeds, and its interval Student's over them: seeds are independent days. A day begins with nobody in
line, as a real one does, so nothing of it is cut away as a warm-up. Where two rehearsals share their
seeds the difference is taken seed by seed: the people are the same, so it is known far better than
either.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil, inf, sqrt
from typing import Final

import msgspec

from turnero.server.simulate.rehearsal import Played, Wait
from turnero.server.simulate.script import HOUR, Span

#: Student's t at 95 %, two sides, by degrees of freedom from 1
_T: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


class Interval(msgspec.Struct, frozen=True):
    """A figure and between what it lies with 95 % certainty; None: one seed says nothing of that."""

    mid: float
    low: float | None = None
    high: float | None = None


class Waits(msgspec.Struct, frozen=True):
    """Waits of a class at a service, minutes; None stands for all of them."""

    service: str | None
    attention: str | None
    #: who waited, a day
    people: float
    median: Interval
    ninth: Interval
    mean: Interval


class HourWaits(msgspec.Struct, frozen=True):
    """Of those who began to wait within an hour of the site's clock."""

    hour: int
    people: float
    #: minutes that half of them waited at most
    median: float
    #: and nine of ten
    ninth: float


class Figures(msgspec.Struct, frozen=True):
    """What a rehearsal found."""

    seeds: int
    #: all, then each class, each service, each class of each service
    waits: tuple[Waits, ...]
    hours: tuple[HourWaits, ...]
    #: service → people a day who were never called
    left: dict[str, float]
    refused: dict[str, float]
    commands: int

    @property
    def all(self) -> Waits | None:
        """Everybody; None where nobody came."""
        return self.waits[0] if self.waits else None


def interval(values: Sequence[float], least: float = -inf) -> Interval:
    """The mean of what the seeds gave; `least`: what none can be less than."""
    n = len(values)
    mid = sum(values) / n
    if n == 1:
        return Interval(_round(mid))
    spread = sqrt(sum((one - mid) ** 2 for one in values) / (n - 1) / n)
    half = _T[min(n - 1, len(_T)) - 1] * spread
    return Interval(_round(mid), _round(max(least, mid - half)), _round(mid + half))


def quantile(waits: Sequence[float], share: float) -> float:
    """By nearest rank, of waits in order."""
    return waits[max(0, ceil(share * len(waits)) - 1)]


def figures(played: Sequence[Played]) -> Figures:
    """All figures of some seeds."""
    n = len(played)
    return Figures(
        seeds=n,
        waits=tuple(
            found
            for service, attention in _groups(played)
            if (found := _waits(played, service, attention)) is not None
        ),
        hours=hours(played, Whose()),
        left=_a_day([Counter(w.service for w in one.waits if not w.called) for one in played]),
        refused=_a_day([one.refused for one in played]),
        commands=sum(one.commands for one in played),
    )


class Whose(msgspec.Struct, frozen=True):
    """Some of the waits: of these services and class, begun within these hours; None: all."""

    services: frozenset[str] | None = None
    span: Span | None = None
    attention: str | None = None

    def __contains__(self, wait: Wait) -> bool:
        """Whether it is one of them."""
        at = self.span is None or self.span.start <= wait.minute < self.span.end
        theirs = self.services is None or wait.service in self.services
        return at and theirs and self.attention in (None, wait.attention)

    def sorted(self, waits: Iterable[Wait]) -> list[float]:
        """Their minutes in order."""
        return sorted(wait.waited for wait in waits if wait in self)


def difference(before: Sequence[Played], after: Sequence[Played], whose: Whose) -> Interval | None:
    """By how much less half of them wait afterwards, minutes, seed by seed; None: nobody waited."""
    both = [
        (whose.sorted(a.waits), whose.sorted(b.waits)) for a, b in zip(before, after, strict=True)
    ]
    less = [quantile(a, 0.5) - quantile(b, 0.5) for a, b in both if a and b]
    return interval(less) if less else None


def half_of(played: Sequence[Played], whose: Whose) -> Interval | None:
    """What half of them waited at most."""
    found = [quantile(waits, 0.5) for one in played if (waits := whose.sorted(one.waits))]
    return interval(found, 0.0) if found else None


def _groups(played: Iterable[Played]) -> list[tuple[str | None, str | None]]:
    """Those that there are, the greatest service first."""
    both = Counter((wait.service, wait.attention) for one in played for wait in one.waits)
    services, classes = Counter[str](), Counter[str]()
    for (service, attention), n in both.items():
        services[service] += n
        classes[attention] += n
    groups: list[tuple[str | None, str | None]] = [(None, None)]
    if len(classes) > 1:
        groups += [(None, key) for key in sorted(classes)]
    if len(services) > 1:
        for key, _ in services.most_common():
            mine = sorted(attention for service, attention in both if service == key)
            groups.append((key, None))
            groups += [(key, attention) for attention in mine if len(mine) > 1]
    return groups


def _waits(played: Sequence[Played], service: str | None, attention: str | None) -> Waits | None:
    def wanted(wait: Wait) -> bool:
        return service in (None, wait.service) and attention in (None, wait.attention)

    seeds = [sorted(wait.waited for wait in one.waits if wanted(wait)) for one in played]
    found = [one for one in seeds if one]
    if not found:
        return None

    def over(figure: Callable[[list[float]], float]) -> Interval:
        return interval([figure(one) for one in found], 0.0)

    return Waits(
        service,
        attention,
        people=_round(sum(map(len, seeds)) / len(played)),
        median=over(lambda one: quantile(one, 0.5)),
        ninth=over(lambda one: quantile(one, 0.9)),
        mean=over(lambda one: sum(one) / len(one)),
    )


def hours(played: Sequence[Played], whose: Whose) -> tuple[HourWaits, ...]:
    """By the hour in which they began to wait."""
    by_hour: dict[int, list[float]] = {}
    for one in played:
        for wait in filter(whose.__contains__, one.waits):
            by_hour.setdefault(int(wait.minute // HOUR), []).append(wait.waited)
    return tuple(
        HourWaits(
            hour,
            _round(len(waits) / len(played)),
            _round(quantile(sorted(waits), 0.5)),
            _round(quantile(sorted(waits), 0.9)),
        )
        for hour, waits in sorted(by_hour.items())
    )


def _a_day(counts: Sequence[Mapping[str, int]]) -> dict[str, float]:
    total = Counter[str]()
    for one in counts:
        total.update(one)
    return {key: _round(n / len(counts)) for key, n in sorted(total.items())}


def _round(value: float) -> float:
    return round(value, 2)
