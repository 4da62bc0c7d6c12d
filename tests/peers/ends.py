"""Virtual machines of ours on real ends of this machine: a TCP port, and a pseudo-terminal that looks
like a serial port. So that real transports are tried against something that fails on purpose.

The machines themselves are `turnero.printer.virtual` and `turnero.display.signs.virtual`.
"""

import asyncio
import os
import socket
import struct
import tty
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from turnero.display.signs.virtual import VirtualLine
from turnero.printer.virtual import VirtualPrinter

Say = Callable[[bytes], None]


class Conversation(Protocol):
    """One connection to a machine."""

    async def receive(self, data: bytes, /) -> None:
        """Take bytes; `ConnectionResetError` where its switches say that the line breaks."""
        ...

    async def end(self) -> None:
        """The connection is over."""
        ...


#: begins a conversation, over which the machine says things; `ConnectionRefusedError` without current
Converse = Callable[[Say], Conversation]


class _WithSigns:
    """A conversation with all signs of a line."""

    def __init__(self, line: VirtualLine, say: Say) -> None:
        self._session = line.session()
        self._say = say

    async def receive(self, data: bytes, /) -> None:
        answers = await self._session.receive(data)
        if answers:
            self._say(answers)

    async def end(self) -> None:
        self._session.end()


def signs_of(line: VirtualLine) -> Converse:
    """Speaks with the signs on a virtual line."""
    return lambda say: _WithSigns(line, say)


class OnTcp:
    """Listens on 127.0.0.1; `port` 0 takes any free one, kept until the end."""

    def __init__(self, converse: Converse, port: int = 0) -> None:
        self.port = port
        self._converse = converse
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to listen."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # A device's memory is small: a slow one must be felt by the sender.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._accepted, sock=listener, limit=1024)

    async def stop(self) -> None:
        """Pull the plug: the port is closed, and every connection."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk: Conversation | None = None
        try:
            talk = self._converse(writer.write)
            while data := await reader.read(256):
                await talk.receive(data)
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            if talk is not None:
                await talk.end()
            writer.close()


class PrinterOnTcp(OnTcp):
    """A virtual printer as a network printer would be: its switch "unplugged" closes the port."""

    def __init__(self, printer: VirtualPrinter, port: int = 0) -> None:
        super().__init__(printer.session, port)
        self.printer = printer

    @property
    def url(self) -> str:
        """The address for `open_printer`."""
        return f"tcp://{self.address}"

    async def start(self) -> None:
        """See `OnTcp.start`."""
        self.printer.changed.append(self._follow)
        await super().start()

    async def stop(self) -> None:
        """See `OnTcp.stop`."""
        self.printer.changed.remove(self._follow)
        await super().stop()

    async def _follow(self) -> None:
        if self.printer.faults.unplugged:
            await super().stop()
        elif self._server is None:
            await super().start()


class OnPty:
    """A serial port with machines at its end; `name` is a link to it, as below /dev/serial/by-id:
    unplugged and plugged again, it leads to another device.
    """

    def __init__(self, converse: Converse, name: Path) -> None:
        self.name = name
        self._converse = converse
        self._ends: tuple[int, int] | None = None
        self._serving: asyncio.Task[None] | None = None

    async def plug(self) -> None:
        """Plug it in."""
        # Our own hold on the far end: without one the near end is in error until it is opened.
        self._ends = near, far = os.openpty()
        tty.setraw(far)
        os.set_blocking(near, False)
        self.name.symlink_to(os.ttyname(far))
        self._serving = asyncio.create_task(self._serve(near))

    async def unplug(self) -> None:
        """Pull it out, in the middle of whatever there is."""
        if self._ends is None or self._serving is None:
            return
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        near, far = self._ends
        self._ends = None
        self.name.unlink(missing_ok=True)
        os.close(near)
        os.close(far)

    async def _serve(self, near: int) -> None:
        def say(said: bytes) -> None:
            os.write(near, said)

        while True:
            try:
                talk = self._converse(say)
            except ConnectionRefusedError:
                # Without current there is still a wire.
                await _heard(near)
                continue
            try:
                while True:
                    await talk.receive(await _heard(near))
            except ConnectionResetError:
                continue
            finally:
                await talk.end()


async def _heard(near: int) -> bytes:
    """What came by now on the wire; nothing where nothing did."""
    await asyncio.sleep(0.002)
    with suppress(BlockingIOError):
        return os.read(near, 256)
    return b""


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection without an orderly end, as a device that loses its line does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
