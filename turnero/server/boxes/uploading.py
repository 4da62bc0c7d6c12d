"""`/api/v1/box/lease` and `/api/v1/box/upload`: numbers for a kiosk without a server, and what it did.

Each ticket and each rating is an act of its own: one that is refused keeps no other from its place.
"""

import logging
import re
from typing import Any, Final

from litestar import post
from litestar.handlers import HTTPRouteHandler
from msgspec.structs import asdict, replace

from turnero.boxes import protocol
from turnero.boxes.protocol import Kept, LeasedNumbers, Leases, Rated, Taken, Upload
from turnero.queue import reads
from turnero.queue.commands import leases, offline, ratings
from turnero.queue.requests import BringTicket, LeaseKiosk, NotBrought, Rate
from turnero.queue.requests import Upload as Late
from turnero.server.api.acting import key_of
from turnero.server.boxes.hosting import actor_of, hosted
from turnero.server.boxes.messages import message, read_message
from turnero.store.errors import Invalid, NotFound, Refused
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

log = logging.getLogger("turnero.boxes")

_ID: Final = re.compile("[0-9a-f]{32}")
_CODE: Final = re.compile("[A-Za-z0-9_-]{22}")
_KEY: Final = re.compile("[!-~]{1,200}")
_NUMBER: Final = re.compile("[A-Z]{1,2}[0-9]{3,6}")
_PLACE: Final = re.compile("[!-~]{1,80}")


def routes(work: dict[str, Any]) -> list[HTTPRouteHandler]:
    """The routes."""

    @post("/lease", opt=work, status_code=200)
    async def lease(request: PageRequest) -> Leases:
        wanted = await read_message(request, protocol.LeaseWanted)
        kiosk = await hosted(request, "kiosk", wanted.kiosk)
        made = await web_of(request).ledger.run(
            leases.lease_kiosk,
            LeaseKiosk(kiosk.key, tuple(service for service, _ in wanted.held)),
            site=kiosk.site,
            actor=actor_of(request.user),
            key=key_of(request),
        )
        return Leases(tuple(LeasedNumbers(**asdict(one)) for one in made.leases))

    @post("/upload", opt=work, status_code=200)
    async def upload(request: PageRequest) -> Kept:
        said = await read_message(request, Upload)
        if len(said.tickets) + len(said.ratings) > protocol.MOST:
            raise Invalid("message-wrong", why=f"more than {protocol.MOST}")
        results = {}
        for taken in said.tickets:
            results[taken.id] = await _ticket(request, taken)
        for rated in said.ratings:
            results[rated.key] = await _rating(request, rated)
        return Kept(results)

    return [lease, upload]


async def _ticket(request: PageRequest, taken: Taken) -> str:
    """What became of a ticket."""
    ledger, site, actor = web_of(request).ledger, request.user.site or 0, actor_of(request.user)
    said = (_ID, taken.id), (_CODE, taken.code), (_NUMBER, taken.number), (_PLACE, taken.kiosk)
    act = (_KEY, taken.instead_of) if taken.instead_of is not None else (_ID, taken.id)
    if not all(shape.fullmatch(text) for shape, text in (*said, act)):
        return "message-wrong"
    late = Late(
        service=taken.service,
        number=taken.number,
        taken_ms=taken.issued_ms + taken.offset_ms,
        place=taken.kiosk,
        attention=taken.attention,
        people=taken.people,
        language=taken.language,
        aids=taken.aids,
        id=taken.id,
        code=taken.code,
        day=taken.day,
        lease=taken.lease,
    )
    try:
        await hosted(request, "kiosk", taken.kiosk)  # it may be another box's since
        brought = await ledger.run(
            offline.bring, BringTicket(late, taken.instead_of), site=site, actor=actor
        )
    except Refused as refused:
        log.warning("ticket %s of kiosk %s: %s", taken.number, taken.kiosk, refused)
        await ledger.run(
            offline.not_brought, NotBrought(taken.kiosk, taken.number), site=site, actor=actor
        )
        return refused.code
    return brought.result


async def _rating(request: PageRequest, rated: Rated) -> str:
    """What became of a rating."""
    web, site = web_of(request), request.user.site or 0
    try:
        rate = message(rated.rate, Rate)
        if not _KEY.fullmatch(rated.key):
            raise Invalid("key-wrong")
        found = await web.ledger.read(reads.ticket_by_code, rated.code, web.clock.line_ms())
        if found is None:  # one of another site the command does not know either
            raise NotFound("ticket-unknown")
        await web.ledger.run(
            ratings.rate,
            replace(rate, ticket=found.id),
            site=site,
            actor=actor_of(request.user),
            key=rated.key,
        )
    except Refused as refused:
        return refused.code
    return "kept"
