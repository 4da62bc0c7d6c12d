"""Plays a plan against a server: people come, desks open and close, call and finish.

Each queue runs beside the others; in a queue events go in the trace's order, arrivals and
the calls of several desks under way at once. At speed 0 nothing waits for the clock.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from turnero.server.replay.client import Client
from turnero.server.replay.plan import Plan, QueuePlan

_MINUTE_S = 60.0


class Event(NamedTuple):
    """Something that a queue does at a minute of the trace."""

    minute: float
    #: at the same minute people come first, then they are called, then desks open or close
    order: int
    what: Literal["desks", "arrive", "call"]
    #: desks wanted, or which arrival or call
    n: int


class Pace:
    """The clock of a replay: when a minute of the trace is due."""

    def __init__(self, start_minute: float, speed: float) -> None:
        self._start_minute = start_minute
        self._speed = speed
        self._began = time.monotonic()
        #: seconds that the most belated event came after it was due
        self.late_s = 0.0

    async def until(self, minute: float) -> None:
        """Return when that minute has come."""
        if self._speed == 0:
            return
        due = self._began + (minute - self._start_minute) * _MINUTE_S / self._speed
        ahead = due - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        else:
            self.late_s = max(self.late_s, -ahead)


class _Desk:
    """A desk of a queue and whom it serves."""

    __slots__ = ("id", "number", "ticket")

    def __init__(self, desk: str) -> None:
        self.id = desk
        self.ticket = ""
        self.number = ""


class _Queue:
    """One queue being played."""

    def __init__(
        self, plan: QueuePlan, client: Client, pace: Pace, advance: Callable[[], None]
    ) -> None:
        self._plan = plan
        self._client = client
        self._pace = pace
        self._advance = advance
        self._closed = deque(_Desk(f"{client.site}.{key}") for key in plan.desks)
        #: open and not in the middle of a call, the one idle longest first
        self._free: asyncio.Queue[_Desk] = asyncio.Queue()
        self._open = 0
        #: the n-th is set once n + 1 people have their ticket
        self._came = [asyncio.Event() for _ in plan.arrivals]
        self._people = 0

    async def play(self) -> None:
        """All events in order; returns when all of them are done, everybody finished."""
        async with asyncio.TaskGroup() as tasks:
            for event in events(self._plan):
                await self._pace.until(event.minute)
                if event.what == "arrive":
                    tasks.create_task(self._arrive())
                elif event.what == "desks":
                    await self._want(event.n)
                else:
                    # the clock waits for a desk, as people do
                    desk = await self._free.get()
                    tasks.create_task(self._call(desk, event.n))
        await self._want(0)

    async def _arrive(self) -> None:
        await self._client.issue(self._plan.service)
        self._came[self._people].set()
        self._people += 1
        self._advance()

    async def _call(self, desk: _Desk, n: int) -> None:
        """The n-th call: once as many people have come as the trace had by then."""
        await self._came[n].wait()
        await self._end(desk)
        called = await self._client.call(self._plan.service, desk.id)
        desk.ticket, desk.number = called.ticket, called.number
        self._free.put_nowait(desk)
        self._advance()

    async def _end(self, desk: _Desk) -> None:
        if desk.ticket:
            await self._client.finish(self._plan.service, desk.id, desk.ticket, desk.number)
            desk.ticket = ""

    async def _want(self, desks: int) -> None:
        while self._open < desks:
            desk = self._closed.popleft()
            await self._client.open(self._plan.service, desk.id)
            self._open += 1
            self._free.put_nowait(desk)
        while self._open > desks:
            desk = await self._free.get()
            await self._end(desk)
            await self._client.close(self._plan.service, desk.id)
            self._open -= 1
            self._closed.append(desk)


def events(plan: QueuePlan) -> Iterator[Event]:
    """A queue's events in order of time."""
    return heapq.merge(
        (Event(minute, 0, "arrive", n) for n, minute in enumerate(plan.arrivals)),
        (Event(minute, 1, "call", n) for n, minute in enumerate(plan.calls)),
        (Event(change.minute, 2, "desks", change.desks) for change in plan.changes),
    )


async def drive(
    plan: Plan, client: Client, speed: float, advance: Callable[[], None] = lambda: None
) -> Pace:
    """Play the whole plan. `advance` is called after each ticket and each call."""
    pace = Pace(plan.span[0], speed)
    async with asyncio.TaskGroup() as tasks:
        for queue in plan.queues:
            tasks.create_task(_Queue(queue, client, pace, advance).play())
    return pace
