"""Printers behind a path: a device of the system (/dev/usb/lp0), or a plain file that collects
jobs one after the other.

A device can answer; a plain file only takes. Under /dev nothing but a device is one: a printer
that is unplugged must not leave a file in its place, and /dev/fd/7 is whatever we have open.
"""

import asyncio
import errno
import os
import stat
from pathlib import Path
from typing import Final

from turnero.printer.port import Confirmation, Limits, Link
from turnero.printer.transports.base import BasePrinter
from turnero.printer.transports.descriptor import DescriptorLink, hold

#: where a path is a device or nothing
DEVICES: Final = Path("/dev")


class FilePrinter(BasePrinter):
    """A printer at a path."""

    forgets = False

    def __init__(
        self,
        path: Path,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(reports=reports, confirms=confirms, limits=limits)
        self.path = path

    async def connect(self) -> Link:
        """Open the device or file for this program alone."""
        try:
            mode = self.path.stat().st_mode
        except FileNotFoundError:
            if DEVICES in self.path.parents:
                raise
            mode = stat.S_IFREG
        if stat.S_ISCHR(mode):
            return DescriptorLink(*_opened(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
        if stat.S_ISREG(mode) and DEVICES not in self.path.parents:
            return _FileLink(*_opened(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
        raise OSError(errno.EINVAL, f"{self.path} is neither a device nor a file")

    async def _ask(self, link: Link) -> list[int]:
        if isinstance(link, _FileLink):  # questions would lie in it, unanswered
            self._mute = True
            return []
        return await super()._ask(link)


def _opened(path: Path, how: int) -> tuple[int, "_Close"]:
    descriptor = os.open(path, how | os.O_CLOEXEC, 0o600)
    try:
        hold(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, _Close(descriptor)


class _Close:
    """Closes a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self) -> None:
        os.close(self._descriptor)


class _FileLink:
    """One opening of a plain file."""

    def __init__(self, descriptor: int, close: _Close) -> None:
        self._descriptor = descriptor
        self._close: _Close | None = close

    async def write(self, data: bytes) -> None:
        """See `Link.write`; the disk has it when this returns."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        await asyncio.to_thread(os.fsync, self._descriptor)

    async def read(self, size: int) -> bytes:
        """See `Link.read`: a file says nothing."""
        del size
        return b""

    async def close(self) -> None:
        """See `Link.close`."""
        close, self._close = self._close, None
        if close is not None:
            close()
