"""How long one with so many people ahead will wait: a likely wait and a range for four in five.

Pure. The middle of the day's own paces (`day.py`) is a first answer; trees learned from recorded days
say by what factor to correct it, and how far the range goes. On a queue's first day they do so by half: what
was learned elsewhere has not yet been true here, and a line that grows all day is told far too little.
"""

import gzip
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from math import expm1, log1p
from typing import Final

import msgspec
from msgspec import Struct

from turnero.queue.forecast.calibration import Factors
from turnero.queue.forecast.day import LEAST_SEEN, NAMES, QueueDay
from turnero.queue.forecast.history import History
from turnero.queue.forecast.ranges import Forecast, forecast_of
from turnero.queue.forecast.trees import BadTrees, Trees

#: minutes a queue must have been watched before its first forecast on a day without a history
_WATCHED: Final = 15.0
#: the share of the correction that counts on a queue's first day
_FIRST_DAY: Final = 0.5
#: logarithm of more minutes than a week has
_MOST_LOG: Final = 10.0


class BadPrior(ValueError):
    """The file of learned data is not one; the message says why."""


class Prior(Struct, frozen=True, forbid_unknown_fields=True):
    """What was learned: logarithms of the factor on the middle, for three quantiles."""

    names: tuple[str, ...]
    low: Trees
    likely: Trees
    high: Trees


def prior_from(data: bytes) -> Prior:
    """Of a prior's file (gzip of JSON). Raises `BadPrior`."""
    try:
        prior = msgspec.json.decode(gzip.decompress(data), type=Prior)
        for trees in (prior.low, prior.likely, prior.high):
            trees.check(len(NAMES))
    except (OSError, EOFError, msgspec.MsgspecError, BadTrees) as error:
        raise BadPrior(f"not a prior: {error}") from error
    if prior.names != NAMES:
        raise BadPrior("not a prior of this release: it was learned with other features")
    return prior


def shipped_bytes() -> bytes:
    """The prior's file that comes with the product."""
    return files(__package__).joinpath("prior.json.gz").read_bytes()


class Estimator:
    """Forecasts from a prior. Has no state: a day, its history and the calibration are given."""

    def __init__(self, prior: Prior) -> None:
        self._prior = prior

    @staticmethod
    @cache
    def shipped() -> "Estimator":
        """With the prior that comes with the product."""
        return Estimator(prior_from(shipped_bytes()))

    def forecast(
        self,
        day: QueueDay,
        ahead: int,
        history: History | None = None,
        factors: Factors | None = None,
    ) -> Forecast | None:
        """For one with `ahead` people before them; `factors` from `Calibration.of(queue)`, None: without.

        None where it is honestly unknown: nothing seen today, or, without an earlier day, for less
        than three minutes, or a quarter of an hour without a call.
        """
        if not day.minutes or ahead < 0:
            return None
        first = history is None or history.taught is None
        watched = _WATCHED if day.last_call is None else LEAST_SEEN
        if first and day.minutes[-1] - day.minutes[0] < watched:
            return None
        said = self._said(day.features(ahead, history), _FIRST_DAY if first else 1.0)
        return said if factors is None else factors.applied(said)

    def forecasts(
        self,
        day: QueueDay,
        aheads: Iterable[int],
        history: History | None = None,
        factors: Factors | None = None,
    ) -> dict[int, Forecast | None]:
        """For several people in one line: nobody further back is told a shorter wait."""
        told: dict[int, Forecast | None] = {}
        before = Forecast(0, 0, 0)
        for ahead in sorted(aheads):
            said = self.forecast(day, ahead, history, factors)
            if said is not None:
                said = before = Forecast(
                    max(said.low_s, before.low_s),
                    max(said.likely_s, before.likely_s),
                    max(said.high_s, before.high_s),
                )
            told[ahead] = said
        return told

    def _said(self, row: Sequence[float], share: float) -> Forecast:
        low, likely, high = (
            trees.value(row) for trees in (self._prior.low, self._prior.likely, self._prior.high)
        )
        # The range keeps its width: it goes with the middle that it is told around.
        base = log1p(row[-1]) + likely * (share - 1.0)
        return forecast_of(
            _minutes(base + min(low, likely)),
            _minutes(base + likely),
            _minutes(base + max(likely, high)),
        )


def _minutes(log: float) -> float:
    return max(0.0, expm1(min(log, _MOST_LOG)))
