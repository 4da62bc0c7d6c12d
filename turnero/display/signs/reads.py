"""What the ledger says of signs: which there are, and what the line wants each to show."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.display.signs.state import SignSettings, SignState, of_desk, of_zone
from turnero.queue import reads as line
from turnero.queue.states import AT_DESK
from turnero.queue.tables import CLOSED, desk, desk_session, ticket
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.sql import Query, Statement
from turnero.store.tables import device

#: facts after which a sign may have something else to show
KINDS: Final = frozenset({
    "ticket-called", "ticket-recalled", "service-started", "service-finished", "ticket-no-show",
    "ticket-returned", "ticket-parked", "ticket-transferred", "ticket-sent-on", "ticket-cancelled",
    "ticket-stepped-out", "ticket-corrected", "ticket-not-served", "press-undone",
    "session-closed", "day-closed", "site-loaded",
})  # fmt: skip

_SITES = Statement(select(device.c.site).where(device.c.kind == "sign").distinct())
#: keys and names of a site's desks
DESKS: Final = Statement(select(desk.c.key, desk.c.name).where(desk.c.site == bindparam("site")))
_AT_DESK = Statement(
    select(ticket.c.number, ticket.c.state)
    .select_from(
        desk.join(desk_session, desk_session.c.desk == desk.c.id).join(
            ticket, ticket.c.session == desk_session.c.id
        )
    )
    .where(
        desk.c.site == bindparam("site"),
        desk.c.key == bindparam("desk"),
        desk_session.c.state != CLOSED,
    )
    .order_by(ticket.c.call_seq.desc())
)


def signs(q: Query) -> list[Device]:
    """The signs of all sites."""
    return [one for row in q.rows(_SITES) for one in signs_of(q, row.site)]


def signs_of(q: Query, site: int) -> list[Device]:
    """The signs of one site."""
    return [one for one in devices.of_site(q, site) if one.kind == "sign"]


def settings_of(sign: Device) -> SignSettings:
    """Raises `msgspec.ValidationError` for settings that are none."""
    return msgspec.json.decode(sign.settings, type=SignSettings)


def state(q: Query, sign: Device, now_ms: int) -> SignState:
    """What this sign has to show now. `now_ms`: line clock. Raises `NotFound`."""
    settings = settings_of(sign)
    if settings.desk is not None:
        return of_desk(_number_at(q, sign.site, settings.desk), settings.idle)
    view = line.board(q, sign.site, sign.zone, now_ms)
    if view is None:
        raise NotFound("site-unknown", site=str(sign.site))
    return of_zone(view, settings.arrows, settings.idle)


def _number_at(q: Query, site: int, key: str) -> str | None:
    rows = q.rows(_AT_DESK, site=site, desk=key)
    return next((row.number for row in rows if row.state in AT_DESK), None)
