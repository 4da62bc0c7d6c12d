"""What queueing theory says about a line, to hold simulations against and to warn of overload.

Pure. People come at random (Poisson), each of `servers` desks attends for exponential times;
classes are given first to last. Rates are per hour, waits in hours. Sources: Erlang (1917) for
`erlang_c`; Cobham (1954) for strict classes; Kleinrock (1964), Stanford, Taylor and Ziedins
(2014) for accumulating priority; Kleinrock (1965) for the conservation law; Palm (1946) for
people who give up.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import inf
from typing import NamedTuple

#: beyond this many people in line their share of the time is nothing
_LONGEST = 5000
_NOTHING = 1e-15


def erlang_c(load: float, servers: int) -> float:
    """Probability that somebody who comes must wait; 1 where the line grows without end.

    `load` is the work that comes: arrivals times mean service, in desks.
    """
    if load >= servers:
        return 1.0
    blocked = 1.0
    for used in range(1, servers + 1):
        blocked = load * blocked / (used + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(arrivals: float, service: float, servers: int) -> float:
    """Mean wait, first come first served; `inf` where more work comes than is done."""
    capacity = servers * service
    if arrivals >= capacity:
        return inf
    return erlang_c(arrivals / service, servers) / (capacity - arrivals)


def strict(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Mean wait of each class where a better class always goes first (nobody is interrupted)."""
    capacity = servers * service
    waiting = erlang_c(sum(arrivals) / service, servers) / capacity
    ends = [0.0, *accumulate(one / capacity for one in arrivals)]
    return [
        waiting / ((1 - before) * (1 - after)) if after < 1 else inf
        for before, after in pairwise(ends)
    ]


def accumulating(
    arrivals: Sequence[float], rates: Sequence[float], service: float, servers: int
) -> list[float]:
    """Mean wait of each class whose points grow at these rates, the greatest rate first."""
    capacity = servers * service
    parts = [one / capacity for one in arrivals]
    common = mean_wait(sum(arrivals), service, servers)
    waits = [0.0] * len(parts)
    for k in reversed(range(len(parts))):
        later = sum(
            parts[i] * waits[i] * (1 - rates[i] / rates[k]) for i in range(k + 1, len(parts))
        )
        sooner = sum(parts[i] * (1 - rates[k] / rates[i]) for i in range(k))
        waits[k] = (common - later) / (1 - sooner)
    return waits


def conserved(arrivals: Sequence[float], waits: Sequence[float]) -> float:
    """The mean wait of all together, which no order of calls changes: first come first served has it."""
    return sum(n * wait for n, wait in zip(arrivals, waits, strict=True)) / sum(arrivals)


class GivingUp(NamedTuple):
    """What becomes of people who do not wait for ever."""

    waits: float
    abandons: float


def with_patience(arrivals: float, service: float, servers: int, patience: float) -> GivingUp:
    """Shares of those who wait at all and of those who give up; each gives up at that rate an hour."""
    here = [1.0]
    while len(here) < _LONGEST and (len(here) <= servers or here[-1] > _NOTHING * max(here)):
        n = len(here)
        here.append(
            here[-1] * arrivals / (min(n, servers) * service + max(0, n - servers) * patience)
        )
    whole = sum(here)
    waits = sum(here[servers:]) / whole
    in_line = sum((n - servers) * one for n, one in enumerate(here) if n > servers) / whole
    return GivingUp(waits, patience * in_line / arrivals)
