"""Who dials for the installation, and whether anybody can: a lease, and the state of the way out.

Every act that makes a telephone ring names the epoch of the lease: one who lost it rings nobody.
"""

from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update

from turnero.queue import refusals
from turnero.queue.alarms import end_alarm, raise_alarm
from turnero.queue.call_facts import DiallingChanged
from turnero.queue.call_requests import Lead, Led, Opened
from turnero.queue.callback_tables import dialling
from turnero.queue.callbacks import BREAKER, BREAKER_MS
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: an alarm: calls cannot be placed
TRUNK: Final = "trunk-fault"
#: for so long after its last word is a leader the leader, milliseconds
LEASE_MS: Final = 15_000
#: until when a lease runs that was given back
_GIVEN_BACK: Final = 0

# Locked: on PostgreSQL sites write beside each other, and a breaker that opens while a lease is
# renewed, or a lease that is lost while a leg is written down, must not be overwritten.
_DIALLING = Statement(select(*dialling.c).where(dialling.c.id == 1).with_for_update())
_NEW_DIALLING = Statement(
    insert(dialling), columns=["id", "holder", "until_ms", "epoch", "open", "why", "faults"]
)
_SET_LEASE = Statement(
    update(dialling)
    .where(dialling.c.id == 1, dialling.c.epoch == bindparam("b_was"))
    .values(
        {name: bindparam(f"b_{name}") for name in ("holder", "until_ms", "epoch", "open", "why")}
    )
)
_SET_OPEN = Statement(
    update(dialling)
    .where(dialling.c.id == 1, dialling.c.epoch == bindparam("b_was"))
    .values({name: bindparam(f"b_{name}") for name in ("open", "why", "faults", "again_ms")})
)


def lead(tx: Tx, request: Lead) -> Led:
    """Become or remain the one who dials; of the installation (site 0).

    Refused silently, by `held` False, while another process renews its lease. Whether it does is
    for who asks to watch: the clocks of two machines are never compared. Who begins under its own
    old name takes over at once, and the epoch is another one all the same: of two processes that
    were given one name, only one goes on.
    """
    row = tx.row(_DIALLING)
    if row is None:
        until_ms = tx.now_ms + LEASE_MS
        new = {"id": 1, "epoch": 1, "open": 0, "why": "link", "faults": 0}
        tx.run(_NEW_DIALLING, **new, holder=request.holder, until_ms=until_ms)
        return Led(1, held=True, until_ms=until_ms)
    mine = row.holder == request.holder and request.epoch in (0, row.epoch)
    free = request.keep and row.until_ms in (_GIVEN_BACK, request.lapsed)
    if not mine and not free:
        return Led(row.epoch, held=False, until_ms=row.until_ms)
    goes_on = mine and request.keep
    if row.open and not goes_on:
        tx.append(DiallingChanged(open=False, why="link"))
    # Never the same twice, whatever is done to the clock: who watches would take it for dead.
    until_ms = max(row.until_ms + 1, tx.now_ms + LEASE_MS) if request.keep else _GIVEN_BACK
    epoch = row.epoch if mine and request.epoch else row.epoch + 1
    tx.run(
        _SET_LEASE,
        b_was=row.epoch,
        b_holder=request.holder,
        b_until_ms=until_ms,
        b_epoch=epoch,
        b_open=row.open if goes_on else 0,
        b_why=row.why if goes_on else "link",
    )
    return Led(epoch, held=request.keep, until_ms=until_ms)


def opened(tx: Tx, request: Opened) -> Led:
    """Whether calls can be placed now, as the leader found (site 0)."""
    row = leading(tx, request.epoch)
    waits = row.why == "trunk" and row.again_ms is not None and row.again_ms > tx.line_ms
    if waits and request.open:
        return Led(row.epoch, held=True)
    why = "" if request.open else request.why
    if bool(row.open) != request.open or row.why != why:
        tx.append(DiallingChanged(open=request.open, why=why))
        _set(tx, row, open=int(request.open), why=why, again_ms=None)
    return Led(row.epoch, held=True)


def nobody_dials(tx: Tx, _: None) -> None:
    """No exchange is there any more, whatever whoever dialled here last wrote down (site 0)."""
    row = tx.row(_DIALLING)
    if row is not None and row.why != "no-exchange":
        tx.append(DiallingChanged(open=False, why="no-exchange"))
        _set(tx, row, open=0, why="no-exchange", again_ms=None)


def leading(tx: Tx, epoch: int) -> Any:
    """The row, for who leads in that epoch."""
    row = tx.row(_DIALLING)
    if row is None or row.epoch != epoch:
        raise refusals.refused("dialling-elsewhere")
    return row


def _set(tx: Tx, row: Any, **changes: object) -> None:
    now = {
        name: changes.get(name, getattr(row, name))
        for name in ("open", "why", "faults", "again_ms")
    }
    tx.run(_SET_OPEN, b_was=row.epoch, **{f"b_{name}": value for name, value in now.items()})


def trunk(tx: Tx, *, fault: bool) -> None:
    """Count what the way to patients did; after some faults in a row nobody is dialled a while."""
    row = tx.row(_DIALLING)
    if row is None:
        return
    if not fault:
        if row.faults:
            _set(tx, row, faults=0)
        # Of this site: another's call may have ended the counting.
        end_alarm(tx, TRUNK, "trunk")
        return
    faults = row.faults + 1
    if faults < BREAKER:
        _set(tx, row, faults=faults)
        return
    pause_ms = min(BREAKER_MS[0] * 2 ** (faults - BREAKER), BREAKER_MS[1])
    _set(tx, row, faults=faults, open=0, why="trunk", again_ms=tx.line_ms + pause_ms)
    raise_alarm(tx, TRUNK, "trunk", {"faults": faults, "minutes": pause_ms // 60_000})
