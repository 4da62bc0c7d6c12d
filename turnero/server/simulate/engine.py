"""The simulated day's engine: events in order of their hour, one command at a time, the line's own timers.

Time is virtual and moves only between commands, so the same seed does the same things in
the same order; nothing here looks at the machine's clock.
"""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from turnero.queue.timers import TIMERS
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.ledger import Ledger
from turnero.store.timers import Timers

SITE: Final = 1

Event = Callable[[], Awaitable[object]]


class Engine:
    """Plays events against a ledger."""

    def __init__(self, ledger: Ledger, clock: VirtualClock, chance: random.Random) -> None:
        self.ledger = ledger
        self.chance = chance
        #: refusal → how often: a rule that said no, as it does on a real day
        self.refused: Counter[str] = Counter()
        self.commands = 0
        self._clock = clock
        self._timers = Timers(ledger, TIMERS, self.failed)
        self._order = itertools.count()
        self._events: list[tuple[int, int, Event]] = []
        self._moved = True
        self._next_timer_ms: int | None = None
        ledger.on_timers.append(self._ring)

    @property
    def now_ms(self) -> int:
        """The virtual wall clock."""
        return self._clock.now_ms()

    def at(self, ms: float, event: Event) -> None:
        """Let that happen then."""
        heapq.heappush(self._events, (round(ms), next(self._order), event))

    def soon(self, seconds: float, event: Event) -> None:
        """Let that happen so many seconds from now."""
        self.at(self.now_ms + seconds * 1000, event)

    async def do(
        self,
        command: Callable[..., Any],
        request: object,
        actor: str,
        view: Callable[..., Any] | None = None,
    ) -> Any:
        """Run a command; its result, or what `view(tx, result)` makes of it; None where a rule
        refuses it.
        """
        self.commands += 1
        try:
            return await self.ledger.run(
                command,
                request,
                site=SITE,
                actor=actor,
                view=view,
            )
        except Refused as error:
            self.refused[error.code] += 1
            return None

    async def run(self, until_ms: int) -> None:
        """Play everything that is due until then, timers before what people do."""
        while True:
            due_ms = await self._timer_ms()
            event_ms = self._events[0][0] if self._events else until_ms + 1
            next_ms = min(event_ms, until_ms + 1 if due_ms is None else due_ms)
            if next_ms > until_ms:
                self._pass(until_ms)
                return
            self._pass(next_ms)
            if due_ms is not None and due_ms <= next_ms:
                self._moved = True
                await self._timers.fire_due()
            else:
                await heapq.heappop(self._events)[2]()

    async def _timer_ms(self) -> int | None:
        if self._moved:
            self._moved = False
            self._next_timer_ms = await self._timers.next_ms()
        return self._next_timer_ms

    def _pass(self, to_ms: int) -> None:
        self._clock.advance(max(0, to_ms - self.now_ms))

    def _ring(self) -> None:
        self._moved = True

    @staticmethod
    def failed(kind: str, error: Exception) -> None:
        raise AssertionError(kind) from error
