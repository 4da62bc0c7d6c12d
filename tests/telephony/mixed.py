"""A day with people in the room and people at the telephone, on a clock that jumps from event to event."""

import heapq
import itertools
import random
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from sqlalchemy import func, select

from tests.queue.hall import MORNING_MS
from tests.telephony.room import Room
from turnero.queue.callbacks import AT_DESK
from turnero.queue.commands.leading import LEASE_MS
from turnero.queue.reads import callbacks as reads
from turnero.queue.timers import TIMERS
from turnero.store.errors import TurneroError
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.timers import Timers

#: how telephones end, and how many of a hundred do so: most answer, some are busy, away or wrong
ENDINGS = (("01", 60), ("10", 10), ("04", 5), ("05", 8), ("06", 3), ("07", 2), ("02", 4), ("16", 8))
MINUTE_MS = 60_000
_NEXT = Statement(select(func.min(timer.c.due_ms).label("due_ms")))

SITE = """
[site]
key = "hnc"
name = "Hospital Nacional"
zone = "America/Lima"
profile = "co"
languages = ["es"]
hours = {{ mon = ["07:00-19:00"] }}
settings = {{ order = "{order}" }}

[callbacks]
notice = false
regions = ["PE"]
in_flight = 200
minutes_a_day = 100000

[[service]]
key = "caja"
prefix = "C"
name = {{ es = "Caja" }}
callbacks = {{}}

[[attention]]
key = "preferential"
name = {{ es = "Preferente" }}

[[attention]]
key = "ordinary"
name = {{ es = "General" }}
"""
DESK = """
[[desk]]
key = "v{n}"
name = "Ventanilla {n}"
phone = "desk{n}"
primary = ["caja"]
"""


def site(desks: int, order: str) -> str:
    """The description of one service at so many desks."""
    return SITE.format(order=order) + "".join(DESK.format(n=n) for n in range(1, desks + 1))


class Day:
    """Plays it: who comes and asks when is drawn beforehand, agents press next when they are free."""

    def __init__(self, room: Room, *, desks: int, hours: float, seed: int) -> None:
        self.room = room
        self.desks = [f"v{n}" for n in range(1, desks + 1)]
        self.draw = random.Random(seed)
        self.hours = hours
        #: the most telephones that were dialled at once beyond the agents reserved for them
        self.beyond = 0
        self.most = 0
        self._order = itertools.count()
        self._events: list[tuple[int, int, Callable[[], Coroutine[Any, Any, None]]]] = []
        self._free = set(self.desks)
        self._at: dict[str, str] = {}
        self._talking: set[str] = set()

    def at(self, ms: float, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Something that happens at that moment of the clock."""
        heapq.heappush(self._events, (round(ms), next(self._order), act))

    async def play(self, walk_ins: int, callbacks: int) -> None:
        """The whole of it, until nobody waits and no telephone is in use."""
        begin, end = self.room.clock.now_ms(), MORNING_MS + self.hours * 3_600_000
        for _ in range(walk_ins):
            self.at(self.draw.uniform(begin, end), self._comes)
        endings = self.draw.choices(
            [one for one, _ in ENDINGS], [n for _, n in ENDINGS], k=callbacks
        )
        for n, ending in enumerate(endings):
            number = f"9{n:06d}{ending}"
            self.at(self.draw.uniform(begin, end), partial(self._asks, number))
        timers = Timers(self.room.ledger, TIMERS, lambda _kind, _error: None)
        while await self._advance():
            await timers._fire_due()
            await self.room.settles()
            await self._agents()
            await self._look()

    async def _comes(self) -> None:
        attention = self.draw.choices(["preferential", "ordinary"], [1, 3])[0]
        await self.room.take("caja", attention)

    async def _asks(self, number: str) -> None:
        attention = self.draw.choices(["preferential", "ordinary"], [1, 3])[0]
        await self.room.ask(number, attention=attention)

    async def _advance(self) -> bool:
        """To whatever happens next; False when nothing will."""
        board = self.room.board
        now = self.room.clock.now_ms()
        dues = [ms for ms in (board.agenda.next_ms, await self._timer()) if ms is not None]
        if self._events:
            dues.append(self._events[0][0])
        elif not board.live() and not await self._left():
            return False
        # Shorter than the lease of who dials: nobody who slept longer than that may ring anybody.
        step = min(max(min(dues, default=now + 5000) - now, 1), LEASE_MS * 2 // 3)
        self.room.clock.advance(step)
        await self.room.settles()
        while self._events and self._events[0][0] <= self.room.clock.now_ms():
            await heapq.heappop(self._events)[2]()
        return True

    async def _timer(self) -> int | None:
        def due(q: Query) -> int | None:
            row = q.row(_NEXT)
            return None if row is None else row.due_ms

        return await self.room.read(due)

    async def _left(self) -> int:
        counted = await self.room.read(reads.counts, 1)
        return sum(counted.values()) + len(self._at)

    async def _agents(self) -> None:
        for desk in sorted(self._free):
            called = await self.room.next(desk)
            if called is None:
                break
            self._free.discard(desk)
            for other in [one for one, held in self._at.items() if held == called]:
                self._gone(other)  # put back there, and here before anybody looked
            self._at[desk] = called
            found = await self.room.read(reads.of_ticket, called)
            if found is None:
                self.at(self._later(4), partial(self._done, desk))
        for desk, ticket in list(self._at.items()):
            state = await self.room.state(ticket)
            if state not in ("called", "serving"):
                self._gone(desk)
            elif state == "serving" and ticket not in self._talking:
                self._talking.add(ticket)
                self.at(self._later(3), partial(self._done, desk))

    def _later(self, minutes: float) -> float:
        return self.room.clock.now_ms() + self.draw.expovariate(1 / minutes) * MINUTE_MS + 1000

    def _gone(self, desk: str) -> None:
        self._at.pop(desk, None)
        self._free.add(desk)

    async def _done(self, desk: str) -> None:
        if desk not in self._at:
            return
        try:
            await self.room.finish(self._at[desk])
        except TurneroError:
            # An agent's hand is never quicker than the patient's.
            self.at(self._later(1), partial(self._done, desk))
            return
        self._gone(desk)

    async def _look(self) -> None:
        """Patients' telephones that ring or are asked never outnumber the agents who wait for them.

        One that is being hung up is nobody's dial any more.
        """

        def both(q: Query) -> tuple[int, int]:
            legs, counted = reads.work(q).legs, reads.counts(q, 1)
            dials = [leg for leg in legs if leg.side == "patient" and leg.joined_ms is None]
            reserved = sum(n for stage, n in counted.items() if stage in AT_DESK)
            return sum(leg.wanted for leg in dials), reserved

        dials, reserved = await self.room.read(both)
        self.most = max(self.most, dials)
        self.beyond = max(self.beyond, dials - reserved)
