"""What commands are asked for and what they answer: frozen structs, no behaviour.

Keys are those of the API: a service by its key, a desk as "site.desk", a ticket by its
32 hexadecimal digits. Answers hold references only, since they are kept for repeats.
"""

from typing import Literal

import msgspec

Channel = Literal["kiosk", "web", "phone", "greeter", "desk", "api", "triage"]


class Issue(msgspec.Struct, frozen=True):
    """Take a ticket."""

    service: str
    #: None: the site's usual class
    attention: str | None = None
    #: None: the site's first language
    language: str | None = None
    channel: Channel = "api"
    #: key of the kiosk, if one
    place: str | None = None
    aids: tuple[str, ...] = ()
    people: int = 1
    #: walk-in | appointment | callback; see ranks.py
    origin: str = "walk-in"
    #: UTC: when the appointment is, or when the callback was asked for
    due_ms: int | None = None


class Issued(msgspec.Struct, frozen=True):
    """The ticket taken."""

    ticket: str
    number: str


class PublishForecasts(msgspec.Struct, frozen=True):
    """What is expected of waits from now on."""

    #: id of a service, JSON of promises.Snapshot
    services: tuple[tuple[int, str], ...]
    #: the day so far (YYYY-MM-DD), with the JSON list of accuracy.Kept; None: unchanged
    day: str | None = None
    kept: str = "[]"


class TeachDay(msgspec.Struct, frozen=True):
    """What a day that is over taught."""

    day: str
    #: key of a service, JSON of its History; under "" the site's Calibration
    taught: tuple[tuple[str, str], ...]
    #: JSON list of accuracy.Kept
    kept: str


class OpenDesk(msgspec.Struct, frozen=True):
    """Begin to work at a desk. The agent is the actor if it is a person."""

    desk: str
    #: end the session that is in the way (another agent's here, or one's own elsewhere)
    take_over: bool = False


class PauseDesk(msgspec.Struct, frozen=True):
    """Take a break."""

    desk: str
    reason: str


class DeskMove(msgspec.Struct, frozen=True):
    """Resume or close a desk."""

    desk: str


class CloseDesk(msgspec.Struct, frozen=True):
    """Stop working at a desk."""

    desk: str
    #: what becomes of the tickets that this desk set aside: they stay so, or go back to the line
    parked: Literal["leave", "return"] | None = None
    #: of the services that nobody else calls then: "keep" keeps their lines, and people are told
    line: Literal["keep"] | None = None
    #: language → what they are told; None: the usual words
    text: dict[str, str] | None = None


class HandOver(msgspec.Struct, frozen=True):
    """Leave a word for whoever works at this desk next."""

    desk: str
    text: str
    #: end one's session too; otherwise it stays until the next one takes the desk over
    close: bool = True


class HandoverNamed(msgspec.Struct, frozen=True):
    """A word left at a desk."""

    handover: int


class AtPage(msgspec.Struct, frozen=True):
    """A desk whose page came or went."""

    desk: str


class AlarmNamed(msgspec.Struct, frozen=True):
    """An alarm."""

    alarm: int


class AtDesk(msgspec.Struct, frozen=True):
    """The session that a desk act left."""

    desk: str
    session: int
    state: str


class Next(msgspec.Struct, frozen=True):
    """Finish the one in service, if any, and call whoever is most due."""

    desk: str
    #: of the one in service, where its service asks for it
    outcome: str | None = None
    #: of the one in service, as in `Finish`
    onward: str | None = None


class CallChosen(msgspec.Struct, frozen=True):
    """Finish the one in service, if any, and call this ticket, out of turn."""

    ticket: str
    desk: str
    #: in the agent's words; kept with the ticket
    reason: str
    outcome: str | None = None


class Called(msgspec.Struct, frozen=True):
    """Who was called, if anybody waited, and who was finished by the same press."""

    ticket: str | None
    finished: str | None = None


class ServeUnticketed(msgspec.Struct, frozen=True):
    """Finish the one in service, if any, and serve somebody who has no ticket."""

    desk: str
    service: str
    people: int = 1
    #: of the one in service, where its service asks for it
    outcome: str | None = None


class Correct(msgspec.Struct, frozen=True):
    """Put right what was taken wrongly; None: as it is."""

    ticket: str
    #: in one's own words; kept beside the fact
    reason: str
    service: str | None = None
    attention: str | None = None
    people: int | None = None


class TicketMove(msgspec.Struct, frozen=True):
    """Recall, start, no-show, return, park, cancel or undo."""

    ticket: str
    #: the desk whose page asks: refused if the ticket is at another one by now
    at: str | None = None


class Finish(msgspec.Struct, frozen=True):
    """End the service."""

    ticket: str
    outcome: str | None = None
    at: str | None = None
    #: where nobody attends the next step of its path now: wait (for it all the same) | skip | end
    onward: str | None = None


class SkipStep(msgspec.Struct, frozen=True):
    """Leave a step of a path out."""

    ticket: str
    #: a service that is to come; None, or the one it is at: this one, unserved
    step: str | None = None
    at: str | None = None


class AddStep(msgspec.Struct, frozen=True):
    """One step more on a ticket's path."""

    ticket: str
    #: None, or the service that it is at: this one once more
    step: str | None = None
    #: after all others, not next
    last: bool = False
    at: str | None = None


class Transfer(msgspec.Struct, frozen=True):
    """Send to a service, or to one desk: exactly one of the two."""

    ticket: str
    service: str | None = None
    desk: str | None = None
    at: str | None = None


class Moved(msgspec.Struct, frozen=True):
    """The ticket and the state it is in now."""

    ticket: str
    state: str


class Rate(msgspec.Struct, frozen=True):
    """Say how it went."""

    ticket: str
    question: str
    version: int
    #: 1 worst … 5 best
    answer: int | Literal["no-answer"]
    reasons: tuple[str, ...] = ()
    comment: str | None = None
    #: key of the kiosk where it was said, if one
    place: str | None = None


class AskHelp(msgspec.Struct, frozen=True):
    """A person is needed at this place."""

    place: str
    need: str = "help"


class AckHelp(msgspec.Struct, frozen=True):
    """I am on my way."""

    help: int


class Helped(msgspec.Struct, frozen=True):
    """The help call."""

    help: int


class CloseDay(msgspec.Struct, frozen=True):
    """Close the day for tickets taken until then; None: until now."""

    until_ms: int | None = None


class LeaseNumbers(msgspec.Struct, frozen=True):
    """Set numbers aside: for paper, or for a kiosk that may lose the server."""

    service: str
    count: int
    #: "paper", or key of the kiosk
    place: str = "paper"
    #: YYYY-MM-DD; None: today
    day: str | None = None


class Leased(msgspec.Struct, frozen=True):
    """The numbers, as printed, both inclusive."""

    lease: int
    day: str
    first: str
    last: str


class LeaseKiosk(msgspec.Struct, frozen=True):
    """Keep numbers ready for a kiosk that may lose the server, of every service but these."""

    kiosk: str
    #: keys of the services of which it has enough
    enough: tuple[str, ...] = ()


class KioskLease(msgspec.Struct, frozen=True):
    """Numbers of one service and day, without their letters."""

    lease: int
    service: str
    prefix: str
    day: str
    first: int
    last: int


class KioskLeases(msgspec.Struct, frozen=True):
    """What the kiosk got."""

    leases: tuple[KioskLease, ...]


class Upload(msgspec.Struct, frozen=True):
    """A ticket that a kiosk gave without the server, with a number that it had on lease."""

    service: str
    number: str
    #: when it was taken, UTC, by the kiosk's clock
    taken_ms: int
    #: key of the kiosk
    place: str
    attention: str | None = None
    people: int = 1
    #: false: nobody had checked that clock
    verified: bool = True
    language: str | None = None
    aids: tuple[str, ...] = ()
    #: as its paper says them; None: the kiosk made none
    id: str | None = None
    code: str | None = None
    #: the lease that the number is from, and its day; None: the one that fits
    lease: int | None = None
    day: str | None = None


class BringTicket(msgspec.Struct, frozen=True):
    """A ticket that a kiosk made while it had no server; `id`, `code` and `lease` are set."""

    ticket: Upload
    #: key under which its kiosk had asked the server for one, and never heard the answer
    instead_of: str | None = None


class TicketBrought(msgspec.Struct, frozen=True):
    """What became of it."""

    ticket: str
    #: kept | known (it was here already) | superseded (its person was served under another number)
    result: str


class NotBrought(msgspec.Struct, frozen=True):
    """A ticket of a kiosk that could not be taken over: somebody holds its paper."""

    kiosk: str
    number: str


class HandCall(msgspec.Struct, frozen=True):
    """A call made by hand while the server was down."""

    number: str
    service: str
    desk: str
    #: UTC, as written down
    called_ms: int
    ended_ms: int


class DayDone(msgspec.Struct, frozen=True):
    """How many were closed; more than one turn is needed while `left` (a timer takes it)."""

    not_served: int
    left: bool


class PauseService(msgspec.Struct, frozen=True):
    """A service gives no more tickets: now, from a moment on, or after so many; who waits is unaffected."""

    service: str
    #: when it opens again by itself, UTC; None: until somebody opens it
    until_ms: int | None = None
    #: tickets it still gives before; None: none
    after: int | None = None
    #: language → what people are told meanwhile
    text: dict[str, str] | None = None
    #: when it pauses, UTC; None: now
    from_ms: int | None = None


class ServiceNamed(msgspec.Struct, frozen=True):
    """That service."""

    service: str


class PauseKiosk(msgspec.Struct, frozen=True):
    """A kiosk gives no more tickets, as in `PauseService`."""

    place: str
    until_ms: int | None = None
    after: int | None = None
    text: dict[str, str] | None = None
    from_ms: int | None = None


class KioskNamed(msgspec.Struct, frozen=True):
    """The kiosk of that key."""

    place: str


class LeverPulled(msgspec.Struct, frozen=True):
    """The service or kiosk, and what it does now."""

    subject: str
    #: open | limited (so many tickets are left) | planned (pauses later) | paused
    state: str


class MoveLine(msgspec.Struct, frozen=True):
    """Everybody of a service's line waits for another one from now on; arrival times are kept."""

    origin: str
    service: str


class LineMove(msgspec.Struct, frozen=True):
    """How many went so far; the rest goes by a timer while `left`."""

    moved: int
    left: bool


class ShowMessage(msgspec.Struct, frozen=True):
    """Say something on boards, kiosks and phones."""

    sort: Literal["broadcast", "emergency", "service"]
    #: language → words; one that is missing is told in the site's own
    texts: dict[str, str]
    #: empty: every zone
    zones: tuple[str, ...] = ()
    #: key of the service that it is about; a service notice has one, the others have none
    service: str | None = None
    #: when it ends by itself, UTC; None: by hand
    until_ms: int | None = None


class Shown(msgspec.Struct, frozen=True):
    """The message."""

    message: int


class EndMessage(msgspec.Struct, frozen=True):
    """Say it no more."""

    message: int


class ServeServices(msgspec.Struct, frozen=True):
    """A desk calls these services from now on: primary ones first, overflow ones when none waits."""

    desk: str
    primary: tuple[str, ...]
    overflow: tuple[str, ...] = ()
    #: "keep": a line that no desk calls any more stays, and people are told
    line: Literal["keep"] | None = None


class Serves(msgspec.Struct, frozen=True):
    """What a desk calls."""

    desk: str
    primary: tuple[str, ...]
    overflow: tuple[str, ...]
