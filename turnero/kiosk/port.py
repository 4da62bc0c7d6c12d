"""The port: all that the pages of a kiosk and of a ticket's phone page ask for.

Pages know nothing behind it. `ledger.py` answers from the site's own ledger; a kiosk box with
its leased numbers is another adapter of the same port.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from turnero.queue.codes import short_code
from turnero.queue.reads.patients_calls import CallOffer, PatientsCall
from turnero.queue.requests import Issue, Rate
from turnero.queue.views import (
    AttentionView,
    MessageView,
    Names,
    Paper,
    PauseView,
    SiteView,
    TicketView,
)


class By(msgspec.Struct, frozen=True):
    """Who does something, and the key under which a repeat is the same act."""

    #: as the journal names it: "token:7", "public"
    actor: str
    key: str | None = None


class Held(msgspec.Struct, frozen=True):
    """A ticket in the hands of whoever has its code. Never kept: pages show it and forget it."""

    #: number of the site
    site: int
    paper: Paper
    #: its live page, where phones reach the server
    url: str | None
    #: the name of its class is worth saying: it isn't the usual one
    special: bool
    #: what its holder is told beside calls, newest first
    told: tuple[MessageView, ...] = ()
    #: whose line it came from when its whole line was moved: public names; None: it was not
    moved_from: Names | None = None
    #: as it was when the server was last heard: it may have been called since
    stale: bool = False

    @property
    def ticket(self) -> TicketView:
        """As its owner may see it."""
        return self.paper.ticket

    @property
    def code(self) -> str:
        """The secret in its address."""
        return self.paper.code

    @property
    def short(self) -> str:
        """The eight digits by which a kiosk finds it."""
        return short_code(self.paper.code)


class Printing(msgspec.Struct, frozen=True):
    """How a ticket's paper stands."""

    job: int
    #: queued | printed | sent | unknown | failed | cancelled
    state: str
    #: paper-out | cover-open | offline | unreachable | …; None when nothing is wrong
    reason: str | None = None
    copy: bool = False
    #: failed, and will be tried again by itself
    again: bool = False


class Help(msgspec.Struct, frozen=True):
    """A call for help as the kiosk shows it."""

    id: int
    site: int
    place: str
    #: unwell | help
    need: str
    #: somebody is on their way
    coming: bool
    #: somebody works at this site now, so that the call is heard
    heard: bool
    #: it rang for a minute and nobody has answered
    late: bool = False


class Place(msgspec.Struct, frozen=True):
    """A kiosk: what it is called and what it says."""

    key: str
    name: str
    #: has a printer, so that paper is promised
    prints: bool
    #: language -> where to wait; empty: the usual words
    where: dict[str, str] = {}
    #: language -> where staff is found when nobody comes
    staff: dict[str, str] = {}
    #: pixels of a millimetre of this screen, 3 to 6
    mm: int = 4
    #: id of the device, for its heartbeat; None where the kiosk is not among the site's devices
    device: int | None = None
    #: why it gives no tickets, or how many more; None: it gives them
    pause: PauseView | None = None
    #: what is said in its zone beside calls, newest first
    told: tuple[MessageView, ...] = ()
    #: where it stands; "" for no zone
    zone: str = ""
    #: has a scanner of its own, whose scans come by the live stream
    scanner: bool = False
    #: its server is away: it gives numbers that were set aside, and knows nothing of waits
    offline: bool = False

    @property
    def alarms(self) -> tuple[MessageView, ...]:
        """The emergency messages that fill this screen."""
        return tuple(one for one in self.told if one.fills(self.zone))

    @property
    def closed(self) -> bool:
        """Whether it gives no tickets now."""
        return self.pause is not None and self.pause.state == "paused"


class CallWish(msgspec.Struct, frozen=True):
    """To be rung instead of waiting, as it was typed. `repr` shows nothing of the number."""

    number: str
    #: the service; with a ticket, the ticket's own
    service: str = ""
    #: the id of who waits here and would rather be rung
    ticket: str | None = None
    attention: str | None = None
    language: str | None = None
    #: aids that were chosen at the kiosk
    aids: tuple[str, ...] = ()
    #: key of the kiosk, if one
    place: str | None = None
    #: of queue.callbacks.RELATIONS
    relation: str = "self"
    #: whoever answers may be told what it is about
    may_tell: bool = False
    #: hours that they prefer, minutes of the day
    from_minute: int | None = None
    to_minute: int | None = None

    def __repr__(self) -> str:
        return f"CallWish({self.service or self.ticket})"


class CallAsked(msgspec.Struct, frozen=True):
    """What became of the wish."""

    #: the ticket that is its place; None: that number has a callback for the service already,
    #: and whoever typed it may not be who asked for it
    held: Held | None


class CallChange(msgspec.Struct, frozen=True):
    """Other hours, or what becomes of it if today's do not suffice; None: as it is."""

    #: whether the two hours are set, None for any
    hours: bool = False
    from_minute: int | None = None
    to_minute: int | None = None
    #: tomorrow | drop
    left_over: str | None = None


class KioskPort(Protocol):
    """What a kiosk needs of a site. Refusals are raised as `Refused`, `Unavailable` as itself."""

    async def offers(self, site: int) -> SiteView:
        """The site's services with their present waits. Raises `NotFound`."""
        ...

    async def place(self, site: int, key: str | None) -> Place:
        """The kiosk of that key; one without name or printer where there is none."""
        ...

    async def issue(self, site: int, request: Issue, by: By) -> Held:
        """Take a ticket; the same key again gives the same ticket."""
        ...

    async def find(self, code: str) -> Held | None:
        """The ticket of that secret code, at any site; None for every other text."""
        ...

    async def find_short(self, site: int, short: str) -> Held | None:
        """Today's ticket of this site with these eight digits; None also when two have them."""
        ...

    async def find_number(self, site: int, number: str) -> Held | None:
        """Today's ticket of this site with this printed number. Whoever has only the number sees
        its place and may say that they are back; the code and all else stay with the paper.
        """
        ...

    async def prefixes(self, site: int) -> tuple[str, ...]:
        """The letters with which this site's numbers begin."""
        ...

    async def ticket(self, site: int, ticket: str) -> TicketView | None:
        """A ticket of this site by its id, to go on showing it."""
        ...

    async def leave(self, held: Held, by: By) -> None:
        """Take the ticket back: the person leaves."""
        ...

    async def come_back(self, held: Held, by: By) -> None:
        """A no-show, or one who stepped out, takes their place in line again."""
        ...

    async def step_out(self, held: Held, by: By) -> None:
        """The person goes out for a while and keeps their place."""
        ...

    async def rate(self, held: Held, request: Rate, by: By) -> None:
        """Say how it went."""
        ...

    async def calls(self, site: int) -> CallOffer:
        """What is offered of callbacks by telephone."""
        ...

    async def spelled(self, site: int, number: str) -> tuple[str, ...]:
        """A number as it was understood, in the groups in which people say it.

        Raises `Invalid` with a code `phone-…` for one that cannot be rung from here.
        """
        ...

    async def ask_call(self, site: int, wish: CallWish, by: By) -> CallAsked:
        """Be rung instead of waiting; the same key again gives the same ticket."""
        ...

    async def call(self, site: int, ticket: str) -> PatientsCall | None:
        """How the callback of a ticket of this site stands; None: it is none."""
        ...

    async def change_call(self, held: Held, change: CallChange, by: By) -> None:
        """Change what was asked for."""
        ...

    async def check_in(self, held: Held, by: By) -> None:
        """Who was to be rung came, and waits here in the same place."""
        ...

    async def printing(self, site: int, ticket: str) -> Printing | None:
        """How the newest paper of a ticket stands; None when there is none."""
        ...

    async def ask_help(self, site: int, place: str, need: str, by: By) -> Help:
        """Call somebody to this place."""
        ...

    async def help(self, site: int, number: int) -> Help | None:
        """How a call for help stands."""
        ...

    async def heard(self, site: int, device: int, state: bytes) -> None:
        """Note that a kiosk is alive; `state` is a JSON object."""
        ...


def acts_of(port: KioskPort) -> dict[str, Callable[[Held, By], Awaitable[None]]]:
    """What the holder of a ticket may do with it, by the last word of the address."""
    return {
        "leave": port.leave,
        "return": port.come_back,
        "step-out": port.step_out,
        "here": port.check_in,
    }


def choosable(attentions: tuple[AttentionView, ...]) -> tuple[AttentionView, ...]:
    """The classes that a person may choose instead, in the order in which they are called."""
    return tuple(one for one in attentions if one.kiosk and not one.usual and not one.clinical)
