"""The part of the kiosk's port that is about callbacks, answered by the site's own ledger."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from turnero.kiosk.port import By, CallAsked, CallChange, CallWish, Held
from turnero.queue import reads
from turnero.queue.call_requests import AskCallback, Asked, ChangeCallback
from turnero.queue.commands import callbacks
from turnero.queue.reads.patients_calls import (
    CallOffer,
    PatientsCall,
    call_offer,
    number_policy,
    patients_call,
)
from turnero.queue.requests import TicketMove
from turnero.queue.telephones import Telephones
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Query
from turnero.store.tx import Tx

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: (snapshot, site, ticket) -> what its holder sees
Holding = Callable[[Query, int, str], Held | None]


class LedgerCalls:
    """The methods of `KioskPort` about callbacks."""

    def __init__(self, web: "Web", telephones: Telephones | None, held: Holding) -> None:
        """`telephones`: None where nobody could be rung; then nothing is offered."""
        self._ledger = web.ledger
        self._clock = web.clock
        self._telephones = telephones
        self._held = held

    async def calls(self, site: int) -> CallOffer:
        """See `KioskPort.calls`."""
        if self._telephones is None:
            return CallOffer()
        return await self._ledger.read(call_offer, site)

    async def spelled(self, site: int, number: str) -> tuple[str, ...]:
        """See `KioskPort.spelled`."""
        profile, regions = await self._ledger.read(number_policy, site)
        return self._sealing.groups(number, profile, regions)

    async def ask_call(self, site: int, wish: CallWish, by: By) -> CallAsked:
        """See `KioskPort.ask_call`."""
        profile, regions = await self._ledger.read(number_policy, site)
        request = AskCallback(
            phone=self._sealing.seal(wish.number, profile, regions),
            service=wish.service,
            ticket=wish.ticket,
            attention=wish.attention,
            language=wish.language,
            aids=wish.aids,
            channel="web" if wish.ticket else "kiosk",
            place=wish.place,
            source=f"web:{wish.ticket}" if wish.ticket else f"kiosk:{wish.place or ''}",
            relation=wish.relation,
            may_tell=wish.may_tell,
            from_minute=wish.from_minute,
            to_minute=wish.to_minute,
        )

        def asked(tx: Tx, answer: Asked) -> CallAsked:
            return CallAsked(None if answer.already else self._held(tx, site, answer.ticket))

        return await self._ledger.run(
            callbacks.ask, request, site=site, actor=by.actor, key=by.key, view=asked
        )

    async def call(self, site: int, ticket: str) -> PatientsCall | None:
        """See `KioskPort.call`."""

        def found(q: Query) -> PatientsCall | None:
            if reads.site_of_ticket(q, ticket) != site:
                return None
            return patients_call(q, ticket, self._clock.now_ms())

        return await self._ledger.read(found)

    async def change_call(self, held: Held, change: CallChange, by: By) -> None:
        """See `KioskPort.change_call`."""
        found = await self.call(held.site, held.ticket.id)
        if found is None:
            raise NotFound("callback-unknown")
        request = ChangeCallback(
            found.callback, change.hours, change.from_minute, change.to_minute, change.left_over
        )
        await self._ledger.run(
            callbacks.change, request, site=held.site, actor=by.actor, key=by.key
        )

    async def check_in(self, held: Held, by: By) -> None:
        """See `KioskPort.check_in`."""
        move = TicketMove(held.ticket.id)
        await self._ledger.run(callbacks.check_in, move, site=held.site, actor=by.actor, key=by.key)

    @property
    def _sealing(self) -> Telephones:
        if self._telephones is None:
            raise Refused("callback-not-offered", service="")
        return self._telephones
