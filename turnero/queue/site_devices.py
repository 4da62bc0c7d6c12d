"""The devices of a site's description: which parts of the file are devices, and how each is kept.

A part's key, name and zone are columns of its row; everything else that it sets is its settings.
What the site's paper says is kept with each of its printers: whoever prints, a box without the
server too, then knows it, and who gives numbers and calls never reads it.
"""

from hashlib import blake2b
from typing import Any, Final, TypeVar

import msgspec

from turnero.queue.keyed_rows import Values, json_of
from turnero.queue.site_shape import (
    BoardPart,
    BoxPart,
    DevicePart,
    KioskPart,
    PrinterPart,
    SignPart,
    SiteFile,
    TicketPart,
)
from turnero.store.devices import Device

#: kind of device, which is also its table in the file -> the shape of its part
PARTS: Final[dict[str, type[DevicePart]]] = {
    "box": BoxPart,
    "kiosk": KioskPart,
    "board": BoardPart,
    "printer": PrinterPart,
    "sign": SignPart,
}
_COLUMNS: Final = frozenset({"key", "name", "zone"})
#: the setting of a printer that holds the site's paper
_PAPER: Final = "ticket"
_UNSET: Final[tuple[object, ...]] = (None, (), {})

P = TypeVar("P", bound=DevicePart)


def kept(file: SiteFile, kind: str) -> dict[str, Values]:
    """The values of the rows of that kind, by key."""
    parts: tuple[DevicePart, ...] = getattr(file, kind)
    more: dict[str, object] = {}
    if kind == "printer" and file.ticket != TicketPart():
        more[_PAPER] = file.ticket
    return {
        part.key: {
            "name": part.name,
            "zone": getattr(part, "zone", ""),
            "settings": json_of(
                {
                    name: getattr(part, name)
                    for name in part.__struct_fields__
                    if name not in _COLUMNS and getattr(part, name) not in _UNSET
                }
                | more
            ),
        }
        for part in parts
    }


def parts(found: list[Device], shape: type[P]) -> tuple[P, ...]:
    """The parts of that shape among a site's devices."""
    kind = next(kind for kind, known in PARTS.items() if known is shape)
    return tuple(_part(one, shape) for one in found if one.kind == kind)


def paper_of(found: list[Device]) -> TicketPart:
    """What the paper of a site says, as its printers have it."""
    return next((paper_on(one.settings) for one in found if one.kind == "printer"), TicketPart())


def paper_on(settings: str) -> TicketPart:
    """What the paper of one printer says, out of its settings."""
    kept = msgspec.json.decode(settings or "{}").get(_PAPER)
    return TicketPart() if kept is None else msgspec.convert(kept, TicketPart)


def with_paper(settings: str, paper: TicketPart) -> str:
    """The settings of a printer with this paper: of one that a file does not name."""
    left = {k: v for k, v in msgspec.json.decode(settings or "{}").items() if k != _PAPER}
    return json_of(left | ({_PAPER: paper} if paper != TicketPart() else {}))


def told(values: Values | None) -> Values | None:
    """What a fact tells of a device: a logo by its digest, since nobody reads it there."""
    paper = (values or {}).get("settings", {}).get(_PAPER, {})
    if values is None or not paper.get("logo"):
        return values
    short = {**paper, "logo": blake2b(paper["logo"].encode(), digest_size=4).hexdigest()}
    return {**values, "settings": {**values["settings"], _PAPER: short}}


def _part(device: Device, shape: type[P]) -> P:
    said: dict[str, Any] = {"key": device.key, "name": device.name}
    if "zone" in shape.__struct_fields__:
        said["zone"] = device.zone
    settings = msgspec.json.decode(device.settings or "{}")
    settings.pop(_PAPER, None)
    return msgspec.convert(said | settings, shape)
