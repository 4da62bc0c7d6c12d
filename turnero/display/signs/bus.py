"""One line that one or several signs share by address: opened when it is needed, one
conversation at a time, and reopened with back-off.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from turnero.display.signs.links import Link
from turnero.display.signs.port import Limits, Outcome, Reason, Result

T = TypeVar("T")

_UNREACHABLE: Final = Outcome(Result.FAILED, Reason.UNREACHABLE)


class Bus:
    """See the module's text."""

    def __init__(self, connect: Callable[[], Awaitable[Link]], limits: Limits) -> None:
        self.limits = limits
        #: how often it was opened
        self.opened = 0
        #: signs on it
        self.users = 0
        self._connect = connect
        self._link: Link | None = None
        self._lock = asyncio.Lock()
        self._pause_s = limits.reopen_s[0]
        #: loop's time before which nobody tries to open it
        self._not_before = 0.0
        self._free_at = 0.0

    async def talk(self, conversation: Callable[[Link], Awaitable[Outcome]]) -> Outcome:
        """Have one conversation, alone on the line.

        FAILED while the line cannot be opened. An error on a line that was open before is
        tried once more on a fresh one: it may have been gone for long.
        """
        async with self._lock:
            stale = self._link is not None
            outcome = await self._once(conversation)
            if stale and outcome.reason in (Reason.CONNECTION_LOST, Reason.UNREACHABLE):
                self._not_before = 0.0
                outcome = await self._once(conversation)
            return outcome

    async def _once(self, conversation: Callable[[Link], Awaitable[Outcome]]) -> Outcome:
        try:
            link = await self._open()
        except (OSError, TimeoutError):
            return _UNREACHABLE
        await asyncio.sleep(self._free_at - _now())
        try:
            await link.drain()
            outcome = await conversation(link)
        except TimeoutError:
            await self._drop()
            return Outcome(Result.UNCONFIRMED, Reason.TIMED_OUT)
        except OSError:
            await self._drop()
            return Outcome(Result.UNCONFIRMED, Reason.CONNECTION_LOST)
        except BaseException:
            # Cut off in the middle: what comes next on this line would be about it.
            await self._drop()
            raise
        finally:
            self._free_at = _now() + self.limits.gap_s
        return outcome

    async def _open(self) -> Link:
        if self._link is not None:
            return self._link
        if _now() < self._not_before:
            raise ConnectionRefusedError("tried a moment ago")
        try:
            link = await asyncio.wait_for(self._connect(), self.limits.connect_s)
        except (OSError, TimeoutError):
            self._not_before = _now() + self._pause_s
            self._pause_s = min(self._pause_s * 2, self.limits.reopen_s[1])
            raise
        self._link = link
        self._pause_s = self.limits.reopen_s[0]
        self.opened += 1
        return link

    async def gone(self) -> bool:
        """Whether the line that was open is not any more."""
        async with self._lock:
            link = self._link
            if link is None or not await link.gone():
                return False
            await self._drop()
            self._not_before = 0.0
            return True

    async def close(self) -> None:
        """End."""
        async with self._lock:
            await self._drop()

    async def _drop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            await link.close()


class BusSign:
    """What all signs have in common: an address on a line."""

    def __init__(self, bus: Bus, address: int) -> None:
        self._bus = bus
        self._address = address
        self._closed = False
        bus.users += 1

    @property
    def opened(self) -> int:
        """See `Sign.opened`."""
        return self._bus.opened

    async def gone(self) -> bool:
        """See `Sign.gone`."""
        return await self._bus.gone()

    async def close(self) -> None:
        """See `Sign.close`."""
        if self._closed:
            return
        self._closed = True
        self._bus.users -= 1
        if not self._bus.users:
            await self._bus.close()


def _now() -> float:
    return asyncio.get_running_loop().time()
