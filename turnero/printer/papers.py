"""What stands on a claimed job's paper, read from the ledger: the server's way to a document.

The room asks `Papers` and knows no more; a box beside the hardware answers it from the
document that the server sent with the job (`room.Printers`).
"""

import asyncio
from typing import Protocol

from turnero.printer import reads
from turnero.printer.document import Document
from turnero.printer.layout import layout_on
from turnero.printer.spool import Claimed
from turnero.printer.test_page import TEST, test_page
from turnero.printer.ticket import ticket
from turnero.queue import reads as line
from turnero.store.devices import Device
from turnero.store.ledger import Ledger
from turnero.web.formats import formats
from turnero.web.languages import translator


class Papers(Protocol):
    """Gives each job its document."""

    async def make(self, ledger: Ledger, device: Device, claimed: Claimed) -> Document:
        """The document of this job, which is about to be printed on that printer.

        What it raises ends the attempt as failed, before a byte has left.
        """
        ...


class LedgerPapers:
    """Tickets and test pages as the site's own rows describe them."""

    def __init__(self, public_address: str = "") -> None:
        """`public_address`: where phones reach the server, "" when they do not."""
        self._public_address = public_address.rstrip("/")

    async def make(self, ledger: Ledger, device: Device, claimed: Claimed) -> Document:
        """See `Papers.make`."""
        if claimed.ticket.startswith(TEST):
            return await self._test(ledger, device, claimed)
        now_ms = ledger.clock.line_ms()  # by which a ticket's times are kept
        found = await ledger.read(
            reads.to_print,
            claimed.ticket,
            now_ms,
            self._public_address,
            now_ms if claimed.copy else None,
        )
        say = translator(found.language, found.profile)
        paper = await asyncio.to_thread(layout_on, device, found.language)
        return ticket(found.slip, say, formats(say.tag, found.zone), paper)

    async def _test(self, ledger: Ledger, device: Device, claimed: Claimed) -> Document:
        now_ms = ledger.clock.now_ms()
        site = await ledger.read(line.site, device.site, now_ms)
        say = translator(claimed.ticket.removeprefix(TEST), site.profile if site else "plain")
        return test_page(
            site.name if site else "",
            device.name,
            now_ms,
            say,
            formats(say.tag, site.zone if site else "UTC"),
        )
