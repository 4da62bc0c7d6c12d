"""A printer behind an open descriptor: a serial port, or a device file of the system.

The descriptor never blocks; the loop says when it can be read or written, so that a printer
that takes nothing costs no thread and a time limit ends it at once.
"""

import asyncio
import errno
import fcntl
import os
import select
import struct
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import Final

#: bytes given to the system at once
_PIECE: Final = 4096
#: seconds between looks where the system rings no bell
_LOOK_S: Final = 0.01
#: `ioctl` for a serial port's line status, and its bit for "nothing left in the hardware"
_LINE_STATUS: Final = 0x5459
_EMPTY: Final = 0x01


class DescriptorLink:
    """One opening of a device. `close` is what ends it; the descriptor is non-blocking."""

    def __init__(
        self, descriptor: int, close: Callable[[], None], bytes_per_s: float | None = None
    ) -> None:
        """`bytes_per_s`: what the line can carry; None where that is not known."""
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._close = close
        self._bytes_per_s = bytes_per_s
        self._open = True
        #: some of a write is still on its way
        self._unsent = False

    async def write(self, data: bytes) -> None:
        """See `Link.write`; returns when nothing waits in the system's own buffer any more.

        Buffers that the system cannot see (in an adapter) take a job faster than its line can
        carry it: it has not been handed over before the line's own time.
        """
        self._unsent = True
        over = asyncio.get_running_loop().time()
        if self._bytes_per_s is not None:
            over += len(data) / self._bytes_per_s
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest[:_PIECE]) :]
            except BlockingIOError:
                await self._ready(writing=True)
            else:
                await asyncio.sleep(0)
        await self._ready(writing=True)
        await asyncio.sleep(over - asyncio.get_running_loop().time())
        while unsent(self._descriptor):  # noqa: ASYNC110 - the system rings no bell for this
            await asyncio.sleep(_LOOK_S)
        if gone(self._descriptor):
            raise ConnectionResetError("the printer was unplugged")
        self._unsent = False

    async def read(self, size: int) -> bytes:
        """See `Link.read`.

        A printer on USB that the system drives (usblp) refuses to be read where its line has one way
        only, and gives nothing for an empty packet: it is waited for.
        """
        while True:
            try:
                said = os.read(self._descriptor, size)
            except BlockingIOError:
                await self._ready(writing=False)
                continue
            except OSError as error:
                if error.errno != errno.EINVAL:
                    raise
                said = b""
            if said or gone(self._descriptor):
                return said
            await asyncio.sleep(_LOOK_S)

    async def close(self) -> None:
        """Close it at once: what was not taken is thrown away, for a port that still has to
        send would hold the close up, up to half a minute.
        """
        if not self._open:
            return
        self._open = False
        if self._unsent:
            with suppress(OSError, termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)
        self._close()

    async def _ready(self, *, writing: bool) -> None:
        """Wait until the descriptor can go on."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            if writing:
                loop.add_writer(self._descriptor, ready.set)
            else:
                loop.add_reader(self._descriptor, ready.set)
        except PermissionError:  # a device that cannot be waited for
            await asyncio.sleep(_LOOK_S)
            return
        try:
            await ready.wait()
        finally:
            if writing:
                loop.remove_writer(self._descriptor)
            else:
                loop.remove_reader(self._descriptor)


def gone(descriptor: int) -> bool:
    """Whether the other side has hung up."""
    look = select.poll()
    look.register(descriptor, 0)  # hang-ups are always told
    return bool(look.poll(0))


def unsent(descriptor: int) -> bool:
    """Whether the system still holds bytes for this port; False where it cannot tell.

    The hardware's own few bytes count too: they are lost when the port is closed.
    """
    try:
        if struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0" * 4))[0]:
            return True
        status = struct.unpack("i", fcntl.ioctl(descriptor, _LINE_STATUS, b"\0" * 4))[0]
    except OSError:
        return False
    return not status & _EMPTY


def hold(descriptor: int) -> None:
    """Take the device for this program alone; `BlockingIOError` when another has it."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
