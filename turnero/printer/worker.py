"""One task for each printer: takes its jobs one at a time, and asks how it is in between.

It decides nothing about repeating; it tells the spool what became of each attempt. An
exception in one job, or a printer that misbehaves, never ends the task.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import msgspec

from turnero.printer import holding, reads, spool
from turnero.printer.holding import Hold
from turnero.printer.port import Outcome, Printer, PrinterState, Reason, Result
from turnero.printer.spool import Claim, Claimed, Recover, Settle
from turnero.queue.commands.hearing import hear
from turnero.store.devices import Beat, Device
from turnero.store.errors import Refused, TurneroError, Unavailable
from turnero.store.ledger import Ledger

log = logging.getLogger("turnero.printer")

#: seconds between two questions to an idle printer; also its heartbeat
POLL_S: Final = 10.0
#: an answer younger than this is not asked for again when something stirs; seconds
FRESH_S: Final = 2.0
#: seconds given to a job under way when the server stops
GRACE_S: Final = 0.5
#: seconds to wait after an exception, doubled each time up to the second figure
PAUSES_S: Final = (0.5, 30.0)


class TooLong(Exception):
    """A job has more letters than any ticket."""


class Worker:
    """Prints one printer's jobs. `make` turns a claimed job into bytes."""

    def __init__(
        self,
        ledger: Ledger,
        device: Device,
        printer: Printer,
        make: Callable[[Claimed], Awaitable[bytes]],
        *,
        holder: str = "",
        changed: Callable[[], None] = lambda: None,
        poll_s: float = POLL_S,
    ) -> None:
        """`holder`: the name of this process, where several serve one database."""
        self.device = device
        self.state: PrinterState | None = None
        self._ledger = ledger
        self._printer = printer
        self._make = make
        self._holder = holder
        self._changed = changed
        self._poll_s = poll_s
        self._asked_s = 0.0
        #: what became of an attempt and could not be written down yet
        self._unsettled: Settle | None = None
        #: one conversation with the printer at a time
        self._lock = asyncio.Lock()
        self._bell = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin: first what a crash left, then the jobs that wait."""
        self._task = asyncio.create_task(self._run(), name=f"printer-{self.device.key}")

    def wake(self) -> None:
        """There may be a job."""
        self._bell.set()

    async def stop(self) -> None:
        """End, giving a job under way a moment; one cut off is found as unknown at the next start."""
        if self._task is None:
            return
        self._stopping.set()
        self._bell.set()
        await asyncio.wait({self._task}, timeout=GRACE_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = PAUSES_S[0]
        recovered = False
        while not self._stopping.is_set():
            try:
                await self._settle()
                if not recovered:
                    await self._command(spool.recover, Recover(self.device.id, self._holder))
                    recovered = True
                self._bell.clear()
                while not self._stopping.is_set() and await self._print_next():
                    continue
                if not self._stopping.is_set() and self._age_s() > FRESH_S:
                    await self._ask()
                pause = PAUSES_S[0]
            except Refused as refusal:
                if recovered:
                    log.warning("printer %s: %s", self.device.key, refusal)
                recovered = False  # another process has it: begin anew when it lets go
                await self._rest(self._poll_s)
                continue
            except Exception as error:
                if not isinstance(error, Unavailable):
                    log.exception("printer %s", self.device.key)
                recovered = False  # a job may have been claimed, and nobody here knows of it
                await self._rest(pause)
                pause = min(pause * 2, PAUSES_S[1])
                continue
            await self._rest(self._poll_s)
        if recovered:
            with suppress(TurneroError):
                await self._command(holding.let_go, Hold(self.device.id, self._holder))

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._bell.wait()

    async def _print_next(self) -> bool:
        """Print the next job that is due; False when there is none."""
        if not await self._ledger.read(reads.due, self.device.id):
            return False
        async with self._lock:
            claimed = await self._ledger.run(
                spool.claim,
                Claim(self.device.id, self._holder),
                site=self.device.site,
                actor="system",
            )
            if claimed.job is None:
                return False
            outcome = await self._attempt(claimed)
            self._unsettled = Settle(claimed.job, claimed.process, outcome)
            await self._settle()
        if outcome.result not in (Result.SENT, Result.PRINTED):
            self.state = None  # to be asked anew: something is not as it was
            log.warning(
                "print job %s on %s: %s (%s)",
                claimed.job,
                self.device.key,
                outcome.result.value,
                outcome.reason.value if outcome.reason else "-",
            )
        return True

    async def _settle(self) -> None:
        """Write down what became of the last attempt; kept for as long as the store is away."""
        if self._unsettled is not None:
            with suppress(Refused):  # settled by others: it was called lost meanwhile
                await self._command(spool.settle, self._unsettled)
            self._unsettled = None

    async def _attempt(self, claimed: Claimed) -> Outcome:
        """Make a claimed job and send it."""
        try:
            job = await self._make(claimed)
        except TooLong as error:
            log.error("print job %s has %s letters", claimed.job, error)  # noqa: TRY400 - a wrong text
            return Outcome(Result.FAILED, Reason.TOO_LONG)
        except Exception:
            log.exception("print job %s could not be made", claimed.job)
            return Outcome(Result.FAILED, Reason.FAULT)
        try:
            return await self._printer.send(job, claimed.process)
        except Exception:
            log.exception("print job %s: the transport failed", claimed.job)
            return Outcome(Result.UNKNOWN, Reason.FAULT)

    def _age_s(self) -> float:
        """How long ago it was asked."""
        if self.state is None:
            return math.inf
        return asyncio.get_running_loop().time() - self._asked_s

    async def _ask(self) -> PrinterState:
        """Ask how it is, and write it down as its heartbeat."""
        async with self._lock:
            state = await self._printer.state()
        self._asked_s = asyncio.get_running_loop().time()
        before, self.state = self.state, state
        queued = await self._ledger.read(reads.waiting, self.device.id)
        said = {
            **msgspec.to_builtins(state),
            "obstacle": state.obstacle.value if state.obstacle else None,
            "asked": self._printer.caps.reports,
            "queued": queued,
            "holder": self._holder,
        }
        await self._command(hear, Beat(self.device.id, msgspec.json.encode(said).decode()))
        if before != state:
            self._changed()
        return state

    async def _command(self, command: Callable[..., object], request: object) -> None:
        await self._ledger.run(command, request, site=self.device.site, actor="system")


async def warm_later(seconds: float = 2.0) -> None:
    """Import the encoder once the start is over, before the first ticket needs it."""
    await asyncio.sleep(seconds)
    from turnero.printer import escpos  # noqa: PLC0415 - imports what draws letters

    await asyncio.to_thread(escpos.warm)
