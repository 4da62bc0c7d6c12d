"""Timers: what must happen later, kept in rows, fired once, as commands.

A timer is removed in the transaction that does its work, so after a crash it fires again
or has fired, never both. One that was due while nobody ran fires late and says so.
"""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import bindparam, delete, select

from turnero.store import journal
from turnero.store.errors import Refused, Unavailable
from turnero.store.facts import ClockJumped
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.tx import Tx
from turnero.store.writer import forget_repeats

_DUE = Statement(
    select(timer.c.site, timer.c.kind, timer.c.key, timer.c.due_ms, timer.c.body)
    .where(timer.c.due_ms <= bindparam("now"))
    .order_by(timer.c.due_ms)
    .limit(100)
)
_NEXT = Statement(select(timer.c.due_ms).order_by(timer.c.due_ms).limit(1))
_TAKE = Statement(
    delete(timer).where(
        timer.c.site == bindparam("b_site"),
        timer.c.kind == bindparam("b_kind"),
        timer.c.key == bindparam("b_key"),
        timer.c.due_ms == bindparam("b_due"),
    )
)

#: the longest sleep without a look at the clock, so that a jump is noticed; seconds
LOOK_S = 5.0
#: a difference between wall and line clock that counts as a jump
JUMP_MS = 2000
#: how long a timer whose work failed waits for its next try
RETRY_MS = 30_000
#: how often old idempotency records are dropped
TIDY_MS = 3600 * 1000


class TimerDue(msgspec.Struct, frozen=True):
    """What a timer's command is asked. `due_ms` is when it was due, which may be long ago."""

    site: int
    kind: str
    key: str
    due_ms: int
    body: str


Handler = Callable[[Tx, TimerDue], object]


class Timers:
    """Fires the timers of a ledger until stopped. `handlers` maps kinds to commands.

    `jumped` is run at every site when the wall clock was set, before anything fires by it.
    """

    def __init__(
        self,
        ledger: Ledger,
        handlers: Mapping[str, Handler],
        failed: Callable[[str, Exception], None],
        jumped: Callable[[Tx, ClockJumped], object] | None = None,
    ) -> None:
        self._ledger = ledger
        self._handlers = handlers
        self._failed = failed
        self._jumped = jumped
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._drift_ms = 0
        self._tidied_ms = 0

    def start(self) -> None:
        """Begin; overdue timers fire at once."""
        clock = self._ledger.clock
        self._drift_ms = clock.now_ms() - clock.line_ms()
        self._ledger.on_timers.append(self._bell.set)
        self._task = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        """End; work under way is finished by the ledger."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._bell.clear()
            try:
                # First: what an old clock promised must not fire by the new one.
                await self._notice_jump()
                await self._fire_due()
                await self._tidy()
                wait = await self._until_next()
            except Exception as error:  # noqa: BLE001 - whatever it was: without timers no day ever closes
                self._failed("timers", error)
                wait = LOOK_S
            sleep = asyncio.ensure_future(self._ledger.clock.sleep(wait))
            ring = asyncio.ensure_future(self._bell.wait())
            try:
                await asyncio.wait({sleep, ring}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                sleep.cancel()
                ring.cancel()

    async def fire_due(self) -> None:
        """Fire what is due now, once each: for a clock that somebody moves by hand."""
        await self._fire_due()

    async def next_ms(self) -> int | None:
        """When the next timer is due, UTC; None: none is set."""
        return await self._ledger.read(_next)

    async def _until_next(self) -> float:
        next_ms = await self._ledger.read(_next)
        if next_ms is None:
            return LOOK_S
        return max(0.0, min(LOOK_S, (next_ms - self._ledger.clock.now_ms()) / 1000))

    async def _fire_due(self) -> None:
        for due in await self._ledger.read(_due, self._ledger.clock.now_ms()):
            handler = self._handlers.get(due.kind)
            try:
                if handler is None:
                    raise LookupError(f"no handler for timers of kind {due.kind!r}")
                await self._ledger.run(_firing(handler), due, site=due.site, actor="timer")
            except Refused:
                # The rule says that it no longer applies: the timer is spent.
                await self._ledger.run(_drop, due, site=due.site, actor="timer")
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - one failing timer must not hold up the others
                self._failed(due.kind, error)
                await self._ledger.run(_later, due, site=due.site, actor="timer")

    async def _notice_jump(self) -> None:
        clock = self._ledger.clock
        drift = clock.now_ms() - clock.line_ms()
        by_ms, self._drift_ms = drift - self._drift_ms, drift
        if abs(by_ms) > JUMP_MS:
            jump = ClockJumped(by_ms)
            await self._ledger.run(_jumped, jump, site=0, actor="system")
            if self._jumped is None:
                return
            for site in await self._ledger.read(journal.sites):
                if site != 0:
                    await self._ledger.run(self._jumped, jump, site=site, actor="timer")

    async def _tidy(self) -> None:
        line_ms = self._ledger.clock.line_ms()
        if line_ms - self._tidied_ms >= TIDY_MS:
            self._tidied_ms = line_ms
            await self._ledger.run(forget_repeats, None, site=0, actor="system")


def _due(q: Query, now_ms: int) -> list[TimerDue]:
    return [TimerDue(*row) for row in q.rows(_DUE, now=now_ms)]


def _next(q: Query) -> int | None:
    row = q.row(_NEXT)
    return row.due_ms if row else None


def _firing(handler: Handler) -> Callable[[Tx, TimerDue], None]:
    def fire(tx: Tx, due: TimerDue) -> None:
        if tx.run(_TAKE, b_site=due.site, b_kind=due.kind, b_key=due.key, b_due=due.due_ms):
            handler(tx, due)

    return fire


def _drop(tx: Tx, due: TimerDue) -> None:
    tx.run(_TAKE, b_site=due.site, b_kind=due.kind, b_key=due.key, b_due=due.due_ms)


def _later(tx: Tx, due: TimerDue) -> None:
    _drop(tx, due)
    tx.timer(due.kind, due.key, tx.now_ms + RETRY_MS, due.body)


def _jumped(tx: Tx, fact: ClockJumped) -> None:
    tx.append(fact)
