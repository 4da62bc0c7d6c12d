"""Boosted trees as flat lists: a sum over many small trees, in plain Python.

A node asks whether one feature is at most a threshold; a child below zero is the leaf `~child`.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct


class BadTrees(ValueError):
    """These lists are not trees; the message says which."""


class Trees(Struct, frozen=True, forbid_unknown_fields=True):
    """One value from a row of features. Nodes of all trees lie one after another."""

    #: what every value begins with
    start: float
    #: the first node of each tree, rising
    roots: tuple[int, ...]
    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    #: to the next node, or `~leaf`
    low: tuple[int, ...]
    high: tuple[int, ...]
    leaves: tuple[float, ...]

    def value(self, row: Sequence[float]) -> float:
        """The sum of the leaves that the row comes to."""
        feature, threshold, low, high = self.feature, self.threshold, self.low, self.high
        leaves, total = self.leaves, self.start
        for root in self.roots:
            node = root
            while node >= 0:
                node = low[node] if row[feature[node]] <= threshold[node] else high[node]
            total += leaves[~node]
        return total

    def check(self, features: int) -> None:
        """That every walk through it ends. Raises `BadTrees`."""
        nodes = len(self.feature)
        if not len(self.threshold) == len(self.low) == len(self.high) == nodes:
            raise BadTrees("the lists of nodes are not of one length")
        if any(not 0 <= feature < features for feature in self.feature):
            raise BadTrees(f"a node asks for a feature that is not there; there are {features}")
        for node in range(nodes):
            for child in (self.low[node], self.high[node]):
                # A child comes after its parent: no walk goes in a circle.
                if not (node < child < nodes or 0 <= ~child < len(self.leaves)):
                    raise BadTrees(f"node {node} leads to {child}, which is not there")
        if any(a >= b for a, b in pairwise(self.roots)) or any(
            not 0 <= root < nodes for root in self.roots
        ):
            raise BadTrees("the roots are not nodes in rising order")
