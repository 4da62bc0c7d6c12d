"""A device says how it is. What a printer says is wrong is an alarm, until it says that it is over:
one that is asked and falls silent takes nothing back of what only it could know.

Heartbeats are overwritten and nobody's journal; the alarm is both its rise and its end.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.alarms import PRINTER_TROUBLE, end_alarm, figures_of, raise_alarm
from turnero.queue.ready import printer_troubles
from turnero.store import devices
from turnero.store.devices import Beat
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.tx import Tx

#: what a printer can only have said itself
_ITS_OWN: Final = frozenset({"paper-out", "cover-open", "paper-low"})

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
    said = said if isinstance(said, dict) else {}
    troubles = printer_troubles(said)
    if troubles:
        raise_alarm(tx, PRINTER_TROUBLE, found.key, {"why": troubles[0]})
    elif not (_silent(said) and figures_of(tx, PRINTER_TROUBLE, found.key).get("why") in _ITS_OWN):
        end_alarm(tx, PRINTER_TROUBLE, found.key)


def _silent(said: dict[str, Any]) -> bool:
    """It was asked and did not answer."""
    return said.get("answered") is False and said.get("asked") is not False
