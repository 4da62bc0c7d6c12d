"""The papers of a box: taken from the server, made from the document that came with them, reported.

Taken and reported are loops of their own, so that neither waits for the other, nor for a printer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec

from turnero.device import jobs
from turnero.device.box import Box
from turnero.device.jobs import Heard, Keep, Settled, Told
from turnero.device.link import News, Pause
from turnero.device.offline.paper import made_here
from turnero.printer.document import Document
from turnero.printer.papers import LedgerPapers
from turnero.printer.spool import Claimed
from turnero.printer.test_page import TEST
from turnero.printer.ticket import copy_head
from turnero.queue.facts import PrintChanged
from turnero.store.devices import Device
from turnero.store.errors import NotFound, Refused, TurneroError
from turnero.store.ledger import Ledger
from turnero.web.formats import formats
from turnero.web.languages import translator

log = logging.getLogger("turnero.device")

#: seconds after which is asked again, without a doorbell
LOOK_S: Final = 60.0
_PRINT: Final = str(PrintChanged.__struct_config__.tag)


class BoxPapers:
    """Fills the room's port `Papers`: the document lies beside the job."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._own = LedgerPapers()

    async def make(self, ledger: Ledger, device: Device, claimed: Claimed) -> Document:
        """See `Papers.make`."""
        config = self._box.config
        address = config.public_address if config is not None else ""
        own = await made_here(ledger, device, claimed, address, self._box.link.offset_ms or 0)
        if own is not None:
            return own
        found = await ledger.read(jobs.document_of, claimed.job, claimed.ticket)
        if found is None:
            if claimed.ticket.startswith(TEST):
                return await self._own.make(ledger, device, claimed)
            raise NotFound("print-job-unknown")
        document = msgspec.json.decode(found[0], type=Document)
        return self._copied(document) if found[1] else document

    def _copied(self, document: Document) -> Document:
        """A copy that somebody asked for at this box."""
        config = self._box.config
        say = translator(
            config.languages[0] if config else "es", config.profile if config else "plain"
        )
        fmt = formats(say.tag, config.zone if config else "UTC")
        now_ms = self._box.ledger.clock.now_ms() + (self._box.link.offset_ms or 0)
        head = copy_head(now_ms, say, fmt)
        return Document((*head, *document.blocks))


async def at_once() -> int:
    """Nothing to wait for."""
    return 0


class Papers:
    """Brings papers in and their states out."""

    def __init__(self, box: Box, ready: Callable[[], Awaitable[int]] = at_once) -> None:
        """`ready`: returns once papers may be taken: the server has heard then of what was made here,
        so many things so far.
        """
        self._box = box
        self._ready = ready
        self._wanted = asyncio.Event()
        self._untold = asyncio.Event()
        #: the server's clock is known
        self._timed = False
        box.heard.append(self._heard)
        box.configured.append(self._wanted.set)
        box.link.changed.append(self._online)
        box.link.clocks.append(self._clock)

    def changed(self) -> None:
        """A job here has changed."""
        self._untold.set()

    def _heard(self, news: News) -> None:
        if not news.kind or (news.kind == _PRINT and news.data.get("state") == "queued"):
            self._wanted.set()
        elif news.kind == _PRINT and news.data.get("state") in ("printed", "cancelled"):
            self._wanted.set()  # decided there

    def _clock(self, _server_ms: int, _took_ms: int) -> None:
        if not self._timed:
            self._timed = True
            self._wanted.set()

    def _online(self) -> None:
        if self._box.link.online:
            self._wanted.set()
            self._untold.set()

    async def take(self) -> None:
        """Take what there is, until cancelled."""
        await self._each(self._wanted, self._take)

    async def report(self) -> None:
        """Tell what became of it, until cancelled."""
        await self._each(self._untold, self._report)

    async def _each(self, bell: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        pause = Pause()
        while True:
            await self._box.link.wait_online()
            bell.clear()
            try:
                await work()
                pause.well()
            except TurneroError as error:
                log.info("papers: %s", error)
                await pause.rest()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await bell.wait()

    async def _take(self) -> None:
        box = self._box
        if box.config is None or box.link.offset_ms is None or not box.keys("printer"):
            return  # without the server's clock a paper's age is not known
        before = -1
        while (
            ready := await self._ready()
        ) != before:  # what was taken meanwhile may be taken back
            before, taking = ready, await box.link.take()
        for handed in taking.jobs:
            wanted = Keep(handed, handed.created_ms - (box.link.offset_ms or 0))
            try:
                await box.ledger.run(jobs.keep, wanted, site=box.site, actor="system")
            except Refused as refused:  # its printer is not here any more
                log.warning("print job %s is not taken: %s", handed.job, refused)
        for job, state in taking.settled.items():
            await box.ledger.run(jobs.settle, Settled(job, state), site=box.site, actor="system")

    async def _report(self) -> None:
        box = self._box
        if box.config is None:
            return
        while await box.ledger.run(jobs.follow, None, site=box.site, actor="system"):
            continue
        while found := await box.ledger.read(jobs.untold):
            for one in found:
                try:
                    await box.link.report(one.report)
                except Refused as refused:
                    if not box.link.online:
                        raise
                    # It will never take it: a job of before a restored backup, say.
                    log.warning("print job %s is not reported: %s", one.report.job, refused)
                wanted = Told(one.job, one.report.version)
                await box.ledger.run(jobs.told, wanted, site=box.site, actor="system")
        await self._tell_copies()

    async def _tell_copies(self) -> None:
        """Those that were made while the server was away, once they have ended."""
        box = self._box
        for one in await box.ledger.read(jobs.copies, box.site):
            number = None
            try:
                number = (await box.link.copied(one.copied, one.key)).job
            except Refused as refused:
                if not box.link.online:
                    raise
                log.warning("the copy %s is not taken: %s", one.job, refused)
            heard = Heard(one.job, number, one.copied.version)
            await box.ledger.run(jobs.heard, heard, site=box.site, actor="system")
