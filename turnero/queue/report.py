"""A closed day in figures, folded from its facts and nothing else.

Pure: the same facts give the same report, byte for byte. A ticket counts on the day that is
printed with it, whenever its facts came; sessions, breaks and calls for help on the day they
happened. Undone presses leave no trace in the figures.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from turnero.queue.numbers import local
from turnero.queue.report_tickets import TICKET_KINDS, Call, Ticket, Tickets
from turnero.queue.report_work import WORK_KINDS, Desk, HelpCall, Work
from turnero.store.facts import Entry

#: kinds of facts that a report is made of
KINDS: Final = TICKET_KINDS | WORK_KINDS
#: answers from which a rating counts as good, of five
GOOD: Final = 4
_BEST: Final = 5


class Waits(msgspec.Struct, frozen=True):
    """Waits from joining the line to the call, seconds. The ninth decile is by nearest rank."""

    n: int
    median_s: int
    p90_s: int
    max_s: int


class Taken(msgspec.Struct, frozen=True):
    """What became of the tickets taken for a service in a class."""

    service: str
    attention: str
    tickets: int
    #: those whom they stand for
    people: int
    served: int
    no_show: int
    cancelled: int
    not_served: int
    #: not over yet when the report was made
    open: int


class ServiceWaits(msgspec.Struct, frozen=True):
    """Waits of the calls for a service; of one hour of the site's clock, or of the day."""

    service: str
    #: 0…23; None: the whole day
    hour: int | None
    waits: Waits


class PathStep(msgspec.Struct, frozen=True):
    """A step of the way of those who went through several services under one number."""

    #: 1 for the first
    no: int
    service: str
    #: of those who were called for it: their wait for this step, all of it
    waits: Waits


class PathTaken(msgspec.Struct, frozen=True):
    """Those who took a ticket for a service and went on from there."""

    service: str
    tickets: int
    #: who came to the end
    finished: int
    #: of these: their wait for all steps together
    waits: Waits | None
    steps: tuple[PathStep, ...]
    #: steps that were left out, and that were added or repeated
    skipped: int
    added: int


class Override(msgspec.Struct, frozen=True):
    """A ticket called out of turn. The reason is kept with the ticket, for staff."""

    number: str
    service: str
    desk: str
    #: UTC
    at_ms: int


class Rated(msgspec.Struct, frozen=True):
    """Answers to one question."""

    question: str
    version: int
    #: answers, without those who would not say
    n: int
    #: how many answered 1, 2, 3, 4, 5
    answers: tuple[int, ...]
    no_answer: int
    #: share of good answers with Wilson's 95 % interval, in tenths of a per cent
    good: int
    low: int
    high: int


class DayReport(msgspec.Struct, frozen=True):
    """A site's day."""

    #: YYYY-MM-DD
    day: str
    #: IANA zone that hours are of
    zone: str
    tickets: tuple[Taken, ...]
    waits: tuple[ServiceWaits, ...]
    #: over all services
    all_waits: Waits | None
    no_shows: int
    returned: int
    #: reason → tickets, in order of the reason
    not_served: tuple[tuple[str, int], ...]
    overrides: tuple[Override, ...]
    corrected: int
    #: told after they were taken: by a kiosk without a server, on paper
    late: int
    by_hand: int
    help_calls: tuple[HelpCall, ...]
    ratings: tuple[Rated, ...]
    desks: tuple[Desk, ...]
    paths: tuple[PathTaken, ...] = ()


def fold(entries: Iterable[Entry], day: str, zone: str) -> DayReport:
    """The report of a day, from facts in the journal's order; those of other days are passed over."""
    tickets, work = Tickets(day), Work(day, zone)
    for entry in entries:
        work.see(entry.at_ms)
        if entry.kind in TICKET_KINDS:
            tickets.take(entry.seq, entry.at_ms, entry.fact)
        if entry.kind in WORK_KINDS:
            work.take(entry.seq, entry.at_ms, entry.fact)
    calls = tickets.calls()
    waited = [one for one in calls if one.waited_ms is not None]
    return DayReport(
        day=day,
        zone=zone,
        tickets=_taken(tickets),
        waits=_by_service(waited, zone),
        all_waits=_waits([one.waited_ms or 0 for one in waited]),
        paths=_paths(tickets),
        no_shows=sum(one.no_shows for one in tickets.all()),
        returned=sum(one.returned for one in tickets.all()),
        not_served=_reasons(tickets),
        overrides=tuple(
            Override(one.number, one.service, one.desk, one.at_ms)
            for one in calls
            if one.rule == "chosen"
        ),
        corrected=sum(one.corrected for one in tickets.all()),
        late=sum(one.late for one in tickets.all()),
        by_hand=sum(one.by_hand for one in tickets.all()),
        help_calls=work.help_calls(),
        ratings=_ratings(tickets),
        desks=work.desks(),
    )


def encode(report: DayReport) -> bytes:
    """As it is kept."""
    return msgspec.json.encode(report)


def wilson(good: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share (Wilson 1927); (0, 1) when nobody answered."""
    if n == 0:
        return 0.0, 1.0
    z = 1.959963984540054
    share, weight = good / n, z * z / n
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * (share * (1 - share) / n + weight / (4 * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def _taken(tickets: Tickets) -> tuple[Taken, ...]:
    found: dict[tuple[str, str], list[int]] = {}
    for one in tickets.all():
        row = found.setdefault((one.taken_for, one.attention), [0] * 7)
        place = {"finished": 2, "no-show": 3, "cancelled": 4, "not-served": 5}.get(one.state, 6)
        row[0] += 1
        row[1] += one.people
        row[place] += 1
    return tuple(Taken(*key, *row) for key, row in sorted(found.items()))


def _by_service(waited: list[Call], zone: str) -> tuple[ServiceWaits, ...]:
    found: dict[tuple[str, int], list[int]] = {}
    for one in waited:
        for hour in (-1, local(one.at_ms, zone).hour):
            found.setdefault((one.service, hour), []).append(one.waited_ms or 0)
    return tuple(
        ServiceWaits(service, None if hour < 0 else hour, waits)
        for (service, hour), times in sorted(found.items())
        if (waits := _waits(times)) is not None
    )


def _waits(times_ms: list[int]) -> Waits | None:
    if not times_ms:
        return None
    seconds = sorted(ms // 1000 for ms in times_ms)
    n = len(seconds)
    median = (seconds[(n - 1) // 2] + seconds[n // 2]) // 2
    return Waits(n, median, seconds[-(-9 * n // 10) - 1], seconds[-1])


def _paths(tickets: Tickets) -> tuple[PathTaken, ...]:
    found: dict[str, list[Ticket]] = {}
    for one in tickets.all():
        if one.on_path:
            found.setdefault(one.taken_for, []).append(one)
    return tuple(_path(service, those) for service, those in sorted(found.items()))


def _path(service: str, those: list[Ticket]) -> PathTaken:
    done = [one for one in those if one.state == "finished"]
    steps: dict[tuple[int, str], list[int]] = {}
    for one in those:
        for no, step in enumerate(one.steps, 1):
            if step.called:
                steps.setdefault((no, step.service), []).append(step.waited_ms)
    return PathTaken(
        service=service,
        tickets=len(those),
        finished=len(done),
        waits=_waits([sum(step.waited_ms for step in one.steps) for one in done]),
        steps=tuple(
            PathStep(*key, waits)
            for key, times in sorted(steps.items())
            if (waits := _waits(times)) is not None
        ),
        skipped=sum(one.skipped for one in those),
        added=sum(one.added for one in those),
    )


def _reasons(tickets: Tickets) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for one in tickets.all():
        if one.state == "not-served":
            found[one.reason] = found.get(one.reason, 0) + 1
    return tuple(sorted(found.items()))


def _ratings(tickets: Tickets) -> tuple[Rated, ...]:
    found: dict[tuple[str, int], list[int]] = {}
    for question, version, answer in tickets.ratings:
        found.setdefault((question, version), [0] * (_BEST + 1))[answer or 0] += 1
    rated: list[Rated] = []
    for (question, version), counts in sorted(found.items()):
        answers = tuple(counts[1:])
        n, good = sum(answers), sum(answers[GOOD - 1 :])
        low, high = wilson(good, n)
        share = round(1000 * good / n) if n else 0
        rated.append(
            Rated(
                question,
                version,
                n,
                answers,
                counts[0],
                share,
                round(1000 * low),
                round(1000 * high),
            )
        )
    return tuple(rated)
