"""Learns a prior from recorded waits: boosted trees for a quantile each. Needs numpy; see `docs/waits.md`.

Not read at run time. The same rows give the same bytes: rows, columns and draws come in a fixed order.
Friedman (2001) with the histograms and best-first leaves of LightGBM (Ke et al., 2017); a leaf holds the
weighted quantile of what is still unexplained.
"""

import gzip
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from turnero.queue.forecast.day import NAMES
from turnero.queue.forecast.estimator import Prior
from turnero.queue.forecast.trees import Trees

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_BINS: Final = 64
_RATE: Final = 0.05
_LEAVES: Final = 15
_LEAST: Final = 60
_COLUMNS: Final = 0.6
_ROWS: Final = 0.7
_RIDGE: Final = 0.5
_SEED: Final = 20260101
#: quantile and number of trees
_MODELS: Final = {"low": (0.1, 120), "likely": (0.5, 200), "high": (0.9, 120)}


def learned(
    rows: Sequence[Sequence[float]], waits: Sequence[float], done: Callable[[], None] = lambda: None
) -> Prior:
    """A prior from features and the minutes really waited; `done` is called after each tree."""
    features = np.asarray(rows, dtype=np.float64)
    base = features[:, -1]
    target = np.log1p(np.asarray(waits, dtype=np.float64)) - np.log1p(base)
    # An error of one per cent of a long wait is more minutes than of a short one.
    weights = (base + 2.0) ** 0.7
    weights /= weights.mean()
    cuts = [_cuts(features[:, place]) for place in range(features.shape[1])]
    grown = {
        name: _Boosting(features, cuts, target, weights, quantile).trees(count, done)
        for name, (quantile, count) in _MODELS.items()
    }
    return Prior(names=NAMES, **grown)


def trees_to_grow() -> int:
    """How often `learned` calls `done`."""
    return sum(count for _, count in _MODELS.values())


def packed(prior: Prior) -> bytes:
    """As a file: the same prior gives the same bytes."""
    return gzip.compress(msgspec.json.encode(prior), 9, mtime=0)


def _cuts(values: Floats) -> Floats:
    """Where a feature may be split: between its quantiles, in four figures as they are stored."""
    wanted = np.quantile(values, np.linspace(0, 1, _BINS + 1)[1:-1], method="lower")
    short = [float(f"{value:.4g}") for value in wanted]
    return np.unique(np.asarray(short, dtype=np.float64))


class _Boosting:
    """One quantile's trees over the same rows."""

    def __init__(
        self, features: Floats, cuts: list[Floats], target: Floats, weights: Floats, quantile: float
    ) -> None:
        self._cuts = cuts
        self._quantile = quantile
        self._target = target
        self._weights = weights
        # A row goes low where its value is at most the cut: bin k holds cut k-1 < value <= cut k.
        self._bins = np.stack(
            [np.searchsorted(cut, features[:, place]) for place, cut in enumerate(cuts)], axis=1
        ).astype(np.int64)
        self._random = np.random.Generator(np.random.PCG64(_SEED))
        self._nodes: dict[str, list[Any]] = {
            name: [] for name in ("roots", "feature", "threshold", "low", "high", "leaves")
        }

    def trees(self, count: int, done: Callable[[], None]) -> Trees:
        start = round(_quantile(self._target, self._weights, self._quantile), 4)
        said = np.full(len(self._target), start)
        everyone = len(said)
        columns = self._bins.shape[1]
        for _ in range(count):
            left = self._target - said
            drawn = np.sort(self._random.permutation(everyone)[: int(everyone * _ROWS)])
            some = np.sort(self._random.permutation(columns)[: max(1, int(columns * _COLUMNS))])
            said += self._tree(left, drawn, some)
            done()
        return Trees(start, **{name: tuple(values) for name, values in self._nodes.items()})

    def _tree(self, left: Floats, drawn: Whole, columns: Whole) -> Floats:
        """Grow one tree, write its nodes; what it adds for every row."""
        slope = np.where(left > 0, self._quantile, self._quantile - 1.0) * self._weights
        first = _Leaf(drawn, _sums(self._bins, drawn, columns, slope, self._weights))
        leaves = [first]
        splits: list[tuple[int, int, int, int]] = []
        while len(leaves) < _LEAVES:
            best = max(range(len(leaves)), key=lambda place: leaves[place].gain)
            leaf = leaves[best]
            if leaf.gain <= 0:
                break
            column, cut = int(columns[leaf.column]), leaf.cut
            goes_low = self._bins[leaf.rows, column] <= cut
            low, high = leaf.rows[goes_low], leaf.rows[~goes_low]
            if len(low) < len(high):
                small = _sums(self._bins, low, columns, slope, self._weights)
                leaves[best] = _Leaf(low, small)
                leaves.append(_Leaf(high, leaf.sums - small))
            else:
                small = _sums(self._bins, high, columns, slope, self._weights)
                leaves[best] = _Leaf(low, leaf.sums - small)
                leaves.append(_Leaf(high, small))
            splits.append((best, column, cut, len(leaves) - 1))
        values = [
            round(_RATE * _quantile(left[leaf.rows], self._weights[leaf.rows], self._quantile), 5)
            for leaf in leaves
        ]
        self._write(splits, values)
        return self._walk(splits, values)

    def _write(self, splits: list[tuple[int, int, int, int]], values: list[float]) -> None:
        nodes = self._nodes
        if not splits:
            return
        offset, leaf_offset = len(nodes["feature"]), len(nodes["leaves"])
        nodes["roots"].append(offset)
        nodes["leaves"] += values
        where: dict[int, tuple[str, int]] = {}
        for at, (parent, column, cut, new) in enumerate(splits):
            if parent in where:
                side, place = where[parent]
                nodes[side][place] = offset + at
            nodes["feature"].append(column)
            nodes["threshold"].append(float(self._cuts[column][cut]))
            nodes["low"].append(~(leaf_offset + parent))
            nodes["high"].append(~(leaf_offset + new))
            where[parent], where[new] = ("low", offset + at), ("high", offset + at)

    def _walk(self, splits: list[tuple[int, int, int, int]], values: list[float]) -> Floats:
        leaf = np.zeros(len(self._target), dtype=np.int64)
        for parent, column, cut, new in splits:
            leaf[(leaf == parent) & (self._bins[:, column] > cut)] = new
        return np.asarray(values)[leaf] if splits else np.zeros(len(leaf))


class _Leaf:
    """Rows that came here, and the best place to part them."""

    def __init__(self, rows: Whole, sums: Floats) -> None:
        self.rows = rows
        #: [slope, weight, rows] by column and bin
        self.sums = sums
        low = np.cumsum(sums, axis=2)[:, :, :-1]
        whole = sums.sum(axis=2)[:, :, None]
        high = whole - low
        gains = low[0] ** 2 / (low[1] + _RIDGE) + high[0] ** 2 / (high[1] + _RIDGE)
        gains[(low[2] < _LEAST) | (high[2] < _LEAST)] = -1.0
        place = int(np.argmax(gains))
        self.column, self.cut = divmod(place, gains.shape[1])
        none = float(whole[0, 0, 0] ** 2 / (whole[1, 0, 0] + _RIDGE))
        self.gain = float(gains[self.column, self.cut]) - none - 1e-9


def _sums(bins: Whole, rows: Whole, columns: Whole, slope: Floats, weights: Floats) -> Floats:
    """By column and bin: the rows' slopes, weights and number."""
    width = _BINS
    codes = (bins[np.ix_(rows, columns)] + np.arange(len(columns)) * width).ravel()
    size = len(columns) * width
    repeat = len(columns)
    sums = np.empty((3, size), dtype=np.float64)
    sums[0] = np.bincount(codes, np.repeat(slope[rows], repeat), size)
    sums[1] = np.bincount(codes, np.repeat(weights[rows], repeat), size)
    sums[2] = np.bincount(codes, None, size)
    return sums.reshape(3, repeat, width)


def _quantile(values: Floats, weights: Floats, quantile: float) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    place = int(np.searchsorted(total, quantile * total[-1]))
    return float(values[order[min(place, len(order) - 1)]])
