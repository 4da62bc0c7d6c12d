"""Take a kiosk, a board or another device out of a site. Loading a file without it leaves it alone, since it
may be paired; here somebody said so.
"""

import msgspec
from sqlalchemy import bindparam, delete

from turnero.queue import refusals
from turnero.queue.alarms import PRINTER_TROUBLE, end_alarm
from turnero.queue.commands.pauses import forget_kiosk
from turnero.queue.facts import Change, SiteLoaded
from turnero.queue.keyed_rows import plain
from turnero.store import devices
from turnero.store.sql import Statement
from turnero.store.tables import device, heartbeat
from turnero.store.tx import Tx

_NO_BEAT = Statement(delete(heartbeat).where(heartbeat.c.device == bindparam("b_id")))
_NO_DEVICE = Statement(delete(device).where(device.c.id == bindparam("b_id")))


class RemoveDevice(msgspec.Struct, frozen=True):
    """Request of `remove`."""

    #: key of the site, for the fact
    site: str
    #: a key of site_devices.PARTS
    kind: str
    key: str


def remove(tx: Tx, request: RemoveDevice) -> None:
    """Take it out, and tell what it was."""
    found = devices.by_key(tx, tx.site, request.kind, request.key)
    if found is None:
        raise refusals.unknown("device-unknown", key=request.key)
    if request.kind == "kiosk":
        forget_kiosk(tx, request.key)
    if request.kind == "printer":
        end_alarm(tx, PRINTER_TROUBLE, request.key)
    tx.run(_NO_BEAT, b_id=found.id)
    tx.run(_NO_DEVICE, b_id=found.id)
    before = plain({"name": found.name, "zone": found.zone, "settings": found.settings})
    change = Change(request.kind, request.key, before, None)
    tx.append(SiteLoaded(site=request.site, changes=(change,)))
