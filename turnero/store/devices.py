"""Devices of a site and when they were last heard. Heartbeats are overwritten, not journalled."""

import msgspec
from sqlalchemy import bindparam, insert, outerjoin, select, update

from turnero.store.sql import Query, Statement
from turnero.store.tables import device, heartbeat
from turnero.store.tx import Tx

_COLUMNS = (
    device.c.id,
    device.c.site,
    device.c.kind,
    device.c.key,
    device.c.name,
    device.c.zone,
    device.c.settings,
    heartbeat.c.at_ms,
    heartbeat.c.state,
)
_WITH_BEAT = select(*_COLUMNS).select_from(
    outerjoin(device, heartbeat, heartbeat.c.device == device.c.id)
)
_OF_SITE = Statement(
    _WITH_BEAT.where(device.c.site == bindparam("site")).order_by(device.c.kind, device.c.key)
)
_BY_KEY = Statement(
    _WITH_BEAT.where(
        device.c.site == bindparam("site"),
        device.c.kind == bindparam("kind"),
        device.c.key == bindparam("key"),
    )
)
_OF_KIND = Statement(
    _WITH_BEAT.where(device.c.kind == bindparam("kind")).order_by(device.c.site, device.c.key)
)
_BEAT = Statement(
    update(heartbeat)
    .where(heartbeat.c.device == bindparam("b_device"))
    .values(at_ms=bindparam("b_at"), state=bindparam("b_state"))
)
_FIRST_BEAT = Statement(insert(heartbeat))


class Device(msgspec.Struct, frozen=True):
    """A device and its last heartbeat."""

    id: int
    site: int
    #: box, kiosk, board, printer or sign
    kind: str
    key: str
    name: str
    zone: str
    #: JSON object
    settings: str
    #: when last heard, or None if never
    heard_ms: int | None
    #: what it said then, a JSON object, or None
    state: str | None

    def setting(self, name: str) -> str | None:
        """One setting as text, None where it is not set."""
        value = msgspec.json.decode(self.settings).get(name)
        return None if value is None else str(value)


class Beat(msgspec.Struct, frozen=True):
    """Request of `beat`: a device says how it is."""

    device: int
    #: JSON object
    state: str


def of_site(q: Query, site: int) -> list[Device]:
    """All devices of a site, by kind and key."""
    return [Device(*row) for row in q.rows(_OF_SITE, site=site)]


def of_kind(q: Query, kind: str) -> list[Device]:
    """All devices of a kind at every site, by site and key."""
    return [Device(*row) for row in q.rows(_OF_KIND, kind=kind)]


def by_key(q: Query, site: int, kind: str, key: str) -> Device | None:
    """One device, or None."""
    row = q.row(_BY_KEY, site=site, kind=kind, key=key)
    return Device(*row) if row else None


def beat(tx: Tx, request: Beat) -> None:
    """Command: note a heartbeat."""
    if not tx.run(_BEAT, b_device=request.device, b_at=tx.now_ms, b_state=request.state):
        tx.run(_FIRST_BEAT, device=request.device, at_ms=tx.now_ms, state=request.state)
