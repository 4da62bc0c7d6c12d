"""Keeps a forecast honest while the day goes on: wider after misses, narrower after too many hits.

Pure. Adaptive conformal inference (Gibbs and Candès, 2021): each end of the range has a factor, moved
after each wait that has ended by a step up when it was missed and a smaller one down when it was not;
in the long run the share missed is the one wanted. The likely wait has one too: a running mean of by how
much waits were longer than the uncorrected forecast, so a line that contradicts what was learned elsewhere
is told its own waits after some ten of them. It is compared with what had been said *without* it: a long
line's waits end long after they were told, and a correction that looked at its own errors would overshoot.
A queue's own factors are drawn towards those of all queues of the site together, the more so the fewer
waits it has seen. Steps are large while a site is new and small in the end: with large ones the range
breathes, and is wider for the same coverage.
"""

from math import exp, expm1, log1p
from typing import Final

from msgspec import Struct

from turnero.queue.forecast.ranges import Forecast, forecast_of

#: what is to lie below the range, and above it
_MISSES: Final = 0.1
#: the step at first and in the end, and the waits after which it is half-way
_FAST: Final = 0.02
_SLOW: Final = 0.002
_HALF_WAY: Final = 30.0
#: the same for the likely wait, as shares of what it was wrong by; most of a large miss is chance
_LIKELY_FAST: Final = 0.1
_LIKELY_SLOW: Final = 0.02
_LIKELY_HALF_WAY: Final = 10.0
_LIKELY_MISS: Final = 0.3
#: waits after which a queue's own factors count as much as the site's: what few waits say of the ends of
#: its range is chance rather than what the queues of a site differ by
_OWN: Final = 600.0
_OWN_LIKELY: Final = 20.0
#: logarithm of a factor: from a third to nearly three
_MOST: Final = 1.0
#: a site that was never seen is less like the others than they are like each other
_FIRST_LOW: Final = 0.03
_FIRST_HIGH: Final = 0.1


class Factors(Struct, frozen=True, forbid_unknown_fields=True):
    """Logarithms of what the likely wait and the two halves of the range around it are multiplied with."""

    low: float = _FIRST_LOW
    high: float = _FIRST_HIGH
    #: they were learned from
    waits: int = 0
    likely: float = 0.0

    def after(self, said: Forecast, waited_s: float, by: "Factors") -> "Factors":
        """With one more wait; `by`: what had been applied to the forecast that was said."""
        miss = log1p(waited_s / 60) - log1p(said.likely_s / 60) + by.likely - self.likely
        share = _step(_LIKELY_FAST, _LIKELY_SLOW, self.waits / _LIKELY_HALF_WAY)
        step = _step(_FAST, _SLOW, self.waits / _HALF_WAY)
        return Factors(
            _moved(self.low, step, missed=waited_s < said.low_s),
            _moved(self.high, step, missed=waited_s > said.high_s),
            self.waits + 1,
            _within(_MOST, self.likely + share * _within(_LIKELY_MISS, miss)),
        )

    def applied(self, said: Forecast) -> Forecast:
        """To what was forecast without them."""
        middle = log1p(said.likely_s / 60)
        low = middle - (middle - log1p(said.low_s / 60)) * exp(self.low)
        high = middle + (log1p(said.high_s / 60) - middle) * exp(self.high)
        return forecast_of(
            expm1(low + self.likely), expm1(middle + self.likely), expm1(high + self.likely)
        )


def _step(first: float, last: float, way: float) -> float:
    return last + (first - last) / (1 + way)


def _moved(factor: float, step: float, *, missed: bool) -> float:
    return _within(_MOST, factor + step * ((1.0 if missed else 0.0) - _MISSES) / _MISSES)


def _within(most: float, value: float) -> float:
    return min(most, max(-most, value))


#: before any wait has ended
NO_FACTORS: Final = Factors()


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """Of all queues of a site. A frozen value: `ended` gives the next one."""

    site: Factors = NO_FACTORS
    queues: dict[str, Factors] = {}

    def of(self, queue: str) -> Factors:
        """For that queue now."""
        own = self.queues.get(queue, NO_FACTORS)
        share = own.waits / (own.waits + _OWN)
        likely = own.waits / (own.waits + _OWN_LIKELY)
        return Factors(
            own.low * share + self.site.low * (1 - share),
            own.high * share + self.site.high * (1 - share),
            own.waits,
            own.likely * likely + self.site.likely * (1 - likely),
        )

    def ended(self, queue: str, said: Forecast, waited_s: float, by: Factors) -> "Calibration":
        """After somebody of that queue waited so long and was called; `said`, with `by` in it, is what
        they had been told.
        """
        own = self.queues.get(queue, NO_FACTORS)
        return Calibration(
            self.site.after(said, waited_s, by),
            {**self.queues, queue: own.after(said, waited_s, by)},
        )
