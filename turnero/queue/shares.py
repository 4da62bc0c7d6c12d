"""How sure a share is, as every report of answers tells it: with its number, or not at all."""

from typing import Final

#: with fewer answers no share is shown: it would say more than is known
FEWEST: Final = 10
#: with fewer answers the share is marked as one of few
FEW: Final = 30


def wilson(good: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927); (0, 1) when nobody answered."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    share, weight = good / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * (share * (1 - share) / n + weight / (4 * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
