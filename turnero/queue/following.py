"""A site's day folded from its facts as they come: for each service a queue as the estimator sees it.

Pure, and the same from the same facts: queues are sampled at whole minutes and when a desk comes or goes,
whatever the moment at which somebody asks, so a server that restarts in mid-day comes to the same figures.
A call counts once it cannot be undone any more. People are counted, not tickets. Who is to be rung
waits until their telephone rings: that a desk has called them is nothing to them.

It deliberately knows nothing of classes' order or of hours: outlook.py makes forecasts of it.
"""

from collections import deque
from datetime import date, timedelta
from typing import Final

from turnero.queue import facts
from turnero.queue.accuracy import Kept
from turnero.queue.call_facts import (
    CallbackAsked,
    CallbackEnded,
    CallbackJoined,
    CallbackPutOff,
    LegDialled,
)
from turnero.queue.followed import ASIDE, GONE, WAITING, Ended, Followed, Ground, Queue
from turnero.queue.forecast.day import QueueDay
from turnero.queue.forecast.history import History
from turnero.queue.forecast.ranges import Forecast
from turnero.queue.numbers import at_ms, local
from turnero.queue.ranks import CALLBACK
from turnero.store.facts import Entry, Fact

MINUTE_MS: Final = 60_000
#: arrivals by class are kept for so many minutes
RECENT: Final = 60
#: beyond the time in which a press can be undone: its fact may come a little later
_SETTLED_MS: Final = 2_000

#: further away than this is not a day going on
_MOST_MS: Final = 6 * 24 * 60 * MINUTE_MS

_AT_DESK: Final = frozenset({"called", "serving"})
_LEFT: Final[dict[type[Fact], str]] = {
    facts.TicketNoShow: ASIDE,
    facts.TicketParked: ASIDE,
    facts.TicketSteppedOut: ASIDE,
    facts.TicketOverstayed: ASIDE,
    facts.ServiceFinished: GONE,
    facts.TicketCancelled: GONE,
    facts.TicketNotServed: GONE,
    facts.ServedByHand: GONE,
}
_OTHERS: Final[tuple[type[Fact], ...]] = (
    facts.TicketIssued,
    facts.TicketCalled,
    facts.TicketReturned,
    facts.TicketTransferred,
    facts.TicketSentOn,
    facts.TicketCorrected,
    facts.PressUndone,
    facts.SessionOpened,
    facts.SessionPaused,
    facts.SessionResumed,
    facts.SessionClosed,
    facts.SiteLoaded,
    CallbackAsked,
    CallbackPutOff,
)
_DESK: Final = (
    facts.SessionOpened,
    facts.SessionPaused,
    facts.SessionResumed,
    facts.SessionClosed,
)
#: of a callback whose ticket stays where it is
_PHONE: Final[tuple[type[Fact], ...]] = (
    LegDialled,
    CallbackJoined,
    CallbackEnded,
    facts.ServiceStarted,
)
KINDS: Final = frozenset(str(one.__struct_config__.tag) for one in (*_LEFT, *_OTHERS, *_PHONE))


class SiteDay:
    """See the module's text. `take` every fact after `ground.after`, in the journal's order."""

    def __init__(self, ground: Ground) -> None:
        self.seq = ground.after
        self.day = ground.day
        self.calibration = ground.calibration
        #: days that ended since somebody asked last
        self.ended: list[Ended] = []
        #: services that something happened to; somebody else empties it
        self.changed: set[str] = set(ground.histories)
        #: the site's zone or settings changed: begin anew from the rows
        self.stale = False
        self._zone = ground.zone
        self._undo_ms = ground.undo_ms + _SETTLED_MS
        self._serves = dict(ground.serves)
        self._sessions = dict(ground.sessions)
        self._queues = {key: Queue(history) for key, history in ground.histories.items()}
        self._tickets: dict[str, Followed] = {}
        #: ticket → the desk that it was called to and has not left
        self._at_desk: dict[str, str] = {}
        self._kept: dict[tuple[str, int], Kept] = {}
        #: calls that can still be undone: when they count, ticket, promise, wait
        self._calls: deque[tuple[int, str, Followed, int]] = deque()
        self._set_day(date.fromisoformat(ground.day))
        for ticket, (service, attention, people) in ground.tickets.items():
            self._tickets[ticket] = Followed(service, attention, people)
            self._queue(service).join(attention, people)

    # --- what others ask ---------------------------------------------------------------------

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The day's promises so far, by service and hour."""
        return tuple(self._kept[key] for key in sorted(self._kept))

    @property
    def services(self) -> tuple[str, ...]:
        """Those that anything is known of."""
        return tuple(self._queues)

    def queue(self, service: str) -> Queue:
        """The line of a service."""
        return self._queue(service)

    def minute(self, ms: int) -> float:
        """Minutes since the day began."""
        return (ms - self._begin_ms) / MINUTE_MS

    def at_work(self, service: str) -> int:
        """Desks at work that call the service: those it is primary for, else its overflow ones."""
        tiers = [
            tier
            for desk, away in self._sessions.values()
            if not away and (tier := self._serves.get(desk, {}).get(service)) is not None
        ]
        return tiers.count(0) or len(tiers)

    def free(self, service: str) -> bool:
        """Whether a desk at work that calls the service, as its primary or its overflow, has nobody."""
        busy = set(self._at_desk.values())
        return any(
            not away and desk not in busy and service in self._serves.get(desk, {})
            for desk, away in self._sessions.values()
        )

    # --- time --------------------------------------------------------------------------------

    def pass_to(self, ms: int) -> None:
        """Time passes; `ms` is the wall clock, UTC. What lies behind changes nothing."""
        if abs(ms - self._next_ms) > _MOST_MS:
            self.stale = True  # the wall clock was set, or nobody looked for days
            return
        while ms >= self._end_ms:
            self._sample(self._end_ms - 1)
            self._end_day()
        self._sample(ms)

    def _set_day(self, day: date) -> None:
        self.day = day.isoformat()
        self._begin_ms = at_ms(day, 0, self._zone)
        self._end_ms = at_ms(day + timedelta(days=1), 0, self._zone)
        self._next_ms = self._begin_ms

    def _sample(self, ms: int) -> None:
        while self._next_ms <= ms:
            self._settle(self._next_ms)
            for service in self._queues:
                self._observe(service, self._next_ms)
            self._next_ms += MINUTE_MS
        self._settle(ms)

    def _observe(self, service: str, ms: int) -> None:
        queue, desks = self._queue(service), self.at_work(service)
        # Before its first desk nobody can be called: that says nothing about its pace.
        if desks or (queue.people and queue.day.minutes):
            queue.day.observe(max(0.0, self.minute(ms)), desks, queue.people, queue.called)

    def _settle(self, ms: int) -> None:
        """Calls that can't be undone any more have kept or broken a promise."""
        while self._calls and self._calls[0][0] <= ms:
            _, _, held, waited_s = self._calls.popleft()
            self._judge(held, waited_s)

    def _judge(self, held: Followed, waited_s: int) -> None:
        """What was promised, if anything, against what came of it."""
        promised = held.promised
        if promised is None:
            return
        key = (held.service, held.hour)
        before = self._kept.get(key) or Kept(*key)
        self._kept[key] = before.after(promised, waited_s)
        if held.at_once:
            self._queue(held.service).at_once.append(waited_s)
            return  # it says nothing of a line
        said = Forecast(promised.low_s, promised.likely_s, promised.high_s)
        self.calibration = self.calibration.ended(
            line_key(held.service, held.attention), said, waited_s, held.factors
        )

    def _end_day(self) -> None:
        self._settle(self._end_ms + self._undo_ms)
        for queue in self._queues.values():
            queue.history = queue.day.history(queue.history) if queue.day.minutes else queue.history
            queue.day, queue.called, queue.taken_back = QueueDay(), 0, 0
            queue.came.clear()
            queue.at_once.clear()
        histories = {key: queue.history for key, queue in self._queues.items()}
        self.ended.append(Ended(self.day, histories, self.calibration, self.kept))
        self._kept = {}
        self._tickets = {key: one for key, one in self._tickets.items() if one.state != GONE}
        self._set_day(date.fromisoformat(self.day) + timedelta(days=1))
        self.changed.update(self._queues)

    # --- facts -------------------------------------------------------------------------------

    def take(self, entry: Entry) -> None:
        """One fact more."""
        self.seq = entry.seq
        if entry.kind not in KINDS:
            return
        self.pass_to(entry.at_ms)
        fact = entry.fact
        if isinstance(fact, facts.TicketIssued):
            self._issued(entry.at_ms, fact)
        elif isinstance(fact, facts.PressUndone):
            self._undone(fact)
        elif isinstance(fact, facts.SiteLoaded):
            self._loaded(fact)
        elif isinstance(fact, _DESK):
            self._desk(entry.at_ms, fact)
        else:
            ticket_id = getattr(fact, "ticket", None)
            held = self._tickets.get(ticket_id) if ticket_id else None
            if ticket_id is None or held is None:
                return
            if isinstance(fact, _PHONE):
                self._phoned(entry.at_ms, ticket_id, held, fact)
            else:
                self._moved(entry.at_ms, ticket_id, held, fact)

    def _phoned(self, at: int, ticket_id: str, held: Followed, fact: Fact) -> None:
        if held.by_phone_ms is None or (isinstance(fact, LegDialled) and fact.side == "desk"):
            return
        if isinstance(fact, CallbackEnded):
            self._tickets[ticket_id] = held._replace(by_phone_ms=None)
            return
        self._judge(held, max(0, at - held.by_phone_ms) // 1000)
        self._tickets[ticket_id] = held._replace(promised=None)

    def _issued(self, at: int, fact: facts.TicketIssued) -> None:
        hour = local(at, self._zone).hour
        # Nearly those of the forecast that was published last: one wait moves them little.
        factors = self.calibration.of(line_key(fact.service, fact.attention))
        promised = fact.promised
        at_once = promised is not None and not promised.ahead and self.free(fact.service)
        self._put(
            fact.ticket,
            Followed(
                fact.service,
                fact.attention,
                fact.people,
                WAITING,
                promised,
                factors,
                hour,
                at_once,
                fact.due_ms if fact.origin == CALLBACK else None,
            ),
        )
        queue = self._queue(fact.service)
        minute = self.minute(at)
        queue.came.append((minute, fact.attention, fact.people))
        while queue.came and queue.came[0][0] < minute - RECENT:
            queue.came.popleft()

    def _moved(self, at: int, ticket_id: str, held: Followed, fact: Fact) -> None:
        if not isinstance(fact, facts.TicketCorrected):
            self._at_desk.pop(ticket_id, None)
        match fact:
            case facts.TicketCalled():
                self._at_desk[ticket_id] = fact.desk
                here = held.by_phone_ms is None
                if here and held.promised is not None and held.state == WAITING:
                    due_ms = at + self._undo_ms
                    self._calls.append((due_ms, ticket_id, held, max(0, fact.waited_ms) // 1000))
                    held = held._replace(promised=None)
                self._queue(held.service).call(held.people)
                self._put(ticket_id, held._replace(state=GONE))
            case facts.TicketReturned():
                self._put(ticket_id, held._replace(state=WAITING, promised=None))
            case CallbackAsked() | CallbackPutOff():
                if isinstance(fact, CallbackAsked):
                    held = held._replace(by_phone_ms=fact.asked_ms)
                state = WAITING if fact.due_ms is None else ASIDE
                self._put(ticket_id, held._replace(state=state))
            case facts.TicketTransferred() | facts.TicketSentOn():
                self._put(
                    ticket_id,
                    held._replace(service=fact.service, state=WAITING, promised=None),
                )
            case facts.TicketCorrected():
                self._put(ticket_id, _corrected(held, fact))
            case _:
                self._put(ticket_id, held._replace(state=_LEFT[type(fact)]))

    def _undone(self, fact: facts.PressUndone) -> None:
        for one in fact.tickets:
            held = self._tickets.get(one.ticket)
            if held is None:
                continue
            self._at_desk.pop(one.ticket, None)
            if fact.desk is not None and one.state in _AT_DESK:
                self._at_desk[one.ticket] = fact.desk
            for call in [call for call in self._calls if call[1] == one.ticket]:
                self._calls.remove(call)
                held = held._replace(promised=call[2].promised)
            if one.was == "called" and one.state == "waiting":
                self._queue(held.service).call(-held.people)
            state = WAITING if one.state == "waiting" else GONE
            if one.state in {"parked", "away", "no-show"}:
                state = ASIDE
            self._put(one.ticket, held._replace(service=one.service, state=state))

    def _desk(self, at: int, fact: Fact) -> None:
        before = {desk for desk, away in self._sessions.values() if not away}
        match fact:
            case facts.SessionOpened():
                if fact.taken_over is not None:
                    self._sessions.pop(fact.taken_over, None)
                self._sessions[fact.session] = (fact.desk, False)
            case facts.SessionPaused():
                self._sessions[fact.session] = (fact.desk, True)
            case facts.SessionResumed():
                self._sessions[fact.session] = (fact.desk, False)
            case facts.SessionClosed():
                self._sessions.pop(fact.session, None)
        for desk in before ^ {desk for desk, away in self._sessions.values() if not away}:
            self._served(desk)
            for service in self._serves.get(desk, {}):
                self._observe(service, at)

    def _loaded(self, fact: facts.SiteLoaded) -> None:
        for change in fact.changes:
            if change.what == "desk" and change.after is not None and "serves" in change.after:
                desk = f"{fact.site}.{change.key}"
                self._served(desk)
                self._serves[desk] = dict(change.after["serves"])
                self._served(desk)
            elif change.what == "site":
                self.stale = True
        self.changed.update(self._queues)

    def _served(self, desk: str) -> None:
        """Something about the desk changed, and so for the services that it calls."""
        for service in self._serves.get(desk, {}):
            self._queue(service)
            self.changed.add(service)

    def _put(self, ticket_id: str, new: Followed) -> None:
        """The ticket is so from now on; lines gain and lose people accordingly."""
        old = self._tickets.get(ticket_id)
        self._tickets[ticket_id] = new
        for one, sign in ((old, -1), (new, 1)):
            if one is not None:
                self.changed.add(one.service)
                if one.state == WAITING:
                    self._queue(one.service).join(one.attention, sign * one.people)

    def _queue(self, service: str) -> Queue:
        found = self._queues.get(service)
        if found is None:
            found = self._queues[service] = Queue(History())
        return found


def line_key(service: str, attention: str) -> str:
    """The name under which a class of a service is calibrated."""
    return f"{service}/{attention}"


def _corrected(held: Followed, fact: facts.TicketCorrected) -> Followed:
    if fact.service is not None:
        held = held._replace(service=fact.service[1], promised=None)
    if fact.attention is not None:
        held = held._replace(attention=fact.attention[1], promised=None)
    return held if fact.people is None else held._replace(people=fact.people[1])
