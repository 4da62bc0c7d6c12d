"""What reads.py answers: frozen structs for pages, the API and paper.

Names are maps from language to text; `name_in` picks one. Unless a field says "staff",
a service's names here are its public ones: the internal name of a service with a neutral
public name never leaves this room, nor does a ticket's secret code except in `Paper`.
All times are line-clock milliseconds, as `Clock.line_ms` gives them.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from turnero.queue.facts import Why
from turnero.queue.holidays import DayOff
from turnero.queue.hours import Later

Names = dict[str, str]

#: how many wait, where nobody can tell: at a kiosk without its server
NOT_KNOWN: Final = -1


def name_in(names: Mapping[str, str], language: str) -> str:
    """The text in that language, else in its base language, else the first there is."""
    return (
        names.get(language)
        or names.get(language.partition("_")[0].partition("-")[0])
        or next(iter(names.values()), "")
    )


class Wait(msgspec.Struct, frozen=True):
    """How long, as people are told: a range in minutes, rounded up to fives."""

    low_minutes: int
    high_minutes: int
    #: "HH:MM": the desks close then, and it may take until after that; None: it should not
    closes: str | None = None
    #: it takes longer than was promised when the ticket was taken
    longer: bool = False


class LaterView(msgspec.Struct, frozen=True):
    """What one who comes later will wait, if no desk opens or closes meanwhile; staff only."""

    #: "HH:MM"
    at: str
    wait: Wait


class AttentionView(msgspec.Struct, frozen=True):
    """An attention class."""

    key: str
    names: Names
    rank: int
    clinical: bool
    #: whether the person may choose it at the kiosk
    kiosk: bool
    #: the class of who asks for none
    usual: bool


class ServiceView(msgspec.Struct, frozen=True):
    """A node of the kiosk's tree. A group has children and can't be chosen."""

    key: str
    names: Names
    #: language → lines
    requirements: dict[str, tuple[str, ...]]
    #: open | closed | paused | full (quota); a group is open while a child is
    state: str
    #: "HH:MM" when it opens later today
    opens: str | None
    waiting: int
    #: for one who takes a ticket of the usual class now
    wait: Wait | None
    #: the wait is not known because no desk is at work that calls the service
    no_desk: bool = False
    children: tuple["ServiceView", ...] = ()
    #: when it opens next, if it is closed and not later today
    later: Later | None = None
    #: why it is shut all of today: a holiday, or the site's own closure
    off: DayOff | None = None
    #: why it gives no tickets by somebody's hand, or how many more
    pause: "PauseView | None" = None


class DeskBrief(msgspec.Struct, frozen=True):
    """A desk, as a list of desks names it."""

    id: str
    key: str
    name: str
    zone: str


class SiteView(msgspec.Struct, frozen=True):
    """A site with what can be chosen at it."""

    no: int
    key: str
    name: str
    zone: str
    profile: str
    languages: tuple[str, ...]
    attentions: tuple[AttentionView, ...]
    services: tuple[ServiceView, ...]
    desks: tuple[DeskBrief, ...]


class StepView(msgspec.Struct, frozen=True):
    """A service on the way of a ticket that goes through several."""

    service: str
    names: Names
    #: language → where its people go
    where: Names
    #: done | skipped | sent (to another service, by hand) | now | next
    state: str
    #: in line for it so far
    waited_ms: int
    called_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None
    #: where it was attended
    desk: str | None = None


class Onward(msgspec.Struct, frozen=True):
    """What follows a step whose next one nobody attends now; staff: by internal names."""

    #: the next step
    names: Names
    #: gone | paused | closed | no-desk
    trouble: str
    #: the steps that nobody attends, this one first, and the one after them, if any
    skipped: tuple[Names, ...]
    to: Names | None


class TicketView(msgspec.Struct, frozen=True):
    """A ticket as its owner may see it."""

    id: str
    site: str
    number: str
    day: str
    state: str
    #: the service's key (for the API; a page shows `names`)
    service: str
    names: Names
    attention: str
    language: str
    aids: tuple[str, ...]
    people: int
    issued_ms: int
    #: people before this one in line; null unless waiting. Counted to 1,000 at most.
    ahead: int | None
    #: what is left of it; see `no_desk`
    wait: Wait | None
    #: where it was called, while it is at a desk
    desk: str | None
    desk_name: str | None
    #: for how long its holder may step out now; null where they may not
    out_minutes: int | None
    #: stepped out: until when they should be back, and whether that is soon
    away_until_ms: int | None
    hurry: bool
    #: journal number of its last call: a higher one is a new call
    call_seq: int | None
    last_call_ms: int | None
    ended_ms: int | None
    outcome: str | None
    #: until when a no-show may come back; null where it may not
    return_until_ms: int | None
    rated: bool
    version: int
    #: through several services: those behind it, the present one, those to come; else none
    path: tuple[StepView, ...] = ()
    #: in line for all steps so far
    waited_ms: int = 0
    #: the wait is not known because no desk is at work that calls the service
    no_desk: bool = False
    #: the wait that was promised when it was taken; None: none was
    promised: Wait | None = None


class TakenView(msgspec.Struct, frozen=True):
    """A ticket just taken, as its taker is told. Holds the secret code."""

    id: str
    number: str
    code: str
    state: str
    #: key of the service
    service: str
    #: people before it, None once it does not wait; and the wait that it was promised
    ahead: int | None
    wait: Wait | None
    #: none was promised because no desk is at work that calls the service
    no_desk: bool = False


class Paper(msgspec.Struct, frozen=True):
    """All that a printed ticket, or the kiosk's last page, says. Holds the secret code."""

    ticket: TicketView
    code: str
    site_name: str
    #: IANA zone, to print the hour
    zone: str
    profile: str
    attention_names: Names
    requirements: dict[str, tuple[str, ...]]
    #: key of the kiosk where it was taken
    place: str | None


class CallView(msgspec.Struct, frozen=True):
    """A call on a board."""

    #: journal number of the call: announce each once, in this order
    seq: int
    number: str
    desk: str
    zone: str
    names: Names
    #: the person's language
    language: str
    at_ms: int
    #: still called or being served
    in_force: bool
    #: waiting for the person to come (not yet started)
    calling: bool
    recalls: int
    #: they are rung where they are: listed, never announced
    by_phone: bool = False


class QueueBrief(msgspec.Struct, frozen=True):
    """How many wait for a service."""

    names: Names
    waiting: int
    wait: Wait | None
    no_desk: bool = False


class BoardView(msgspec.Struct, frozen=True):
    """What a board shows: calls newest first, and who waits."""

    site: str
    name: str
    #: journal number this was read at: follow from here
    seq: int
    now_ms: int
    #: still called, newest first
    calls: tuple[CallView, ...]
    #: the last ones, newest first, those in force included
    recent: tuple[CallView, ...]
    queues: tuple[QueueBrief, ...]


class SessionView(msgspec.Struct, frozen=True):
    """A live desk session."""

    id: int
    #: open | break
    state: str
    agent: str | None
    opened_ms: int
    #: when it came into this state
    since_ms: int
    break_reason: str | None


class ServingView(msgspec.Struct, frozen=True):
    """Who is at the desk; staff only."""

    ticket: str
    number: str
    #: called | serving
    state: str
    service: str
    #: staff: the internal name
    names: Names
    attention: str
    attention_names: Names
    aids: tuple[str, ...]
    people: int
    language: str
    issued_ms: int
    called_ms: int
    last_call_ms: int
    started_ms: int | None
    recalls: int
    #: when no-show is legal if recalled as soon as each recall counts; null when it is now
    no_show_ms: int | None
    #: whether finishing asks for an outcome
    outcomes: bool
    why: Why
    call_reason: str | None
    #: staff: by internal names; as in `TicketView`
    path: tuple[StepView, ...] = ()
    #: why nobody attends the next step now: gone | paused | closed | no-desk; null: somebody does,
    #: or there is none
    next_trouble: str | None = None
    #: it is called by telephone: nobody comes, so nobody can be called again or be absent
    by_phone: bool = False


class QueueView(msgspec.Struct, frozen=True):
    """A service's line as its desks see it; staff only."""

    service: str
    #: staff: the internal name
    names: Names
    #: 0 primary, 1 overflow
    tier: int
    waiting: int
    #: when the one who waits longest took their place; null when nobody waits
    oldest_ms: int | None
    target_min: int | None
    #: for one who takes a ticket of the usual class now
    wait: Wait | None = None
    no_desk: bool = False


class WaitingView(msgspec.Struct, frozen=True):
    """A ticket that can be chosen or brought back; staff only, without identity."""

    ticket: str
    number: str
    state: str
    service: str
    #: staff: the internal name
    names: Names
    attention: str
    #: since when it is in this state; of one who stepped out, since when it is in line
    since_ms: int
    #: of one who stepped out: until when
    until_ms: int | None = None


class UndoView(msgspec.Struct, frozen=True):
    """The last press at a desk, while it can be undone."""

    #: a ticket of that press: undo is asked for it
    ticket: str
    move: str
    numbers: tuple[str, ...]
    until_ms: int


class HandoverView(msgspec.Struct, frozen=True):
    """A word left at a desk for whoever works there next; staff only."""

    id: int
    text: str
    #: "user:3"
    by: str
    at_ms: int


class AlarmView(msgspec.Struct, frozen=True):
    """What somebody must look at; staff only."""

    id: int
    #: see alarms.KINDS
    kind: str
    subject: str
    since_ms: int
    figures: dict[str, str | int]
    #: when and by whom it was seen
    seen_ms: int | None
    seen_by: str | None


class DeskView(msgspec.Struct, frozen=True):
    """All that a desk's page shows; staff only."""

    id: str
    site: str
    name: str
    zone: str
    #: calls the next one by itself when it is free
    auto_call: bool
    #: journal number this was read at: follow from here
    seq: int
    now_ms: int
    #: words left here that nobody has read yet
    handovers: tuple["HandoverView", ...]
    session: SessionView | None
    serving: ServingView | None
    queues: tuple[QueueView, ...]
    #: waiting for this desk only
    own: tuple[WaitingView, ...]
    parked: tuple[WaitingView, ...]
    #: stepped out for a while, of the desk's services
    away: tuple[WaitingView, ...]
    #: no-shows who may still come back
    absent: tuple[WaitingView, ...]
    undo: UndoView | None


class ServiceNow(msgspec.Struct, frozen=True):
    """A service as the supervisor sees it."""

    service: str
    #: staff: the internal name
    names: Names
    state: str
    waiting: int
    oldest_ms: int | None
    target_min: int | None
    #: the oldest has waited longer than the target
    late: bool
    last_wait_ms: int | None
    parked: int
    #: for one who takes a ticket of the usual class now, and for one who comes in an hour
    wait: Wait | None = None
    no_desk: bool = False
    later: LaterView | None = None


class DeskNow(msgspec.Struct, frozen=True):
    """A desk as the supervisor sees it."""

    id: str
    name: str
    zone: str
    session: SessionView | None
    number: str | None
    #: called | serving
    state: str | None
    since_ms: int | None


class HelpView(msgspec.Struct, frozen=True):
    """A help call nobody has acknowledged yet."""

    id: int
    place: str
    need: str
    asked_ms: int
    escalated: bool


class HelpAnswered(msgspec.Struct, frozen=True):
    """A help call that somebody acknowledged."""

    id: int
    place: str
    need: str
    done_ms: int
    #: actor: "user:3", "token:7"
    done_by: str


class SupervisorView(msgspec.Struct, frozen=True):
    """Who waits, at which desks, who needs help; staff only."""

    site: str
    name: str
    seq: int
    now_ms: int
    services: tuple[ServiceNow, ...]
    desks: tuple[DeskNow, ...]
    parked: tuple[WaitingView, ...]
    help_calls: tuple[HelpView, ...]


class PauseView(msgspec.Struct, frozen=True):
    """Why a service or a kiosk gives no tickets, or will not."""

    #: paused | limited (gives `after` more) | planned (pauses at `from_ms`)
    state: str
    #: when it opens again by itself, UTC; null: by hand
    until_ms: int | None
    after: int | None
    #: language → what people are told
    texts: Names
    from_ms: int | None = None


class PausedService(msgspec.Struct, frozen=True):
    """A service and its lever; staff only."""

    service: str
    #: staff: the internal name
    names: Names
    #: null: it gives tickets
    pause: PauseView | None


class PausedKiosk(msgspec.Struct, frozen=True):
    """A kiosk and its lever; staff only."""

    place: str
    name: str
    pause: PauseView | None


class Pauses(msgspec.Struct, frozen=True):
    """Every lever that holds up tickets; staff only."""

    services: tuple[PausedService, ...]
    kiosks: tuple[PausedKiosk, ...]


class MessageView(msgspec.Struct, frozen=True):
    """What boards, kiosks and phones say besides calls."""

    id: int
    #: broadcast | emergency | service, or of a line: kept (its last desk closed) | moved
    sort: str
    #: language → words; empty where a page says the usual ones
    texts: Names
    #: key of the service that it is about
    service: str | None
    from_ms: int
    #: when it ends by itself, UTC
    until_ms: int | None
    #: empty: every zone
    zones: tuple[str, ...] = ()
    #: staff: who shows it
    by: str = ""
    #: the service's public names
    names: Names | None = None
    #: where a line went
    target: str | None = None
    target_names: Names | None = None

    def fills(self, zone: str) -> bool:
        """Whether it fills the whole board of that zone; one without a zone only for every zone."""
        return self.sort == "emergency" and (not self.zones or zone in self.zones)
