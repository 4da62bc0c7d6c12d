"""Printers that the system's own spooler drives (CUPS): the bytes go to `lp -o raw`.

CUPS takes a job and prints it when it can, and says no more: "sent" is the best there is. A
queue that is stopped is told before a byte leaves, or it would print tickets hours later.
"""

import asyncio
import errno
import os
import re
import tempfile
from typing import Final

from turnero.printer.port import Limits, Link
from turnero.printer.transports.base import BasePrinter

#: names of queues; nothing that a program could take for an option
NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,126}\Z")
_STOPPED: Final = re.compile(rb"(?m)^printer \S+ disabled|not accepting requests")


class CupsPrinter(BasePrinter):
    """A queue of CUPS, by its name."""

    def __init__(self, name: str, *, limits: Limits | None = None) -> None:
        super().__init__(reports=False, limits=limits)
        self.name = name

    async def connect(self) -> Link:
        """See that the queue is there and prints; `OSError` when not."""
        code, said = await _run("lpstat", "-p", self.name, "-a", self.name)
        if code:
            raise OSError(errno.ENXIO, said.decode(errors="replace").strip())
        if _STOPPED.search(said):
            raise OSError(errno.EHOSTDOWN, f"the queue {self.name} is stopped")
        return _CupsLink(self.name)


class _CupsLink:
    """One job for a queue."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def write(self, data: bytes) -> None:
        """Hand the job to CUPS.

        `OSError` when `lp` ends badly: whether the queue has the job is then not known.
        """
        code, said = await _run("lp", "-d", self._name, "-o", "raw", "-t", "Turnero", given=data)
        if code:
            raise OSError(errno.EIO, said.decode(errors="replace").strip())

    async def read(self, size: int) -> bytes:
        """See `Link.read`: CUPS tells nothing of the printer."""
        del size
        return b""

    async def close(self) -> None:
        """See `Link.close`."""


async def _run(*command: str, given: bytes = b"") -> tuple[int, bytes]:
    """Run a program to its end: its code and what it said. Killed when nobody waits any more.

    It reads from a file: a program that ends early breaks a pipe in another way on each loop.
    """
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
        )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said
