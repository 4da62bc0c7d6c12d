"""A TCP gate before a server: it can be shut, and it can stop passing bytes while it looks open."""

import asyncio
from contextlib import suppress


class Gate:
    """Listens on loopback, in the test's loop."""

    def __init__(self, target: int, port: int = 0) -> None:
        self.port = port
        self._target = target
        self._server: asyncio.Server | None = None
        self._shut = False
        self._passing = asyncio.Event()
        self._passing.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._came, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End, also for who is about to pass: a peer that is left with an open line waits for an answer."""
        if self._server is not None:
            self._server.close()
        self.shut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def shut(self) -> None:
        """Every connection is cut, and no new one passes."""
        self._shut = True
        for writer in self._open:
            writer.transport.abort()

    def open(self) -> None:
        """As it was at first."""
        self._shut = False
        self._passing.set()

    def stall(self) -> None:
        """Nothing passes, no end either: every connection looks open."""
        self._passing.clear()

    def forget(self) -> None:
        """That for those that are open, as behind a firewall that has forgotten them; new ones pass."""
        self._passing.clear()
        self._passing = asyncio.Event()
        self._passing.set()

    async def _came(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open.add(back)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.ensure_future(self._pass(source, sink, self._passing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, passing: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                await passing.wait()
                sink.write(data)
                await sink.drain()
        await passing.wait()
        self._open.discard(sink)
        sink.close()
