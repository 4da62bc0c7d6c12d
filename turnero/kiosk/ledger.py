"""The kiosk's port answered by the site's own ledger.

It asks commands and reads of the line; it decides nothing itself.
"""

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import bindparam, exists, func, literal, select

from turnero.kiosk.call_ledger import LedgerCalls
from turnero.kiosk.port import By, Held, Help, Place, Printing
from turnero.queue import reads
from turnero.queue.codes import DIGITS, short_code
from turnero.queue.commands import callbacks
from turnero.queue.commands.help import ask_help
from turnero.queue.commands.issue import issue
from turnero.queue.commands.moves import return_ticket
from turnero.queue.commands.ratings import rate
from turnero.queue.commands.steps import step_out
from turnero.queue.facts import PrintChanged
from turnero.queue.numbers import day_of
from turnero.queue.requests import AskHelp, Issue, Issued, Rate, TicketMove
from turnero.queue.tables import (
    CLOSED,
    alarm,
    attention,
    desk,
    desk_session,
    help_call,
    service,
    site,
    ticket,
)
from turnero.queue.telephones import Telephones
from turnero.queue.views import MessageView, PauseView, SiteView, TicketView
from turnero.store import devices, journal
from turnero.store.devices import Beat
from turnero.store.errors import NotFound, TurneroError
from turnero.store.sql import Query, Statement
from turnero.store.tables import journal as journal_table
from turnero.store.tx import Tx

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: how many pages of staff ring for a site's calls for help now
Listening = Callable[["Web", int], int]
#: a kiosk asks about paper within a minute or two of the ticket; older facts are not searched
_RECENT: Final = 5_000

_PRINTED: Final = str(PrintChanged.__struct_config__.tag)
_PRINTS = Statement(
    select(journal_table.c.body)
    .where(
        journal_table.c.site == bindparam("site"),
        journal_table.c.seq > bindparam("after"),
        journal_table.c.kind == bindparam("kind"),
    )
    .order_by(journal_table.c.seq.desc())
)
_ZONE = Statement(select(site.c.zone).where(site.c.no == bindparam("site")))
_CODES = Statement(
    select(ticket.c.id, ticket.c.code).where(
        ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day")
    )
)
_NUMBERED = Statement(
    select(ticket.c.id).where(
        ticket.c.site == bindparam("site"),
        ticket.c.day == bindparam("day"),
        ticket.c.number == bindparam("number"),
    )
)
_PREFIXES = Statement(
    select(service.c.prefix)
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.prefix)
)
_CLASS = Statement(
    select(attention.c.usual).where(
        attention.c.site == bindparam("site"), attention.c.key == bindparam("key")
    )
)
_HELP = Statement(
    select(
        help_call.c.id,
        help_call.c.site,
        help_call.c.place,
        help_call.c.need,
        help_call.c.escalated,
        help_call.c.done_ms,
    ).where(help_call.c.site == bindparam("site"), help_call.c.id == bindparam("id"))
)
#: desks at work; one that was left alone long enough to be an alarm hears nothing
_left_alone = (
    exists()
    .where(
        alarm.c.site == desk.c.site,
        alarm.c.kind == literal("desk-unattended"),
        alarm.c.subject == desk.c.ref,
        alarm.c.ended_ms.is_(None),
    )
    .correlate(desk)
)
_WORKING = Statement(
    select(func.count().label("n"))
    .select_from(desk_session.join(desk, desk.c.id == desk_session.c.desk))
    .where(
        desk_session.c.site == bindparam("site"),
        desk_session.c.state != CLOSED,
        desk_session.c.state == "open",
        ~_left_alone,
    )
)


def nobody(_web: "Web", _site: int) -> int:
    """Where no page of staff could ring."""
    return 0


class LedgerKiosk(LedgerCalls):
    """See `KioskPort`."""

    def __init__(
        self,
        web: "Web",
        public_address: str = "",
        listening: Listening = nobody,
        telephones: Telephones | None = None,
    ) -> None:
        super().__init__(web, telephones, self._holding)
        self._web = web
        self._address = public_address.rstrip("/")
        self._listening = listening

    # --- taking a ticket ---------------------------------------------------------------------

    async def offers(self, site: int) -> SiteView:
        """See `KioskPort.offers`."""
        found = await self._ledger.read(reads.site, site, self._now_ms())
        if found is None:
            raise NotFound("site-unknown", site=str(site))
        return found

    async def place(self, site: int, key: str | None) -> Place:
        """See `KioskPort.place`."""
        device, pause, told = await self._ledger.read(_place, site, key or "")
        if device is None:
            return Place(key=key or "", name=key or "", prints=False, pause=pause, told=told)
        settings = msgspec.json.decode(device.settings)
        return Place(
            key=device.key,
            name=device.name or device.key,
            prints=bool(settings.get("printer")),
            where=_words(settings.get("where")),
            staff=_words(settings.get("staff")),
            mm=_millimetre(settings.get("mm")),
            device=device.id,
            pause=pause,
            told=told,
            zone=device.zone,
            scanner=bool(settings.get("scanner")),
        )

    async def issue(self, site: int, request: Issue, by: By) -> Held:
        """See `KioskPort.issue`."""

        def held(tx: Tx, issued: Issued) -> Held:
            found = self._holding(tx, site, issued.ticket)
            if found is None:
                raise TurneroError(f"ticket {issued.ticket} is gone")
            return found

        return await self._ledger.run(
            issue, request, site=site, actor=by.actor, key=by.key, view=held
        )

    # --- a ticket that somebody holds --------------------------------------------------------

    async def find(self, code: str) -> Held | None:
        """See `KioskPort.find`."""
        return await self._ledger.read(self._by_code, code)

    async def find_short(self, site: int, short: str) -> Held | None:
        """See `KioskPort.find_short`."""
        return await self._ledger.read(self._by_short, site, short)

    async def find_number(self, site: int, number: str) -> Held | None:
        """See `KioskPort.find_number`."""
        return await self._ledger.read(self._by_number, site, number)

    async def prefixes(self, site: int) -> tuple[str, ...]:
        """See `KioskPort.prefixes`."""
        return await self._ledger.read(_prefixes, site)

    async def ticket(self, site: int, ticket: str) -> TicketView | None:
        """See `KioskPort.ticket`."""

        def found(q: Query) -> TicketView | None:
            mine = reads.site_of_ticket(q, ticket) == site
            return reads.ticket(q, ticket, self._now_ms()) if mine else None

        return await self._ledger.read(found)

    async def leave(self, held: Held, by: By) -> None:
        """See `KioskPort.leave`."""
        move = TicketMove(held.ticket.id)
        await self._ledger.run(callbacks.cancel, move, site=held.site, actor=by.actor, key=by.key)

    async def come_back(self, held: Held, by: By) -> None:
        """See `KioskPort.come_back`."""
        move = TicketMove(held.ticket.id)
        await self._ledger.run(return_ticket, move, site=held.site, actor=by.actor, key=by.key)

    async def step_out(self, held: Held, by: By) -> None:
        """See `KioskPort.step_out`."""
        move = TicketMove(held.ticket.id)
        await self._ledger.run(step_out, move, site=held.site, actor=by.actor, key=by.key)

    async def rate(self, held: Held, request: Rate, by: By) -> None:
        """See `KioskPort.rate`."""
        await self._ledger.run(rate, request, site=held.site, actor=by.actor, key=by.key)

    # --- around it ---------------------------------------------------------------------------

    async def printing(self, site: int, ticket: str) -> Printing | None:
        """See `KioskPort.printing`."""
        return await self._ledger.read(_printing, site, ticket)

    async def ask_help(self, site: int, place: str, need: str, by: By) -> Help:
        """See `KioskPort.ask_help`."""
        asked = await self._ledger.run(
            ask_help, AskHelp(place=place, need=need), site=site, actor=by.actor, key=by.key
        )
        found = await self.help(site, asked.help)
        if found is None:
            raise TurneroError(f"the call for help {asked.help} is gone")
        return found

    async def help(self, site: int, number: int) -> Help | None:
        """See `KioskPort.help`."""
        row, working = await self._ledger.read(_help, site, number)
        if row is None:
            return None
        return Help(
            id=row.id,
            site=row.site,
            place=row.place,
            need=row.need,
            coming=row.done_ms is not None,
            heard=working or self._listening(self._web, site) > 0,
            late=bool(row.escalated),
        )

    async def heard(self, site: int, device: int, state: bytes) -> None:
        """See `KioskPort.heard`."""
        beat = Beat(device, state.decode())
        await self._ledger.run(devices.beat, beat, site=site, actor="system")
        self._web.hub.poke("supervisor", site)

    # --- reads -------------------------------------------------------------------------------

    def _now_ms(self) -> int:
        return self._web.clock.line_ms()

    def _holding(self, q: Query, site: int, ticket_id: str) -> Held | None:
        paper = reads.paper(q, ticket_id, self._now_ms())
        if paper is None:
            return None
        row = q.row(_CLASS, site=site, key=paper.ticket.attention)
        return Held(
            site=site,
            paper=paper,
            url=f"{self._address}/t/{paper.code}" if self._address else None,
            special=row is not None and not row.usual,
            told=reads.told(q, site, paper.ticket.service),
            moved_from=reads.moved_from(q, site, ticket_id),
        )

    def _by_code(self, q: Query, code: str) -> Held | None:
        found = reads.ticket_by_code(q, code, self._now_ms())
        number = reads.site_of_ticket(q, found.id) if found is not None else None
        return self._holding(q, number, found.id) if found is not None and number else None

    def _by_number(self, q: Query, site: int, number: str) -> Held | None:
        zone = q.row(_ZONE, site=site)
        if zone is None:
            return None
        day = day_of(self._web.clock.now_ms(), zone.zone)
        row = q.row(_NUMBERED, site=site, day=day, number=number)
        return self._holding(q, site, row.id) if row is not None else None

    def _by_short(self, q: Query, site: int, short: str) -> Held | None:
        """One of a day's tickets; all are looked at, so that a wrong code takes as long as a right one."""
        zone = q.row(_ZONE, site=site)
        if zone is None or len(short) != DIGITS or not short.isascii():
            return None
        day = day_of(self._web.clock.now_ms(), zone.zone)
        found = [
            row.id
            for row in q.rows(_CODES, site=site, day=day)
            if hmac.compare_digest(short_code(row.code), short)
        ]
        return self._holding(q, site, found[0]) if len(found) == 1 else None


def _place(
    q: Query, site: int, key: str
) -> tuple[devices.Device | None, PauseView | None, tuple[MessageView, ...]]:
    device = devices.by_key(q, site, "kiosk", key) if key else None
    told = reads.messages(q, site, device.zone if device else "")
    return device, reads.kiosk_pause_of(q, site, key), told


def _prefixes(q: Query, site: int) -> tuple[str, ...]:
    return tuple(row.prefix for row in q.rows(_PREFIXES, site=site))


def _printing(q: Query, site: int, ticket_id: str) -> Printing | None:
    after = journal.head_seq(q, site) - _RECENT
    for row in q.rows(_PRINTS, site=site, after=after, kind=_PRINTED):
        fact = msgspec.json.decode(row.body, type=PrintChanged)
        if fact.ticket == ticket_id:
            return Printing(fact.job, fact.state, fact.reason, fact.copy, fact.again)
    return None


def _help(q: Query, site: int, number: int) -> tuple[Any | None, bool]:
    working = q.rows(_WORKING, site=site)[0].n > 0
    return q.row(_HELP, site=site, id=number), working


def _words(setting: Any) -> dict[str, str]:
    """A text of a kiosk's settings, one for all languages or one for each."""
    if isinstance(setting, dict):
        return {str(language): str(text) for language, text in setting.items()}
    return {"": str(setting)} if setting else {}


def _millimetre(setting: Any) -> int:
    """Pixels a millimetre that the look knows; 4 for anything else."""
    return setting if setting in (3, 4, 5, 6) else 4
