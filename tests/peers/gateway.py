"""A reverse proxy before a real server, as hospitals have one, on a loop and a thread of its own.

Bytes pass as they come, event streams included. A test cuts it, has it answer 503 to what it names,
or has it lose an answer.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\n"
    b"content-length: 4\r\nconnection: close\r\n\r\nbusy"
)
_CONNECTION = re.compile(rb"(?im)^connection:[^\r]*\r\n")
_CHUNK = 65_536


@dataclass
class Gateway:
    """Between a browser and `target`, a port of this machine. Every request has its own connection."""

    target: int
    port: int = 0
    #: "GET /live?…" -> whether it is answered 503 instead
    refuses: Callable[[str], bool] = lambda _request: False
    #: the same -> whether the target acts and nobody hears of it
    loses: Callable[[str], bool] = lambda _request: False
    #: what was asked for, in order
    asked: list[str] = field(default_factory=list)
    _cut: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Nothing passes any more, and what was open ends."""
        self._cut = True
        self._loop.call_soon_threadsafe(self._end_all)

    def mend(self) -> None:
        """It passes again."""
        self._cut = False

    async def run(self, ready: threading.Event, stop: asyncio.Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        self._end_all()

    def _end_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            if not self._cut:
                await self._answer(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = head.split(b" HTTP/", 1)[0].decode("latin-1")
        self.asked.append(request)
        if self.refuses(request):
            writer.write(_REFUSAL)
            await writer.drain()
            return
        try:
            from_target, to_target = await asyncio.open_connection("127.0.0.1", self.target)
        except ConnectionError:
            writer.write(_REFUSAL)
            await writer.drain()
            return
        self._open.add(to_target)
        to_target.write(_CONNECTION.sub(b"", head)[:-2] + b"connection: close\r\n\r\n")
        sends = asyncio.create_task(_pass(reader, to_target))
        try:
            if self.loses(request):
                await from_target.read()
                writer.transport.abort()
            else:
                await _pass(from_target, writer)
        finally:
            sends.cancel()
            self._open.discard(to_target)
            to_target.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything, until it ends or breaks."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()


@contextmanager
def gateway(target: int) -> Iterator[Gateway]:
    """A running gateway before this port."""
    made = Gateway(target)
    ready, stop = threading.Event(), asyncio.Event()
    loop = made._loop

    def run() -> None:
        loop.run_until_complete(made.run(ready, stop))
        loop.run_until_complete(asyncio.sleep(0.05))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, name="gateway", daemon=True)
    thread.start()
    assert ready.wait(10), "the gateway did not start"
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
