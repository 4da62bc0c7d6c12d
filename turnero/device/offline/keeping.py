"""Keeps a box ready for its server's absence, and brings what was made meanwhile.

While the server answers: what each kiosk offers and numbers for each of its services are kept,
and renewed (at the start, each day, when half of them are used, after a change of the site).
When it answers again: tickets and ratings are brought in order, until each has an answer.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from uuid import uuid4

import msgspec

from turnero.boxes import protocol
from turnero.boxes.protocol import Kept, Leases, LeaseWanted, Upload
from turnero.device.box import Box
from turnero.device.keeping import Note, kept, note
from turnero.device.link import News, Pause
from turnero.device.offline import commands, offering, reads
from turnero.device.offline.commands import KeepLeases, Moment, Settle
from turnero.device.offline.hours import Heard, Hours, Machine
from turnero.device.offline.offering import Offer
from turnero.queue.facts import SiteLoaded
from turnero.queue.numbers import day_of
from turnero.store.errors import Refused, TurneroError, Unavailable

log = logging.getLogger("turnero.device")

#: seconds between two looks at what is held
LOOK_S: Final = 60.0
_HEARD: Final = "heard"
#: facts after which the site offers something else
_CHANGES: Final = frozenset({str(SiteLoaded.__struct_config__.tag)})


class Keeping:
    """See the module's text. Belongs to one loop; `run` ends when it is cancelled."""

    def __init__(
        self,
        box: Box,
        *,
        changed: Callable[[], None] = lambda: None,
        look_s: float = LOOK_S,
        machine: Machine | None = None,
    ) -> None:
        """`changed`: called after what is still to bring has changed."""
        #: what the server does not have yet, as it stood last
        self.backlog = reads.Backlog()
        self._box = box
        self._ledger = box.ledger
        self._link = box.link
        self._changed = changed
        self._look_s = look_s
        self.hours = Hours(machine)
        self._offers: dict[str, Offer] = {}
        self._stale = True
        #: counts what was made here, and how much of it the server has heard of
        self._made, self._told = 0, -1
        #: tickets being asked for
        self._flying = 0
        self._asked: LeaseWanted | None = None
        self._key = ""
        self._bell = asyncio.Event()
        self._quiet = asyncio.Event()
        box.link.clocks.append(self._heard_clock)
        box.link.changed.append(self._stood)
        box.configured.append(self.site_changed)
        box.heard.append(self._heard)

    # --- what the kiosks ask ---------------------------------------------------------------------

    def now(self) -> Moment:
        """This moment, by a clock that nobody sets."""
        return self.hours.now()

    def today(self, zone: str) -> str:
        """The day at the site, by the server's clock as far as it is known."""
        return day_of(self.now().server_ms, zone)

    async def offer(self, kiosk: str) -> Offer | None:
        """What was kept for a kiosk; None: nothing ever was."""
        if kiosk not in self._offers:
            found = await self._ledger.read(kept, f"offer/{kiosk}", Offer)
            if found is None:
                return None
            self._offers[kiosk] = found
        return self._offers[kiosk]

    async def made(self) -> None:
        """Something was made here: it is to be brought, and numbers perhaps to be renewed."""
        self._made += 1
        self._look()
        self._bell.set()
        await self._count()

    def site_changed(self) -> None:
        """What the site offers may be another thing now."""
        self._stale = True
        self._bell.set()

    def forget(self) -> None:
        """The box belongs to another site: nothing that it remembers holds there."""
        self._offers.clear()
        self._asked = None
        self.site_changed()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a ticket is asked for: nobody knows yet whose paper the server will send."""
        self._flying += 1
        self._look()
        try:
            yield
        finally:
            self._flying -= 1
            self._look()

    async def settled(self) -> int:
        """Return once no ticket is being asked for and the server has heard of everything made here:
        only then it has taken back the papers of tickets that these replace. How much was made so far.
        """
        await self._quiet.wait()
        return self._made

    # --- the work --------------------------------------------------------------------------------

    async def restore(self) -> None:
        """What was known before this start; asked before the first question of a kiosk."""
        self.hours.restore(await self._ledger.read(kept, _HEARD, Heard))
        if self._box.config is not None and not self.hours.sure:
            log.warning(
                "which day it is is not known: no numbers without the server until it was heard"
            )
        await self._count()

    async def run(self) -> None:
        """Keep and bring until cancelled."""
        await self.restore()
        pause = Pause()
        while True:
            self._bell.clear()
            try:
                await self.look()
                pause.well()
            except Unavailable:
                await pause.rest()
                continue
            except TurneroError as error:
                log.warning("what the kiosks need without the server cannot be kept: %s", error)
                self._told = self._made  # it will not hear of it: other papers need not wait
                self._look()
                await pause.rest()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_s):
                    await self._bell.wait()

    async def look(self) -> None:
        """Do once what there is to do."""
        await self._note_hour()
        if self._link.online and self._box.config is not None:
            await self.bring()
            if self.hours.sure:
                await self.renew()

    async def bring(self) -> None:
        """Bring what was made here, oldest first, until the server has answered for all of it."""
        while True:
            made = self._made
            tickets = await self._ledger.read(reads.tickets_to_bring)
            # a rating of a ticket made here can only be kept once that ticket is
            ratings = () if tickets else await self._ledger.read(reads.ratings_to_bring)
            if not tickets and not ratings:
                self._told = made
                self._look()
                if made == self._made:  # else something was made while we looked
                    return
                continue
            said = await self._post("/upload", Upload(tickets, ratings), Kept)
            asked = {one.id for one in tickets} | {one.key for one in ratings}
            results = {name: result for name, result in said.results.items() if name in asked}
            if not results:
                raise Unavailable("the server did not say what became of what was brought")
            await self._run(commands.settle, Settle(results))
            await self._count()
            for name, result in results.items():
                if result not in commands.TAKEN:
                    log.warning("the server did not take %s: %s", name[:12], result)

    async def renew(self) -> None:
        """Ask for what each kiosk offers and for numbers, where it is time."""
        stale, self._stale = self._stale, False
        try:
            for kiosk in self._box.keys("kiosk"):
                await self._renew(kiosk, stale=stale)
        except BaseException:
            self._stale = self._stale or stale
            raise

    async def _renew(self, kiosk: str, *, stale: bool) -> None:
        offer = await self.offer(kiosk)
        if (
            offer is None
            or stale
            or day_of(offer.at_ms, offer.site.zone) != self.today(offer.site.zone)
        ):
            offer = offering.offer_of(await self._get(f"/offer/{kiosk}", protocol.Offer))
            await self._run(note, Note(f"offer/{kiosk}", msgspec.json.encode(offer).decode()))
            self._offers[kiosk] = offer
        today = self.today(offer.site.zone)
        stock = await self._ledger.read(reads.stock, self._box.site, kiosk, today)
        enough = {key: one for key, one in stock.items() if one.left * 2 > one.held}
        if all(key in enough for key in offering.keys(offer.site)):
            return
        held = tuple((key, str(one.last)) for key, one in sorted(enough.items()))
        wanted = LeaseWanted(kiosk, held)
        if self._asked != wanted:
            self._asked, self._key = wanted, uuid4().hex  # an answer that was lost costs no numbers
        leases = await self._post("/lease", wanted, Leases, self._key)
        self._asked = None
        await self._run(commands.keep_leases, KeepLeases(kiosk, today, leases.leases))

    # --- what it hears ---------------------------------------------------------------------------

    def _heard_clock(self, server_ms: int, took_ms: int) -> None:
        sure = self.hours.sure
        self.hours.hear(server_ms, took_ms)
        if not sure:
            self._bell.set()

    async def _note_hour(self) -> None:
        """Write down what time it is: not even a machine that forgets it goes back before that."""
        heard = self.hours.to_note()
        if heard is not None:
            await self._run(note, Note(_HEARD, msgspec.json.encode(heard).decode()))

    def _heard(self, news: News) -> None:
        if not news.kind or news.kind in _CHANGES:
            self.site_changed()

    def _stood(self) -> None:
        """The server came or went."""
        if self._link.online:
            self._bell.set()

    def _look(self) -> None:
        if self._flying or self._told < self._made:
            self._quiet.clear()
        else:
            self._quiet.set()

    async def _count(self) -> None:
        self.backlog = await self._ledger.read(reads.backlog)
        self._changed()

    # --- asking ----------------------------------------------------------------------------------

    async def _run(self, command: Callable[..., Any], request: Any) -> Any:
        return await self._ledger.run(command, request, site=self._box.site, actor="system")

    async def _get(self, path: str, kind: type[Any]) -> Any:
        return _read(await self._link.ask("GET", protocol.BASE + path), path, kind)

    async def _post(
        self, path: str, message: msgspec.Struct, kind: type[Any], key: str | None = None
    ) -> Any:
        headers = {"idempotency-key": key} if key is not None else {}
        answer = await self._link.ask(
            "POST", protocol.BASE + path, msgspec.json.encode(message), headers=headers
        )
        return _read(answer, path, kind)


def _read(body: bytes, path: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Refused("message-wrong", why=f"{path}: {wrong}"[:200]) from None
