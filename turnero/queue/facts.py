"""Every fact of the line that another room reads, in the past tense.

Ids, keys and figures only. A ticket's secret code, comments, reasons in free words and
anything personal are rows, never facts. `service` is the internal key of a service: what
goes to a public screen comes from reads.py, which knows its public name.
"""

from typing import Any, NamedTuple

import msgspec

from turnero.store.facts import Fact, register


class HeadSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One candidate that a call weighed: the oldest ticket of its line."""

    ticket: str
    number: str
    service: str
    attention: str
    #: the class's rank; less is called first
    rank: int
    #: since it took its place in line
    waited_ms: int
    #: 0 a primary service of the desk, 1 an overflow one; see routing.Head and routing.OUTSIDE
    tier: int = 0
    #: since its place in line; less than 0 for an appointment to come
    aged_ms: int = 0
    #: breaks ties of places
    seq: int = 0
    clinical: bool = False
    preferred: bool = False
    #: the wait that its points are measured by
    target_ms: int = 30 * 60_000
    #: turns of its line that were passed; see routing.turns_after
    passed: int = 0
    #: called when nobody else waits
    last: bool = False


class Order(NamedTuple):
    """A site's rule of who is next."""

    #: strict | accumulating | share
    rule: str
    #: of every `first` + `rest` calls while both wait, `first` are for preferred classes
    first: int = 3
    rest: int = 1


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why this ticket was called: the rule that decided and the candidates, winner first."""

    #: see routing.SENTENCES
    rule: str
    heads: tuple[HeadSeen, ...] = ()
    order: Order = Order("strict")
    #: callbacks, the first of their lines, that were no candidates: the desk rings nobody now
    left: tuple[HeadSeen, ...] = ()


class Promise(msgspec.Struct, frozen=True):
    """The wait that whoever took a ticket was told, seconds, as it was before rounding."""

    low_s: int
    likely_s: int
    high_s: int
    #: people before them in their line, and of better classes
    ahead: int


class TicketIssued(Fact, frozen=True, tag="ticket-issued"):
    """Somebody took a ticket."""

    ticket: str
    number: str
    day: str
    service: str
    attention: str
    channel: str
    language: str
    #: key of the kiosk where it was taken
    place: str | None = None
    #: accessibility aids that were on: large-type, contrast, voice, low-reach
    aids: tuple[str, ...] = ()
    people: int = 1
    #: when it was taken, UTC, if it is kept later than that (paper, a kiosk without a server)
    taken_ms: int | None = None
    #: false: by a clock that nobody had checked
    verified: bool = True
    #: quota | pause: a kiosk without a server gave it, and the server would have given none
    beyond: str | None = None
    #: keys of the services that come after this one, under the same number
    path: tuple[str, ...] = ()
    #: None: no wait was promised
    promised: Promise | None = None
    #: walk-in | appointment | callback; `due_ms` (UTC) is when that is, or was asked for
    origin: str = "walk-in"
    due_ms: int | None = None


class TicketCalled(Fact, frozen=True, tag="ticket-called"):
    """A ticket was called to a desk. The fact's journal number is the call's number."""

    ticket: str
    number: str
    service: str
    attention: str
    desk: str
    session: int
    #: in the line it was called from; 0 for a parked one
    waited_ms: int
    why: Why


class TicketRecalled(Fact, frozen=True, tag="ticket-recalled"):
    """The call was repeated."""

    ticket: str
    number: str
    service: str
    desk: str
    #: 1 for the first repeat
    recall: int
    #: whether it counts towards a no-show (far enough from the call before it)
    counted: bool


class ServiceStarted(Fact, frozen=True, tag="service-started"):
    """Start was pressed."""

    ticket: str
    number: str
    service: str
    desk: str


class ServiceFinished(Fact, frozen=True, tag="service-finished"):
    """Service at a desk is over."""

    ticket: str
    number: str
    service: str
    attention: str
    desk: str
    session: int
    #: line clock; pressed, or derived from the last call
    started_ms: int
    ended_ms: int
    pressed: bool
    outcome: str | None = None


class TicketNoShow(Fact, frozen=True, tag="ticket-no-show"):
    """The person did not come to the desk."""

    ticket: str
    number: str
    service: str
    desk: str
    recalls: int


class TicketReturned(Fact, frozen=True, tag="ticket-returned"):
    """A no-show, a parked person or one who stepped out is in line again."""

    ticket: str
    number: str
    service: str
    #: no-show | parked | away
    was: str


class TicketParked(Fact, frozen=True, tag="ticket-parked"):
    """The ticket was set aside."""

    ticket: str
    number: str
    service: str
    desk: str
    started_ms: int
    ended_ms: int


class TicketTransferred(Fact, frozen=True, tag="ticket-transferred"):
    """The ticket went to another service's line, or to the line of one desk."""

    ticket: str
    number: str
    #: the service it came from and the one it waits for now (the same when only the desk changed)
    origin: str
    service: str
    #: the desk it was at, if any
    desk: str | None = None
    #: the only desk that may call it now, if any
    to_desk: str | None = None
    #: when it had been called: its service here, as in `ServiceFinished`
    started_ms: int | None = None
    ended_ms: int | None = None
    #: when it had not: how long it waited in the line that it left
    waited_ms: int = 0


class TicketSentOn(Fact, frozen=True, tag="ticket-sent-on"):
    """A step of a ticket's path is over, and it waits for the next one under the same number.

    It follows the end of the step's service at once, unless the step was skipped.
    """

    ticket: str
    number: str
    #: the service of the step that is over, and of the one it waits for now
    origin: str
    service: str
    #: which step of the ticket begins: 2 for the second
    step: int
    #: keys of the services that come after that
    left: tuple[str, ...] = ()
    #: the step was left out: nobody served it
    skipped: bool = False
    #: of a skipped one, as in `TicketTransferred`
    desk: str | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    waited_ms: int = 0


class PathChanged(Fact, frozen=True, tag="path-changed"):
    """What is still to come for a ticket was changed at a desk."""

    ticket: str
    number: str
    #: the service that it is at or waits for
    service: str
    #: skipped | repeated (this one once more) | added
    how: str
    #: key of the service that comes no more, or that comes too
    step: str
    #: keys of the services to come now
    left: tuple[str, ...] = ()
    #: the desk it is at, if any
    desk: str | None = None


class TicketCancelled(Fact, frozen=True, tag="ticket-cancelled"):
    """The person left."""

    ticket: str
    number: str
    service: str
    was: str
    desk: str | None = None
    #: superseded: the same person has another ticket, which counts; None: whoever had it left
    reason: str | None = None


class TicketNotServed(Fact, frozen=True, tag="ticket-not-served"):
    """The day closed before the ticket was served."""

    ticket: str
    number: str
    service: str
    was: str
    #: day-closed | uploaded-late
    reason: str


class TicketSteppedOut(Fact, frozen=True, tag="ticket-stepped-out"):
    """The person went out for a while; they keep their place and are skipped meanwhile."""

    ticket: str
    number: str
    service: str
    #: until when they should be back, line clock
    until_ms: int


class TicketReminded(Fact, frozen=True, tag="ticket-reminded"):
    """One who stepped out should come back soon: their page says so."""

    ticket: str
    number: str
    service: str
    until_ms: int


class TicketOverstayed(Fact, frozen=True, tag="ticket-overstayed"):
    """One who stepped out did not come back in time; the same as a no-show from now on."""

    ticket: str
    number: str
    service: str


class TicketCorrected(Fact, frozen=True, tag="ticket-corrected"):
    """Class, service or count of people was corrected; the reason is a note.

    Also where somebody set aside or stepped out goes along as their whole line is moved.
    """

    ticket: str
    number: str
    #: what was corrected, before and after; None where it stays
    service: tuple[str, str] | None = None
    attention: tuple[str, str] | None = None
    people: tuple[int, int] | None = None
    #: it went along with its line: nothing had been wrong
    moved: bool = False


class CodeRenewed(Fact, frozen=True, tag="code-renewed"):
    """A lost ticket has a new secret code; the old one opens nothing any more."""

    ticket: str
    number: str
    service: str


class ServedByHand(Fact, frozen=True, tag="served-by-hand"):
    """A call made without the server was entered later."""

    ticket: str
    number: str
    service: str
    desk: str
    #: UTC, as written down
    called_ms: int
    ended_ms: int


class Restored(msgspec.Struct, frozen=True, omit_defaults=True):
    """A ticket put back by an undo, and the state it is in again."""

    ticket: str
    number: str
    #: the service that it is at or waits for again
    service: str
    state: str
    #: the state that the press had given it
    was: str
    #: the service that the press had sent it to, if another
    left: str | None = None


class PressUndone(Fact, frozen=True, tag="press-undone"):
    """A press was taken back, whole. A called ticket among `tickets` is a call annulled."""

    #: the move that the press made
    move: str
    tickets: tuple[Restored, ...]
    #: number of the press's first fact
    press: int
    desk: str | None = None


class TicketRated(Fact, frozen=True, tag="ticket-rated"):
    """Somebody said how it went. The comment, if any, is a row."""

    ticket: str
    service: str
    question: str
    version: int
    #: 1 worst … 5 best; None is "no answer"
    answer: int | None = None
    reasons: tuple[str, ...] = ()
    commented: bool = False
    desk: str | None = None
    place: str | None = None


class SessionOpened(Fact, frozen=True, tag="session-opened"):
    """A desk began to work; without an agent the session belongs to the desk."""

    session: int
    desk: str
    agent: str | None = None
    #: the session that ended because this one took it over
    taken_over: int | None = None
    #: the ticket in service that came along
    ticket: str | None = None


class SessionPaused(Fact, frozen=True, tag="session-paused"):
    """The agent took a break."""

    session: int
    desk: str


class SessionResumed(Fact, frozen=True, tag="session-resumed"):
    """The break is over."""

    session: int
    desk: str
    break_ms: int


class SessionClosed(Fact, frozen=True, tag="session-closed"):
    """The desk stopped working."""

    session: int
    desk: str
    agent: str | None = None


class HandedOver(Fact, frozen=True, tag="handed-over"):
    """An agent left a word at a desk for whoever works there next."""

    desk: str
    handover: int
    #: the session that was left, if one was open
    session: int | None = None


class HandoverRead(Fact, frozen=True, tag="handover-read"):
    """Whoever works there now has read it."""

    desk: str
    handover: int


class DeskUnattended(Fact, frozen=True, tag="desk-unattended"):
    """The page of an open desk has been gone for some minutes."""

    session: int
    desk: str
    since_ms: int


class ServicePaused(Fact, frozen=True, tag="service-paused"):
    """A service gives no tickets for a while; those who wait are unaffected."""

    service: str
    #: UTC; None: until somebody opens it
    until_ms: int | None = None
    #: tickets it still gives before; None: paused now
    after: int | None = None
    #: UTC; when it will pause; None: it has
    from_ms: int | None = None


class ServiceResumed(Fact, frozen=True, tag="service-resumed"):
    """A service gives tickets again."""

    service: str


class KioskPaused(Fact, frozen=True, tag="kiosk-paused"):
    """A kiosk gives no tickets for a while."""

    place: str
    until_ms: int | None = None
    after: int | None = None
    from_ms: int | None = None


class KioskResumed(Fact, frozen=True, tag="kiosk-resumed"):
    """A kiosk gives tickets again."""

    place: str


class LineMoved(Fact, frozen=True, tag="line-moved"):
    """Everybody of a service's line went to another service, arrival times kept."""

    origin: str
    service: str
    tickets: int


class LineKept(Fact, frozen=True, tag="line-kept"):
    """The last desk of a service closed; its line stays, and people were told."""

    service: str
    desk: str
    waiting: int


class MessageShown(Fact, frozen=True, tag="message-shown"):
    """Boards, kiosks and phones say something besides calls; the words are a row."""

    message: int
    #: broadcast | emergency | service | kept | moved (a line; said by the line itself)
    sort: str
    #: empty: every zone
    zones: tuple[str, ...] = ()
    service: str | None = None
    until_ms: int | None = None


class MessageEnded(Fact, frozen=True, tag="message-ended"):
    """They say it no more."""

    message: int
    sort: str
    zones: tuple[str, ...] = ()
    service: str | None = None


class AlarmRaised(Fact, frozen=True, tag="alarm-raised"):
    """Somebody must look at this."""

    alarm: int
    #: desk-unattended | parked-long | not-ready | help-unanswered | …
    sort: str
    #: key of a desk, a ticket, a device, a service
    subject: str


class AlarmSeen(Fact, frozen=True, tag="alarm-seen"):
    """Somebody said that they see to it; the entry's actor is who."""

    alarm: int
    sort: str
    subject: str


class AlarmEnded(Fact, frozen=True, tag="alarm-ended"):
    """It is over."""

    alarm: int
    sort: str
    subject: str


class NumbersLeased(Fact, frozen=True, tag="numbers-leased"):
    """Numbers were set aside, for paper or for a kiosk without a server."""

    lease: int
    service: str
    day: str
    #: printed numbers, both inclusive
    first: str
    last: str
    #: paper, or key of the kiosk
    place: str


class HelpAsked(Fact, frozen=True, tag="help-asked"):
    """Somebody needs a person, at this place."""

    help: int
    place: str
    #: unwell | help
    need: str


class HelpEscalated(Fact, frozen=True, tag="help-escalated"):
    """Nobody acknowledged a help call within a minute."""

    help: int
    place: str
    need: str
    #: when the minute was over, UTC: earlier than the entry where the server was down
    due_ms: int = 0


class HelpAcknowledged(Fact, frozen=True, tag="help-acknowledged"):
    """Somebody is on their way; the entry's actor is who."""

    help: int
    place: str
    need: str
    waited_ms: int


class DayClosed(Fact, frozen=True, tag="day-closed"):
    """The day closed for everybody who had taken a ticket until then."""

    until_ms: int
    not_served: int


class DayReported(Fact, frozen=True, tag="day-reported"):
    """The closed day was put into figures, from the facts after one number up to another."""

    day: str
    after_seq: int
    until_seq: int
    #: IANA zone that its hours are of
    zone: str = "UTC"


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of configuration before and after; None where there was or is none."""

    #: site | attention | service | desk | closure | kiosk | board | printer
    what: str
    key: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class SiteLoaded(Fact, frozen=True, tag="site-loaded"):
    """A site's description was loaded and changed something."""

    site: str
    changes: tuple[Change, ...]


class PrintChanged(Fact, frozen=True, tag="print-changed"):
    """A ticket's paper got on, or did not. The printer's room writes it; kiosks read it."""

    ticket: str
    job: int
    #: key of the printer
    printer: str
    #: queued | printed | sent | unknown | failed | cancelled
    state: str
    #: paper-out | cover-open | offline | unreachable | connection-lost | timed-out | …
    reason: str | None = None
    #: key of the kiosk that shows it
    place: str | None = None
    #: a reprint, marked so on the paper
    copy: bool = False
    #: failed, and will be tried again by itself
    again: bool = False


register(
    TicketIssued,
    TicketCalled,
    TicketRecalled,
    ServiceStarted,
    ServiceFinished,
    TicketNoShow,
    TicketReturned,
    TicketParked,
    TicketTransferred,
    TicketSentOn,
    PathChanged,
    TicketCancelled,
    TicketNotServed,
    TicketSteppedOut,
    TicketReminded,
    TicketOverstayed,
    TicketCorrected,
    CodeRenewed,
    ServedByHand,
    PressUndone,
    TicketRated,
    SessionOpened,
    SessionPaused,
    SessionResumed,
    SessionClosed,
    HandedOver,
    HandoverRead,
    DeskUnattended,
    ServicePaused,
    ServiceResumed,
    KioskPaused,
    KioskResumed,
    LineMoved,
    LineKept,
    MessageShown,
    MessageEnded,
    AlarmRaised,
    AlarmSeen,
    AlarmEnded,
    NumbersLeased,
    HelpAsked,
    HelpEscalated,
    HelpAcknowledged,
    DayClosed,
    DayReported,
    SiteLoaded,
    PrintChanged,
)
