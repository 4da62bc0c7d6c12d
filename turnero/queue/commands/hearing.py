"""A device says how it is. What a printer says is wrong is an alarm, until it says that it is over.

Heartbeats are overwritten and nobody's journal; the alarm is both its rise and its end.
"""

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.alarms import PRINTER_TROUBLE, end_alarm, raise_alarm
from turnero.queue.ready import printer_troubles
from turnero.store import devices
from turnero.store.devices import Beat
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.tx import Tx

_WHICH = Statement(
    select(device.c.key, device.c.kind).where(
        device.c.id == bindparam("id"), device.c.site == bindparam("site")
    )
)


def hear(tx: Tx, request: Beat) -> None:
    """Note a heartbeat of this site's device; what it tells of a printer's paper, cover and line
    raises or ends that printer's alarm.
    """
    devices.beat(tx, request)
    found = tx.row(_WHICH, id=request.device, site=tx.site)
    if found is None or found.kind != "printer":
        return
    said = msgspec.json.decode(request.state)
    troubles = printer_troubles(said) if isinstance(said, dict) else []
    if troubles:
        raise_alarm(tx, PRINTER_TROUBLE, found.key, {"why": troubles[0]})
    else:
        end_alarm(tx, PRINTER_TROUBLE, found.key)
