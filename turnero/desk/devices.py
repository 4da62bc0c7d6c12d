"""A site's devices as the supervisor sees them: heard or not, and what they say is wrong.

Each kind of device writes its own state (its room says which); only what people can mend is read.
"""

from typing import Any, Final

import msgspec

from turnero.store.devices import Device
from turnero.web.languages import mark

#: heartbeats come every ten to fifteen seconds; after this long the device is not heard
SILENT_MS: Final = 60_000

KINDS: Final = {
    "kiosk": mark("Kiosk"),
    "board": mark("Board"),
    "printer": mark("Printer"),
    "sign": mark("Sign"),
}


class DeviceShown(msgspec.Struct, frozen=True):
    """A device with what is wrong, as msgids; nothing where all is well."""

    kind: str
    key: str
    name: str
    #: wall clock; None: never
    heard_ms: int | None
    silent: bool
    troubles: tuple[str, ...]
    #: something that will need a hand soon
    warnings: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.silent or self.troubles or self.warnings)


def shown(device: Device, now_ms: int) -> DeviceShown:
    """The device at this moment of the wall clock."""
    state = _state(device.state)
    troubles, warnings = _read(device.kind, state)
    silent = device.heard_ms is None or now_ms - device.heard_ms > SILENT_MS
    return DeviceShown(
        kind=device.kind,
        key=device.key,
        name=device.name,
        heard_ms=device.heard_ms,
        silent=silent,
        # what a silent device said last is no news
        troubles=() if silent else troubles,
        warnings=() if silent else warnings,
    )


def _state(text: str | None) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _read(kind: str, state: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if kind == "printer":
        return _printer(state)
    if kind == "board":
        sound = {
            "blocked": mark("The browser blocks its sound: touch it once"),
            "failed": mark("It has no sound"),
        }.get(str(state.get("sound")))
        return ((sound,) if sound else ()), ()
    return (), ()


def _printer(state: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not state:
        return (), ()
    if state.get("reachable") is False:
        return (mark("It does not answer at its address"),), ()
    troubles = []
    if state.get("paper") == "out":
        troubles.append(mark("Out of paper"))
    if state.get("cover_open"):
        troubles.append(mark("Its cover is open"))
    if not troubles and state.get("online") is False:
        troubles.append(mark("It is offline"))
    warnings = (mark("Paper is running low"),) if state.get("paper") == "near-end" else ()
    return tuple(troubles), warnings
