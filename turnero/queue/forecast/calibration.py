"""Keeps a forecast honest while the day goes on: wider after misses, narrower after too many hits.

Pure. Adaptive conformal inference (Gibbs and Candès, 2021): each end of the range has a factor, moved
after each wait that has ended by a step up when it was missed and a smaller one down when it was not;
in the long run the share missed is the one wanted. The likely wait has one too: up after a longer
wait, as much down after a shorter one, so a site whose lines are slower than those that were learned
from comes to its own median. A queue's own factors are drawn towards those of all
queues of the site together, the more so the fewer waits it has seen. Steps are large while a site is
new and small in the end: with large ones the range breathes, and is wider for the same coverage.
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
#: what the likely wait moves by, as a share of that step: most of a miss is chance
_LIKELY_STEP: Final = 0.25
_MOST_LIKELY: Final = 0.7
#: waits after which a queue's own factors count as much as the site's: what few waits say of a queue
#: is chance rather than what the queues of a site differ by
_OWN: Final = 600.0
#: logarithm of a factor: from a third to nearly three
_MOST: Final = 1.0
#: a site that was never seen is less like the others than they are like each other
_FIRST_LOW: Final = 0.03
_FIRST_HIGH: Final = 0.1


class Factors(Struct, frozen=True, forbid_unknown_fields=True):
    """Logarithms of what the likely wait and the two halves of the range around it are multiplied with.

    As they are before any wait has ended.
    """

    low: float = _FIRST_LOW
    high: float = _FIRST_HIGH
    #: they were learned from
    waits: int = 0
    likely: float = 0.0

    def after(self, said: Forecast, waited_s: float) -> "Factors":
        """With one more wait."""
        step = _SLOW + (_FAST - _SLOW) / (1 + self.waits / _HALF_WAY)
        likely = _LIKELY_STEP * step * (1 if waited_s > said.likely_s else -1)
        return Factors(
            _moved(self.low, step, missed=waited_s < said.low_s),
            _moved(self.high, step, missed=waited_s > said.high_s),
            self.waits + 1,
            min(_MOST_LIKELY, max(-_MOST_LIKELY, self.likely + likely)),
        )

    def applied(self, said: Forecast) -> Forecast:
        """To what was forecast without them."""
        middle = log1p(said.likely_s / 60)
        low = middle - (middle - log1p(said.low_s / 60)) * exp(self.low)
        high = middle + (log1p(said.high_s / 60) - middle) * exp(self.high)
        return forecast_of(
            expm1(low + self.likely), expm1(middle + self.likely), expm1(high + self.likely)
        )


def _moved(factor: float, step: float, *, missed: bool) -> float:
    by = step * ((1.0 if missed else 0.0) - _MISSES) / _MISSES
    return min(_MOST, max(-_MOST, factor + by))


_NONE: Final = Factors()


class Calibration(Struct, frozen=True, forbid_unknown_fields=True):
    """Of all queues of a site. A frozen value: `ended` gives the next one."""

    site: Factors = _NONE
    queues: dict[str, Factors] = {}

    def of(self, queue: str) -> Factors:
        """For that queue now."""
        own = self.queues.get(queue, _NONE)
        share = own.waits / (own.waits + _OWN)
        return Factors(
            own.low * share + self.site.low * (1 - share),
            own.high * share + self.site.high * (1 - share),
            own.waits,
            own.likely * share + self.site.likely * (1 - share),
        )

    def ended(self, queue: str, said: Forecast, waited_s: float) -> "Calibration":
        """After somebody of that queue who was told `said` waited so long and was called."""
        own = self.queues.get(queue, _NONE)
        return Calibration(
            self.site.after(said, waited_s), {**self.queues, queue: own.after(said, waited_s)}
        )
