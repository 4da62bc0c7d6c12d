"""One sample ticket through the real spool, on a scratch store: what `turnero printer test` does.

Nothing of an installation is touched, and nothing is simulated: a site with one kiosk and
this printer is loaded, a ticket is taken, and the same consumer, worker and transport as at
a hospital bring it to paper.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from turnero.printer import reads, spool
from turnero.printer.papers import LedgerPapers
from turnero.printer.port import Limits, PrinterState
from turnero.printer.profiles import profile_named
from turnero.printer.room import Printers
from turnero.printer.slice import KINDS
from turnero.printer.states import JobState
from turnero.printer.transports import check_address
from turnero.queue import site_file
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import Issue
from turnero.store import devices
from turnero.store.consumers import Consumer, Consumers
from turnero.store.ledger import Ledger
from turnero.store.opening import open_store

#: seconds after which even a slow line has said something
LONGEST_S: Final = 180.0
_LOOK_S: Final = 0.05
_ENDS: Final = frozenset(JobState) - {JobState.QUEUED, JobState.SENDING}

_SITE: Final = """
[site]
key = "test"
name = "Turnero"
zone = "America/Lima"
profile = "pe"
languages = {languages}

[[service]]
key = "test"
prefix = "A"
name = {{ es = "Prueba de impresora", en = "Printer test", pt = "Teste da impressora" }}
all_day = true

[[kiosk]]
key = "test"
name = "Test"
printer = "test"

[[printer]]
key = "test"
name = "Test"
url = {url}
profile = {profile}
"""


class Trial(msgspec.Struct, frozen=True):
    """How a sample ticket ended."""

    state: JobState
    #: port.Reason, or None
    reason: str | None
    #: what the printer said of itself afterwards; None when it was not asked
    printer: PrinterState | None

    @property
    def well(self) -> bool:
        """Whether the ticket came out, as far as this printer lets anybody know."""
        return self.state in (JobState.PRINTED, JobState.SENT)


async def trial(url: str, profile: str, language: str, *, limits: Limits | None = None) -> Trial:
    """Print one sample ticket and wait for its end.

    Raises `Invalid` for an address or a profile that cannot be. Stops at the first failure:
    the spool's next attempts would only repeat it.
    """
    check_address(url)
    profile_named(profile)
    with tempfile.TemporaryDirectory(prefix="turnero-printer-") as folder:
        async with _opened(Path(folder)) as ledger:
            languages = list(dict.fromkeys(("es", language)))  # what names fall back to, first
            described = _SITE.format(
                url=json.dumps(url), profile=json.dumps(profile), languages=json.dumps(languages)
            )
            await ledger.run(load_site, site_file.decode(described), site=1, actor="system")
            printers = Printers(None, LedgerPapers(), limits=limits)
            consumers = Consumers(
                ledger, [Consumer("printer", KINDS, spool.follow_tickets)], _defect
            )
            consumers.start()
            printing = asyncio.create_task(printers.run(ledger))
            try:
                return await _ended(ledger, language)
            finally:
                printing.cancel()
                await asyncio.gather(printing, return_exceptions=True)
                await consumers.stop()


async def _ended(ledger: Ledger, language: str) -> Trial:
    """Take a ticket, and wait for its paper."""
    taken = Issue("test", place="test", channel="kiosk", language=language)
    issued = await ledger.run(issue, taken, site=1, actor="system")
    async with asyncio.timeout(LONGEST_S):
        while True:
            job = await ledger.read(reads.latest, issued.ticket)
            if job is not None and job.state in _ENDS:
                break
            await asyncio.sleep(_LOOK_S)
        return Trial(job.state, job.reason, await _said(ledger))


async def _said(ledger: Ledger) -> PrinterState | None:
    """What the printer's heartbeat says, once it has one."""
    for _ in range(round(5 / _LOOK_S)):
        device = await ledger.read(devices.by_key, 1, "printer", "test")
        said = msgspec.json.decode(device.state or "{}") if device is not None else {}
        if "answered" in said:
            return msgspec.convert(said, PrinterState)
        await asyncio.sleep(_LOOK_S)
    return None


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Ledger]:
    store = await asyncio.to_thread(open_store, folder)
    await store.ledger.start()
    try:
        yield store.ledger
    finally:
        await store.ledger.stop()
        store.close()


def _defect(name: str, error: Exception) -> None:
    raise AssertionError(name) from error
