"""What is measured of a running server, one function each."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from turnero.server.bench.load import (
    Answer,
    Connection,
    Figures,
    LoadError,
    Sample,
    Stopwatch,
    combine,
    connections,
    measure,
    quantile,
    request,
)
from turnero.server.bench.scratch import DESKS, SITE

CLIENTS = (1, 8, 64)
_OK = 200
_CREATED = 201


class Taken(msgspec.Struct):
    """What the benchmark reads of a ticket just taken."""

    id: str
    number: str


def _repeat(data: bytes) -> Callable[[int], Iterator[bytes]]:
    return lambda _client: itertools.repeat(data)


class _Route(msgspec.Struct, frozen=True):
    """A request that is measured by itself."""

    name: str
    data: bytes
    wanted: int = _OK
    keep: Callable[[Answer], None] | None = None


async def routes(
    port: int, token: str, *, seconds: float, rounds: int
) -> tuple[dict[str, dict[str, Figures]], int]:
    """The least that a route costs, taking tickets, and reading the board, in turns.

    Figures by route and clients, and how many tickets were taken. Each ticket is durable when
    it is answered; an id or a number given twice is a `LoadError`.
    """
    body = msgspec.json.encode({"site": SITE, "service": "issue"})
    bodies: list[bytes] = []

    def keep(answer: Answer) -> None:
        bodies.append(answer.body)

    board = f"/api/v1/sites/{SITE}/board"
    measured = (
        _Route("hello", request("GET", "/health/live", port=port)),
        _Route(
            "issue",
            request("POST", "/api/v1/tickets", port=port, token=token, body=body),
            _CREATED,
            keep,
        ),
        _Route("board", request("GET", board, port=port, token=token)),
    )
    found: dict[str, dict[str, Figures]] = {route.name: {} for route in measured}
    for clients in CLIENTS:
        samples: dict[str, list[Sample]] = {route.name: [] for route in measured}
        for _ in range(rounds):
            for route in measured:
                samples[route.name].append(
                    await measure(
                        port,
                        _repeat(route.data),
                        clients=clients,
                        seconds=seconds,
                        wanted=route.wanted,
                        keep=route.keep,
                    )
                )
        for name, some in samples.items():
            found[name][str(clients)] = combine(some)
    return found, _distinct(bodies)


def _distinct(bodies: Sequence[bytes]) -> int:
    """How many tickets these answers are. Raises `LoadError` when two are the same."""
    taken = [msgspec.json.decode(one, type=Taken) for one in bodies]
    numbers, ids = {one.number for one in taken}, {one.id for one in taken}
    if len(numbers) != len(taken) or len(ids) != len(taken):
        raise LoadError(f"{len(taken)} tickets have {len(numbers)} numbers and {len(ids)} ids")
    return len(taken)


async def call_some(port: int, token: str, level: int, desks: int) -> None:
    """Let some desks have somebody, so that the board is one of a busy hall."""
    connection = await Connection.open(port)
    try:
        for desk in range(desks):
            await _Caller(port, token, level, desk, connection).call()
    finally:
        connection.close()


class _Caller:
    """A desk of a line with so many waiting: puts one more in line (not timed), then calls next.

    So the number waiting stays what it is said to be.
    """

    def __init__(
        self, port: int, token: str, level: int, desk: int, connection: Connection
    ) -> None:
        body = msgspec.json.encode({"site": SITE, "service": f"w{level}"})
        self._issue = request("POST", "/api/v1/tickets", port=port, token=token, body=body)
        path = f"/api/v1/desks/{SITE}.w{level}-{desk}/next"
        self._next = request("POST", path, port=port, token=token, body=b"{}")
        self._connection = connection

    async def call(self) -> Answer:
        """One more in line, then next; the answer to next."""
        taken = await self._connection.ask(self._issue)
        called = await self._connection.ask(self._next)
        if taken.status != _CREATED or called.status != _OK or b'"ticket":null' in called.body:
            raise LoadError(f"next got {called.status}: {called.body[:200]!r}")
        return called


async def call_next(
    port: int, token: str, levels: Sequence[int], *, calls: int, seconds: float
) -> list[dict[str, Any]]:
    """Calling next with so many waiting: one desk, then 8 and 64 at once.

    One desk is what tells how the cost grows with the line: the levels take turns, so that
    what else the machine does meets them all. Rates count each call with its issue.
    """
    alone: dict[int, list[float]] = {level: [] for level in levels}
    opened = await connections(port, len(levels))
    callers = [
        _Caller(port, token, level, 0, connection)
        for level, connection in zip(levels, opened, strict=True)
    ]
    began, cpu = time.perf_counter(), time.process_time()
    for n in range(calls + calls // 10):
        for level, caller in zip(levels, callers, strict=True):
            answer = await caller.call()
            if n >= calls // 10:
                alone[level].append(answer.ms)
    wall = time.perf_counter() - began
    share = round((time.process_time() - cpu) / wall, 2)
    for connection in opened:
        connection.close()
    return [
        {
            "waiting": level,
            "1": Figures(
                clients=1,
                requests=len(alone[level]),
                per_second=round(1000 * len(alone[level]) / sum(alone[level]), 1),
                p50_ms=round(quantile(alone[level], 0.5), 3),
                p99_ms=round(quantile(alone[level], 0.99), 3),
                generator_cpu=share,
            ),
            **{
                str(clients): await _together(port, token, level, clients, seconds)
                for clients in CLIENTS[1:]
            },
        }
        for level in levels
    ]


async def _together(port: int, token: str, level: int, clients: int, seconds: float) -> Figures:
    opened = await connections(port, clients)
    callers = [
        _Caller(port, token, level, n % DESKS, connection) for n, connection in enumerate(opened)
    ]
    watch = Stopwatch(clients)
    until = time.perf_counter() + seconds

    async def one(caller: _Caller) -> None:
        while time.perf_counter() < until:
            watch.times.append((await caller.call()).ms)

    await asyncio.gather(*(one(caller) for caller in callers))
    found = combine([watch.sample()])
    for connection in opened:
        connection.close()
    return found
