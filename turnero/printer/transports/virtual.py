"""The virtual printer of this process, reached without a network.

The machine itself is `turnero.printer.virtual`; this is only the line to it.
"""

import asyncio

from turnero.printer.port import Confirmation, Limits, Link
from turnero.printer.transports.base import BasePrinter
from turnero.printer.virtual import VirtualPrinter


class VirtualTransport(BasePrinter):
    """A line to one virtual printer."""

    def __init__(
        self,
        device: VirtualPrinter,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(reports=reports, confirms=confirms, limits=limits)
        self.device = device

    async def connect(self) -> Link:
        """A new session with the machine; `ConnectionRefusedError` when unplugged."""
        return _VirtualLink(self.device)


class _VirtualLink:
    """One session."""

    def __init__(self, device: VirtualPrinter) -> None:
        self._answers: asyncio.Queue[int] = asyncio.Queue()
        self._session = device.session(self._hear)

    def _hear(self, said: bytes) -> None:
        for byte in said:
            self._answers.put_nowait(byte)

    async def write(self, data: bytes) -> None:
        """See `Link.write`."""
        await self._session.receive(data)

    async def read(self, size: int) -> bytes:
        """See `Link.read`; a machine that says nothing is waited for."""
        said = [await self._answers.get()]
        while len(said) < size and not self._answers.empty():
            said.append(self._answers.get_nowait())
        return bytes(said)

    async def close(self) -> None:
        """See `Link.close`."""
        await self._session.end()
