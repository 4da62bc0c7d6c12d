"""The virtual printer on a real TCP port of this machine, as a network printer would be.

So that the network transport can be tried, by hand and in tests, against something that
fails on purpose. Loopback only.
"""

import asyncio
import socket
import struct
from contextlib import suppress

from turnero.printer.virtual import Session, VirtualPrinter


class VirtualPrinterServer:
    """Listens on 127.0.0.1; `port` 0 takes any free one, kept until the end."""

    def __init__(self, printer: VirtualPrinter, port: int = 0) -> None:
        self.printer = printer
        self.port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Future[None]] = set()

    @property
    def url(self) -> str:
        """The address for `open_printer`."""
        return f"tcp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to listen; from now on the switch "unplugged" closes the port."""
        self.printer.changed.append(self._follow)
        await self._listen()

    async def stop(self) -> None:
        """Close the port and every connection."""
        self.printer.changed.remove(self._follow)
        await self._close()

    async def _follow(self) -> None:
        if self.printer.faults.unplugged:
            await self._close()
        elif self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A printer's memory is small: a slow one must be felt by the sender.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._accepted, sock=listener, limit=1024)

    async def _close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._answer(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(self.printer.session(writer.write), reader, writer)
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            writer.close()

    async def _serve(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(256):
                await session.receive(data)
                await writer.drain()
        finally:
            await session.end()
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection without an orderly end, as a printer that loses its line does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
