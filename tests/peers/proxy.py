"""A proxy before a real server that spoils what passes: loses answers, lies, acts twice.

For tests of those who must notice. It speaks HTTP/1.1 with bodies of known length, on a loop
and a thread of its own; event streams do not pass.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-encoding"}


@dataclass
class Exchange:
    """A request on its way, and what has been answered once `forward` was called."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    forward: Callable[[], Awaitable["Reply"]]


@dataclass
class Reply:
    """What the client will get; `None` in its place: the connection is cut."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def with_json(self, **changes: Any) -> "Reply":
        """The same with other values in its object."""
        return Reply(self.status, msgspec.json.encode({**self.json, **changes}), self.headers)


Spoil = Callable[[Exchange], Awaitable[Reply | None]]


async def honest(exchange: Exchange) -> Reply | None:
    """Let it pass."""
    return await exchange.forward()


class Proxy:
    """See the module's text."""

    def __init__(self, target: str, spoil: Spoil) -> None:
        self._target = target
        self._spoil = spoil
        self._http: httpx.AsyncClient | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def run(self, ready: threading.Event, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(base_url=self._target, timeout=30, trust_env=False) as http:
            self._http = http
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await stop.wait()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _ = head[0].split(" ", 2)
                pairs = (line.split(": ", 1) for line in head[1:] if ": " in line)
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                reply = await self._spoil(self._exchange(method, path, headers, body))
                if reply is None:
                    return
                kept = {k: v for k, v in reply.headers.items() if k.lower() not in HOP_BY_HOP}
                kept["content-length"] = str(len(reply.body))
                lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
                writer.write(f"HTTP/1.1 {reply.status} x\r\n{lines}\r\n".encode("latin-1"))
                writer.write(reply.body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up
        finally:
            writer.close()

    def _exchange(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Exchange:
        async def forward() -> Reply:
            assert self._http is not None
            passed = {k: v for k, v in headers.items() if k not in {"host", "content-length"}}
            answer = await self._http.request(method, path, headers=passed, content=body)
            return Reply(answer.status_code, answer.content, dict(answer.headers))

        return Exchange(method, path, headers, body, forward)


@contextmanager
def proxy(target: str, spoil: Spoil = honest) -> Iterator[Proxy]:
    """A running proxy before `target`."""
    made = Proxy(target, spoil)
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    def run() -> None:
        loop.run_until_complete(made.run(ready, stop))
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, name="proxy", daemon=True)
    thread.start()
    assert ready.wait(10), "the proxy did not start"
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
