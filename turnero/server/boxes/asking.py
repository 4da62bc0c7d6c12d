"""What a box asks of its site, to keep: what a kiosk offers, what a sign shows."""

from typing import Any, Final

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import bindparam, select

from turnero.boxes.protocol import Offer
from turnero.display.signs import reads as signs
from turnero.display.signs.state import SignState
from turnero.kiosk.scene import Connect
from turnero.queue.tables import service
from turnero.server.boxes.hosting import hosted
from turnero.store.sql import Query, Statement
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_HOURS: Final = Statement(
    select(service.c.key, service.c.hours).where(
        service.c.site == bindparam("site"), service.c.active == 1, service.c.all_day == 0
    )
)


def routes(connect: Connect, work: dict[str, Any]) -> list[HTTPRouteHandler]:
    """The routes. `connect`: gives the kiosk's port."""

    @get("/offer/{kiosk:str}", opt=work)
    async def offer(request: PageRequest, kiosk: FromPath[str]) -> Offer:
        there = await hosted(request, "kiosk", kiosk)
        web = web_of(request)
        port = connect(web)
        return Offer(
            site=msgspec.Raw(msgspec.json.encode(await port.offers(there.site))),
            place=msgspec.Raw(msgspec.json.encode(await port.place(there.site, there.key))),
            prefixes=await port.prefixes(there.site),
            hours=await web.ledger.read(_hours, there.site),
            at_ms=web.clock.now_ms(),
        )

    @get("/sign/{key:str}", opt=work)
    async def sign(request: PageRequest, key: FromPath[str]) -> SignState:
        there = await hosted(request, "sign", key)
        web = web_of(request)
        return await web.ledger.read(signs.state, there, web.clock.line_ms())

    return [offer, sign]


def _hours(q: Query, site: int) -> dict[str, str]:
    return {row.key: row.hours for row in q.rows(_HOURS, site=site)}
