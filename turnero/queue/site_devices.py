"""The devices of a site's description: which parts of the file are devices, and how each is kept.

A part's key, name and zone are columns of its row; everything else that it sets is its settings.
"""

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
_UNSET: Final[tuple[object, ...]] = (None, (), {})

P = TypeVar("P", bound=DevicePart)


def kept(file: SiteFile, kind: str) -> dict[str, Values]:
    """The values of the rows of that kind, by key."""
    parts: tuple[DevicePart, ...] = getattr(file, kind)
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
            ),
        }
        for part in parts
    }


def parts(found: list[Device], shape: type[P]) -> tuple[P, ...]:
    """The parts of that shape among a site's devices."""
    kind = next(kind for kind, known in PARTS.items() if known is shape)
    return tuple(_part(one, shape) for one in found if one.kind == kind)


def _part(device: Device, shape: type[P]) -> P:
    said: dict[str, Any] = {"key": device.key, "name": device.name}
    if "zone" in shape.__struct_fields__:
        said["zone"] = device.zone
    return msgspec.convert(said | msgspec.json.decode(device.settings or "{}"), shape)
