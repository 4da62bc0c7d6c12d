"""How a box is, for people: what its status page and its first page show. Read in one go."""

import msgspec

from turnero.device import jobs
from turnero.device.box import Box
from turnero.device.offline import reads as offline
from turnero.device.offline.reads import Backlog
from turnero.display.signs.station import SignBeat
from turnero.printer import reads
from turnero.printer.port import PrinterState
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.sql import Query


class PrinterNow(msgspec.Struct, frozen=True):
    """A printer that the box hosts."""

    name: str
    key: str
    #: None: it has not said anything yet
    state: PrinterState | None
    #: why nothing can be printed now: a reason of the printer's port
    obstacle: str | None
    heard_ms: int | None
    waiting: int


class SignNow(msgspec.Struct, frozen=True):
    """A sign that the box hosts."""

    name: str
    key: str
    #: ok | sent | failed …; None: not painted yet
    result: str | None
    reason: str | None
    since_ms: int | None
    text: str


class Standing(msgspec.Struct, frozen=True):
    """All of it."""

    printers: tuple[PrinterNow, ...]
    signs: tuple[SignNow, ...]
    kiosks: tuple[Device, ...]
    others: tuple[Device, ...]
    spool: int
    #: states of papers that the server does not know yet
    untold: int
    #: what kiosks made without the server
    made: Backlog


async def standing(box: Box) -> Standing:
    """How it is now."""
    return await box.ledger.read(_read, box.site, box.signs())


def _read(q: Query, site: int, painted: dict[int, SignBeat]) -> Standing:
    there = devices.of_site(q, site)
    kinds = ("printer", "sign", "kiosk")
    return Standing(
        printers=tuple(_printer(q, one) for one in there if one.kind == "printer"),
        signs=tuple(_sign(one, painted.get(one.id)) for one in there if one.kind == "sign"),
        kiosks=tuple(one for one in there if one.kind == "kiosk"),
        others=tuple(one for one in there if one.kind not in kinds),
        spool=jobs.under_way(q),
        untold=len(jobs.untold(q)),
        made=offline.backlog(q),
    )


def _printer(q: Query, one: Device) -> PrinterNow:
    state = None
    if one.state is not None:
        try:
            state = msgspec.json.decode(one.state, type=PrinterState)
        except msgspec.ValidationError:  # a hold alone: it was never asked
            state = None
    obstacle = state.obstacle if state is not None else None
    return PrinterNow(
        one.name,
        one.key,
        state,
        obstacle.value if obstacle is not None else None,
        one.heard_ms,
        reads.waiting(q, one.id),
    )


def _sign(one: Device, beat: SignBeat | None) -> SignNow:
    if beat is None:
        return SignNow(one.name, one.key, None, None, None, "")
    face = beat.face
    shown = " ".join(part for part in (face.number, face.desk, face.text) if part)
    reason = beat.reason.value if beat.reason is not None else None
    return SignNow(one.name, one.key, beat.result.value, reason, beat.since_ms, shown)
