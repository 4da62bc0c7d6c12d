"""Opening in a thread: a driver may hang in it, and nobody else is to wait for that."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Protocol, TypeVar


class Closable(Protocol):
    """What was opened."""

    def close(self) -> None:
        """Let it go."""
        ...


T = TypeVar("T", bound=Closable)


async def opened_in(thread: Executor, act: Callable[[], T]) -> T:
    """What `act` opens in that thread; what it opens after nobody waits any more is closed.

    With one thread, a later opening stands in line behind one that hangs, and no second one hangs.
    """
    opening = thread.submit(act)
    try:
        return await asyncio.wrap_future(opening)
    except asyncio.CancelledError:
        thread.submit(_close_late, opening)
        raise


def _close_late(opening: "Future[T]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
