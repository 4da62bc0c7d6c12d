"""What the dialler does beside everything else: each leg and callback one act at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog

from turnero.store.clock import Clock
from turnero.store.errors import Refused, TurneroError
from turnero.telephony.exchange import ExchangeAway

log = structlog.get_logger("turnero.telephony")

#: seconds before the exchange is asked again about what it did not answer
AGAIN_S: Final = 2.0
#: seconds before the rows are asked again about what they refused
REFUSED_S: Final = 1.0


class Acts:
    """Acts under way by a key, and which may not be tried again yet."""

    def __init__(self, clock: Clock, over: Callable[[], None]) -> None:
        """`over` is called after each."""
        self._clock = clock
        self._over = over
        self._tasks: dict[str, asyncio.Task[None]] = {}
        #: milliseconds of the line clock
        self._not_before: dict[str, float] = {}

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._tasks)

    def do(self, key: str, work: Coroutine[Any, Any, object]) -> None:
        """Do it, unless one of that key is under way or was tried just now."""
        now_ms = self._clock.line_ms()
        for old in [key for key, from_ms in self._not_before.items() if from_ms <= now_ms]:
            del self._not_before[old]
        if key in self._tasks or key in self._not_before:
            work.close()
        else:
            self._tasks[key] = asyncio.create_task(self._act(key, work), name=f"dialler-{key}")

    def later(self, key: str, seconds: float = AGAIN_S) -> None:
        """Nothing of that key for so long."""
        self._not_before[key] = self._clock.line_ms() + seconds * 1000

    async def stop(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    async def _act(self, key: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Refused:
            # The rows have moved on: what they want is read again, if not at once.
            self.later(key, REFUSED_S)
        except (ExchangeAway, TurneroError):
            self.later(key)
        except Exception:
            log.exception("dialling", key=key)
            self.later(key)
        finally:
            del self._tasks[key]
            self._over()
