"""The telephone of an installation: one process at a time reads the exchange's events and dials.

It wires. Who dials is decided by a lease in the database; what a callback wants is the dialler's
business, who rings in is the menu's.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

import structlog
from sqlalchemy import bindparam, select

from turnero.queue.call_requests import Opened
from turnero.queue.call_settings import call_settings_of
from turnero.queue.commands import leading
from turnero.queue.commands.people import phone_of
from turnero.queue.reads.callbacks import OpenLeg
from turnero.queue.settings import languages_of
from turnero.queue.tables import site
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.vault import CannotOpen, Vault
from turnero.telephony.confirming import Question
from turnero.telephony.dialler import Dialler
from turnero.telephony.exchange import (
    Event,
    Exchange,
    Inbound,
    LinkDown,
    LinkReplaced,
    LinkUp,
    Phone,
)
from turnero.telephony.ivr import texts
from turnero.telephony.ivr.flow import Inbounds
from turnero.telephony.ivr.spoken import spoken
from turnero.telephony.lease import BEAT_S, Lease
from turnero.telephony.numbers import opened

log = structlog.get_logger("turnero.telephony")

#: seconds that who was replaced at the exchange keeps away from it
REPLACED_S: Final = 60.0

_SITE: Final = Statement(
    select(site.c.name, site.c.profile, site.c.languages, site.c.callbacks).where(
        site.c.no == bindparam("no")
    )
)


class Telephone:
    """Runs while the server does; dials only while its process leads."""

    def __init__(
        self,
        ledger: Ledger,
        exchange: Exchange,
        vault: Vault,
        *,
        holder: str,
        inbounds: Inbounds | None = None,
    ) -> None:
        """`holder`: the name of this process among those that serve the same database."""
        self._ledger = ledger
        self._exchange = exchange
        self._vault = vault
        self._inbounds = inbounds
        self._link = False
        self._why = "link"
        self._away_until_s = 0.0
        self.lease = Lease(ledger, holder)
        self.dialler = Dialler(
            *(ledger, exchange, self._number, self._question, self._after),
            surely=self.lease.surely,
            in_menu=lambda leg: self._inbounds is not None and self._inbounds.owns(leg),
        )

    async def run(self) -> None:
        """Lead when nobody else does, for ever; the lease is given back at the end."""
        working: asyncio.Task[None] | None = None
        worked = 0
        try:
            while True:
                away = self._now_s() < self._away_until_s
                leads = not away and await self.lease.ask()
                if working is not None and (
                    working.done() or not leads or worked != self.lease.epoch
                ):
                    # Where another has led in between, what we know is old.
                    await _end(working)
                    working = None
                if leads and working is None:
                    worked = self.lease.epoch
                    working = asyncio.create_task(self._work(worked), name="telephone")
                await self._ledger.clock.sleep(BEAT_S)
        finally:
            if working is not None:
                await _end(working)
            if self._inbounds is not None:
                await self._inbounds.close()
            await self.lease.give_back()
            await self._exchange.close()

    async def _work(self, epoch: int) -> None:
        self._link, self._why = False, "link"
        async with asyncio.TaskGroup() as group:
            group.create_task(self.dialler.run(epoch))
            group.create_task(self._hear(epoch))
            group.create_task(self._look(epoch))

    async def _look(self, epoch: int) -> None:
        """Beside the lease: an exchange that does not answer must not cost it."""
        while True:
            await self._tell_open(epoch)
            await self._ledger.clock.sleep(BEAT_S)

    async def _tell_open(self, epoch: int) -> None:
        """Whether calls can be placed: the link is there, the exchange booted, its trunk answers."""
        health = await self._exchange.health() if self._link else None
        why = ""
        if not self._link:  # it may have been lost while we asked
            why = self._why
        elif health is None or not health.booted:
            why = "link"
        elif health.trunk is False:
            why = "trunk"
        with suppress(TurneroError):
            told = Opened(epoch, open=not why, why=why)
            await self._ledger.run(leading.opened, told, site=0, actor="system")

    async def _hear(self, epoch: int) -> None:
        async for event in self._exchange.events():
            await self._one(event, epoch)
        raise ConnectionError("the exchange has no more events")

    async def _one(self, event: Event, epoch: int) -> None:
        match event:
            case LinkUp():
                self._link, self._why = True, ""
                self.dialler.link_lost()
                await self._tell_open(epoch)
            case LinkDown():
                self._link, self._why = False, "link"
                await self._tell_open(epoch)
            case LinkReplaced():
                # Two that dial would each hear half: the other one does it now.
                self._link, self._why = False, "replaced"
                self._away_until_s = self._now_s() + REPLACED_S
                await self._tell_open(epoch)
                log.warning("another program takes the exchange's events: dialling stops")
            case _:
                pass
        if self._inbounds is not None:
            self._inbounds.heard(event)
        # Who stays on the line is the menu's to speak with, and the line's to count: also where the
        # menu knows nothing of them, since they were not found after a restart.
        if not isinstance(event, Inbound | LinkUp | LinkDown | LinkReplaced):
            await self.dialler.event(event)

    async def _number(self, site_no: int, phone: int) -> Phone | None:
        """None: it is erased, or what is kept was changed. Raises `CannotOpen` for a lost key."""
        found = await self._ledger.read(phone_of, site_no, phone)
        if found is None:
            return None
        try:
            return opened(found.sealed, self._vault)
        except CannotOpen as error:
            log.error("a number cannot be opened", why=str(error))  # noqa: TRY400
            if error.reason == "key-lost":
                raise
            return None

    async def _question(self, leg: OpenLeg) -> Question:
        """What is said to who picked up, which may be anybody: who we are, and what to press."""
        row: Any = await self._ledger.read(_site, leg.site)
        known = languages_of(row.languages)
        said = leg.language if leg.language in known else known[0]
        if self._inbounds is not None:
            said = self._inbounds.language(leg.language, known)
        question = texts.confirm(row.name, asked=leg.how != "campaign")
        return Question(
            spoken([*question, *question], said, profile=row.profile),
            call_settings_of(row.callbacks).confirm_s,
            spoken([texts.THANKS, texts.BYE], said, profile=row.profile),
        )

    async def _after(self, leg: OpenLeg) -> None:
        asked = self._inbounds is not None and await self._inbounds.rate(
            leg.id, leg.site, leg.ticket, leg.language
        )
        if not asked:
            await self._exchange.hangup(leg.id)

    def _now_s(self) -> float:
        return self._ledger.clock.line_ms() / 1000


def _site(q: Query, no: int) -> Any:
    return q.row(_SITE, no=no)


async def _end(task: asyncio.Task[None]) -> None:
    """End it, and tell what it ended with by itself."""
    task.cancel()
    await asyncio.wait({task})
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("the telephone's work ended; it begins again", exc_info=error)
