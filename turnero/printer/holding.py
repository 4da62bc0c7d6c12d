"""Which process prints on a printer, where several serve one database.

A worker writes its process's name into the printer's heartbeat and renews it with each job
and each question; another one leaves the printer alone until that is old. Two workers would
not print a job twice (claiming is one transaction), but each would call the other's job
under way lost.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.store import devices
from turnero.store.devices import Beat
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.tables import heartbeat
from turnero.store.tx import Tx

#: a holder that was not heard for so long is gone; longer than the longest job is under way
GONE_MS: Final = 90_000
#: a hold older than this is written anew
_RENEW_MS: Final = 15_000

_LAST = Statement(
    select(heartbeat.c.at_ms, heartbeat.c.state).where(heartbeat.c.device == bindparam("device"))
)


class Hold(msgspec.Struct, frozen=True):
    """Take, or keep, this printer (id of the device) for that process."""

    printer: int
    holder: str


def hold(tx: Tx, request: Hold) -> None:
    """Command: the printer is this process's; `Refused("printer-held")` while another has it."""
    row = tx.row(_LAST, device=request.printer)
    said: dict[str, Any] = msgspec.json.decode(row.state) if row is not None else {}
    silent_ms = tx.now_ms - row.at_ms if row is not None else GONE_MS
    fresh = 0 <= silent_ms < GONE_MS  # a clock that was set back holds nothing
    if fresh and said.get("holder") not in (None, request.holder):
        raise Refused("printer-held", holder=said["holder"])
    if said.get("holder") != request.holder or not 0 <= silent_ms < _RENEW_MS:
        _write(tx, request.printer, said | {"holder": request.holder})


def let_go(tx: Tx, request: Hold) -> None:
    """Command: another process may have it at once."""
    row = tx.row(_LAST, device=request.printer)
    said: dict[str, Any] = msgspec.json.decode(row.state) if row is not None else {}
    if said.get("holder") == request.holder:
        _write(tx, request.printer, {**said, "holder": None})


def _write(tx: Tx, printer: int, said: dict[str, Any]) -> None:
    devices.beat(tx, Beat(printer, msgspec.json.encode(said).decode()))
