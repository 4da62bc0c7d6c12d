"""The port behind which telephone exchanges stand: legs are placed, heard, joined and hung up.

A leg is one telephone's side of a call: a desk's or a patient's. Its id is ours and is
committed before the exchange hears of it, so that after a crash we can ask what became of it.
The exchange decides nothing: whom to ring, how often and what an outcome means is the
dialler's business. Every adapter passes the same contract (tests/telephony/contract.py).
"""

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Protocol


class Caps(NamedTuple):
    """What an exchange can do beyond placing, joining and hanging up."""

    #: a leg id that is alive is refused a second time (it may be placed again once it has ended)
    idempotent_place: bool
    #: it can say what became of a leg
    lookup: bool
    #: it collects digits itself while it speaks
    gather: bool
    #: digits pressed while two legs are joined are heard
    in_call_digits: bool
    #: sentences are made sound there: no voice of ours is needed
    own_voice: bool = False


class Phone(NamedTuple):
    """A public number, E.164: "+51987654321". Never logged, never part of an error's text."""

    e164: str

    def __repr__(self) -> str:
        return "Phone(…)"


class Extension(NamedTuple):
    """A telephone of the house, by its name at the exchange."""

    name: str


class Leg(NamedTuple):
    """What is to be rung."""

    #: ours: lower-case letters, digits and "-", at most 40
    id: str
    to: Phone | Extension
    #: seconds it may ring
    ring_s: int
    #: the number shown to who is rung, E.164; None: the exchange's own
    shows: str | None = None


class Placed(StrEnum):
    """What the exchange said to a leg."""

    ACCEPTED = "accepted"
    #: a leg of that id is alive there: this one was not rung
    DUPLICATE = "duplicate"
    #: nothing was rung, and nothing will be
    REFUSED = "refused"
    #: no answer: it may ring or not; look it up, never place it again blindly
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """Where a leg is."""

    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


class Outcome(StrEnum):
    """How a leg ended."""

    #: it had been answered
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    DECLINED = "declined"
    #: no such number
    BAD_NUMBER = "bad-number"
    #: the way there is broken; says nothing about the person
    TRUNK_FAULT = "trunk-fault"
    #: we hung up before it was answered
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class LegState(NamedTuple):
    """What the exchange knows of a leg."""

    id: str
    stage: Stage
    #: the leg it is joined with
    joined: str | None = None
    #: of an ended one
    outcome: Outcome | None = None


class Say(NamedTuple):
    """A sentence to be said; how it becomes sound is the adapter's business (sounds.py)."""

    text: str
    #: BCP 47: es, qu, pt, en
    language: str


#: in place of a sentence: what one who waits in line hears, a soft sound of some twenty seconds
HOLDING: Final = Say("", "")


class Gather(NamedTuple):
    """Digits to wait for while and after something is said."""

    #: as many end it
    digits: int
    #: seconds after the last sentence, and between two digits
    timeout_s: int
    #: this key ends it before that many came, and is not delivered
    ends: str = "#"


class Health(NamedTuple):
    """Whether the exchange can work, for `turnero doctor` and the supervisor's page."""

    reachable: bool
    #: ARI answers before Asterisk is booted: reachable is not enough
    booted: bool
    #: None: it cannot say
    trunk: bool | None
    #: a word for technicians; no secrets, no numbers
    detail: str = ""


class LinkUp(NamedTuple):
    """Events flow from now on; what happened before must be looked up."""


class LinkDown(NamedTuple):
    """Events may be missing from now on."""


class LinkReplaced(NamedTuple):
    """Somebody else takes our events now: stop dialling."""


class Inbound(NamedTuple):
    """Somebody rings us. Saying something to the leg answers it."""

    leg: str
    #: None: withheld, empty or not a number
    caller: Phone | None
    #: the number or extension that was dialled
    called: str = ""


class Ringing(NamedTuple):
    """The telephone rings."""

    leg: str


class Answered(NamedTuple):
    """Somebody, or a machine, picked up."""

    leg: str


class Digit(NamedTuple):
    """A key was pressed: 0-9, * or #."""

    leg: str
    digit: str


class PromptDone(NamedTuple):
    """All was said; with a gather, it is over too: its digits came, or its time passed."""

    leg: str


class Joined(NamedTuple):
    """Two legs hear each other."""

    a: str
    b: str


class Parted(NamedTuple):
    """They do not any more."""

    a: str
    b: str


class Ended(NamedTuple):
    """The leg is over."""

    leg: str
    outcome: Outcome
    #: the exchange's own word for why: a Q.850 or SIP code, for technicians
    cause: str = ""
    #: it rang before it ended
    rang: bool = False
    #: nothing came back that says why. Whether it rang is all there is to go by, and whoever wrote
    #: `Ringing` down may know better than an adapter that was started since
    unsaid: bool = False


Event = (
    LinkUp
    | LinkDown
    | LinkReplaced
    | Inbound
    | Ringing
    | Answered
    | Digit
    | PromptDone
    | Joined
    | Parted
    | Ended
)


class Exchange(Protocol):
    """A telephone exchange. No method raises for what a telephone can do; none blocks for long.

    Events of a leg may come late, twice or out of order, and the link may be lost between any
    two: who acts on them asks the rows first. Methods that the exchange does not answer in time
    raise `ExchangeAway`, except `place`, which answers `UNKNOWN`.
    """

    caps: Caps

    async def place(self, leg: Leg) -> Placed:
        """Ring it."""
        ...

    async def lookup(self, leg_id: str) -> LegState | None:
        """What became of a leg; None: unknown here, so it neither rings nor will."""
        ...

    async def live(self) -> list[LegState]:
        """Every leg that is not over, ours and those who rang in."""
        ...

    async def join(self, a: str, b: str) -> str:
        """Let two answered legs hear each other, if they do not yet; the join's id. `ExchangeAway` too
        if one is gone.
        """
        ...

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """Say it to one leg, in place of what is being said; a digit breaks it off if gathering.

        `ExchangeAway` too while it is joined: nothing is said over a talk.
        """
        ...

    async def hangup(self, leg_id: str, why: str = "") -> None:
        """End a leg, ringing or not; nothing if it is gone."""
        ...

    async def leave(self, leg_id: str) -> None:
        """Nobody of ours can speak with who rings us: the exchange says so itself and hangs up."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """What happens, from the first read on; reconnects by itself. One reader.

        It is over after `LinkReplaced`; calling it again takes the events back.
        """
        ...

    async def health(self) -> Health:
        """Never raises."""
        ...

    async def close(self) -> None:
        """Let go of it; live calls go on."""
        ...


class ExchangeAway(Exception):
    """The exchange did not answer, or no longer knows the leg. Nothing may be concluded."""
