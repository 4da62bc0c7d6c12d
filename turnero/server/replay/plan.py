"""What a recorded office-day asks of a site: who comes when, which desks work, how fast they call.

Pure and seeded: the same trace gives the same day. It knows neither HTTP nor the database.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise, product

from msgspec import Struct

from turnero.queue.numbers import PREFIX_LETTERS, SOUND_ALIKE
from turnero.server.traces import Observation, QueueDay, TraceError, arrivals


class DeskChange(Struct, frozen=True):
    """From this minute on so many desks of the queue are open."""

    minute: float
    desks: int


class QueuePlan(Struct, frozen=True):
    """One queue of the day, as a service of the site with desks of its own."""

    #: key of the service
    service: str
    prefix: str
    name: str
    #: keys of its desks
    desks: tuple[str, ...]
    #: minute of the day at which each person takes a ticket, in order
    arrivals: tuple[float, ...]
    #: minute at which each call is made, in order; the n-th is never before the n-th arrival.
    #: There may be fewer: who still waits at the end of the trace is never called.
    calls: tuple[float, ...]
    changes: tuple[DeskChange, ...]

    @property
    def waits(self) -> list[float]:
        """Minutes from the n-th ticket to the n-th call, as the trace has it."""
        return [call - arrival for arrival, call in zip(self.arrivals, self.calls, strict=False)]


class Plan(Struct, frozen=True):
    """An office-day."""

    site: str
    name: str
    office: str
    day: str
    queues: tuple[QueuePlan, ...]

    @property
    def people(self) -> int:
        """Tickets that will be taken."""
        return sum(len(queue.arrivals) for queue in self.queues)

    @property
    def calls(self) -> int:
        """Calls that will be made."""
        return sum(len(queue.calls) for queue in self.queues)

    @property
    def span(self) -> tuple[float, float]:
        """The first and the last minute at which something happens."""
        minutes = [
            minute
            for queue in self.queues
            for minute in (*queue.arrivals, *queue.calls, *(c.minute for c in queue.changes))
        ]
        return min(minutes), max(minutes)


def make(queues: Sequence[QueueDay], *, seed: int = 1) -> Plan:
    """The plan of an office-day (all its queues). Raises `TraceError` when nobody comes in it."""
    office, day = queues[0].office, queues[0].day
    chance = random.Random(f"{seed}:{office}:{day}")  # noqa: S311 - repeatable on purpose
    plan = Plan(
        site=f"replay-{_slug(office)}",
        name=office,
        office=office,
        day=day,
        queues=tuple(
            _queue(queue, prefix, place, chance)
            for place, (queue, prefix) in enumerate(zip(queues, _prefixes(queues), strict=True), 1)
        ),
    )
    if not plan.people:
        raise TraceError(f"nobody takes a ticket at {office} on {day}: there is nothing to replay")
    return plan


def _queue(queue: QueueDay, prefix: str, place: int, chance: random.Random) -> QueuePlan:
    came: list[float] = []
    for start, end, people in arrivals(queue.rows):
        came += sorted(chance.uniform(start, end) for _ in range(people))
    called = sorted(max(call, arrival) for call, arrival in zip(_calls(queue.rows), came))  # noqa: B905 - some are never called
    changes = tuple(_changes(queue.rows))
    most = max((change.desks for change in changes), default=0)
    service = f"q{place}-{_slug(queue.queue_id)}"
    return QueuePlan(
        service=service,
        prefix=prefix,
        name=f"{queue.prefix or '?'} {queue.queue_id}",
        desks=tuple(f"{service}-{n}" for n in range(1, most + 1)),
        arrivals=tuple(came),
        calls=tuple(called),
        changes=changes,
    )


def _calls(rows: Sequence[Observation]) -> Iterator[float]:
    """Each interval's calls, evenly spaced in it."""
    for before, row in pairwise(rows):
        calls = row.called - before.called
        for n in range(calls):
            yield before.minute + (row.minute - before.minute) * (n + 0.5) / calls


def _changes(rows: Sequence[Observation]) -> Iterator[DeskChange]:
    """How many desks are open from when; one at least while somebody is being called."""
    now = 0
    for place, row in enumerate(rows):
        after = rows[place + 1] if place + 1 < len(rows) else None
        calls = after is not None and after.called > row.called
        wanted = max(row.desks, 1) if calls else row.desks
        if after is None:
            wanted = 0
        if wanted != now:
            yield DeskChange(row.minute, wanted)
            now = wanted


def _prefixes(queues: Sequence[QueueDay]) -> list[str]:
    """A legal prefix for each queue: the trace's own where it can be, else the next free letters.

    Letters that are misread are not legal, nor are two that sound alike, nor one twice.
    """
    given: list[str | None] = []
    taken: set[str] = set()

    def free(prefix: str) -> bool:
        alike = prefix in SOUND_ALIKE and taken & SOUND_ALIKE
        return prefix not in taken and not alike and set(prefix) <= PREFIX_LETTERS

    for queue in queues:
        own = queue.prefix.upper()
        if len(own) == 1 and free(own):
            taken.add(own)
            given.append(own)
        else:
            given.append(None)
    letters = sorted(PREFIX_LETTERS - SOUND_ALIKE)
    spare = ("".join(pair) for length in (1, 2) for pair in product(letters, repeat=length))
    result: list[str] = []
    for prefix in given:
        found = prefix or next(one for one in spare if free(one))
        taken.add(found)
        result.append(found)
    return result


def _slug(text: str) -> str:
    """Lower-case letters, digits and hyphens only, as keys must be."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in text.lower())
    return "-".join(part for part in kept.split("-") if part)[:24].strip("-") or "x"
