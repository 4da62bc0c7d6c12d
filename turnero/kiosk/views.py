"""The live parts: the keys of services, one service's wait, a ticket on kiosk and phone, a help call.

Each renders its whole block again; what only one kiosk or one holder may see is in `arg`.
"""

import re
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

import msgspec

from turnero.kiosk import menu
from turnero.kiosk import visit as visits
from turnero.kiosk.guidance import Guide
from turnero.kiosk.menu import service_path
from turnero.kiosk.phone_context import phone_context
from turnero.kiosk.port import Held, KioskPort
from turnero.kiosk.scene import Connect
from turnero.kiosk.visit import Visit
from turnero.kiosk.wording import Wording
from turnero.queue.states import State
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.web.principal import Principal
from turnero.web.view import LiveContext

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: the number of a site or a help call, as a page of ours writes it
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
#: facts after which the lines may be shorter or longer
LINES: Final = frozenset(
    {
        "ticket-issued",
        "ticket-called",
        "ticket-parked",
        "ticket-returned",
        "ticket-stepped-out",
        "ticket-corrected",
        "ticket-transferred",
        "ticket-sent-on",
        "ticket-cancelled",
        "ticket-not-served",
        "press-undone",
        "day-closed",
        "site-loaded",
    }
)
#: facts after which a service, or the kiosk, may give tickets or not
LEVERS: Final = frozenset({"service-paused", "service-resumed", "kiosk-paused", "kiosk-resumed"})
#: facts after which people are told something else beside calls
TOLD: Final = frozenset({"message-shown", "message-ended"})
#: facts that change one ticket
LIFE: Final = frozenset(
    {
        "ticket-called",
        "ticket-recalled",
        "service-started",
        "service-finished",
        "ticket-no-show",
        "ticket-parked",
        "ticket-returned",
        "ticket-transferred",
        "ticket-sent-on",
        "path-changed",
        "ticket-cancelled",
        "ticket-not-served",
        "ticket-stepped-out",
        "ticket-reminded",
        "ticket-overstayed",
        "ticket-corrected",
        "code-renewed",
        "ticket-rated",
        "print-changed",
        "callback-asked",
        "callback-changed",
        "callback-joined",
        "callback-put-off",
        "callback-asking",
        "callback-carried",
        "callback-ended",
        "callback-reopened",
        "leg-dialled",
        "leg-answered",
        "leg-ended",
    }
)
#: facts that move people in a line or change whose turn it is, whoever's they are
MOVES: Final = frozenset({"press-undone", "day-closed", "site-loaded"})
#: facts of others that shorten or lengthen a line
AHEAD: Final = LINES - {"ticket-issued"} | MOVES
#: phones whose marks are remembered; one that is not is only rendered more often
REMEMBERED: Final = 10_000
#: a print that takes longer is told of
SLOW_MS: Final = 12_000


class _Spot(NamedTuple):
    """An `arg`, taken apart: "site/rest@kiosk?choices"."""

    site: int
    rest: str
    kiosk: str
    visit: Visit


def _spot(arg: str, languages: tuple[str, ...]) -> _Spot:
    """Raises `NotFound` for what no page of ours asks."""
    path, _, query = arg.partition("?")
    number, slash, rest = path.partition("/")
    if not slash or _NUMBER.fullmatch(number) is None:
        raise NotFound("view-unknown")
    rest, _, kiosk = rest.partition("@")
    return _Spot(int(number), rest, kiosk, visits.read(query, languages))


class _AtKiosk:
    """What the views of a kiosk's pages have in common."""

    permission: ClassVar = "kiosk.use"
    refresh_s: float | None = 20.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return principal.within(_spot(arg, ctx.web.languages).site)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind in LINES or entry.kind in LEVERS or entry.kind in TOLD

    def _common(self, web: "Web", spot: _Spot, language: str) -> dict[str, Any]:
        guide = Guide(web.speech, language, on=spot.visit.voice)
        wording = Wording.of(web, spot.site, language, guide)
        return {"visit": spot.visit, **wording.functions()}


class ServicesView(_AtKiosk):
    """`data-live="kiosk"`: the keys of a group's services, or of the top."""

    name = "kiosk"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        spot = _spot(arg, ctx.web.languages)
        port = self._connect(ctx.web)
        offers = await port.offers(site)
        services = offers.services
        if spot.rest:
            node = menu.find(services, spot.rest)
            if node is None:
                raise NotFound("service-unknown", service=spot.rest[:80])
            services = node.service.children
        context = {
            **self._common(ctx.web, spot, language),
            "place": await port.place(site, spot.kiosk),
            "shown": menu.part(services, spot.visit),
            "list_path": service_path(spot.rest or None),
        }
        return ctx.fragment("kiosk/choose.html", "services", context, site=site, language=language)


class ServiceNowView(_AtKiosk):
    """`data-live="kiosk-service"`: one service's present wait."""

    name = "kiosk-service"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        spot = _spot(arg, ctx.web.languages)
        port = self._connect(ctx.web)
        node = menu.find((await port.offers(site)).services, spot.rest)
        if node is None:
            raise NotFound("service-unknown", service=spot.rest[:80])
        context = {
            **self._common(ctx.web, spot, language),
            "place": await port.place(site, spot.kiosk),
            "service": node.service,
        }
        return ctx.fragment("kiosk/service.html", "now", context, site=site, language=language)


class TicketAtKioskView(_AtKiosk):
    """`data-live="kiosk-ticket"`: the ticket just taken, its call and its paper."""

    name = "kiosk-ticket"
    refresh_s: float | None = 4.0

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        if entry.kind in MOVES:
            return True
        ticket = arg.partition("?")[0].rpartition("/")[2]
        return entry.kind in LIFE and ticket.encode() in entry.body

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        spot = _spot(arg, ctx.web.languages)
        key, _, ticket_id = spot.rest.rpartition("/")
        port: KioskPort = self._connect(ctx.web)
        ticket = await port.ticket(site, ticket_id)
        if ticket is None:
            raise NotFound("ticket-unknown")
        place = await port.place(site, key)
        context = {
            **self._common(ctx.web, spot, language),
            "ticket": ticket,
            "place": place,
            "printing": await port.printing(site, ticket_id),
            "call": await port.call(site, ticket_id),
            "slow": ctx.web.clock.line_ms() - ticket.issued_ms > SLOW_MS,
        }
        return ctx.fragment("kiosk/ticket.html", "now", context, site=site, language=language)


class HelpView(_AtKiosk):
    """`data-live="kiosk-help"`: whether somebody is on the way."""

    name = "kiosk-help"
    refresh_s: float | None = 10.0

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind in {
            "help-acknowledged", "help-escalated", "session-opened", "session-closed",
        }  # fmt: skip

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        spot = _spot(arg, ctx.web.languages)
        key, _, number = spot.rest.rpartition("/")
        port = self._connect(ctx.web)
        help_call = await port.help(site, int(number)) if _NUMBER.fullmatch(number) else None
        if help_call is None:
            raise NotFound("help-unknown")
        context = {
            **self._common(ctx.web, spot, language),
            "help": help_call,
            "place": await port.place(site, key),
        }
        return ctx.fragment("kiosk/help.html", "state", context, site=site, language=language)


class PhoneView:
    """`data-live="ticket"`: a ticket on its holder's phone; `arg` is its secret code."""

    name = "ticket"
    permission = "public"
    refresh_s: float | None = 30.0

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        #: code -> what a fact that concerns it holds: its id, and its service while it waits
        self._marks: OrderedDict[str, tuple[bytes, bytes | None]] = OrderedDict()

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        return (await self._find(ctx, arg)).site

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`: hundreds of phones follow a site, and few facts concern each."""
        if entry.kind in MOVES or entry.kind in TOLD:
            return True
        if arg not in self._marks:
            return entry.kind in LIFE
        ticket, service = self._marks[arg]
        if entry.kind in LIFE and ticket in entry.body:
            return True
        return service is not None and entry.kind in AHEAD and service in entry.body

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`. A code that was revoked since is not found any more."""
        held = await self._find(ctx, arg)
        context = await phone_context(ctx.web, self._connect(ctx.web), held, language)
        return ctx.fragment("kiosk/phone.html", "ticket", context, site=site, language=language)

    async def _find(self, ctx: LiveContext, code: str) -> Held:
        held = await self._connect(ctx.web).find(code)
        if held is None:
            self._marks.pop(code, None)
            raise NotFound("ticket-unknown")
        waits = held.ticket.state == State.WAITING
        service = msgspec.json.encode(held.ticket.service) if waits else None
        self._marks[code] = (held.ticket.id.encode(), service)
        self._marks.move_to_end(code)
        if len(self._marks) > REMEMBERED:
            self._marks.popitem(last=False)
        return held
