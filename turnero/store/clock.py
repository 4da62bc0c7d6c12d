"""The clocks: wall time for people and law, line time for order.

Wall time may be set back or forward by anybody; line time starts from it and then only
follows the machine's monotonic clock, so that nobody's place depends on an adjustment.
"""

import asyncio
import ctypes
import heapq
import itertools
import time
from typing import Final, Protocol

#: adjtimex: nobody disciplines this clock
_TIME_ERROR: Final = 5


def disciplined() -> bool:
    """Whether a time server keeps the machine's wall clock right, as the kernel knows."""
    buffer = ctypes.create_string_buffer(512)
    try:
        return int(ctypes.CDLL(None).adjtimex(buffer)) not in (-1, _TIME_ERROR)
    except (OSError, AttributeError):
        return False


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds UTC."""
        ...

    def line_ms(self) -> int:
        """Line clock, milliseconds: wall time at start plus what has passed since."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that long on this clock."""
        ...


class SystemClock:
    """The machine's clocks."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return time.time_ns() // 1_000_000

    def line_ms(self) -> int:
        """See `Clock.line_ms`."""
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """A clock that moves only when told; sleepers wake in order of their hour."""

    def __init__(self, start_ms: int) -> None:
        self._now_ms = start_ms
        self._line_ms = start_ms
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self._now_ms

    def line_ms(self) -> int:
        """See `Clock.line_ms`."""
        return self._line_ms

    def advance(self, milliseconds: int) -> None:
        """Let time pass on both clocks, waking who was due."""
        self._now_ms += milliseconds
        self._line_ms += milliseconds
        while self._sleepers and self._sleepers[0][0] <= self._line_ms:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)

    def set_wall(self, now_ms: int) -> None:
        """Set the wall clock, as an administrator or NTP would; the line clock goes on."""
        self._now_ms = now_ms

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._line_ms + round(seconds * 1000)
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future
