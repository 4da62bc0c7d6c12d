"""Waiting for what another task or the other side of a connection does at its own pace."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(true: Callable[[], object | Awaitable[object]], seconds: float = 5.0) -> None:
    """Return once it is true; fail with `TimeoutError` when that takes too long."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return
            await asyncio.sleep(0.005)
