"""Facts of callbacks by telephone. Ids and figures only: never a number, a name or a relation."""

from turnero.store.facts import Fact, register


class CallbackAsked(Fact, frozen=True, tag="callback-asked"):
    """Somebody asked to be rung; their place in the line is the ticket."""

    callback: str
    ticket: str
    number: str
    service: str
    #: kiosk | web | phone | desk | api | campaign
    how: str
    #: UTC: what it ranks by
    asked_ms: int
    #: they had the ticket already, and waited here
    here: bool = False
    #: UTC; when they are rung at the earliest; None: in their turn
    due_ms: int | None = None


class CallbackChanged(Fact, frozen=True, tag="callback-changed"):
    """They prefer other hours, or said what becomes of it if today does not suffice."""

    callback: str
    ticket: str
    number: str
    service: str
    from_minute: int | None = None
    to_minute: int | None = None
    #: tomorrow | drop
    left_over: str | None = None


class LegDialled(Fact, frozen=True, tag="leg-dialled"):
    """A telephone is to be rung; written before the exchange hears of it."""

    callback: str
    ticket: str
    number: str
    leg: str
    #: desk | patient
    side: str
    desk: str
    #: 1 for the first time that this callback's patient is rung
    attempt: int


class LegAnswered(Fact, frozen=True, tag="leg-answered"):
    """Somebody, or a machine, picked up."""

    callback: str
    ticket: str
    number: str
    leg: str
    side: str
    desk: str
    attempt: int


class LegEnded(Fact, frozen=True, tag="leg-ended"):
    """A telephone was put down, or never picked up."""

    callback: str
    ticket: str
    leg: str
    side: str
    #: of exchange.Outcome
    outcome: str
    #: since it was picked up; 0: it never was
    spoke_ms: int = 0


class CallbackJoined(Fact, frozen=True, tag="callback-joined"):
    """Patient and agent hear each other."""

    callback: str
    ticket: str
    number: str
    service: str
    desk: str
    #: 0: the patient rang us
    attempt: int
    #: since it was asked for
    waited_ms: int


class CallbackPutOff(Fact, frozen=True, tag="callback-put-off"):
    """It is to be rung later, or takes its place in line again."""

    callback: str
    ticket: str
    number: str
    service: str
    #: an outcome of the patient's leg | desk | hours | caps | by-hand
    why: str
    #: whether the attempt was used up, and how many are now
    counts: bool
    attempts: int
    #: UTC; None: it is in line at once
    due_ms: int | None = None
    #: the desk that had it
    desk: str | None = None


class CallbackAsking(Fact, frozen=True, tag="callback-asking"):
    """The hours for ringing end soon, and its turn has not come: tomorrow, or not at all?"""

    callback: str
    ticket: str
    number: str
    service: str
    #: UTC; when the hours end
    until_ms: int


class CallbackCarried(Fact, frozen=True, tag="callback-carried"):
    """It goes on under a new ticket: the old one's day is over."""

    callback: str
    #: the new one, and the one before
    ticket: str
    number: str
    before: str
    service: str


class CallbackEnded(Fact, frozen=True, tag="callback-ended"):
    """It is over."""

    callback: str
    ticket: str
    number: str
    service: str
    #: of callbacks.ENDS
    how: str
    attempts: int
    #: whether the patient was ever rung, whether somebody picked up, whether patient and agent spoke
    dialled: bool
    answered: bool
    joined: bool
    #: since it was asked for until they spoke
    waited_ms: int | None = None


class CallbackNoted(Fact, frozen=True, tag="callback-noted"):
    """An agent noted something of the call; the words are kept beside the fact."""

    callback: str
    ticket: str
    number: str


class CallbackReopened(Fact, frozen=True, tag="callback-reopened"):
    """Its end was taken back, with the press that made it."""

    callback: str
    ticket: str
    number: str
    service: str


class DeskCallsPaused(Fact, frozen=True, tag="desk-calls-paused"):
    """A desk's telephone was not picked up: callbacks go to other desks for a while."""

    desk: str
    #: its name at the exchange
    phone: str
    #: times in a row, this one included
    missed: int
    #: UTC
    until_ms: int


class DeskCallsResumed(Fact, frozen=True, tag="desk-calls-resumed"):
    """Callbacks come to that desk again."""

    desk: str
    #: answered | said (its agent says that it rings) | time (it is tried again)
    why: str


class DiallingChanged(Fact, frozen=True, tag="dialling-changed"):
    """Calls can be placed again, or not: of the installation (site 0)."""

    open: bool
    #: "" | no-exchange | link | replaced | trunk
    why: str


register(
    CallbackAsked,
    CallbackChanged,
    LegDialled,
    LegAnswered,
    LegEnded,
    CallbackJoined,
    CallbackPutOff,
    CallbackAsking,
    CallbackCarried,
    CallbackEnded,
    CallbackNoted,
    CallbackReopened,
    DeskCallsPaused,
    DeskCallsResumed,
    DiallingChanged,
)
