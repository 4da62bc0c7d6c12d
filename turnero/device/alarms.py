"""A box's own alarms: told outward when its server is away, or a printer of its own prints nothing.

The server tells its site of everything else; a box that cannot reach it has only its own way out.
What was told is kept, so that a trouble is told once and its end once, whatever starts anew meanwhile.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from turnero.device import keeping
from turnero.device.box import Box
from turnero.device.heart import FRESH_MS
from turnero.device.keeping import Note
from turnero.device.standing import PrinterNow, standing
from turnero.printer.port import Reason
from turnero.queue.outbox import Channel
from turnero.telephony.messages.port import Message, Messenger
from turnero.telephony.messages.texts import About, text_of

log = logging.getLogger("turnero.device")

#: seconds between two looks
LOOK_S: Final = 10.0
#: seconds for which it must have been so before anybody is told, of a trouble and of its end
SERVER_S: Final = 180.0
PRINTER_S: Final = 120.0
#: seconds before a message that was not taken is tried again
AGAIN_S: Final = 60.0
#: troubles that somebody was told of, and nobody of their end, in the box's store
TOLD: Final = "alarms"
_SERVER: Final = "server"


class _Now(NamedTuple):
    """Something that can be in trouble."""

    key: str
    #: what the sentence names
    subject: str
    wrong: bool
    #: sorts of alarms: of the trouble, and of its end
    sorts: tuple[str, str]
    patience_s: float


class _Change(msgspec.Struct):
    """What is otherwise than was told."""

    since_s: float
    not_before_s: float
    #: of the message, however often it is tried
    id: str


class Alarms:
    """See the module's text."""

    def __init__(
        self,
        box: Box,
        messenger: Messenger,
        to: str,
        *,
        server_s: float = SERVER_S,
        printer_s: float = PRINTER_S,
        again_s: float = AGAIN_S,
        look_s: float = LOOK_S,
    ) -> None:
        """`to`: a number or an address, as the messenger's other side understands it."""
        self._box = box
        self._messenger = messenger
        self._to = to
        self._server_s, self._printer_s = server_s, printer_s
        self._again_s, self._look_s = again_s, look_s
        self._told: set[str] = set()
        self._changes: dict[str, _Change] = {}
        #: printers that said last what nobody else could know of them
        self._own_words: set[str] = set()

    async def run(self) -> None:
        """Look, and tell, until cancelled."""
        self._told = set(await self._box.ledger.read(keeping.kept, TOLD, list[str]) or ())
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._look_s)
        finally:
            await self._messenger.close()

    async def _look(self) -> None:
        now_s = time.monotonic()
        there = await standing(self._box)
        seen = [*self._server(), *self._printers(there.printers)]
        for one in seen:
            if one.wrong == (one.key in self._told):
                self._changes.pop(one.key, None)
                continue
            fresh = _Change(now_s, now_s + one.patience_s, secrets.token_hex(16))
            change = self._changes.setdefault(one.key, fresh)
            if now_s >= change.not_before_s:
                change.not_before_s = now_s + self._again_s
                if await self._send(one, change.id):
                    del self._changes[one.key]
                    await self._keep(self._told ^ {one.key})
        hosted = {_SERVER, *(one.key for one in there.printers)}
        if self._told - hosted:
            await self._keep(self._told & hosted)  # it hangs elsewhere now

    def _server(self) -> Iterator[_Now]:
        link = self._box.link
        if link.standing in {"online", "away"}:
            name = self._box.config.box if self._box.config is not None else ""
            away = link.standing == "away"
            sorts = ("server-away", "server-back")
            yield _Now(_SERVER, name, away, sorts, self._server_s)

    def _printers(self, printers: tuple[PrinterNow, ...]) -> Iterator[_Now]:
        now_ms = self._box.ledger.clock.now_ms()
        for one in printers:
            # What it said before a restart is no word of now; and silence takes nothing back.
            fresh = one.heard_ms is not None and abs(now_ms - one.heard_ms) < FRESH_MS
            if fresh and not self._silent(one):
                sorts = ("printer-trouble", "printer-well")
                yield _Now(one.key, one.name, one.obstacle is not None, sorts, self._printer_s)

    def _silent(self, one: PrinterNow) -> bool:
        """It said what is wrong with it, and now says nothing."""
        if one.obstacle in (Reason.PAPER_OUT, Reason.COVER_OPEN):
            self._own_words.add(one.key)
        elif one.obstacle is not None or (one.state is not None and one.state.answered):
            self._own_words.discard(one.key)
        return one.obstacle is None and one.key in self._own_words

    async def _send(self, one: _Now, message_id: str) -> bool:
        """Whether it need not be tried again."""
        config = self._box.config
        if config is None:
            return False
        language = config.languages[0]
        params: Mapping[str, str | int] = {
            "sort": one.sorts[0] if one.wrong else one.sorts[1],
            "subject": one.subject,
        }
        said = text_of("alarm", language, About(config.site_name, config.profile), dict(params))
        channel: Channel = "mail" if "@" in self._to else "phone"
        outcome = await self._messenger.send(
            Message(message_id, channel, self._to, said.text, said.subject, language, "alarm")
        )
        if outcome.result != "sent":
            log.warning("an alarm was not taken outside: %s", outcome.reason or outcome.result)
        over = outcome.result in {"sent", "refused"}
        return over or (outcome.result == "unknown" and not self._messenger.idempotent)

    async def _keep(self, told: set[str]) -> None:
        self._told = told
        value = msgspec.json.encode(sorted(told)).decode() if told else None
        await self._box.ledger.run(keeping.note, Note(TOLD, value), site=0, actor="system")
