"""The paper of a ticket made at a box: the same document as ever, with the sign that it has no connection.

Before anything of it is sent its number is burnt, which is on the disk then.
"""

import asyncio
from typing import Any

import msgspec

from turnero.device.keeping import kept
from turnero.device.offline import commands, offering, reads
from turnero.device.offline.offering import Offer
from turnero.kiosk.wording import OFFLINE
from turnero.printer.document import Document
from turnero.printer.layout import layout_on
from turnero.printer.reads import note
from turnero.printer.spool import Claimed
from turnero.printer.ticket import Slip, ticket
from turnero.queue.views import name_in
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.ledger import Ledger
from turnero.store.sql import Query
from turnero.web.formats import formats
from turnero.web.languages import translator


async def made_here(
    ledger: Ledger,
    printer: Device,
    claimed: Claimed,
    public_address: str = "",
    offset_ms: int = 0,
) -> Document | None:
    """The document of this job, about to be printed; None for a ticket that was not made here.

    `offset_ms`: the server's clock less this machine's.
    """
    site = printer.site
    found = await ledger.read(_slip, site, claimed.ticket, public_address)
    if found is None:
        return None
    slip, offer, language = found
    await ledger.run(commands.burn, claimed.ticket, site=site, actor="system")
    if claimed.copy:
        slip = msgspec.structs.replace(slip, copied_ms=ledger.clock.now_ms() + offset_ms)
    say = translator(language, offer.site.profile)
    sign = say.gettext(OFFLINE)
    slip = msgspec.structs.replace(
        slip, footer=f"{sign}. {slip.footer}" if slip.footer else f"{sign}."
    )
    paper = await asyncio.to_thread(layout_on, printer, language)
    return ticket(slip, say, formats(say.tag, offer.site.zone), paper)


def _slip(
    q: Query, site: int, ticket_id: str, public_address: str
) -> tuple[Slip, Offer, str] | None:
    own = reads.ticket(q, ticket_id)
    offer = kept(q, f"offer/{own.kiosk}", Offer) if own is not None else None
    if own is None or offer is None:
        return None
    held = offering.held_of(own, offer, public_address)
    kiosk = devices.by_key(q, site, "kiosk", own.kiosk)
    notes: dict[str, Any] = msgspec.json.decode(kiosk.settings) if kiosk is not None else {}
    slip = Slip(
        site=offer.site.name,
        number=own.number,
        service=name_in(held.ticket.names, own.language),
        issued_ms=held.ticket.issued_ms,
        code=own.code,
        url=held.url,
        attention=name_in(held.paper.attention_names, own.language) if held.special else None,
        people=own.people,
        where=note(notes.get("where"), own.language),
        footer=note(notes.get("footer"), own.language),
        large="large-type" in own.aids,
    )
    return slip, offer, own.language
