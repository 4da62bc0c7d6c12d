"""A closed day in figures, folded from its facts and nothing else.

Pure: the same facts give the same report, byte for byte. A ticket counts on the day that is
printed with it, whenever its facts came; sessions, breaks and calls for help on the day they
happened. Undone presses leave no trace in the figures.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from turnero.queue.call_facts import CallbackEnded, CallbackReopened
from turnero.queue.numbers import day_of, local
from turnero.queue.report_tickets import TICKET_KINDS, Call, Ticket, Tickets
from turnero.queue.report_work import WORK_KINDS, Desk, HelpCall, Work
from turnero.queue.shares import wilson
from turnero.store.facts import Entry, Fact

_PHONED: Final = frozenset(
    str(one.__struct_config__.tag) for one in (CallbackEnded, CallbackReopened)
)
#: kinds of facts that a report is made of
KINDS: Final = TICKET_KINDS | WORK_KINDS | _PHONED
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


class Phoned(msgspec.Struct, frozen=True):
    """Callbacks of a service that ended on the day; the four figures are all of them."""

    service: str
    ended: int
    #: patient and agent spoke
    joined: int = 0
    #: somebody picked up, and they did not speak
    answered: int = 0
    #: the patient was rung, and nobody picked up
    dialled: int = 0
    #: nobody rang: cancelled before, came in person, rang us and did not wait, the hours were over
    never: int = 0
    #: from the asking to the conversation
    waits: Waits | None = None


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
    phoned: tuple[Phoned, ...] = ()


def fold(entries: Iterable[Entry], day: str, zone: str) -> DayReport:
    """The report of a day, from facts in the journal's order; those of other days are passed over."""
    tickets, work = Tickets(day), Work(day, zone)
    phoned: list[Fact] = []
    for entry in entries:
        work.see(entry.at_ms)
        if entry.kind in _PHONED and day_of(entry.at_ms, zone) == day:
            phoned.append(entry.fact)
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
        phoned=_phoned(phoned),
    )


def encode(report: DayReport) -> bytes:
    """As it is kept."""
    return msgspec.json.encode(report)


def _phoned(facts: list[Fact]) -> tuple[Phoned, ...]:
    last: dict[str, CallbackEnded] = {}
    for fact in facts:
        if isinstance(fact, CallbackEnded):
            last[fact.callback] = fact
        elif isinstance(fact, CallbackReopened):
            last.pop(fact.callback, None)
    found: dict[str, list[CallbackEnded]] = {}
    for one in last.values():
        found.setdefault(one.service, []).append(one)
    return tuple(
        Phoned(
            service=service,
            ended=len(those),
            waits=_waits([one.waited_ms for one in those if one.waited_ms is not None]),
            **Counter(map(_reached, those)),
        )
        for service, those in sorted(found.items())
    )


def _reached(one: CallbackEnded) -> str:
    """How far it came: each is one of the four. Who was served spoke, if by a telephone of ours or not."""
    if one.joined or one.how == "done":
        return "joined"
    if one.answered:
        return "answered"
    return "dialled" if one.dialled else "never"


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
