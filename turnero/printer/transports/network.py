"""Printers on the network: raw bytes over TCP, usually port 9100.

TCP tells no more than that the other side has the bytes; paper is another matter.
Name look-up, connection and time limits are the operating system's and the base's.
"""

import asyncio
import errno
import fcntl
import socket
import struct
import termios
from contextlib import suppress
from typing import Final

from turnero.printer.port import Confirmation, Limits, Link, Occupied
from turnero.printer.transports.base import BasePrinter

#: seconds between looks whether it is our turn
_LOOK_S: Final = 0.02


class NetworkPrinter(BasePrinter):
    """A printer at a host and port. One connection per job."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(reports=reports, confirms=confirms, limits=limits)
        self.host = host
        self.port = port

    async def connect(self) -> Link:
        """A new connection; `OSError` when it is refused or the name is unknown.

        Many printers take a second connection and mix its bytes into the first one's paper,
        so programs of this machine take turns; `Occupied` when that takes too long.
        """
        turn = await _turn(f"{self.host}:{self.port}", self.limits.connect_s / 2)
        try:
            return _TcpLink(*await asyncio.open_connection(self.host, self.port), turn)
        except BaseException:
            turn.close()
            raise


async def _turn(address: str, seconds: float) -> socket.socket:
    """The right to speak to that address, among the programs of this machine, until closed.

    A name without a file, which the system frees when the process dies.
    """
    mine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name = f"\0turnero-printer-{address}".encode()[:100]
    give_up = asyncio.get_running_loop().time() + seconds
    try:
        while not _taken(mine, name):
            if asyncio.get_running_loop().time() > give_up:
                raise Occupied(address)
            await asyncio.sleep(_LOOK_S)
    except BaseException:
        mine.close()
        raise
    return mine


def _taken(mine: socket.socket, name: bytes) -> bool:
    """Try to take a name; a system without such names gives each program its turn at once."""
    try:
        mine.bind(name)
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True


class _TcpLink:
    """One TCP connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: socket.socket
    ) -> None:
        self._turn = turn
        self._reader = reader
        self._writer = writer
        #: some of a write is still on its way
        self._unsent = False
        # `drain` is to mean "all taken by the system", not "less than 64 kB left".
        writer.transport.set_write_buffer_limits(high=0)

    async def write(self, data: bytes) -> None:
        """See `Link.write`."""
        self._unsent = True
        self._writer.write(data)
        await self._writer.drain()
        while self._unacknowledged():  # noqa: ASYNC110 - the system rings no bell for this
            await asyncio.sleep(0.01)
        self._unsent = False

    async def read(self, size: int) -> bytes:
        """See `Link.read`."""
        return await self._reader.read(size)

    def _unacknowledged(self) -> int:
        """Bytes that the other side has not acknowledged yet.

        The system takes a whole ticket into its own buffer even when the printer has been
        unplugged or never reads, so `drain` alone would call that sent.
        """
        raw = self._writer.get_extra_info("socket")
        if raw is None or raw.fileno() < 0:
            raise ConnectionResetError("the connection is gone")
        try:
            answer = fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, b"\0" * 4)
        except OSError:  # a system that cannot tell
            return 0
        return int(struct.unpack("i", answer)[0])

    async def close(self) -> None:
        """Send the end of the stream and wait for the printer's, so that a reset is noticed.

        A printer that keeps the connection open afterwards is normal: the end of our side
        has then been sent, and what it says later does not matter. What it did not take is thrown
        away: it would come out when somebody has asked for a copy, and a printer that never reads
        again would hold the connection for good.
        """
        writer = self._writer
        if self._unsent:
            self._break()
            return
        try:
            # closed before: uvloop, unlike asyncio, raises for an end after the end
            if not writer.is_closing() and writer.can_write_eof():
                writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while await self._reader.read(256):
                        continue
        finally:
            writer.close()
            self._turn.close()
        await writer.wait_closed()

    def _break(self) -> None:
        """End without an end: what waits in the system's buffer is dropped."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None and raw.fileno() >= 0:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        self._turn.close()
