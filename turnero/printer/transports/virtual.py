"""The virtual printer of this process, reached without a network.

The machine itself is `turnero.printer.virtual`; this is only the line to it.
"""

import asyncio

from turnero.printer.port import BasePrinter, Limits, Link
from turnero.printer.virtual import Session, VirtualPrinter


class VirtualTransport(BasePrinter):
    """A line to one virtual printer."""

    def __init__(
        self, device: VirtualPrinter, *, reports: bool = True, limits: Limits | None = None
    ) -> None:
        super().__init__(reports=reports, limits=limits)
        self.device = device

    async def connect(self) -> Link:
        """A new session with the machine; `ConnectionRefusedError` when unplugged."""
        return _VirtualLink(self.device.session())


class _VirtualLink:
    """One session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: asyncio.Queue[int] = asyncio.Queue()

    async def write(self, data: bytes) -> None:
        """See `Link.write`."""
        for answer in await self._session.receive(data):
            self._answers.put_nowait(answer)

    async def read(self, size: int) -> bytes:
        """See `Link.read`; a machine that says nothing is waited for."""
        said = [await self._answers.get()]
        while len(said) < size and not self._answers.empty():
            said.append(self._answers.get_nowait())
        return bytes(said)

    async def close(self) -> None:
        """See `Link.close`."""
        await self._session.end()
