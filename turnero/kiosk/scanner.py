"""Scanners at a serial port: what they read is handed to the page of their kiosk.

Hosted where the kiosk's pages are: by the box beside them, or by the server of a small site. A
scan goes to the page once, by its number; the live stream says the number alone. Until then it
lies in memory, at most `FRESH_S`; it is never logged.
"""

import asyncio
import logging
import termios
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from turnero.kiosk import documents
from turnero.store import devices
from turnero.store.clock import Clock
from turnero.store.devices import Device

if TYPE_CHECKING:
    from turnero.web.wiring import Web

log = logging.getLogger("turnero.kiosk")

#: name of the live view that tells a page of a scan
VIEW: Final = "kiosk-scan"
#: seconds of silence that end a scan: codes may hold line ends
SILENCE_S: Final = 0.08
#: the same within a cédula, and behind one: what comes sooner is of the person's body
TAIL_S: Final = 0.3
#: seconds for which a scan waits for its page
FRESH_S: Final = 20
#: seconds before a port that is gone is tried again; first and longest
RETRY_S: Final = (0.5, 10.0)
#: seconds between two looks at which scanners there are
LOOK_S: Final = 10.0
_LEAST: Final = 8
_BAUDRATE: Final = 9600

#: whether this process hosts a kiosk's scanner
Mine = Callable[[Device], bool]


class _Kept(NamedTuple):
    number: int
    scan: bytes
    until_ms: int


class Scans:
    """The newest scan of each kiosk, until its page takes it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], _Kept] = {}
        self._numbers = count(1)

    def put(self, site: int, kiosk: str, scan: bytes, clock: Clock) -> None:
        """A scan replaces the one before it."""
        until_ms = clock.line_ms() + FRESH_S * 1000
        self._kept[site, kiosk] = _Kept(next(self._numbers), documents.clip(scan), until_ms)

    def waiting(self, site: int, kiosk: str, clock: Clock) -> int:
        """The number of the scan that waits; 0 for none."""
        kept = self._kept.get((site, kiosk))
        if kept is not None and clock.line_ms() > kept.until_ms:
            del self._kept[site, kiosk]
            kept = None
        return kept.number if kept is not None else 0

    def take(self, site: int, kiosk: str, number: int, clock: Clock) -> bytes:
        """The scan of that number, once; b"" for every other."""
        if not number or self.waiting(site, kiosk, clock) != number:
            return b""
        return self._kept.pop((site, kiosk)).scan


async def listen(address: str, heard: Callable[[bytes], None]) -> None:
    """Read a scanner for ever: `serial:///dev/turnero/…?baudrate=9600`. A port that is gone or
    taken is tried again; `heard` gets each scan, without what no document may leave.
    """
    parts = urlsplit(address)
    said = parse_qs(parts.query).get("baudrate", [""])[0]
    baudrate = int(said) if said.isascii() and said.isdigit() else _BAUDRATE
    wait, told = RETRY_S[0], False
    while True:
        try:
            await _read(parts.path, baudrate, heard)
            wait, told = RETRY_S[0], False
        except (OSError, ValueError) as gone:
            if not told:
                log.warning("scanner at %s: %s", parts.path, type(gone).__name__)
            told = True
        await asyncio.sleep(wait)
        wait = min(wait * 2, RETRY_S[1])


class _Ear:
    """Puts what comes from a port together: a scan ends with a silence."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._kept = b""
        #: until when what comes is what stands behind a cédula
        self._behind_s = 0.0
        self._silence: asyncio.TimerHandle | None = None

    def take(self, more: bytes) -> None:
        """This came."""
        now_s = self._loop.time()
        if now_s < self._behind_s and not documents.is_cedula(more):
            self._behind_s = now_s + TAIL_S
            return
        self._behind_s = 0.0
        self._kept = documents.gather(self._kept, more)
        self.hush()
        patience_s = TAIL_S if documents.half(self._kept) else SILENCE_S
        self._silence = self._loop.call_later(patience_s, self._ended)

    def hush(self) -> None:
        """Nothing ends by itself any more."""
        if self._silence is not None:
            self._silence.cancel()

    def _ended(self) -> None:
        scan, self._kept = self._kept, b""
        if documents.is_cedula(scan):
            self._behind_s = self._loop.time() + TAIL_S
        if len(scan.strip()) >= _LEAST:
            self._heard(documents.clip(scan))


async def _read(path: str, baudrate: int, heard: Callable[[bytes], None]) -> None:
    """Until the port is gone."""
    import serial  # noqa: PLC0415 - few kiosks have such a scanner

    try:
        port = await asyncio.to_thread(serial.Serial, path, baudrate, timeout=0, exclusive=True)
    except termios.error as error:  # it went in this moment: is no OSError
        raise OSError(*error.args) from error
    loop, ear = asyncio.get_running_loop(), _Ear(heard)
    ended: asyncio.Future[None] = loop.create_future()

    def arrived() -> None:
        try:
            more = port.read(4096)
        except OSError:
            more = b""
        if more:
            ear.take(more)
        elif not ended.done():
            ended.set_result(None)

    loop.add_reader(port.fileno(), arrived)
    try:
        await ended
    finally:
        loop.remove_reader(port.fileno())
        ear.hush()
        port.close()


async def host(web: "Web", scans: Scans, mine: Mine) -> None:
    """Read the scanners of every kiosk that is hosted here, as the sites describe them now."""
    reading: dict[tuple[int, str, str], asyncio.Task[None]] = {}
    try:
        while True:
            wanted = {
                (one.site, one.key, address)
                for one in await web.ledger.read(devices.of_kind, "kiosk")
                if mine(one) and (address := one.setting("scanner"))
            }
            for gone in set(reading) - wanted:
                reading.pop(gone).cancel()
            for new in wanted - {one for one, task in reading.items() if not task.done()}:
                reading[new] = asyncio.create_task(_serve(web, scans, *new))
            await asyncio.sleep(LOOK_S)
    finally:
        for task in reading.values():
            task.cancel()


async def _serve(web: "Web", scans: Scans, site: int, kiosk: str, address: str) -> None:
    loop = asyncio.get_running_loop()

    def heard(scan: bytes) -> None:
        scans.put(site, kiosk, scan, web.clock)
        web.hub.poke(VIEW, site, f"{site}/{kiosk}")
        loop.call_later(FRESH_S + 1, scans.waiting, site, kiosk, web.clock)  # forgets it

    await listen(address, heard)
