"""How long until the last of many event streams has a fact, from the moment its act was sent."""

import asyncio
import time
from collections.abc import Sequence

from turnero.server.bench.load import Connection, LoadError, quantile, request

_PATIENCE_S = 20.0


class Stream(asyncio.Protocol):
    """One event stream; counts the facts that have come."""

    def __init__(self, all_of_them: "Streams") -> None:
        self._all = all_of_them
        self._transport: asyncio.Transport | None = None
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's are not asyncio's
        transport.write(self._all.request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        seen = self._tail + data
        if b"event: hello" in seen:
            self._all.greeted()
        # `\nid: ` begins each fact; one that is cut in two is found with the next piece
        facts = seen.count(b"\nid: ") - self._tail.count(b"\nid: ")
        self._tail = seen[-16:]
        if facts:
            self._all.heard(facts)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class Streams:
    """Many streams of one site."""

    def __init__(self, port: int, token: str, site: str, after: int) -> None:
        self._port = port
        self.request = request(
            "GET", f"/api/v1/live?site={site}&after={after}", port=port, token=token
        )
        self._streams: list[Stream] = []
        self._waiting = 0
        self._greeted = 0
        self._done = asyncio.Event()

    async def open(self, count: int) -> None:
        """Open so many, and wait until each has been greeted."""
        self._greeted = count
        self._done.clear()
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, stream = await loop.create_connection(lambda: Stream(self), "127.0.0.1", self._port)
            self._streams.append(stream)
        await self._wait("streams did not open")

    def greeted(self) -> None:
        """A stream has begun."""
        self._greeted -= 1
        if self._greeted == 0:
            self._done.set()

    def heard(self, facts: int) -> None:
        """A stream has got facts."""
        self._waiting -= facts
        if self._waiting <= 0:
            self._done.set()

    async def last_of_all(self, act: bytes, connection: Connection) -> float:
        """Do an act that makes one fact; milliseconds until the last stream has it."""
        self._waiting = len(self._streams)
        self._done.clear()
        began = time.perf_counter()
        asking = asyncio.ensure_future(connection.ask(act))
        await self._wait("a stream did not get the fact")
        took = (time.perf_counter() - began) * 1000
        answer = await asking
        if answer.status >= 300:  # noqa: PLR2004 - anything but a success
            raise LoadError(f"the act got {answer.status}: {answer.body[:200]!r}")
        return took

    async def _wait(self, why: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._done.wait()
        except TimeoutError:
            raise LoadError(f"{why} within {_PATIENCE_S:.0f} s") from None

    def close(self) -> None:
        """Hang up all."""
        for stream in self._streams:
            stream.close()


async def measure_streams(
    port: int,
    *,
    token: str,
    site: str,
    after: int,
    act: bytes,
    streams: int,
    facts: int,
) -> dict[str, float | int]:
    """The time until the last of `streams` has a fact, over so many facts one after another."""
    opened = Streams(port, token, site, after)
    connection = await Connection.open(port)
    try:
        await opened.open(streams)
        times: Sequence[float] = [await opened.last_of_all(act, connection) for _ in range(facts)]
    finally:
        opened.close()
        connection.close()
    return {
        "streams": streams,
        "facts": facts,
        "p50_ms": round(quantile(list(times), 0.5), 2),
        "p99_ms": round(quantile(list(times), 0.99), 2),
    }
