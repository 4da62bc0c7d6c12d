"""One file for each way of reaching a printer, and the address that chooses among them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from turnero.printer.port import Limits, Printer
from turnero.printer.profiles import Profile
from turnero.printer.transports import cups
from turnero.printer.transports.cups import CupsPrinter
from turnero.printer.transports.file import DEVICES, FilePrinter
from turnero.printer.transports.network import NetworkPrinter
from turnero.printer.transports.serial import FLOWS, Line, SerialPrinter
from turnero.printer.transports.usb import UsbName, UsbPrinter
from turnero.printer.transports.virtual import VirtualTransport
from turnero.printer.virtual import VirtualPrinter
from turnero.store.errors import Invalid

#: port on which network printers listen for raw jobs
RAW_PORT: Final = 9100
_BEGINS: Final = "it must begin with tcp://, serial://, usb://, lp://, file:// or virtual://"
_BAUDRATES: Final = range(300, 1_000_001)


def open_printer(
    url: str,
    profile: Profile,
    *,
    virtual: Mapping[str, VirtualPrinter] | None = None,
    limits: Limits | None = None,
) -> Printer:
    """The printer at an address; the ways to write one are in docs/printing.md.

    `virtual` are the virtual printers that run in this process, by name. Opens nothing yet.
    Raises `Invalid("bad-printer-address")`, which says what is wrong with the address.
    """
    parts = check_address(url)
    told: Any = {"reports": profile.answers, "confirms": profile.confirms, "limits": limits}
    match parts.scheme:
        case "tcp":
            return NetworkPrinter(parts.hostname or "", parts.port or RAW_PORT, **told)
        case "serial":
            return SerialPrinter(unquote(parts.path), _line(url, parts), **told)
        case "usb":
            return UsbPrinter(_usb_name(url, parts), **told)
        case "lp":
            return CupsPrinter(parts.netloc, limits=limits)
        case "file":
            return FilePrinter(Path(unquote(parts.path)), **told)
        case _:
            device = (virtual or {}).get(parts.netloc)
            if device is None:
                raise _bad(url, "no virtual printer of that name")
            return VirtualTransport(device, **told)


def check_address(url: str) -> SplitResult:
    """The parts of a printer's address; `Invalid("bad-printer-address")` says what is wrong with it."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _bad(url, str(error)) from error
    check = _CHECKS.get(parts.scheme)
    if check is None:
        raise _bad(url, _BEGINS)
    check(url, parts)
    return parts


def of_device(parts: SplitResult) -> bool:
    """Whether an address is a device's, and not a plain file of this machine's."""
    if parts.scheme not in ("file", "serial"):
        return True
    path = Path(unquote(parts.path))
    return DEVICES in path.parents and ".." not in path.parts


def _network(url: str, parts: SplitResult) -> None:
    try:
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise _bad(url, str(error)) from error
    if not parts.hostname:
        raise _bad(url, "no host")


def _path(url: str, parts: SplitResult) -> None:
    if parts.netloc or not parts.path.strip("/"):
        example = "dev/ttyUSB0" if parts.scheme == "serial" else "dev/usb/lp0"
        raise _bad(url, f"a path stands behind three strokes: {parts.scheme}:///{example}")


def _line(url: str, parts: SplitResult) -> Line:
    _path(url, parts)
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        line = msgspec.convert(given, Line, strict=False)
    except msgspec.ValidationError as error:
        raise _bad(url, str(error)) from error
    unknown = set(given) - set(Line.__struct_fields__)
    if unknown:
        raise _bad(url, f"{min(unknown)} is none of {', '.join(Line.__struct_fields__)}")
    if line.baudrate not in _BAUDRATES:
        raise _bad(url, "no such baudrate")
    if line.parity not in ("N", "E", "O"):
        raise _bad(url, "parity is N, E or O")
    if line.flow not in FLOWS:
        raise _bad(url, f"flow is one of {', '.join(FLOWS)}")
    return line


def _usb_name(url: str, parts: SplitResult) -> UsbName:
    vendor, _, product = parts.netloc.partition(":")
    serial = dict(parse_qsl(parts.query)).get("serial")
    try:
        if len(vendor) != 4 or len(product) != 4:  # noqa: PLR2004 - as lsusb writes them
            raise ValueError
        return UsbName(int(vendor, 16), int(product, 16), serial)
    except ValueError as error:
        raise _bad(url, "vendor and product are four digits each, as lsusb writes them") from error


def _queue(url: str, parts: SplitResult) -> None:
    if not cups.NAME.match(parts.netloc) or parts.path.strip("/"):
        raise _bad(url, "no queue of CUPS can have that name")


def _anything(_url: str, _parts: SplitResult) -> None:
    """Virtual printers are looked up when they are opened."""


def _bad(url: str, why: str) -> Invalid:
    return Invalid("bad-printer-address", address=url, why=why)


_CHECKS: Final[dict[str, Callable[[str, SplitResult], object]]] = {
    "tcp": _network,
    "serial": _line,
    "usb": _usb_name,
    "lp": _queue,
    "file": _path,
    "virtual": _anything,
}
