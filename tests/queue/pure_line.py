"""A waiting room in numbers alone: random arrivals, desks, and the policy that the product ships.

No ledger, no commands: every call goes through a `Policy` (`routing.choose`, or a wrong one that a
test wants to see fail) over the heads of lines, a hundred thousand calls in seconds. Time is in
milliseconds. How long a service takes is drawn when it begins, so that how many wait at any moment
is the same whatever order they are called in: only who they are differs.
"""

import heapq
import random
from collections import deque
from collections.abc import Callable, Sequence
from math import sqrt
from typing import NamedTuple

from turnero.queue.routing import Choice, Head, Order, turns_after

HOUR = 3_600_000
Policy = Callable[[Sequence[Head], int, Order], Choice | None]


class Kind(NamedTuple):
    """A class of people: how many come an hour, and what a head of their line says."""

    arrivals: float
    rank: int
    target_minutes: int = 30
    preferred: bool = False
    clinical: bool = False
    key: str = ""


class Hall(NamedTuple):
    """Who comes, and to how many desks."""

    kinds: tuple[Kind, ...]
    order: Order
    desks: int = 3
    #: services that one desk ends in an hour
    service: float = 6.0
    #: rate an hour at which each one who waits gives up; 0: nobody does
    giving_up: float = 0.0


class Seen(NamedTuple):
    """One person: which class, when they came, when they were called; -1: gave up."""

    kind: int
    came: float
    called: float


def play(policy: Policy, hall: Hall, people: int, seed: int) -> list[Seen]:
    """The first `people` of an endless day, in order of arrival."""
    arrivals, classes, services, patience = (random.Random(f"{seed} {n}") for n in range(4))
    per_ms = sum(one.arrivals for one in hall.kinds) / HOUR
    odds = [one.arrivals for one in hall.kinds]
    room = Room(policy, hall)
    seen: list[Seen] = []
    came: list[tuple[int, float]] = []
    called: list[float] = []
    busy: list[float] = []
    kinds = classes.choices(range(len(odds)), odds, k=people)
    now = 0.0

    def calls(now: float) -> None:
        while (person := room.call(now)) is not None:
            if called[person] == -1.0:
                continue  # gave up before
            called[person] = now
            heapq.heappush(busy, now + services.expovariate(hall.service / HOUR))
            return

    gives_up: list[tuple[float, int]] = []
    for person, kind in enumerate(kinds):
        now += arrivals.expovariate(per_ms)
        while (busy and busy[0] <= now) or (gives_up and gives_up[0][0] <= now):
            if gives_up and (not busy or gives_up[0][0] <= busy[0]):
                _, gone = heapq.heappop(gives_up)
                if called[gone] == -2.0:  # still waits
                    called[gone] = -1.0
            else:
                calls(heapq.heappop(busy))
        came.append((kind, now))
        called.append(-2.0)
        room.join(kind, person, now)
        if hall.giving_up:
            heapq.heappush(gives_up, (now + patience.expovariate(hall.giving_up / HOUR), person))
        if len(busy) < hall.desks:
            calls(now)
    seen.extend(Seen(kind, at, then) for (kind, at), then in zip(came, called, strict=True))
    return seen


class Room:
    """The lines of the classes, and what the share rule remembers of each."""

    def __init__(self, policy: Policy, hall: Hall) -> None:
        self._policy = policy
        self._hall = hall
        self._lines: list[deque[tuple[int, int]]] = [deque() for _ in hall.kinds]
        #: by line, as a call of the product keeps it
        self._passed = dict.fromkeys(range(len(hall.kinds)), 0)

    def join(self, kind: int, person: int, now: float) -> None:
        """Somebody waits."""
        self._lines[kind].append((person, int(now)))

    def call(self, now: float) -> int | None:
        """Who is next; None: nobody waits."""
        heads = [self._head(kind) for kind, line in enumerate(self._lines) if line]
        choice = self._policy(heads, int(now), self._hall.order)
        if choice is None:
            return None
        self._passed |= turns_after(choice.head, heads, int(now), self._hall.order)
        person, _ = self._lines[choice.head.line].popleft()
        return person

    def _head(self, kind: int) -> Head:
        about = self._hall.kinds[kind]
        person, came = self._lines[kind][0]
        return Head(
            line=kind,
            ticket=str(person),
            number=str(person),
            service="caja",
            attention=about.key or str(kind),
            tier=0,
            class_rank=about.rank,
            rank_ms=came,
            rank_seq=person,
            entered_ms=came,
            waiting=len(self._lines[kind]),
            clinical=about.clinical,
            preferred=about.preferred,
            target_ms=about.target_minutes * 60_000,
            passed=self._passed[kind],
        )


class Estimate(NamedTuple):
    """A figure and the half width of its 99 % interval."""

    mean: float
    half: float

    def holds(self, value: float) -> bool:
        """Whether the interval has that value in it."""
        return abs(value - self.mean) <= self.half


#: Student's t at 99 %, two sides, of 30 and more degrees of freedom (the larger of two is safe)
_T = {30: 2.750, 35: 2.724, 38: 2.712, 40: 2.704, 48: 2.682, 58: 2.663, 78: 2.640, 98: 2.627}


def student(degrees: int) -> float:
    """The 99 % point, rounded up between the table's entries."""
    return _T[max(one for one in _T if one <= degrees)]


def estimate(
    values: Sequence[float], controls: Sequence[float] = (), known: float = 0.0
) -> Estimate:
    """The mean of batches; with a control, a figure of the same batches whose mean is known.

    What a batch's control is off by, times the slope of one on the other, is taken off the
    batch: the regression estimator of Lavenberg and Welch (1981).
    """
    n = len(values)
    mean = sum(values) / n
    if not controls:
        square = sum((one - mean) ** 2 for one in values) / (n - 1)
        return Estimate(mean, student(n - 1) * sqrt(square / n))
    other = sum(controls) / n
    both = sum((x - mean) * (y - other) for x, y in zip(values, controls, strict=True))
    spread = sum((y - other) ** 2 for y in controls)
    slope = both / spread
    rest = sum((x - mean - slope * (y - other)) ** 2 for x, y in zip(values, controls, strict=True))
    off = other - known
    return Estimate(
        mean - slope * off,
        student(n - 2) * sqrt(rest / (n - 2) * (1 / n + off**2 / spread)),
    )


def batches(seen: Sequence[Seen], number: int, warm: float = 0.02) -> list[list[Seen]]:
    """Equal runs of people in order of arrival, the first of them cut off as warm-up."""
    start = int(len(seen) * warm)
    size = (len(seen) - start) // number
    return [list(seen[start + n * size : start + (n + 1) * size]) for n in range(number)]


def minutes(batch: Sequence[Seen], kind: int | None = None) -> float:
    """Mean wait of a class, or of all, in minutes; of those who were called."""
    waits = [
        one.called - one.came
        for one in batch
        if kind in (None, one.kind) and one.called >= one.came
    ]
    return sum(waits) / len(waits) / 60_000
