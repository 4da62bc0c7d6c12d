"""udev: who may use a box's printers, signs and scanners, and names that stay the same.

`/dev/turnero/serial-…` follows a device by its own number into any socket; one that has none is
found by the socket that it is in, under `/dev/turnero/plug-…`. The names begin after those of
systemd's 60-serial.rules, whose properties they use.
"""

from pathlib import PurePosixPath
from typing import Final

from turnero.device.install.shape import HARDWARE, File

PATH: Final = PurePosixPath("/etc/udev/rules.d/70-turnero.rules")

#: USB vendor -> who makes ticket printers under it
PRINTERS: Final = {
    "04b8": "Epson",
    "0519": "Star",
    "1d90": "Citizen",
    "1504": "Bixolon",
    "0dd4": "Custom",
    "154f": "SNBC",
    "0416": "58 and 80 mm printers without a name (Winbond)",
    "0fe6": "58 and 80 mm printers without a name (ICS)",
}
#: USB vendor -> who makes serial adapters, or scanners that are serial ports, under it
SERIAL: Final = {
    "0403": "FTDI",
    "067b": "Prolific",
    "10c4": "Silicon Labs",
    "1a86": "WCH",
    "0c2e": "Honeywell",
    "05e0": "Zebra",
    "05f9": "Datalogic",
}

_MINE: Final = f'GROUP="{HARDWARE}", MODE="0660"'

_RULES: Final = """\
# Written by `turnero device install`.
ACTION=="remove", GOTO="turnero_end"

# ticket printers, reached over the bus itself
{printers}
# ticket printers through the kernel's own driver
SUBSYSTEM!="usbmisc", GOTO="turnero_serial"
KERNEL!="lp[0-9]*", GOTO="turnero_end"
IMPORT{{builtin}}="usb_id"
IMPORT{{builtin}}="path_id"
{mine}
ENV{{ID_SERIAL_SHORT}}=="?*", SYMLINK+="turnero/printer-$env{{ID_VENDOR_ID}}-$env{{ID_SERIAL_SHORT}}"
ENV{{ID_PATH_TAG}}=="?*", SYMLINK+="turnero/plug-$env{{ID_PATH_TAG}}-printer"
GOTO="turnero_end"

LABEL="turnero_serial"
SUBSYSTEM!="tty", GOTO="turnero_end"

# serial ports of the box itself
KERNEL=="ttyS[0-9]*", {mine}

# serial adapters, and scanners that are serial ports; ModemManager's questions would be printed
ENV{{ID_BUS}}!="usb", GOTO="turnero_end"
{serial}
ENV{{ID_SERIAL_SHORT}}=="?*", SYMLINK+="turnero/serial-$env{{ID_VENDOR_ID}}-$env{{ID_SERIAL_SHORT}}-$env{{ID_USB_INTERFACE_NUM}}"
ENV{{ID_PATH_TAG}}=="?*", SYMLINK+="turnero/plug-$env{{ID_PATH_TAG}}"

LABEL="turnero_end"
"""  # noqa: E501 - a rule is a line


def _printer(vendor: str, name: str) -> str:
    return (
        f"# {name}\n"
        f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", ATTR{{idVendor}}=="{vendor}", {_MINE}\n'
    )


def _serial(vendor: str, name: str) -> str:
    return f'# {name}\nENV{{ID_VENDOR_ID}}=="{vendor}", {_MINE}, ENV{{ID_MM_DEVICE_IGNORE}}="1"\n'


def file() -> File:
    """The rules."""
    text = _RULES.format(
        mine=_MINE,
        printers="".join(_printer(*one) for one in PRINTERS.items()),
        serial="".join(_serial(*one) for one in SERIAL.items()),
    )
    return File(PATH, text, "printers, serial adapters and scanners: names and who may use them")
