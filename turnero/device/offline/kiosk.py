"""The kiosk's port on a box: its server answers, and while that is away the box itself.

Nobody waits twice for a server that does not answer: after the first silence everything is
answered here at once, until the server is heard again (`Link.online`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from turnero.device.box import Box
from turnero.device.kiosk import RemoteKiosk
from turnero.device.link import Unsent
from turnero.device.offline import commands, offering, reads
from turnero.device.offline.commands import KeepRating, TakeNumber
from turnero.device.offline.keeping import Keeping
from turnero.device.offline.seen import Seen
from turnero.kiosk.port import (
    By,
    CallAsked,
    CallChange,
    CallWish,
    Held,
    Help,
    Place,
    Printing,
)
from turnero.queue.reads.patients_calls import CallOffer, PatientsCall
from turnero.queue.requests import Issue, Rate
from turnero.queue.views import SiteView, TicketView
from turnero.store.errors import Invalid, Refused, Unavailable

log = logging.getLogger("turnero.device")

T = TypeVar("T")

#: seconds for the second question about a ticket whose answer was lost
AGAIN_S: Final = 1.0


class BoxKiosk:
    """See `KioskPort`. Of all the kiosks that a box hosts."""

    def __init__(self, box: Box, keeping: Keeping) -> None:
        self._box = box
        self._keeping = keeping
        self._server = RemoteKiosk(box)
        self._seen = Seen(box)
        #: key of an act -> whoever does it has the lock: the same act twice at once is one
        self._doing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def restore(self) -> None:
        """What was known before this start; asked before the first question of a kiosk."""
        await self._seen.restore()

    def forget(self) -> None:
        """The box belongs to another site: whom it has seen was elsewhere."""
        self._seen.forget()

    # --- what is offered -------------------------------------------------------------------------

    async def offers(self, site: int) -> SiteView:
        """See `KioskPort.offers`."""
        try:
            return await self._ask(self._server.offers, site)
        except Unavailable:
            offer = await self._offer(None)
            return offering.site_now(offer, await self._stock(offer, None), self._keeping.now())

    async def place(self, site: int, key: str | None) -> Place:
        """See `KioskPort.place`."""
        try:
            return await self._ask(self._server.place, site, key)
        except Unavailable:
            offer = await self._offer(key)
            return offering.place_now(offer, await self._stock(offer, key), self._keeping.now())

    async def prefixes(self, site: int) -> tuple[str, ...]:
        """See `KioskPort.prefixes`."""
        try:
            return await self._ask(self._server.prefixes, site)
        except Unavailable:
            return (await self._offer(None)).prefixes

    # --- taking a ticket ---------------------------------------------------------------------

    async def issue(self, site: int, request: Issue, by: By) -> Held:
        """See `KioskPort.issue`. A ticket whose answer was lost is asked for again under its key
        before the box gives one of its own, which says then in whose stead it stands.
        """
        if by.key is None:
            return await self._issue(site, request, by)
        lock = self._doing.setdefault(by.key, asyncio.Lock())
        async with lock:
            return await self._issue(site, request, by)

    async def _issue(self, site: int, request: Issue, by: By) -> Held:
        if by.key is not None:
            own = await self._box.ledger.read(reads.of_act, by.key)
            if own is not None:
                return await self._held(own)
        with self._keeping.asking():
            return await self._ask_or_take(site, request, by)

    async def _ask_or_take(self, site: int, request: Issue, by: By) -> Held:
        try:
            held = await self._surely_issue(site, request, by)
        except Unavailable:
            before = self._seen.of_act(by.key)
            return before or await self._take(site, request, by.key)
        await self._seen.put(held, by.key)
        return held

    async def _surely_issue(self, site: int, request: Issue, by: By) -> Held:
        try:
            return await self._ask(self._server.issue, site, request, by)
        except Unsent:
            raise
        except Unavailable:
            if by.key is None:
                raise
            # It may have been made: the same act once more, without making anybody wait long.
            try:
                async with asyncio.timeout(AGAIN_S):
                    return await self._server.issue(site, request, by)
            except TimeoutError:
                raise Unavailable("the server does not answer") from None

    async def _take(self, site: int, request: Issue, key: str | None) -> Held:
        if not self._keeping.hours.sure:
            raise Refused("no-number-held", service=request.service)
        offer, at = await self._offer(request.place), self._keeping.now()
        attention = offering.class_of(offer, request.attention)
        language = request.language or offer.site.languages[0]
        if language not in offer.site.languages:
            raise Invalid("language-unknown", language=language[:20])
        now = offering.site_now(offer, await self._stock(offer, request.place), at)
        service = offering.service_of(now, request.service)
        if service.state == "closed":
            raise Refused("service-closed", service=service.key)
        taken = await self._box.ledger.run(
            commands.take_number,
            TakeNumber(
                kiosk=offer.place.key,
                service=service.key,
                attention=attention.key,
                language=language,
                people=max(1, request.people),
                aids=request.aids,
                act=key,
                at=at,
                zone=offer.site.zone,
            ),
            site=site,
            actor="system",
        )
        log.info("ticket %s was made without the server", taken.number)
        own = await self._box.ledger.read(reads.ticket, taken.ticket)
        if own is None:
            raise Unavailable("the ticket is gone")
        await self._keeping.made()
        return await self._held(own)

    # --- a ticket that somebody holds --------------------------------------------------------

    async def find(self, code: str) -> Held | None:
        """See `KioskPort.find`."""
        own = await self._box.ledger.read(reads.of_code, code)
        return await self._search(own, lambda one: one.code == code, self._server.find, code)

    async def find_short(self, site: int, short: str) -> Held | None:
        """See `KioskPort.find_short`."""
        day = await self._today()
        own = await self._box.ledger.read(reads.of_short, site, day, short)

        def same(one: Held) -> bool:
            return (one.short, one.ticket.day) == (short, day)

        return await self._search(own, same, self._server.find_short, site, short)

    async def find_number(self, site: int, number: str) -> Held | None:
        """See `KioskPort.find_number`."""
        day = await self._today()
        own = await self._box.ledger.read(reads.of_number, site, day, number)

        def same(one: Held) -> bool:
            return (one.ticket.number, one.ticket.day) == (number, day)

        return await self._search(own, same, self._server.find_number, site, number)

    async def ticket(self, site: int, ticket: str) -> TicketView | None:
        """See `KioskPort.ticket`."""
        own = await self._box.ledger.read(reads.ticket, ticket)
        if own is None or own.brought:
            try:
                return await self._ask(self._server.ticket, site, ticket)
            except Unavailable:
                pass
        if own is not None:
            return offering.ticket_of(own, await self._offer(own.kiosk))
        before = self._seen.ticket(ticket)
        return None if before is None else before.ticket

    async def leave(self, held: Held, by: By) -> None:
        """See `KioskPort.leave`."""
        await self._act(self._server.leave, held, by)

    async def come_back(self, held: Held, by: By) -> None:
        """See `KioskPort.come_back`."""
        await self._act(self._server.come_back, held, by)

    async def step_out(self, held: Held, by: By) -> None:
        """See `KioskPort.step_out`."""
        await self._act(self._server.step_out, held, by)

    async def rate(self, held: Held, request: Rate, by: By) -> None:
        """See `KioskPort.rate`. While the server is away, or has not heard of this ticket, kept here."""
        own = await self._box.ledger.read(reads.ticket, held.ticket.id)
        here = own is not None and not own.brought
        if not here:
            try:
                await self._ask(self._server.rate, held, request, by)
            except Unavailable:
                here = True
        if here:
            await self._keep(held, request, by)

    async def _keep(self, held: Held, request: Rate, by: By) -> None:
        if by.key is None:
            raise Refused("no-connection")
        rating = KeepRating(by.key, held.code, request, self._keeping.now())
        await self._box.ledger.run(commands.keep_rating, rating, site=held.site, actor="system")
        await self._keeping.made()
        log.info("a rating is kept until the server is back")

    # --- being rung instead ----------------------------------------------------------------------

    async def calls(self, site: int) -> CallOffer:
        """See `KioskPort.calls`. Nobody is promised a call that only the server can keep."""
        try:
            return await self._ask(self._server.calls, site)
        except Unavailable:
            return CallOffer()

    async def spelled(self, site: int, number: str) -> tuple[str, ...]:
        """See `KioskPort.spelled`."""
        return await self._call(self._server.spelled, site, number)

    async def ask_call(self, site: int, wish: CallWish, by: By) -> CallAsked:
        """See `KioskPort.ask_call`."""
        asked = await self._call(self._server.ask_call, site, wish, by)
        if asked.held is not None:
            await self._seen.put(asked.held, by.key)
        return asked

    async def call(self, site: int, ticket: str) -> PatientsCall | None:
        """See `KioskPort.call`."""
        try:
            return await self._ask(self._server.call, site, ticket)
        except Unavailable:
            return None

    async def change_call(self, held: Held, change: CallChange, by: By) -> None:
        """See `KioskPort.change_call`."""
        await self._call(self._server.change_call, held, change, by)

    async def check_in(self, held: Held, by: By) -> None:
        """See `KioskPort.check_in`."""
        await self._act(self._server.check_in, held, by)

    async def _call(self, method: Callable[..., Awaitable[T]], *given: Any) -> T:
        try:
            return await self._ask(method, *given)
        except Unavailable:
            raise Refused("no-connection") from None

    # --- around it ---------------------------------------------------------------------------

    async def printing(self, site: int, ticket: str) -> Printing | None:
        """See `KioskPort.printing`."""
        try:
            return await self._ask(self._server.printing, site, ticket)
        except Unavailable:
            return await self._server.printing_here(site, ticket)

    async def ask_help(self, site: int, place: str, need: str, by: By) -> Help:
        """See `KioskPort.ask_help`. Without the server nobody hears it, and the page says so."""
        try:
            return await self._ask(self._server.ask_help, site, place, need, by)
        except Unavailable:
            return _unheard(site, need)

    async def help(self, site: int, number: int) -> Help | None:
        """See `KioskPort.help`; number 0 is a call that nobody could hear."""
        try:
            return await self._ask(self._server.help, site, number) if number else _unheard(site)
        except Unavailable:
            return _unheard(site)

    async def heard(self, site: int, device: int, state: bytes) -> None:
        """See `KioskPort.heard`."""
        await self._server.heard(site, device, state)

    # --- the two who answer ----------------------------------------------------------------------

    async def _ask(self, method: Callable[..., Awaitable[T]], *given: Any) -> T:
        """The server's answer; `Unavailable` at once while it is known to be away."""
        self._admitted()
        if not self._box.link.online:
            raise Unsent("the server is away")
        return await method(*given)

    async def _act(self, method: Callable[..., Awaitable[None]], held: Held, by: By) -> None:
        try:
            await self._ask(method, held, by)
        except Unavailable:
            raise Refused("no-connection") from None

    async def _search(
        self,
        own: reads.Own | None,
        same: Callable[[Held], bool],
        method: Callable[..., Awaitable[Held | None]],
        *given: Any,
    ) -> Held | None:
        """A ticket of this box that the server does not have; else the server's; else as it was."""
        if own is None or own.brought:
            try:
                held = await self._ask(method, *given)
            except Unavailable:
                pass
            else:
                if held is not None and held.code:  # without it, found by its number alone
                    await self._seen.put(held)
                return held
        return await self._held(own) if own is not None else self._seen.find(same)

    def _admitted(self) -> None:
        """A box that was taken out of its site, or never was in one, gives nothing."""
        if self._box.link.standing in ("revoked", "unpaired"):
            raise Refused("no-connection")

    async def _held(self, own: reads.Own) -> Held:
        offer = await self._offer(own.kiosk)
        config = self._box.config
        return offering.held_of(own, offer, config.public_address if config is not None else "")

    async def _offer(self, kiosk: str | None) -> offering.Offer:
        """What that kiosk offered last, or (None) any kiosk of this box."""
        self._admitted()
        for key in (kiosk,) if kiosk is not None else self._box.keys("kiosk"):
            offer = await self._keeping.offer(key)
            if offer is not None:
                return offer
        raise Unavailable("this kiosk has never heard its server")

    async def _today(self) -> str:
        return self._keeping.today(self._box.config.zone if self._box.config is not None else "UTC")

    async def _stock(self, offer: offering.Offer, kiosk: str | None) -> dict[str, reads.Stock]:
        if not self._keeping.hours.sure:
            return {}  # numbers are of a day
        today = self._keeping.today(offer.site.zone)
        return await self._box.ledger.read(reads.stock, offer.site.no, kiosk, today)


def _unheard(site: int, need: str = "help") -> Help:
    return Help(id=0, site=site, place="", need=need, coming=False, heard=False, late=True)
