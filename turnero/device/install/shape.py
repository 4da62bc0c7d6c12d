"""A box's installation, as plain values, and the places of its files."""

from pathlib import Path, PurePosixPath
from typing import Final, Literal

import msgspec

from turnero.device.settings import PORT

Shows = Literal["kiosk", "board"]
Rotation = Literal["normal", "left", "right", "inverted"]

#: where the box serves its own pages, to its own screens only
LOCAL: Final = f"http://127.0.0.1:{PORT}"
#: and the board that hangs at it
BOARD: Final = f"http://127.0.0.1:{PORT + 1}"
#: the box's data, made by systemd
DATA: Final = PurePosixPath("/var/lib/turnero-device")
#: which server, and whatever else the program reads from its environment
ENVIRONMENT: Final = PurePosixPath("/etc/turnero/device.env")
#: what hangs where
SCREENS: Final = PurePosixPath("/etc/turnero/screens.json")
#: group of whoever may use printers, signs and scanners
HARDWARE: Final = "turnero-hardware"


class Screen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One screen of a box."""

    show: Shows
    #: as xrandr names it
    output: str
    rotate: Rotation = "normal"
    #: ALSA device of its sound; "": the system's own
    audio: str = ""
    #: the touch panel that belongs to it, as xinput names it
    touch: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What is to be installed."""

    #: scheme, host and port
    server: str
    #: the `turnero` to run
    program: PurePosixPath
    screens: tuple[Screen, ...] = ()
    #: asked from outside while all is well; "" for none
    ping: str = ""
    #: "NAME=value": what somebody wrote into its environment, and stays there
    told: tuple[str, ...] = ()


class File(msgspec.Struct, frozen=True):
    """A file of an installation."""

    path: PurePosixPath
    text: str
    #: what it is for, in a few words
    purpose: str
    mode: int = 0o644


def program_of(started: str, prefix: str) -> PurePosixPath:
    """The `turnero` that a unit can run: the one that was started, else that of this Python."""
    found = Path(started).absolute()
    return PurePosixPath(found if found.name == "turnero" else Path(prefix, "bin", "turnero"))
