"""Keeps the range honest while the day goes on: wider after misses, narrower after too many hits.

Pure. Adaptive conformal inference (Gibbs and Candès, 2021): each end of the range has a factor, moved
after each wait that has ended by a step up when it was missed and a smaller one down when it was not;
in the long run the share missed is the one wanted. A queue's own factors are drawn towards those of all
queues of the site together, the more so the fewer waits it has seen.
"""

from math import exp, log1p
from typing import Final

from msgspec import Struct

from turnero.queue.forecast.ranges import Forecast

#: what is to lie below the range, and above it
_MISSES: Final = 0.1
_STEP: Final = 0.03
#: waits after which a queue's own factors count as much as the site's
_OWN: Final = 60.0
#: logarithm of a factor: from a quarter to four
_MOST: Final = 1.4


class Factors(Struct, frozen=True, forbid_unknown_fields=True):
    """Logarithms of what the two halves of a range are multiplied with, and from how many waits."""

    low: float = 0.0
    high: float = 0.0
    waits: int = 0

    def after(self, *, below: bool, above: bool) -> "Factors":
        """With one more wait."""
        return Factors(
            _moved(self.low, missed=below), _moved(self.high, missed=above), self.waits + 1
        )


def _moved(factor: float, *, missed: bool) -> float:
    step = _STEP * ((1.0 if missed else 0.0) - _MISSES) / _MISSES
    return min(_MOST, max(-_MOST, factor + step))


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
        )

    def ended(self, queue: str, said: Forecast, waited_s: float) -> "Calibration":
        """After somebody of that queue who was told `said` waited so long and was called."""
        missed = {"below": waited_s < said.low_s, "above": waited_s > said.high_s}
        own = self.queues.get(queue, _NONE)
        return Calibration(self.site.after(**missed), {**self.queues, queue: own.after(**missed)})


def stretched(likely: float, end: float, factor: float) -> float:
    """One end of a range (minutes), its distance from the likely wait multiplied on a log scale."""
    return exp(log1p(likely) + (log1p(end) - log1p(likely)) * exp(factor)) - 1.0
