"""Virtual signs on real ends of this machine: a TCP port, and a pseudo-terminal that looks like
a serial port. So that the real links are tried against something that fails on purpose.
"""

import asyncio
import os
import socket
import struct
import tty
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from turnero.display.signs.virtual import Session, VirtualLine


class SignsOnTcp:
    """Listens on 127.0.0.1; `port` 0 takes any free one, kept until the end."""

    def __init__(self, line: VirtualLine, port: int = 0) -> None:
        self.line = line
        self.port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        """For "tcp://" and "socket://"."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to listen."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._accepted, sock=listener)

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
        session: Session | None = None
        try:
            session = self.line.session()
            while data := await _unless_ended(reader.read(256), session):
                answers = await session.receive(data)
                if answers:
                    writer.write(answers)
                    await writer.drain()
        except (OSError, asyncio.CancelledError):
            _reset(writer)
        finally:
            if session is not None:
                session.end()
            writer.close()


class SignsOnPty:
    """A serial port with virtual signs at its end; `name` is a link to it, as below
    /dev/serial/by-id: unplugged and plugged again, it leads to another device.
    """

    def __init__(self, line: VirtualLine, name: Path) -> None:
        self.line = line
        self.name = name
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
        loop = asyncio.get_running_loop()
        while True:
            try:
                session = self.line.session()
            except ConnectionRefusedError:
                # Without current there is still a wire.
                await asyncio.sleep(0.01)
                with suppress(BlockingIOError):
                    os.read(near, 256)
                continue
            readable = asyncio.Event()
            loop.add_reader(near, readable.set)
            try:
                await self._hear(near, session, readable)
            finally:
                loop.remove_reader(near)
                session.end()

    async def _hear(self, near: int, session: Session, readable: asyncio.Event) -> None:
        while not session.ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    await readable.wait()
            readable.clear()
            try:
                data = os.read(near, 256)
            except BlockingIOError:
                continue
            try:
                answers = await session.receive(data)
            except ConnectionResetError:
                return
            if answers:
                os.write(near, answers)


async def _unless_ended(reading: Coroutine[Any, Any, bytes], session: Session) -> bytes:
    """What was read; nothing once the switches cut the line."""
    read = asyncio.ensure_future(reading)
    ended = asyncio.ensure_future(session.ended.wait())
    try:
        await asyncio.wait({read, ended}, return_when=asyncio.FIRST_COMPLETED)
        if session.ended.is_set() or not read.done():
            raise ConnectionResetError("the line was cut")
        return read.result()
    finally:
        read.cancel()
        ended.cancel()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection without an orderly end, as a sign that loses its line does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
