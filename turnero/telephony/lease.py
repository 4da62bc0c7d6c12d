"""The lease of who dials, as one process has it: renewed, watched while it is another's, and not
believed beyond its time.

A process that was stopped for a while (a paused machine, one asleep, a disk that hung) goes on in
the middle of a sentence and does not know that another dials meanwhile: what it writes is refused
by the epoch, and what it would say to the exchange it asks `surely` for first.
"""

from typing import Final

import structlog

from turnero.queue.call_requests import Lead, Led
from turnero.queue.commands import leading
from turnero.queue.commands.leading import LEASE_MS
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger

log = structlog.get_logger("turnero.telephony")

#: seconds between two words of a leader that it lives
BEAT_S: Final = LEASE_MS / 1000 / 3


class Lease:
    """Ask for it each `BEAT_S`."""

    def __init__(self, ledger: Ledger, holder: str) -> None:
        """`holder`: the name of this process among those that serve the same database."""
        self._ledger = ledger
        self._holder = holder
        #: of the last one that this process had; 0: none yet
        self.epoch = 0
        self.held = False
        #: both clocks before it was last asked for with success: the other one takes it no earlier
        self._since_ms = (0, 0)
        #: the last renewal by another that was seen, and since when, line clock
        self._other: tuple[int, int] | None = None

    async def ask(self) -> bool:
        """Keep it, or take it if nobody has it; whether it is ours. Raises nothing."""
        clock = self._ledger.clock
        line_ms, now_ms = clock.line_ms(), clock.now_ms()
        lapsed = None
        if self._other is not None and line_ms - self._other[1] >= LEASE_MS:
            lapsed = self._other[0]
        try:
            led = await self._run(Lead(self._holder, self.epoch, lapsed))
        except TurneroError:
            self.held = False
            return False
        if led.held:
            if lapsed is not None:
                log.warning("who dialled has fallen silent: this process dials", epoch=led.epoch)
            self.epoch, self._since_ms, self._other = led.epoch, (line_ms, now_ms), None
        else:
            if self.held:
                log.warning("another process dials now", epoch=led.epoch)
            if self._other is None or self._other[0] != led.until_ms:
                self._other = led.until_ms, line_ms
        self.held = led.held
        return led.held

    def surely(self) -> bool:
        """Whether nobody else can have it yet.

        By both clocks: the one does not count the hours of a machine that was asleep, the other
        is set by people.
        """
        clock = self._ledger.clock
        passed_ms = max(clock.line_ms() - self._since_ms[0], clock.now_ms() - self._since_ms[1])
        return self.held and passed_ms < LEASE_MS

    async def give_back(self) -> None:
        """Another may have it at once. Raises nothing."""
        if not self.epoch:
            return
        self.held = False
        try:
            await self._run(Lead(self._holder, self.epoch, keep=False))
        except TurneroError:
            log.info("the lease of who dials could not be given back: it ends by itself")

    async def _run(self, request: Lead) -> Led:
        return await self._ledger.run(leading.lead, request, site=0, actor="system")
