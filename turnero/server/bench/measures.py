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
    Measurement,
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


async def hello(port: int, seconds: float) -> dict[str, Figures]:
    """The least that a route of this server costs."""
    asked = request("GET", "/health/live", port=port)
    return {
        str(clients): await measure(port, _repeat(asked), clients=clients, seconds=seconds)
        for clients in CLIENTS
    }


async def issue(port: int, token: str, seconds: float) -> tuple[dict[str, Figures], int]:
    """Taking tickets, each durable when answered; figures, and how many were taken.

    Raises `LoadError` when an id or a number was given twice.
    """
    body = msgspec.json.encode({"site": SITE, "service": "issue"})
    asked = request("POST", "/api/v1/tickets", port=port, token=token, body=body)
    bodies: list[bytes] = []

    def keep(answer: Answer) -> None:
        bodies.append(answer.body)

    found = {
        str(clients): await measure(
            port, _repeat(asked), clients=clients, seconds=seconds, wanted=_CREATED, keep=keep
        )
        for clients in CLIENTS
    }
    taken = [msgspec.json.decode(one, type=Taken) for one in bodies]
    numbers, ids = {one.number for one in taken}, {one.id for one in taken}
    if len(numbers) != len(taken) or len(ids) != len(taken):
        raise LoadError(f"{len(taken)} tickets have {len(numbers)} numbers and {len(ids)} ids")
    return found, len(taken)


async def board(port: int, token: str, seconds: float) -> dict[str, Figures]:
    """Reading the board."""
    asked = request("GET", f"/api/v1/sites/{SITE}/board", port=port, token=token)
    return {
        str(clients): await measure(port, _repeat(asked), clients=clients, seconds=seconds)
        for clients in CLIENTS
    }


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
    measurement = Measurement(clients)
    until = time.perf_counter() + seconds

    async def one(caller: _Caller) -> None:
        while time.perf_counter() < until:
            measurement.times.append((await caller.call()).ms)

    await asyncio.gather(*(one(caller) for caller in callers))
    found = measurement.figures()
    for connection in opened:
        connection.close()
    return found
