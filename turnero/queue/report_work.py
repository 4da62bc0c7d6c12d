"""The work of a day for its report: desks with their sessions and breaks, calls for help.

Pure. What spans midnight counts for as long as it lies within the day at the site; a session
that is not closed for days is known by what happens in it. An undone end of a service is none.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Final

import msgspec

from turnero.queue import facts
from turnero.queue.numbers import at_ms as moment
from turnero.store.facts import Fact

_FACTS: Final[tuple[type[Fact], ...]] = (
    facts.SessionOpened,
    facts.SessionPaused,
    facts.SessionResumed,
    facts.SessionClosed,
    facts.ServiceFinished,
    facts.PressUndone,
    facts.HelpAsked,
    facts.HelpEscalated,
    facts.HelpAcknowledged,
)
WORK_KINDS: Final = frozenset(str(one.__struct_config__.tag) for one in _FACTS)


class HelpCall(msgspec.Struct, frozen=True):
    """A call for help."""

    place: str
    #: unwell | help
    need: str
    #: UTC
    asked_ms: int
    escalated: bool
    #: until somebody said that they were on their way; None: nobody did
    seconds: int | None


class Desk(msgspec.Struct, frozen=True):
    """A desk's work."""

    desk: str
    sessions: int
    #: from opening to closing, breaks included, seconds
    open_s: int
    breaks: int
    break_s: int
    #: services ended there
    served: int


class _Session(msgspec.Struct):
    desk: str
    from_ms: int
    until_ms: int | None = None
    #: since when it is on a break
    break_ms: int | None = None
    #: breaks that are over, from and until
    breaks: list[tuple[int, int]] = []


class Work:
    """What happened at a site's desks and kiosks within one day."""

    def __init__(self, day: str, zone: str) -> None:
        first = date.fromisoformat(day)
        self._from_ms = moment(first, 0, zone)
        self._until_ms = moment(first + timedelta(days=1), 0, zone)
        self._last_ms = self._from_ms
        self._sessions: dict[int, _Session] = {}
        #: number of the fact that ended a service → its ticket and desk
        self._served: dict[int, tuple[str, str]] = {}
        self._help: dict[int, HelpCall] = {}

    def see(self, at_ms: int) -> None:
        """Something happened: who has not closed works at least until then."""
        self._last_ms = max(self._last_ms, at_ms)

    def take(self, seq: int, at_ms: int, fact: Fact) -> None:
        """One fact more, of that number in the journal."""
        match fact:
            case facts.SessionOpened():
                self._sessions[fact.session] = _Session(fact.desk, at_ms)
            case facts.SessionPaused() | facts.SessionResumed() | facts.SessionClosed():
                _session(self._in(fact.session, fact.desk), at_ms, fact)
            case facts.ServiceFinished():
                self._in(fact.session, fact.desk)
                if self._from_ms <= at_ms < self._until_ms:
                    self._served[seq] = fact.ticket, fact.desk
            case facts.PressUndone():
                # Who was sent on through a path was served at several desks: this press's are gone.
                back = {one.ticket for one in fact.tickets}
                self._served = {
                    no: one
                    for no, one in self._served.items()
                    if no < fact.press or one[0] not in back
                }
            case _:
                self._helped(at_ms, fact)

    def _helped(self, at_ms: int, fact: Fact) -> None:
        change = msgspec.structs.replace
        match fact:
            case facts.HelpAsked() if self._from_ms <= at_ms < self._until_ms:
                call = HelpCall(fact.place, fact.need, at_ms, escalated=False, seconds=None)
                self._help[fact.help] = call
            case facts.HelpEscalated() if fact.help in self._help:
                self._help[fact.help] = change(self._help[fact.help], escalated=True)
            case facts.HelpAcknowledged() if fact.help in self._help:
                seconds = max(0, fact.waited_ms) // 1000
                self._help[fact.help] = change(self._help[fact.help], seconds=seconds)
            case _:
                return

    def help_calls(self) -> tuple[HelpCall, ...]:
        """In the order in which they were made."""
        return tuple(self._help.values())

    def _in(self, number: int, desk: str) -> _Session:
        """The session; one whose opening is not among these facts was open when the day began."""
        return self._sessions.setdefault(number, _Session(desk, self._from_ms))

    def desks(self) -> tuple[Desk, ...]:
        """Desks that were open that day, by name."""
        rows: dict[str, list[int]] = {}
        served = Counter(desk for _, desk in self._served.values())
        for one in self._sessions.values():
            until_ms = self._last_ms if one.until_ms is None else one.until_ms
            open_ms = self._within(one.from_ms, until_ms)
            if open_ms == 0:
                continue
            breaks = [*one.breaks, *(((one.break_ms, until_ms),) if one.break_ms else ())]
            row = rows.setdefault(one.desk, [0, 0, 0, 0])
            row[0] += 1
            row[1] += open_ms
            row[2] += sum(1 for span in breaks if self._within(*span))
            row[3] += sum(self._within(*span) for span in breaks)
        return tuple(
            Desk(name, row[0], row[1] // 1000, row[2], row[3] // 1000, served[name])
            for name, row in sorted(rows.items())
        )

    def _within(self, from_ms: int, until_ms: int) -> int:
        """How much of that span lies within the day; never less than nothing."""
        return max(0, min(until_ms, self._until_ms) - max(from_ms, self._from_ms))


def _session(session: _Session, at_ms: int, fact: Fact) -> None:
    if isinstance(fact, facts.SessionPaused):
        session.break_ms = at_ms
        return
    if session.break_ms is not None:
        session.breaks.append((session.break_ms, at_ms))
        session.break_ms = None
    if isinstance(fact, facts.SessionClosed):
        session.until_ms = at_ms
