"""Printers on the network: raw bytes over TCP, usually port 9100.

TCP tells no more than that the other side has the bytes; paper is another matter.
Name look-up, connection and time limits are the operating system's and the base's.
"""

import asyncio
import fcntl
import struct
import termios
from contextlib import suppress

from turnero.printer.port import Confirmation, Limits, Link
from turnero.printer.transports.base import BasePrinter


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
        """A new connection; `OSError` when it is refused or the name is unknown."""
        return _TcpLink(*await asyncio.open_connection(self.host, self.port))


class _TcpLink:
    """One TCP connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        # `drain` is to mean "all taken by the system", not "less than 64 kB left".
        writer.transport.set_write_buffer_limits(high=0)

    async def write(self, data: bytes) -> None:
        """See `Link.write`."""
        self._writer.write(data)
        await self._writer.drain()
        while self._unacknowledged():  # noqa: ASYNC110 - the system rings no bell for this
            await asyncio.sleep(0.01)

    async def read(self, size: int) -> bytes:
        """See `Link.read`."""
        return await self._reader.read(size)

    def _unacknowledged(self) -> int:
        """Bytes that the other side has not acknowledged yet.

        The system takes a whole ticket into its own buffer even when the printer has been
        unplugged or never reads, so `drain` alone would call that sent.
        """
        socket = self._writer.get_extra_info("socket")
        if socket is None or socket.fileno() < 0:
            raise ConnectionResetError("the connection is gone")
        try:
            answer = fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, b"\0" * 4)
        except OSError:  # a system that cannot tell
            return 0
        return int(struct.unpack("i", answer)[0])

    async def close(self) -> None:
        """Send the end of the stream and wait for the printer's, so that a reset is noticed.

        A printer that keeps the connection open afterwards is normal: the end of our side
        has then been sent, and what it says later does not matter.
        """
        writer = self._writer
        try:
            if writer.can_write_eof():
                writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while await self._reader.read(256):
                        continue
        finally:
            writer.close()
        await writer.wait_closed()
