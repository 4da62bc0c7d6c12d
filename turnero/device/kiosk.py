# mypy: disable-error-code="no-any-return"
"""The kiosk's port at a box: everything is asked of the server, but how a paper stands.

What an answer is, the shape of the port says (`kiosk/remote_shape.py`). Heartbeats of a kiosk
go with the box's own.
"""

from typing import Any

from sqlalchemy import bindparam, select

from turnero.device.box import Box
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
from turnero.printer import reads, spool
from turnero.queue.reads.patients_calls import CallOffer, PatientsCall
from turnero.queue.requests import Issue, Rate
from turnero.queue.views import SiteView, TicketView
from turnero.store import devices
from turnero.store.devices import Beat
from turnero.store.errors import Unavailable
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer

_RETRY = Statement(
    select(timer.c.due_ms).where(
        timer.c.site == bindparam("site"),
        timer.c.kind == bindparam("kind"),
        timer.c.key == bindparam("key"),
    )
)


class RemoteKiosk:
    """Fills `KioskPort`."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def offers(self, site: int) -> SiteView:
        """See `KioskPort.offers`."""
        return await self._ask("offers")

    async def place(self, site: int, key: str | None) -> Place:
        """See `KioskPort.place`."""
        return await self._ask("place", kiosk=key, key=key)

    async def issue(self, site: int, request: Issue, by: By) -> Held:
        """See `KioskPort.issue`."""
        return await self._ask("issue", by, kiosk=request.place, request=request)

    async def find(self, code: str) -> Held | None:
        """See `KioskPort.find`."""
        return await self._ask("find", code=code)

    async def find_short(self, site: int, short: str) -> Held | None:
        """See `KioskPort.find_short`."""
        return await self._ask("find_short", short=short)

    async def find_number(self, site: int, number: str) -> Held | None:
        """See `KioskPort.find_number`."""
        return await self._ask("find_number", number=number)

    async def prefixes(self, site: int) -> tuple[str, ...]:
        """See `KioskPort.prefixes`."""
        return await self._ask("prefixes")

    async def ticket(self, site: int, ticket: str) -> TicketView | None:
        """See `KioskPort.ticket`."""
        return await self._ask("ticket", ticket=ticket)

    async def leave(self, held: Held, by: By) -> None:
        """See `KioskPort.leave`."""
        await self._ask("leave", by, held=held)

    async def come_back(self, held: Held, by: By) -> None:
        """See `KioskPort.come_back`."""
        await self._ask("come_back", by, held=held)

    async def step_out(self, held: Held, by: By) -> None:
        """See `KioskPort.step_out`."""
        await self._ask("step_out", by, held=held)

    async def rate(self, held: Held, request: Rate, by: By) -> None:
        """See `KioskPort.rate`."""
        await self._ask("rate", by, held=held, request=request)

    async def calls(self, site: int) -> CallOffer:
        """See `KioskPort.calls`."""
        return await self._ask("calls")

    async def spelled(self, site: int, number: str) -> tuple[str, ...]:
        """See `KioskPort.spelled`."""
        return await self._ask("spelled", number=number)

    async def ask_call(self, site: int, wish: CallWish, by: By) -> CallAsked:
        """See `KioskPort.ask_call`."""
        return await self._ask("ask_call", by, kiosk=wish.place, wish=wish)

    async def call(self, site: int, ticket: str) -> PatientsCall | None:
        """See `KioskPort.call`."""
        return await self._ask("call", ticket=ticket)

    async def change_call(self, held: Held, change: CallChange, by: By) -> None:
        """See `KioskPort.change_call`."""
        await self._ask("change_call", by, held=held, change=change)

    async def check_in(self, held: Held, by: By) -> None:
        """See `KioskPort.check_in`."""
        await self._ask("check_in", by, held=held)

    async def printing(self, site: int, ticket: str) -> Printing | None:
        """See `KioskPort.printing`: the box's own spool knows first."""
        return await self.printing_here(site, ticket) or await self._ask("printing", ticket=ticket)

    async def printing_here(self, site: int, ticket: str) -> Printing | None:
        """The same, as far as the box's own spool knows."""
        return await self._box.ledger.read(_printing, site, ticket)

    async def ask_help(self, site: int, place: str, need: str, by: By) -> Help:
        """See `KioskPort.ask_help`."""
        return await self._ask("ask_help", by, kiosk=place, place=place, need=need)

    async def help(self, site: int, number: int) -> Help | None:
        """See `KioskPort.help`."""
        return await self._ask("help", number=number)

    async def heard(self, site: int, device: int, state: bytes) -> None:
        """See `KioskPort.heard`."""
        beat = Beat(device, state.decode())
        await self._box.ledger.run(devices.beat, beat, site=site, actor="system")

    async def _ask(
        self, method: str, by: By | None = None, kiosk: str | None = None, **given: Any
    ) -> Any:
        link = self._box.link
        if link.standing in ("unpaired", "revoked"):
            raise Unavailable("this box does not belong to a server")
        key = kiosk or next(iter(self._box.keys("kiosk")), "")
        return await link.kiosk(method, key, by.key if by is not None else None, **given)


def _printing(q: Query, site: int, ticket: str) -> Printing | None:
    now = reads.latest(q, ticket)
    if now is None:
        return None
    again = q.row(_RETRY, site=site, kind=spool.RETRY_TIMER, key=str(now.job)) is not None
    return Printing(now.job, now.state.value, now.reason, now.copy, again)
