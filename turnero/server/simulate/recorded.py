"""A closed day of the journal as a script: who came, who gave up, who worked when, for how long.

Pure. Arrivals are as they were; how long a desk took is drawn again from that day's, service by
service, a service from the call to its end. A desk's time between two people is what passed until
its next call while that one was waiting already. Left out: who never stood in a line (attended
without a ticket, entered by hand, told later by a kiosk that was alone).
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

import msgspec

from turnero.queue import facts
from turnero.queue.numbers import at_ms
from turnero.queue.site_file import decode
from turnero.server.simulate.rehearsal import Wait
from turnero.server.simulate.script import Person, Script, Span, Times
from turnero.store.facts import Entry, Fact

_MINUTE_MS: Final = 60_000
#: a longer pause between two people is a break that nobody told
_LONGEST_BETWEEN: Final = 10.0
#: channels of people who stood in no line
_NO_LINE: Final = frozenset({"desk", "paper"})


class Recorded(msgspec.Struct, frozen=True):
    """A day, and what people really waited on it."""

    script: Script
    waits: tuple[Wait, ...]
    #: people left out
    out: int


class _Ended(NamedTuple):
    """A service that ended."""

    service: str
    since: float
    minutes: float
    desk: str


class _Ticket(msgspec.Struct):
    """One ticket, as far as its facts have come."""

    minute: float
    service: str
    attention: str
    people: int
    in_line: bool
    at: str
    #: minute and desk of the call in force
    called: tuple[float, str] | None = None
    calls: int = 0
    no_show: bool = False
    left: float | None = None
    then: list[str] = []
    ended: list[_Ended] = []
    #: of one who was set aside
    part: _Ended | None = None
    waits: list[Wait] = []


def recorded(entries: Iterable[Entry], day: str, zone: str, site: str) -> Recorded:
    """The day of those facts, at the site as its description `site` (TOML) has it now."""
    fold = _Day(day, at_ms(date.fromisoformat(day), 0, zone))
    for entry in entries:
        fold.take(entry)
    return fold.found(site)


class _Day:
    def __init__(self, day: str, midnight_ms: int) -> None:
        self._day = day
        self._midnight_ms = midnight_ms
        self._tickets: dict[str, _Ticket] = {}
        self._open: dict[int, tuple[str, float]] = {}
        self._desks: dict[str, list[Span]] = defaultdict(list)
        self._free: dict[str, float] = {}
        self._between: list[float] = []
        self._last = 0.0

    def take(self, entry: Entry) -> None:
        """One fact more."""
        minute = (entry.at_ms - self._midnight_ms) / _MINUTE_MS
        self._last = max(self._last, minute)
        fact = entry.fact
        match fact:
            case facts.TicketIssued():
                self._issued(minute, fact)
            case facts.SessionOpened() | facts.SessionResumed():
                self._open[fact.session] = (fact.desk, minute)
            case facts.SessionPaused() | facts.SessionClosed():
                self._stops(fact.session, minute)
            case facts.PressUndone():
                for one in fact.tickets:
                    if one.ticket in self._tickets:
                        _undone(self._tickets[one.ticket], one.was)
            case _:
                held = self._tickets.get(getattr(fact, "ticket", ""))
                if held is not None:
                    self._moves(held, minute, fact)

    def found(self, site: str) -> Recorded:
        """The script, with only what the site still has."""
        for session in list(self._open):
            self._stops(session, self._last)
        file = decode(site)
        services = {one.key for one in file.service} - file.groups()
        desks = {one.key for one in file.desk}
        classes = {one.key for one in file.attention}
        tickets = [one for one in self._tickets.values() if one.in_line]
        seen: dict[str, list[float]] = defaultdict(list)
        for one in self._tickets.values():
            for end in (*one.ended, *((one.part,) if one.part else ())):
                seen[end.service].append(end.minutes)
        every = [minutes for each in seen.values() for minutes in each]
        known = [one for one in tickets if one.service in services]
        wanted = {key for one in known for key in (one.service, *one.then)} & services
        paths = {one.key: one.path for one in file.service}
        wanted |= {step for key in wanted for step in paths[key]} & services
        people = tuple(
            Person(
                round(one.minute, 3),
                one.service,
                one.attention if one.attention in classes else None,
                one.people,
                no_show=one.no_show,
                patience=one.left,
                then=tuple(key for key in one.then if key in services),
            )
            for one in known
        )
        script = Script(
            site,
            self._day,
            times={key: _times(seen.get(key) or every) for key in sorted(wanted)},
            shifts={
                key: _joined(spans) for key, spans in sorted(self._desks.items()) if key in desks
            },
            people=people,
            between=tuple(round(one, 3) for one in self._between) or (0.0,),
        )
        # Who was never called nor gave up waited until the last desk closed.
        last = max((span.end for spans in script.shifts.values() for span in spans), default=0.0)
        waits = [wait for one in tickets for wait in one.waits]
        waits += [
            Wait(one.service, one.attention, one.minute, max(0.0, last - one.minute), called=False)
            for one in tickets
            if one.calls == 0 and one.left is None
        ]
        return Recorded(script, tuple(waits), len(self._tickets) - len(people))

    def _issued(self, minute: float, fact: facts.TicketIssued) -> None:
        if fact.day == self._day:
            in_line = fact.channel not in _NO_LINE and fact.taken_ms is None
            self._tickets[fact.ticket] = _Ticket(
                minute, fact.service, fact.attention, fact.people, in_line, fact.service
            )

    def _stops(self, session: int, minute: float) -> None:
        desk, since = self._open.pop(session, ("", minute))
        key = desk.partition(".")[2]
        self._free.pop(key, None)
        if minute > since:
            self._desks[key].append(Span(round(since, 3), round(minute, 3)))

    def _moves(self, held: _Ticket, minute: float, fact: Fact) -> None:
        match fact:
            case facts.TicketCalled():
                self._called(held, minute, fact)
            case facts.ServiceFinished():
                self._ends(held, minute)
            case facts.TicketSentOn():
                held.at = fact.service
            case facts.TicketTransferred():
                if held.called is not None:
                    self._ends(held, minute)
                    held.then.append(fact.service)
                elif held.calls == 0:
                    held.service = fact.service
                held.at = fact.service
            case facts.TicketParked():
                self._ends(held, minute)
                # The rest of it comes later: one service with a pause, not two short ones.
                held.part = held.ended.pop() if held.ended else None
            case facts.TicketNoShow():
                self._ends(held, minute, attended=False)
                held.no_show = True
            case _:
                _changes(held, minute, fact)

    def _called(self, held: _Ticket, minute: float, fact: facts.TicketCalled) -> None:
        desk = fact.desk.partition(".")[2]
        free = self._free.pop(desk, None)
        came = minute - fact.waited_ms / _MINUTE_MS
        if free is not None and came < free and minute - free < _LONGEST_BETWEEN:
            self._between.append(minute - free)
        held.called = (minute, desk)
        held.calls += 1
        held.at = fact.service
        if held.in_line and fact.why.rule != "unticketed":
            held.waits.append(Wait(fact.service, fact.attention, came, minute - came))

    def _ends(self, held: _Ticket, minute: float, *, attended: bool = True) -> None:
        if held.called is None:
            return
        since, desk = held.called
        if attended:
            before = held.part.minutes if held.part is not None else 0.0
            held.ended.append(_Ended(held.at, since, minute - since + before, desk))
            held.part = None
        self._free[desk] = minute
        held.called = None


def _changes(held: _Ticket, minute: float, fact: Fact) -> None:
    """What happened away from a desk."""
    match fact:
        case facts.TicketReturned() if fact.was == "no-show":
            held.no_show = False
        case facts.TicketOverstayed() | facts.TicketCancelled() if held.calls == 0:
            held.left = round(minute - held.minute, 3)
        case facts.TicketCorrected():
            if fact.service is not None and held.calls == 0:
                held.service = held.at = fact.service[1]
            if fact.attention is not None:
                held.attention = fact.attention[1]
        case facts.ServedByHand():
            held.in_line = False
        case _:
            pass


def _undone(held: _Ticket, was: str) -> None:
    """The latest press of that ticket did not happen."""
    if was in ("called", "serving") and held.waits:
        held.waits.pop()
        held.calls -= 1
        held.called = None
    elif was == "parked" and held.part is not None:
        held.called, held.part = (held.part.since, held.part.desk), None
    elif was in ("finished", "waiting") and held.ended:
        last = held.ended.pop()
        held.called = (last.since, last.desk)
    elif was == "no-show":
        held.no_show = False


def _times(seen: list[float]) -> Times:
    if not seen:
        return Times(5.0)
    return Times(round(sum(seen) / len(seen), 3), seen=tuple(round(one, 3) for one in seen))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """In order, and as one where a desk was taken over without a pause."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda span: (span.start, span.end)):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return tuple(found)
