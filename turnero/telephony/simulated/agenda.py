"""What is going to happen, in order of its time; driven by a clock, or by hand in a rehearsal."""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import Callable

from turnero.store.clock import Clock


class Agenda:
    """Acts by their time on the line clock. While one runs, `now_ms` is the time it was due at.

    Inside an event loop a task waits for the next one; without a loop, or for a whole day at
    once, whoever moves the clock calls `run`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._acts: list[tuple[int, int, Callable[[], None]]] = []
        self._due_ms: int | None = None
        self._earlier = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def now_ms(self) -> int:
        """Line time; inside an act, the time it was due at."""
        return self._clock.line_ms() if self._due_ms is None else self._due_ms

    @property
    def next_ms(self) -> int | None:
        """When the next act is due; None: nothing will happen."""
        return self._acts[0][0] if self._acts else None

    def after(self, milliseconds: int, act: Callable[[], None]) -> None:
        """Do it so much later."""
        entry = (self.now_ms + milliseconds, next(self._order), act)
        heapq.heappush(self._acts, entry)
        if self._acts[0] is entry:
            self._earlier.set()
        self._drive()

    def run(self) -> None:
        """Do what is due by now."""
        now_ms = self._clock.line_ms()
        while self._acts and self._acts[0][0] <= now_ms:
            self._due_ms, _, act = heapq.heappop(self._acts)
            try:
                act()
            finally:
                self._due_ms = None

    def _drive(self) -> None:
        with contextlib.suppress(RuntimeError):  # no loop: somebody else calls `run`
            loop = asyncio.get_running_loop()
            if self._task is None or self._task.done() or self._task.get_loop() is not loop:
                self._earlier = asyncio.Event()
                self._task = loop.create_task(self._keep_running())

    async def _keep_running(self) -> None:
        while (due_ms := self.next_ms) is not None:
            self._earlier.clear()
            wait = asyncio.ensure_future(self._until(due_ms))
            earlier = asyncio.ensure_future(self._earlier.wait())
            try:
                await asyncio.wait({wait, earlier}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                wait.cancel()
                earlier.cancel()
            self.run()

    async def _until(self, due_ms: int) -> None:
        # asked here and not when this task was made: a virtual clock may have moved since
        if (left_ms := due_ms - self._clock.line_ms()) > 0:
            await self._clock.sleep(left_ms / 1000)
