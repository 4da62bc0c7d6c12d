"""Sends what is in the outbox, one message at a time on each channel. Decides nothing itself.

Begun in the database, then sent, then its end written down: a message cut off by a crash is
found by its lease, and the outbox says what becomes of it.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy import bindparam, select

from turnero.queue.call_settings import call_settings_of
from turnero.queue.commands import outbox
from turnero.queue.commands.outbox import Claim, Claimed, Drop, Settle
from turnero.queue.outbox import Channel
from turnero.queue.people_tables import MAIL, NUMBER
from turnero.queue.tables import site, ticket
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.vault import CannotOpen, Vault
from turnero.telephony.messages.port import Message, Messenger, Outcome
from turnero.telephony.messages.texts import About, text_of
from turnero.web.languages import tag

log = structlog.get_logger("turnero.messages")

#: seconds between two looks
POLL_S: Final = 2.0
#: messages looked at in one go
PORTION: Final = 50
_FIELDS: Final[dict[Channel, str]] = {"phone": NUMBER, "mail": MAIL}

_SITE = Statement(
    select(site.c.name, site.c.profile, site.c.callbacks).where(site.c.no == bindparam("no"))
)
_TICKET = Statement(
    select(ticket.c.number, ticket.c.code).where(
        ticket.c.id == bindparam("id"), ticket.c.site == bindparam("site")
    )
)


class Worker:
    """See the module's text. `public_address` is where patients' phones reach us, "" where not."""

    def __init__(
        self,
        ledger: Ledger,
        vault: Vault,
        ways: Mapping[Channel, Messenger],
        public_address: str,
    ) -> None:
        self._ledger = ledger
        self._vault = vault
        self._ways = ways
        self._public = public_address.rstrip("/")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                while await self.step():
                    pass
            except TurneroError as error:
                log.warning("messages wait", why=str(error))
            except Exception as error:  # noqa: BLE001 - of a moment: messages must not end for good
                log.error("messages wait", why=type(error).__name__)  # noqa: TRY400
            await self._ledger.clock.sleep(POLL_S)

    async def step(self) -> int:
        """Deal with what is due now; how many messages that were. Channels do not wait for each other."""
        now_ms = self._ledger.clock.now_ms()
        found = await self._ledger.read(outbox.due, now_ms, PORTION)
        of: dict[Channel, list[tuple[int, int]]] = {}
        for message, number in found:
            channel = await self._ledger.read(outbox.channel_of, number, message)
            if channel is not None:
                of.setdefault(channel, []).append((message, number))
        await asyncio.gather(*(self._all(channel, rows) for channel, rows in of.items()))
        return len(found)

    async def _all(self, channel: Channel, rows: list[tuple[int, int]]) -> None:
        way = self._ways.get(channel)
        for message, number in rows:
            if way is None:
                drop = Drop(message, "no-way")
                await self._ledger.run(outbox.drop, drop, site=number, actor="system")
                continue
            claim = Claim(message, way.idempotent)
            claimed = await self._ledger.run(outbox.claim, claim, site=number, actor="system")
            if claimed is not None:
                outcome = await self._sent(way, number, claimed)
                settled = Settle(
                    message, claimed.attempt, outcome.result, way.idempotent, outcome.reason
                )
                await self._ledger.run(outbox.settle, settled, site=number, actor="system")

    async def _sent(self, way: Messenger, number: int, claimed: Claimed) -> Outcome:
        """What became of it. An exception's text is not logged: it may hold the address."""
        outcome = Outcome("refused", "fault")
        try:
            message = await self._made(number, claimed)
            outcome = Outcome("unknown", "fault")
            outcome = await way.send(message)
        except CannotOpen as error:
            outcome = Outcome("refused", error.reason)
        except Exception as error:  # noqa: BLE001 - one message must not keep the others
            outcome = outcome._replace(reason=type(error).__name__)
        if outcome.result != "sent":
            log.warning(
                "message not sent",
                message=claimed.message,
                channel=claimed.channel,
                result=outcome.result,
                why=outcome.reason,
            )
        return outcome

    async def _made(self, number: int, claimed: Claimed) -> Message:
        about = await self._ledger.read(_about, number, claimed.params, self._public)
        said = text_of(claimed.sort, claimed.language, about, claimed.params)
        return Message(
            id=f"{number}-{claimed.message}",
            channel=claimed.channel,
            to=self._vault.open(claimed.to_sealed, _FIELDS[claimed.channel]),
            text=said.text,
            subject=said.subject,
            language=tag(claimed.language, about.profile),
            sort=claimed.sort,
        )


def _about(q: Query, number: int, params: dict[str, str | int], public: str) -> About:
    """What the sentence may name. `LookupError` when its site is not there."""
    here = q.row(_SITE, no=number)
    if here is None:
        raise LookupError(number)
    shows = call_settings_of(here.callbacks).shows
    held = q.row(_TICKET, id=params["ticket"], site=number) if "ticket" in params else None
    if held is None:
        return About(here.name, here.profile, shows=shows)
    link = f"{public}/t/{held.code}" if public else ""
    return About(here.name, here.profile, held.number, link, shows)
