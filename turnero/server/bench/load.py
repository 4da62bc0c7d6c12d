"""Asks a server as fast as it answers: raw sockets, requests built beforehand, keep-alive.

On a machine with two cores the one who measures must cost far less than what is measured:
no HTTP library, and of an answer only its status, length and, where wanted, its body are
looked at. It speaks just enough HTTP/1.1 for our own server's answers.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast

from msgspec import Struct

from turnero.store.errors import TurneroError

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "
#: no request of a benchmark may take longer, seconds
_PATIENCE_S: Final = 30.0


class LoadError(TurneroError):
    """The server did not answer as the benchmark needs it to."""


class Answer(Struct, frozen=True):
    """What came back, and how long it took."""

    status: int
    body: bytes
    ms: float


class Figures(Struct, frozen=True):
    """What a watch found."""

    clients: int
    requests: int
    #: answers a second, of all clients together
    per_second: float
    p50_ms: float
    p99_ms: float
    #: share of a core that the measuring itself took: near 1 it would be the bottleneck
    generator_cpu: float


def request(
    method: str, path: str, *, port: int, token: str | None = None, body: bytes | None = None
) -> bytes:
    """A whole request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}"]
    if token is not None:
        lines.append(f"authorization: Bearer {token}")
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + _HEAD_END + (body or b"")


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._answered: asyncio.Future[Answer] | None = None
        self._sent = 0.0

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect to the server on this machine."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    async def ask(self, data: bytes) -> Answer:
        """Send a request and wait for its answer."""
        if self._transport is None:
            raise LoadError("not connected")
        self._answered = asyncio.get_running_loop().create_future()
        self._sent = time.perf_counter()
        self._transport.write(data)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    # --- asyncio.Protocol ----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of `asyncio.Protocol`."""
        # uvloop's transports are not subclasses of asyncio's
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Part of `asyncio.Protocol`."""
        buffer = self._buffer
        buffer += data
        end = buffer.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(buffer[:end]).lower()
        at = head.find(_LENGTH)
        if at < 0:
            self._fail(f"an answer without a length: {head[:80]!r}")
            return
        stop = head.find(b"\r\n", at)
        length = int(head[at + len(_LENGTH) : stop if stop > 0 else None])
        whole = end + len(_HEAD_END) + length
        if len(buffer) < whole:
            return
        body = bytes(buffer[end + len(_HEAD_END) : whole])
        del buffer[:whole]
        answered, self._answered = self._answered, None
        if answered is not None and not answered.done():
            took = (time.perf_counter() - self._sent) * 1000
            answered.set_result(Answer(int(head[9:12]), body, took))

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of `asyncio.Protocol`."""
        self._fail(f"the server hung up ({exc or 'no reason'})")

    def _fail(self, why: str) -> None:
        answered, self._answered = self._answered, None
        if answered is not None and not answered.done():
            answered.set_exception(LoadError(why))


class Sample(Struct, frozen=True):
    """One stretch of measuring."""

    clients: int
    #: of each request, milliseconds
    times: list[float]
    #: seconds that it lasted, and seconds of CPU that the measuring itself took
    wall: float
    cpu: float


def combine(samples: Sequence[Sample]) -> Figures:
    """Several stretches as one: the median rate, and all latencies together.

    Stretches of different watchs take turns, so that whatever else the machine does
    meets them all.
    """
    times = [time for sample in samples for time in sample.times]
    return Figures(
        clients=samples[0].clients,
        requests=len(times),
        per_second=round(quantile([len(s.times) / s.wall for s in samples], 0.5), 1),
        p50_ms=round(quantile(times, 0.5), 3),
        p99_ms=round(quantile(times, 0.99), 3),
        generator_cpu=round(sum(s.cpu for s in samples) / sum(s.wall for s in samples), 2),
    )


class Stopwatch:
    """Collects latencies; `sample` at the end."""

    def __init__(self, clients: int) -> None:
        self._clients = clients
        self.times: list[float] = []
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def sample(self) -> Sample:
        """What was found since this was made."""
        return Sample(
            self._clients,
            self.times,
            time.perf_counter() - self._wall,
            time.process_time() - self._cpu,
        )


def quantile(values: list[float], share: float) -> float:
    """The value that this share of all values does not exceed (nearest rank); 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def connections(port: int, count: int) -> list[Connection]:
    """So many connections."""
    return list(await asyncio.gather(*(Connection.open(port) for _ in range(count))))


async def measure(
    port: int,
    requests: Callable[[int], Iterator[bytes]],
    *,
    clients: int,
    seconds: float,
    wanted: int = 200,
    keep: Callable[[Answer], Any] | None = None,
) -> Sample:
    """Each client sends its requests one after another until the time is over.

    `requests(n)` gives the n-th client's requests. An answer with another status than
    `wanted` is a `LoadError`: what fails fast must not look fast. A tenth of the time is
    spent before measuring begins.
    """
    opened = await connections(port, clients)
    watch = Stopwatch(clients)

    async def one(n: int, until: float) -> None:
        for data in requests(n):
            answer = await opened[n].ask(data)
            if answer.status != wanted:
                raise LoadError(f"{data[:80]!r} got {answer.status}: {answer.body[:300]!r}")
            if keep is not None:
                keep(answer)
            watch.times.append(answer.ms)
            if time.perf_counter() > until:
                return

    try:
        for part in (seconds / 10, seconds):
            watch = Stopwatch(clients)
            until = time.perf_counter() + part
            async with asyncio.timeout(part + _PATIENCE_S):
                await asyncio.gather(*(one(n, until) for n in range(clients)))
        return watch.sample()
    finally:
        for connection in opened:
            connection.close()
