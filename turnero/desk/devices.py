"""A site's devices as the supervisor sees them: heard or not, and what they say is wrong.

What is wrong is told in the words of the morning's list (ready.py); only what people can mend is read.
"""

from typing import Final

import msgspec

from turnero.desk.ready import WRONG
from turnero.queue.ready import SILENT_MS, state_of, troubles
from turnero.store.devices import Device
from turnero.web.languages import mark

#: reasons that are no trouble yet
_SOON: Final = frozenset({"paper-low"})
#: what a board says of its sound while it cannot be heard
_MUTE: Final = frozenset({"blocked", "failed"})

KINDS: Final = {
    "box": mark("Box"),
    "kiosk": mark("Kiosk"),
    "board": mark("Board"),
    "printer": mark("Printer"),
    "sign": mark("Sign"),
}


#: how a printer shows that paper came out, as its heartbeat says
_PROOF: Final = {
    "process": mark("Confirms each ticket"),
    "status": mark("Confirms by answering after each ticket"),
    "none": mark("Does not confirm: look at the paper"),
}
_SILENT: Final = mark("Does not say how it is")


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
    #: how it shows that paper came out, of a printer that is heard
    proof: str | None = None
    #: key of the box that hosts it
    box: str | None = None

    @property
    def well(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.silent or self.troubles or self.warnings)


def unwell(devices: list[DeviceShown]) -> list[DeviceShown]:
    """Those that somebody must look at; of a box that is away, the box and not all that it hosts."""
    away = {one.key for one in devices if one.kind == "box" and one.silent}
    return [one for one in devices if not one.well and not (one.silent and one.box in away)]


def shown(device: Device, now_ms: int) -> DeviceShown:
    """The device at this moment of the wall clock."""
    silent = device.heard_ms is None or now_ms - device.heard_ms > SILENT_MS
    # what a silent device said last is no news
    whys = [] if silent else _whys(device)
    return DeviceShown(
        kind=device.kind,
        key=device.key,
        name=device.name,
        heard_ms=device.heard_ms,
        silent=silent,
        troubles=tuple(WRONG[why] for why in whys if why not in _SOON),
        warnings=tuple(WRONG[why] for why in whys if why in _SOON),
        proof=None if silent else _proof(device),
        box=device.setting("box"),
    )


def _whys(device: Device) -> list[str]:
    state = state_of(device)
    if device.kind == "board":
        sound = str(state.get("sound"))
        return [sound] if sound in _MUTE else []
    return troubles(device.kind, state)


def _proof(device: Device) -> str | None:
    state = state_of(device)
    if device.kind != "printer" or state.get("reachable") is not True:
        return None
    return _PROOF.get(str(state.get("confirms", "none"))) if state.get("answered") else _SILENT
