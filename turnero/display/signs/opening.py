"""The sign that a site's file describes: its protocol, its address on a line, and the line.

Signs with the same address of a line share it, and take turns on it.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, get_args
from urllib.parse import SplitResult, parse_qsl, urlsplit

import msgspec

from turnero.display.signs.alpha import AlphaSign
from turnero.display.signs.bus import Bus
from turnero.display.signs.ditel import DitelSign
from turnero.display.signs.links import Link, SerialPort, SerialSettings, TcpLink
from turnero.display.signs.modbus import Dialect, ModbusSign
from turnero.display.signs.port import Limits, Sign
from turnero.display.signs.state import SignSettings
from turnero.display.signs.virtual import VirtualLine, VirtualLink
from turnero.store.errors import Invalid

#: Modbus TCP's own port; other protocols have none
MODBUS_PORT: Final = 502
_SCHEMES: Final = ("serial", "tcp", "socket", "virtual")
_MODBUS: Final = get_args(Dialect)
_RATES: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class Kind(msgspec.Struct, frozen=True):
    """What a protocol can."""

    #: least and greatest address
    addresses: tuple[int, int]
    #: where the site's file says none
    address: int
    #: characters, where the site's file says none; None: the sign finds room by itself
    width: int | None
    most: int
    brightness: bool


KINDS: Final[dict[str, Kind]] = {
    "ditel": Kind((0, 99), 1, 8, 150, brightness=True),
    "modbus-ditel": Kind((0, 247), 1, 6, 20, brightness=False),
    "modbus-dm": Kind((0, 247), 1, 6, 6, brightness=False),
    "alpha": Kind((0, 255), 0, None, 120, brightness=True),
}


def check(settings: SignSettings) -> SplitResult:
    """The parts of the sign's address of a line. Raises `Invalid("bad-sign")`, whose "field" says
    what is wrong, "url" | "protocol" | "address" | "width" | "brightness", and "why", in English.
    """
    kind = KINDS.get(settings.protocol)
    if kind is None:
        raise _bad("protocol", f"it must be one of {', '.join(KINDS)}")
    parts = _check_line(settings.url, settings.protocol)
    low, high = kind.addresses
    if settings.address is not None and not low <= settings.address <= high:
        why = f"{settings.protocol} has addresses from {low} to {high}"
        raise _bad("address", why, low=low, high=high)
    if settings.width is not None and not 1 <= settings.width <= kind.most:
        why = f"{settings.protocol} has from 1 to {kind.most} characters"
        raise _bad("width", why, most=kind.most)
    if settings.brightness is not None:
        if not kind.brightness:
            raise _bad("brightness", f"{settings.protocol} cannot set it")
        if not 1 <= settings.brightness <= 100:  # noqa: PLR2004 - per cent
            raise _bad("brightness", "it is in per cent, from 1 to 100")
    return parts


def _check_line(url: str, protocol: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad("url", str(error)) from None
    if parts.scheme not in _SCHEMES:
        raise _bad("url", "it must begin with serial://, tcp://, socket:// or virtual:")
    if parts.scheme in ("tcp", "socket"):
        if not parts.hostname:
            raise _bad("url", "no host")
        if port is None and not (parts.scheme == "tcp" and protocol in _MODBUS):
            raise _bad("url", "no port: write host:port")
    if parts.scheme == "serial":
        path = Path(parts.path)
        if parts.netloc or not path.is_relative_to("/dev") or ".." in path.parts:
            raise _bad("url", "a serial port is written serial:///dev/…")
        _serial_settings(parts)
    elif parts.query:
        raise _bad("url", "only serial ports have settings")
    return parts


def _serial_settings(parts: SplitResult) -> SerialSettings:
    try:
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
        typed: dict[str, Any] = (
            {name: value if name == "parity" else int(value) for name, value in given.items()}
            if parts.query
            else {}
        )
    except ValueError:
        raise _bad("url", "a serial port's settings are written ?baudrate=9600&parity=N") from None
    typed["rs485"] = bool(typed.get("rs485", 0))
    try:
        found = msgspec.convert(typed, SerialSettings)
    except msgspec.ValidationError as error:
        raise _bad("url", str(error)) from None
    unknown = typed.keys() - set(SerialSettings.__struct_fields__)
    if unknown:
        raise _bad("url", f"a serial port has no {', '.join(sorted(unknown))}")
    if found.baudrate not in _RATES or found.bytesize not in (7, 8):
        raise _bad("url", f"a baudrate is one of {', '.join(map(str, _RATES))}, a bytesize 7 or 8")
    if found.parity not in ("N", "E", "O") or found.stopbits not in (1, 2):
        raise _bad("url", "parity is N, E or O, and stopbits 1 or 2")
    return found


def _line(parts: SplitResult, port: int) -> str:
    """What signs on one line have in common, however it is written."""
    if parts.scheme in ("tcp", "socket"):
        return f"{parts.hostname}:{port}"
    return f"{parts.scheme}:{parts.netloc or parts.path}"


class Lines:
    """The lines that are in use, each opened once. Belongs to one loop."""

    def __init__(
        self, limits: Limits | None = None, virtual: dict[str, VirtualLine] | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._virtual = virtual if virtual is not None else {}
        self._buses: dict[str, Bus] = {}

    def sign(self, settings: SignSettings) -> Sign:
        """The sign with these settings. Opens nothing yet. Raises `Invalid("bad-sign")`."""
        parts = check(settings)
        bus = self._bus(parts, settings.protocol)
        kind = KINDS[settings.protocol]
        address = kind.address if settings.address is None else settings.address
        width = kind.width if settings.width is None else settings.width
        match settings.protocol:
            case "ditel":
                return DitelSign(bus, address, width or 1, settings.brightness)
            case "alpha":
                return AlphaSign(bus, address, width, settings.brightness)
            case "modbus-ditel" | "modbus-dm":
                tcp = parts.scheme == "tcp"
                return ModbusSign(bus, address, width or 1, settings.protocol, tcp=tcp)
            case _:
                raise _bad("protocol", f"it must be one of {', '.join(KINDS)}")

    def _bus(self, parts: SplitResult, protocol: str) -> Bus:
        port = parts.port or (MODBUS_PORT if protocol in _MODBUS else 0)
        key = _line(parts, port)
        found = self._buses.get(key)
        if found is None or not found.users:
            found = self._buses[key] = Bus(self._connect(parts, port), self._limits)
        return found

    def _connect(self, parts: SplitResult, port: int) -> Callable[[], Awaitable[Link]]:
        if parts.scheme == "serial":
            return SerialPort(parts.path, _serial_settings(parts)).open
        if parts.scheme == "virtual":
            line = self._virtual.get(parts.netloc or parts.path)
            if line is None:
                raise _bad("url", "no virtual sign of that name")
            return lambda: _virtual(line)
        return lambda: TcpLink.open(parts.hostname or "", port)


async def _virtual(line: VirtualLine) -> Link:
    return VirtualLink(line.session())


def _bad(field: str, why: str, **figures: int) -> Invalid:
    return Invalid("bad-sign", field=field, why=why, **figures)
