"""How good what was said was: error, bias and coverage, in minutes."""

from collections.abc import Sequence
from statistics import fmean, median

from msgspec import UNSET, Struct, UnsetType

from turnero.server.evaluate.walk import Judgement


class Figures(Struct, frozen=True):
    """Of one who says how long it takes. None where there is nothing to say it from."""

    #: mean and median of |said - waited|
    mae_minutes: float | None = None
    median_minutes: float | None = None
    #: mean of said - waited: above zero, people are told too long a wait
    bias_minutes: float | None = None
    #: share of waits that ended within the range that was to hold four in five; None without a range
    coverage_80: float | None = None
    mean_width_minutes: float | None = None


class Evaluation(Struct, frozen=True):
    """The same rows as this product, the installed system and the last wait would have had them.

    Rows at which the product or the installed system had said nothing are not in its figures.
    """

    rows: int
    turnero: Figures
    vendor: Figures
    les: Figures
    #: with one office left out at a time: each by itself
    offices: "dict[str, Evaluation] | UnsetType" = UNSET


def evaluation(judged: Sequence[Judgement]) -> Evaluation:
    """Figures of these rows."""
    said = [(row.said, row.truth) for row in judged if row.said is not None]
    return Evaluation(
        len(judged),
        _figures(
            [one.likely_s / 60 - truth for one, truth in said],
            [one.low_s <= truth * 60 <= one.high_s for one, truth in said],
            [(one.high_s - one.low_s) / 60 for one, _ in said],
        ),
        _figures([row.vendor - row.truth for row in judged if row.vendor is not None]),
        _figures([row.les - row.truth for row in judged]),
    )


def _figures(
    errors: Sequence[float], inside: Sequence[bool] = (), widths: Sequence[float] = ()
) -> Figures:
    if not errors:
        return Figures()
    sizes = [abs(error) for error in errors]
    return Figures(
        round(fmean(sizes), 3),
        round(median(sizes), 3),
        round(fmean(errors), 3),
        round(fmean(inside), 4) if inside else None,
        round(fmean(widths), 3) if widths else None,
    )
