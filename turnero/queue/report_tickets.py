"""The tickets of a day, followed through their facts for the day's report.

Pure. Each fact keeps what the ticket was before it, so that an undone press can be taken
out again exactly as the line took it back.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from turnero.queue import facts
from turnero.queue.call_facts import CallbackAsked, CallbackPutOff
from turnero.queue.ranks import FOLLOW_UP
from turnero.store.facts import Fact

_MOVES: Final[dict[type[Fact], str]] = {
    facts.ServiceStarted: "serving",
    facts.ServiceFinished: "finished",
    facts.TicketParked: "parked",
    facts.TicketCancelled: "cancelled",
    facts.TicketSteppedOut: "away",
}
_OTHERS: Final[tuple[type[Fact], ...]] = (
    facts.TicketIssued,
    facts.TicketCalled,
    facts.TicketNoShow,
    facts.TicketOverstayed,
    facts.TicketReturned,
    facts.TicketTransferred,
    facts.TicketSentOn,
    facts.PathChanged,
    facts.TicketNotServed,
    facts.TicketCorrected,
    facts.ServedByHand,
    facts.TicketRated,
    facts.PressUndone,
    CallbackAsked,
    CallbackPutOff,
)
TICKET_KINDS: Final = frozenset(str(one.__struct_config__.tag) for one in (*_MOVES, *_OTHERS))
#: calls that nobody waited for in a line
_UNTICKETED: Final = "unticketed"
#: how a path changed → the figure that counts it
_PLANNED: Final = {"skipped": "skipped", "repeated": "added", "added": "added"}
#: a channel of paper: when such a ticket was taken is not known
_PAPER: Final = "paper"


class Call(NamedTuple):
    """A call that stood."""

    at_ms: int
    number: str
    service: str
    desk: str
    rule: str
    #: None: it did not come from a line, or of who knew of none
    waited_ms: int | None


class Step(NamedTuple):
    """A step of a ticket's way, and how long it waited for it."""

    service: str
    waited_ms: int = 0
    #: somebody was called for it
    called: bool = False


class Ticket(msgspec.Struct, frozen=True):
    """A ticket as far as it has come."""

    number: str
    #: the service that it was taken for, after corrections, and that it is at
    taken_for: str
    service: str
    attention: str
    people: int
    taken_ms: int
    late: bool
    paper: bool
    state: str = "waiting"
    reason: str = ""
    calls: tuple[Call, ...] = ()
    no_shows: int = 0
    returned: int = 0
    corrected: int = 0
    by_hand: int = 0
    #: on a path; its steps so far, the present one last
    on_path: bool = False
    steps: tuple[Step, ...] = ()
    skipped: int = 0
    added: int = 0


class Tickets:
    """The tickets of one day."""

    def __init__(self, day: str) -> None:
        self._day = day
        self._tickets: dict[str, Ticket] = {}
        #: of each ticket, the number of each of its facts and what it was before
        self._before: dict[str, list[tuple[int, Ticket]]] = {}
        #: question, version, answer
        self.ratings: list[tuple[str, int, int | None]] = []

    def all(self) -> Iterable[Ticket]:
        """In the order in which they were told."""
        return self._tickets.values()

    def calls(self) -> list[Call]:
        """All calls that stood, in order of time."""
        return sorted(call for one in self._tickets.values() for call in one.calls)

    def take(self, seq: int, at_ms: int, fact: Fact) -> None:
        """One fact more, of that number in the journal."""
        if isinstance(fact, facts.TicketIssued):
            self._issued(at_ms, fact)
        elif isinstance(fact, facts.PressUndone):
            self._undone(fact)
        elif isinstance(fact, facts.TicketRated):
            if fact.ticket in self._tickets:
                self.ratings.append((fact.question, fact.version, fact.answer))
        else:
            held = self._tickets.get(getattr(fact, "ticket", ""))
            if held is not None:
                ticket_id = fact.ticket  # type: ignore[attr-defined]
                self._before[ticket_id].append((seq, held))
                self._tickets[ticket_id] = _after(held, at_ms, fact)

    def _issued(self, at_ms: int, fact: facts.TicketIssued) -> None:
        if fact.day != self._day:
            return
        self._before[fact.ticket] = []
        self._tickets[fact.ticket] = Ticket(
            number=fact.number,
            taken_for=fact.service,
            service=fact.service,
            attention=fact.attention,
            people=fact.people,
            taken_ms=fact.taken_ms if fact.taken_ms is not None else at_ms,
            late=fact.taken_ms is not None,
            paper=fact.channel == _PAPER,
            on_path=bool(fact.path),
            steps=(Step(fact.service),),
        )

    def _undone(self, fact: facts.PressUndone) -> None:
        for one in fact.tickets:
            if one.ticket not in self._tickets:
                continue
            before = self._before[one.ticket]
            while before and before[-1][0] >= fact.press:
                self._tickets[one.ticket] = before.pop()[1]
            held = self._tickets[one.ticket]
            self._tickets[one.ticket] = msgspec.structs.replace(held, state=one.state)


def _after(held: Ticket, at_ms: int, fact: Fact) -> Ticket:  # noqa: C901, PLR0911, PLR0912 - one a kind of fact
    """The ticket after a fact."""
    change = msgspec.structs.replace
    match fact:
        case facts.TicketCalled():
            from_line = held.state in ("waiting", "away", "retry") and fact.why.rule != _UNTICKETED
            from_line &= held.attention != FOLLOW_UP
            call = Call(
                at_ms,
                fact.number,
                fact.service,
                fact.desk,
                fact.why.rule,
                max(0, fact.waited_ms) if from_line else None,
            )
            return change(
                held,
                state="called",
                calls=(*held.calls, call),
                steps=_waited(held, call.waited_ms or 0, called=True),
            )
        case facts.TicketNoShow() | facts.TicketOverstayed():
            return change(held, state="no-show", no_shows=held.no_shows + 1)
        case facts.TicketReturned():
            back = int(fact.was == "no-show")
            return change(held, state="waiting", returned=held.returned + back)
        case CallbackAsked() | CallbackPutOff():
            return change(held, state="waiting" if fact.due_ms is None else "retry")
        case facts.TicketTransferred():
            steps = _waited(held, fact.waited_ms)
            if fact.started_ms is None:
                steps = (*steps[:-1], steps[-1]._replace(service=fact.service))
            else:
                steps = (*steps, Step(fact.service))
            return change(held, state="waiting", service=fact.service, steps=steps)
        case facts.TicketSentOn():
            return change(
                held,
                state="waiting",
                service=fact.service,
                on_path=True,
                steps=(*_waited(held, fact.waited_ms), Step(fact.service)),
                skipped=held.skipped + fact.skipped,
            )
        case facts.PathChanged():
            name = _PLANNED[fact.how]
            return change(held, on_path=True, **{name: getattr(held, name) + 1})
        case facts.TicketNotServed():
            return change(held, state="not-served", reason=fact.reason)
        case facts.TicketCorrected():
            return _corrected(held, fact)
        case facts.ServedByHand():
            return _by_hand(held, fact)
        case _:
            return change(held, state=_MOVES[type(fact)])


def _waited(held: Ticket, waited_ms: int, *, called: bool = False) -> tuple[Step, ...]:
    """Its steps, with so much more wait for the present one."""
    now = held.steps[-1]
    now = now._replace(waited_ms=now.waited_ms + waited_ms, called=now.called or called)
    return (*held.steps[:-1], now)


def _corrected(held: Ticket, fact: facts.TicketCorrected) -> Ticket:
    service = fact.service[1] if fact.service is not None else None
    now = held.steps[-1]
    if fact.moved:
        here = now._replace(service=service or now.service)
        steps = (*held.steps[:-1], here)
        return msgspec.structs.replace(held, service=service or held.service, steps=steps)
    return msgspec.structs.replace(
        held,
        # On the second step of a path it is that step which was put right.
        taken_for=held.taken_for if service is None or len(held.steps) > 1 else service,
        service=service or held.service,
        steps=(*held.steps[:-1], now._replace(service=service or now.service)),
        attention=fact.attention[1] if fact.attention is not None else held.attention,
        people=fact.people[1] if fact.people is not None else held.people,
        corrected=held.corrected + 1,
    )


def _by_hand(held: Ticket, fact: facts.ServedByHand) -> Ticket:
    first = len(held.steps) == 1
    waited_ms = max(0, fact.called_ms - held.taken_ms) if first and not held.paper else None
    call = Call(fact.called_ms, fact.number, fact.service, fact.desk, "by-hand", waited_ms)
    return msgspec.structs.replace(
        held,
        state="finished",
        calls=(*held.calls, call),
        by_hand=held.by_hand + 1,
        steps=_waited(held, waited_ms or 0, called=True),
    )
