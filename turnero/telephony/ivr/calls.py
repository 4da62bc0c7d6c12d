"""One call to the voice menu: what it knows, what happens to it, what it asks to be done.

Shapes alone; menu.py, holding.py and rating.py are what leads from one to the next.
"""

from enum import StrEnum

import msgspec

from turnero.queue.views import Names, Wait
from turnero.telephony.exchange import Gather
from turnero.telephony.ivr.words import Opens, Words
from turnero.telephony.numbers import Number


class Offer(msgspec.Struct, frozen=True):
    """A service that can be chosen now."""

    key: str
    names: Names
    wait: Wait | None = None
    #: whether one may stay on the line for it
    hold: bool = True


class House(msgspec.Struct, frozen=True):
    """The site that was rung, as its menu needs it."""

    site: int
    #: that can be spoken, the usual one first
    languages: tuple[str, ...]
    #: pe | co | plain
    profile: str
    #: services that call back and are open, in the site's order
    offers: tuple[Offer, ...]
    #: when it opens, if none is
    opens: Opens = Opens()
    #: emergencies' own number, as it is said; empty: none is known
    emergency: str = ""
    #: of the site, as it names itself; empty: not said
    name: str = ""
    #: ISO 3166: whose numbers are said without a country's code
    home: str = ""
    #: key of the service on whose line waits who presses no key; empty: none
    no_keys: str = ""


# --- what can be asked to be done ------------------------------------------------------------


class Look(msgspec.Struct, frozen=True):
    """Whether the caller has an open callback for this service: `Open` or `NotOpen`."""

    service: str
    number: Number


class Check(msgspec.Struct, frozen=True):
    """Whether these digits are a number that may be rung: `Number` or `Refused`."""

    digits: str

    def __repr__(self) -> str:
        return "Check(…)"


class Ask(msgspec.Struct, frozen=True):
    """Ask for a callback: `Asked`, `Open` or `Refused`. The same call may ask twice: one callback."""

    service: str
    number: Number
    language: str
    #: who asks; None: the number is not shown
    caller: Number | None = None


class Cancel(msgspec.Struct, frozen=True):
    """Take a callback back: `Done` or `Refused`."""

    callback: str


class Hold(msgspec.Struct, frozen=True):
    """A place in line for one who stays on it: `Held` or `Refused`. The line itself ends it once
    this leg is over, whatever becomes of us.
    """

    service: str
    language: str
    #: who holds; None: the number is not shown
    caller: Number | None = None


class TalkNow(msgspec.Struct, frozen=True):
    """The place of a callback for one who stays on the line instead: `Held` or `Refused`. Should they
    hang up, they are rung in it after all.
    """

    callback: str


class Rate(msgspec.Struct, frozen=True):
    """Keep a rating of the ticket: `Done` or `Refused`. None: they would rather not say."""

    ticket: str
    answer: int | None


Act = Look | Check | Ask | Cancel | Hold | TalkNow | Rate


# --- what comes of it ------------------------------------------------------------------------


class Refused(msgspec.Struct, frozen=True):
    """It was not done; the code of a refusal."""

    code: str


class Open(msgspec.Struct, frozen=True):
    """A callback is open for that number and service."""

    callback: str


class NotOpen(msgspec.Struct, frozen=True):
    """None is."""


class Asked(msgspec.Struct, frozen=True):
    """A callback was asked for: committed."""

    #: printed, "A047"
    number: str
    wait: Wait | None = None
    #: when they are rung at the earliest, if not in their turn today
    later: Opens | None = None


class Held(msgspec.Struct, frozen=True):
    """A place in line is held: committed."""

    ticket: str
    number: str
    wait: Wait | None = None


class Done(msgspec.Struct, frozen=True):
    """It was done."""


class Failed(msgspec.Struct, frozen=True):
    """No answer: it may have been done or not."""


Result = Number | Refused | Open | NotOpen | Asked | Held | Done | Failed


# --- what happens ----------------------------------------------------------------------------


class Pressed(msgspec.Struct, frozen=True):
    """Digits that were waited for."""

    digits: str

    def __repr__(self) -> str:
        return "Pressed(…)"


class Silent(msgspec.Struct, frozen=True):
    """None came."""


class Said(msgspec.Struct, frozen=True):
    """What was said without waiting for digits is over."""


class Answer(msgspec.Struct, frozen=True):
    """What came of an act."""

    result: Result


class Standing(msgspec.Struct, frozen=True):
    """How a held place stands."""

    #: waiting | called | serving | gone; kept: they are rung and need not stay on the line
    state: str
    #: how many are before it
    ahead: int | None = None
    wait: Wait | None = None


class DeskGone(msgspec.Struct, frozen=True):
    """The agent has hung up, or is done."""


class Connected(msgspec.Struct, frozen=True):
    """Caller and desk hear each other."""


class Gone(msgspec.Struct, frozen=True):
    """The caller hung up."""


Event = Pressed | Silent | Said | Answer | Standing | DeskGone | Connected | Gone


# --- a call ----------------------------------------------------------------------------------


class Step(StrEnum):
    """Where a call is."""

    LANGUAGE = "language"
    SERVICE = "service"
    #: a callback is open already: keep it, talk now, or cancel it
    OPEN = "open"
    #: be called back, or stay
    OFFER = "offer"
    #: the number is read back
    READ = "read"
    #: another one is typed
    TYPE = "type"
    #: something is being done
    ACTING = "acting"
    #: in line, on the line
    HOLDING = "holding"
    #: the desk is rung
    RINGING = "ringing"
    TALKING = "talking"
    RATING = "rating"
    #: the last sentence is said; then we hang up
    OVER = "over"


class Call(msgspec.Struct, frozen=True):
    """All that the menu knows of a call."""

    house: House
    step: Step
    language: str
    #: the caller's, if it is shown and may be rung
    caller: Number | None = None
    #: to be rung
    number: Number | None = None
    service: str | None = None
    #: to be said before whatever comes next: it was composed before an act
    first: Words = ()
    #: of the list of services
    page: int = 0
    #: silences and wrong keys at this step
    tries: int = 0
    #: keys pressed and silences in all: no call goes on for ever
    turns: int = 0
    #: numbers typed that may not be rung
    mistyped: int = 0
    #: they press no key, and wait on the line without one
    keyless: bool = False
    acting: Act | None = None
    #: that act was tried before
    again: bool = False
    #: what cannot be offered any more, as it was refused: Ask, Hold
    without: tuple[type[Act], ...] = ()
    #: the open callback
    open: str | None = None
    #: the ticket held, or to be rated
    ticket: str | None = None
    #: how its place stood last
    standing: Standing | None = None
    #: holding sounds since the last word about the place
    sounds: int = 0
    #: nobody is on the line any more
    gone: bool = False


class Move(msgspec.Struct, frozen=True):
    """What comes next: something is said, or something is done, or the call only goes on."""

    call: Call
    says: Words = ()
    gather: Gather | None = None
    act: Act | None = None
