"""The printers of an installation: a worker for each printer device, started and stopped
as the devices change, and the virtual printers that live in this process.

It wires; printing, repeating and showing are done elsewhere.
"""

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from turnero.printer import reads
from turnero.printer.document import Document, Text
from turnero.printer.layout import drawn_whole, reached
from turnero.printer.papers import LedgerPapers, Papers
from turnero.printer.port import Limits
from turnero.printer.profiles import DEFAULT, Profile, profile_named
from turnero.printer.spool import Claimed
from turnero.printer.transports import open_printer
from turnero.printer.virtual import VirtualPrinter
from turnero.printer.worker import POLL_S, TooLong, Worker, warm_later
from turnero.queue.facts import PrintChanged, SiteLoaded
from turnero.store import journal
from turnero.store.devices import Device
from turnero.store.errors import Refused, TurneroError, Unavailable
from turnero.store.ledger import Ledger
from turnero.store.process import process_name

log = logging.getLogger("turnero.printer")

#: seconds between tries while the database cannot be read
RETRY_S: Final = 1.0
#: letters on one ticket: some ten times the longest that anybody would write
MOST_LETTERS: Final = 10_000
_LOADED: Final = str(SiteLoaded.__struct_config__.tag)
_PRINT: Final = str(PrintChanged.__struct_config__.tag)
#: names of virtual printers are folder names too
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}\Z")

#: called with a live view and a site when something that it shows changed outside the journal
Changed = Callable[[str, int], None]


def _nobody(_view: str, _site: int) -> None:
    """Nobody watches."""


class Printers:
    """All printers of one server or one box. Lives on one loop."""

    def __init__(
        self,
        folder: Path | None = None,
        papers: Papers | None = None,
        *,
        box: str | None = None,
        holder: str | None = None,
        limits: Limits | None = None,
        poll_s: float = POLL_S,
    ) -> None:
        """`folder`: where virtual paper is kept, None for memory alone. `papers`: what gives each
        job its document, None for the ledger. `box`: key of the box that this is, None for the
        server; printers hosted elsewhere have no worker here. `holder`: the name of this process among those
        that serve the same database, None for one made of the machine and the folder.
        """
        self.virtual: dict[str, VirtualPrinter] = {}
        self._folder = folder
        self._papers = papers or LedgerPapers()
        self._box = box
        self._holder = holder or process_name(folder)
        self._running: Ledger | None = None
        self._changed: Changed = _nobody
        self._limits = limits
        self._poll_s = poll_s
        self._workers: dict[Device, Worker] = {}
        self._followers: dict[int, asyncio.Task[None]] = {}
        self._scanning = asyncio.Lock()

    @property
    def _ledger(self) -> Ledger:
        if self._running is None:
            raise Unavailable("the printers are not running")
        return self._running

    async def run(self, ledger: Ledger, changed: Changed = _nobody) -> None:
        """Print until cancelled."""
        self._running, self._changed = ledger, changed
        changes = self._ledger.hub.changes()
        waiting = asyncio.ensure_future(anext(changes))
        warming = asyncio.create_task(warm_later(), name="printer-warm")
        try:
            await self._surely_rescan()
            while True:
                sites = await asyncio.shield(waiting)
                waiting = asyncio.ensure_future(anext(changes))
                if sites - {0, *self._followers}:
                    await self._surely_rescan()
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            warming.cancel()
            await self.stop()

    async def stop(self) -> None:
        """End every worker, each given a moment for the job under way."""
        for task in self._followers.values():
            task.cancel()
        await asyncio.gather(
            *(worker.stop() for worker in self._workers.values()),
            *self._followers.values(),
            return_exceptions=True,
        )
        self._workers.clear()
        self._followers.clear()

    async def _surely_rescan(self) -> None:
        """Rescan, again and again while the database is away: the printers that run go on."""
        while True:
            try:
                await self.rescan()
            except TurneroError:
                log.exception("the printers cannot be looked up; trying again")
                await asyncio.sleep(RETRY_S)
            else:
                return

    async def rescan(self) -> None:
        """Look at the devices: start what is new, restart what changed, stop what is gone."""
        async with self._scanning:
            # Followed first: a site loaded during the scan is then heard of.
            await self._follow_new_sites()
            found = await self._ledger.read(reads.printers)
            wanted = {_bare(one): one for one in found if one.setting("box") == self._box}
            for known in [one for one in self._workers if one not in wanted]:
                await self._workers.pop(known).stop()
            for one in wanted:
                if one not in self._workers:
                    self._start(one)

    def virtual_of(self, device: Device) -> VirtualPrinter | None:
        """The virtual printer behind a device, or None when it is a real one."""
        name = _virtual_name(device)
        return self.virtual.get(name) if name is not None else None

    def _start(self, device: Device) -> None:
        """Start the worker of a device; settings that cannot be are logged, and the rest goes on."""
        try:
            profile = reached(profile_named(device.setting("profile") or DEFAULT), device)
            name = _virtual_name(device)
            if name is not None:
                self._make_virtual(name, device, profile)
            url = f"virtual://{name}" if name is not None else device.setting("url") or ""
            printer = open_printer(url, profile, virtual=self.virtual, limits=self._limits)
        except Refused as refusal:
            log.error(  # noqa: TRY400 - a wrong setting, not a defect
                "printer %s cannot be used: %s", device.key, refusal
            )
            return

        async def make(claimed: Claimed) -> bytes:
            document = await self._papers.make(self._ledger, device, claimed)
            whole = drawn_whole(device, profile)
            return await _encoded(document, profile, whole=whole)

        worker = Worker(
            self._ledger,
            device,
            printer,
            make,
            holder=self._holder,
            changed=lambda: self._tell(device),
            poll_s=self._poll_s,
        )
        self._workers[device] = worker
        worker.start()

    def _make_virtual(self, name: str, device: Device, profile: Profile) -> None:
        machine = self.virtual.get(name)
        if machine is None:
            machine = self.virtual[name] = VirtualPrinter(
                name,
                now_ms=self._ledger.clock.now_ms,
                folder=self._folder / name if self._folder is not None else None,
            )

            async def show() -> None:
                self._tell(device)
                for known, worker in self._workers.items():
                    if self.virtual_of(known) is machine:
                        worker.wake()

            machine.changed.append(show)
        machine.profile = profile

    def _tell(self, device: Device) -> None:
        self._changed("paper", device.site)
        self._changed("paper-switches", device.site)
        self._changed("supervisor", device.site)

    async def _follow_new_sites(self) -> None:
        for site in await self._ledger.read(journal.sites):
            if site and site not in self._followers:
                head = await self._ledger.read(journal.head_seq, site)
                self._followers[site] = asyncio.create_task(
                    self._follow(site, head), name=f"printers-of-{site}"
                )

    async def _follow(self, site: int, after: int) -> None:
        """Wake workers for new jobs, and look at the devices when a site was loaded."""
        async for entries in self._ledger.follow(site, after):
            kinds = {entry.kind for entry in entries}
            if _LOADED in kinds:
                await self._surely_rescan()
            if _PRINT in kinds:
                for device, worker in self._workers.items():
                    if device.site == site:
                        worker.wake()


async def _encoded(document: Document, profile: Profile, *, whole: bool) -> bytes:
    """In a thread: drawing letters and the first import of the encoder take their time.

    Raises `TooLong` rather than print metres of paper.
    """
    letters = sum(len(block.text) for block in document.blocks if isinstance(block, Text))
    if letters > MOST_LETTERS:
        raise TooLong(letters)
    from turnero.printer import escpos  # noqa: PLC0415 - imports what draws letters

    return await asyncio.to_thread(escpos.encode, document, profile, whole=whole)


def _virtual_name(device: Device) -> str | None:
    """The name of the virtual printer that this device is, or None. "virtual:" alone is one
    of its own, named after the device; names are folder names too.
    """
    parts = urlsplit(device.setting("url") or "")
    if parts.scheme != "virtual":
        return None
    name = parts.netloc or parts.path or f"{device.site}-{device.key}"
    return name if _NAME.match(name) else None


def _bare(device: Device) -> Device:
    """The device without its heartbeat: what must stay the same for its worker to go on."""
    return Device(
        device.id,
        device.site,
        device.kind,
        device.key,
        device.name,
        device.zone,
        device.settings,
        None,
        None,
    )
