"""Where everything stands in the supervisor's pictures: waits by the hour, arrivals against desks
open, ratings with their interval. Pure: figures in, coordinates out; templates/pictures.html draws
them as SVG and writes the same figures as a table. No colours here, no words, no reading.

A picture is `WIDTH` units wide, of which one is about a pixel on a desk's screen. Shapes tell the
series apart, never a colour alone.
"""

from collections.abc import Sequence
from math import ceil
from typing import Final

import msgspec

from turnero.desk.day import Ratings
from turnero.desk.today import HOUR_MS, Hour
from turnero.queue.shares import FEW

WIDTH: Final = 640
#: left of the axis, for its figures; right of the last column
LEFT: Final = 44
RIGHT: Final = 8
#: above a plot for what it counts and the label of its highest bar, below it for the hours
TOP: Final = 30
BETWEEN: Final = 42
BELOW: Final = 26
#: of a column's width, what its bar takes
_BAR: Final = 0.62
_WIDEST: Final = 46.0
#: with more columns every other hour is written, and no figures at the bars
_CROWDED: Final = 14
#: lines of a scale; fewer where the figures are small
_LINES: Final = 4
_MINUTES: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240)


class Tick(msgspec.Struct, frozen=True):
    """A line of a scale."""

    y: float
    value: int


class Bar(msgspec.Struct, frozen=True):
    """A bar that stands on its axis."""

    x: float
    y: float
    width: float
    height: float


class Column(msgspec.Struct, frozen=True):
    """One hour of a picture."""

    hour: Hour
    #: the middle, under which the hour is written
    x: float
    written: bool
    bar: Bar | None
    #: of a picture of waits: the height of the ninth decile
    ninth_y: float | None = None
    #: of the lower plot of a picture of two
    lower: Bar | None = None


class Plot(msgspec.Struct, frozen=True):
    """A plot with its scale."""

    top: float
    bottom: float
    ticks: tuple[Tick, ...]


class Picture(msgspec.Struct, frozen=True):
    """One picture over the hours of a day."""

    height: float
    plots: tuple[Plot, ...]
    columns: tuple[Column, ...]
    #: whether each bar has room for its figure
    figures: bool


class Share(msgspec.Struct, frozen=True):
    """The share of good answers to one question, on a scale from 0 to 100 %."""

    cents: int
    #: of the share and of its interval's ends
    x: float
    low_x: float
    high_x: float
    #: of so few answers that the picture says so
    few: bool
    #: per cent → x
    ticks: tuple[tuple[int, float], ...]


def scale(most: float, steps: Sequence[int] = ()) -> tuple[int, int]:
    """The top of a scale that holds `most` in at most four even steps, and the step.

    `steps` are the steps that may be; without them 1, 2 and 5 with their tens.
    """
    wanted = max(1.0, most) / _LINES
    for step in steps:
        if step >= wanted:
            return step * max(1, ceil(max(1.0, most) / step)), step
    step = 1
    while True:
        for times in (1, 2, 5):
            if step * times >= wanted:
                return step * times * max(1, ceil(max(1.0, most) / (step * times))), step * times
        step *= 10


def waits(hours: Sequence[Hour]) -> Picture:
    """Bars as high as the median wait, each with a mark at the ninth decile."""
    most = max((one.ninth or one.median or 0 for one in hours), default=0)
    plot, top = _plot(TOP, 172, most, _MINUTES)
    return Picture(
        height=plot.bottom + BELOW,
        plots=(plot,),
        columns=tuple(
            Column(
                hour=one,
                x=_middle(n, len(hours)),
                written=_written(n, len(hours)),
                bar=None if one.median is None else _bar(n, len(hours), plot, one.median / top),
                ninth_y=None if one.ninth is None else _height(plot, one.ninth / top),
            )
            for n, one in enumerate(hours)
        ),
        figures=len(hours) <= _CROWDED,
    )


def arrivals(hours: Sequence[Hour]) -> Picture:
    """Tickets taken above, desks open below, over the same hours."""
    upper, most = _plot(TOP, 96, max((one.arrivals for one in hours), default=0))
    lower, desks = _plot(upper.bottom + BETWEEN, 64, max((one.desks for one in hours), default=0))
    return Picture(
        height=lower.bottom + BELOW,
        plots=(upper, lower),
        columns=tuple(
            Column(
                hour=one,
                x=_middle(n, len(hours)),
                written=_written(n, len(hours)),
                bar=_bar(n, len(hours), upper, one.arrivals / most),
                lower=_bar(n, len(hours), lower, one.desks / desks, whole=True),
            )
            for n, one in enumerate(hours)
        ),
        figures=len(hours) <= _CROWDED,
    )


def share(ratings: Ratings) -> Share | None:
    """The share of good answers with its 95 % interval; None where too few answered."""
    found = ratings.interval
    if found is None:
        return None
    good = ratings.good / ratings.n
    return Share(
        cents=round(100 * good),
        x=_percent(good),
        low_x=_percent(found[0]),
        high_x=_percent(found[1]),
        few=ratings.n < FEW,
        ticks=tuple((cent, _percent(cent / 100)) for cent in (0, 25, 50, 75, 100)),
    )


class Pair(msgspec.Struct, frozen=True):
    """An hour with two bars beside each other: as it was, and with a change."""

    hour: int
    x: float
    written: bool
    before: Bar
    after: Bar
    #: minutes
    was: int
    would: int


class Pairs(msgspec.Struct, frozen=True):
    """A picture of pairs."""

    height: float
    plot: Plot
    columns: tuple[Pair, ...]
    figures: bool


def pairs(before: Sequence[tuple[int, float]], after: Sequence[tuple[int, float]]) -> Pairs:
    """Two waits an hour, (hour, minutes) each, on one scale."""
    was, would = dict(before), dict(after)
    hours = sorted(was.keys() | would.keys())
    most = max((*was.values(), *would.values()), default=0)
    plot, top = _plot(TOP, 172, most, _MINUTES)
    columns = []
    for n, hour in enumerate(hours):
        first, second = was.get(hour, 0.0), would.get(hour, 0.0)
        left = _bar(n, len(hours), plot, first / top)
        half = round(left.width / 2, 1)
        right = _bar(n, len(hours), plot, second / top)
        columns.append(
            Pair(
                hour,
                _middle(n, len(hours)),
                _written(n, len(hours)),
                msgspec.structs.replace(left, width=half),
                msgspec.structs.replace(right, x=round(right.x + half, 1), width=half),
                round(first),
                round(second),
            )
        )
    return Pairs(plot.bottom + BELOW, plot, tuple(columns), len(hours) <= _CROWDED)


def present(hours: Sequence[Hour], now_ms: int) -> int | None:
    """When the hour began that is not over yet; None where the last one is."""
    last = hours[-1].start_ms if hours else None
    return last if last is not None and now_ms < last + HOUR_MS else None


def _percent(share: float) -> float:
    # the figures at both ends stand within the picture
    return round(LEFT / 2 + share * (WIDTH - LEFT), 1)


def _plot(top: float, height: float, most: float, steps: Sequence[int] = ()) -> tuple[Plot, int]:
    highest, step = scale(most, steps)
    plot = Plot(top, top + height, ())
    ticks = tuple(
        Tick(_height(plot, value / highest), value) for value in range(0, highest + 1, step)
    )
    return Plot(top, top + height, ticks), highest


def _height(plot: Plot, share: float) -> float:
    return round(plot.bottom - share * (plot.bottom - plot.top), 1)


def _step(of: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, of)


def _middle(n: int, of: int) -> float:
    return round(LEFT + (n + 0.5) * _step(of), 1)


def _written(n: int, of: int) -> bool:
    return of <= _CROWDED or n % 2 == 0


def _bar(n: int, of: int, plot: Plot, share: float, *, whole: bool = False) -> Bar:
    width = _step(of) if whole else min(_WIDEST, _step(of) * _BAR)
    y = _height(plot, share)
    return Bar(round(_middle(n, of) - width / 2, 1), y, round(width, 1), round(plot.bottom - y, 1))
