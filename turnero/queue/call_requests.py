"""What commands of callbacks are asked for and what they answer; see requests.py."""

from typing import Final

import msgspec

from turnero.queue.requests import Channel
from turnero.store.vault import Sealed

#: the source of a callback that a caller asked for who shows no number
WITHHELD: Final = "line"


class AskCallback(msgspec.Struct, frozen=True):
    """Ask to be rung. The number comes sealed: a command never sees its digits."""

    phone: Sealed
    #: the service; with a ticket, the ticket's own counts
    service: str = ""
    #: the ticket of who waits here and would rather be rung
    ticket: str | None = None
    attention: str | None = None
    language: str | None = None
    #: aids that they chose at the kiosk
    aids: tuple[str, ...] = ()
    channel: Channel = "api"
    #: key of the kiosk, if one
    place: str | None = None
    #: what is counted against the cap of an hour: "kiosk:1", "web", `WITHHELD`; "": nothing
    source: str = ""
    #: of callbacks.RELATIONS: whose number it is, as seen from the patient
    relation: str = "self"
    #: whoever answers may be told what it is about
    may_tell: bool = False
    #: sealed: whom to ask for
    name: bytes | None = None
    #: in one's own words; kept beside the fact
    reason: str | None = None
    #: hours that they prefer, minutes of the day
    from_minute: int | None = None
    to_minute: int | None = None
    #: the campaign that it is of
    campaign: int | None = None


class Asked(msgspec.Struct, frozen=True):
    """The callback, and its place in the line."""

    callback: str
    ticket: str
    number: str
    #: it was there: nothing was asked for anew. Whoever asked may not be who asked first
    already: bool = False


class ChangeCallback(msgspec.Struct, frozen=True):
    """Change what was asked for."""

    callback: str
    #: whether the two hours are set, None for any
    hours: bool = False
    from_minute: int | None = None
    to_minute: int | None = None
    #: tomorrow | drop: if today's hours do not suffice
    left_over: str | None = None


class Lead(msgspec.Struct, frozen=True):
    """Dial for this installation."""

    #: the process that asks
    holder: str
    #: of the lease that it has; 0: it has just begun
    epoch: int = 0
    #: `Led.until_ms` of a lease that was not renewed for `LEASE_MS` while it watched
    lapsed: int | None = None
    #: False: give it up
    keep: bool = True


class Led(msgspec.Struct, frozen=True):
    """The epoch of the lease, and whether whoever asked holds it."""

    epoch: int
    held: bool
    #: another with each renewal
    until_ms: int = 0


class Opened(msgspec.Struct, frozen=True):
    """Whether the exchange can place calls."""

    epoch: int
    open: bool
    #: why not: no-exchange | link | replaced | trunk
    why: str = ""


class DialDesk(msgspec.Struct, frozen=True):
    """Ring the desk of a callback that was called; `leg` is a new id."""

    callback: str
    leg: str
    epoch: int


class DialPatient(msgspec.Struct, frozen=True):
    """Ring its patient, whose agent has picked up; `leg` is a new id."""

    callback: str
    leg: str
    epoch: int


class Dialled(msgspec.Struct, frozen=True):
    """What is to be rung now; nothing without a leg."""

    leg: str | None = None
    ring_s: int = 0
    #: the desk's telephone, at the exchange
    extension: str | None = None
    #: the row of the patient's number
    phone: int | None = None
    #: the number to show, E.164
    shows: str | None = None


class Heard(msgspec.Struct, frozen=True):
    """News of a leg."""

    leg: str
    #: placed | ringing | up | ended
    stage: str
    #: of an ended one: of exchange.Outcome
    outcome: str | None = None
    #: the exchange's word for why
    cause: str = ""
    rang: bool = False
    #: see exchange.Ended
    unsaid: bool = False


class OfCallback(msgspec.Struct, frozen=True):
    """Something happened to a callback at a desk."""

    callback: str
    #: where it says how: machine | wrong-person | bad-number | no-answer | busy | desk
    why: str = ""
    #: the desk whose page asks
    at: str | None = None


class HoldLine(msgspec.Struct, frozen=True):
    """Stay on the line, in one's place."""

    #: the exchange's id of the leg of who rang us
    leg: str
    service: str = ""
    language: str | None = None
    attention: str | None = None
    #: None: they show no number
    phone: Sealed | None = None
    #: an open callback whose place is theirs
    callback: str | None = None
