"""What all transports share: time limits, questions, confirmation, and the honest reading of
what went wrong.

Every wait has a limit, and a limit that runs out has an outcome: nothing here can hang.
"""

import asyncio
from contextlib import suppress
from typing import Final

from turnero.printer.port import (
    Capabilities,
    Confirmation,
    Limits,
    Link,
    Outcome,
    Paper,
    PrinterState,
    Reason,
    Result,
    reason_of,
)
from turnero.printer.transports.answers import Answer, Behind, Echo, Noise, Report, hear, status

_OFFLINE: Final = 0x08
_COVER: Final = 0x04
_NEAR_END: Final = 0x0C
_PAPER_OUT: Final = 0x60
#: what is asked, in this order: printer, paper, cause of being offline
QUESTIONS: Final = (b"\x10\x04\x01", b"\x10\x04\x04", b"\x10\x04\x02")
#: seconds in which a printer that reported an obstacle may still say that the job was done
_LAST_WORD_S: Final = 1.0
#: seconds for which late answers are listened to before anything is asked
_LATE_S: Final = 0.05


class BasePrinter:
    """A printer, but for how a connection to it is opened."""

    #: whether what the printer says after a connection is lost with it (a network), or may be
    #: heard on the next one (a line that stays)
    forgets = True

    def __init__(
        self,
        *,
        reports: bool = True,
        confirms: Confirmation = Confirmation.NONE,
        limits: Limits | None = None,
    ) -> None:
        self.caps = Capabilities(
            confirms=confirms if reports else Confirmation.NONE, reports=reports
        )
        self.limits = limits or Limits()
        self._mute = not reports
        #: whether an answer to `GS r` of an earlier job may still come
        self._owed = False

    async def connect(self) -> Link:
        """Open a connection; `OSError` when there is nobody. What a transport must give."""
        raise NotImplementedError

    def patience_s(self, job: bytes) -> float:
        """How long the whole job may take to be accepted."""
        del job
        return self.limits.send_s

    async def send(self, job: bytes, process: str = "") -> Outcome:
        """One connection: asked how it is, then the job in one write, then its confirmation.

        FAILED only while not a byte of the job has left; questions are not part of it.
        """
        try:
            link = await asyncio.wait_for(self.connect(), self.limits.connect_s)
        except (OSError, TimeoutError) as error:
            return Outcome(Result.FAILED, reason_of(error))
        try:
            obstacle = await self._obstacle(link)
            if obstacle is not None:
                return Outcome(Result.FAILED, obstacle)
            how = self._confirmation(process)
            # From here on some of the job may be in the printer, whatever happens.
            try:
                async with asyncio.timeout(self.patience_s(job)):
                    await link.write(job + _question(how, process))
                    if how is Confirmation.NONE:
                        await link.close()
                        return Outcome(Result.SENT)
            except TimeoutError:
                return Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
            except OSError:
                return Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
            return await self._confirmed(link, how, process)
        finally:
            await _drop(link)

    async def state(self) -> PrinterState:
        """Ask how it is, on a connection of its own."""
        try:
            link = await asyncio.wait_for(self.connect(), self.limits.connect_s)
        except (OSError, TimeoutError) as error:
            why = reason_of(error)
            return PrinterState(
                answered=False,
                reachable=False,
                barred=None if why is Reason.UNREACHABLE else why,
            )
        try:
            said = await self._ask(link)
        except OSError:
            said = []
        finally:
            await _drop(link)
        return read_state(said, self.caps.confirms)

    def _confirmation(self, process: str) -> Confirmation:
        """How this job can be confirmed: not at all by a printer that answers nothing."""
        if self._mute or (self.caps.confirms is Confirmation.PROCESS and not process):
            return Confirmation.NONE
        return self.caps.confirms

    async def _obstacle(self, link: Link) -> Reason | None:
        """Why the job must not be sent on this connection, or None.

        A printer that answered nothing the last time is not asked: it would hold up every
        ticket by the time limit.
        """
        if self._mute:
            return None
        try:
            return read_state(await self._ask(link)).obstacle
        except OSError:
            return Reason.CONNECTION_LOST

    async def _ask(self, link: Link) -> list[int]:
        """The answers to `QUESTIONS`, in order.

        The first that stays away ends it: coming late, it would answer the next question.
        """
        said: list[int] = []
        if not self.caps.reports:
            return said
        if not self.forgets:
            await self._pass_over(link)
        for question in QUESTIONS:
            try:
                async with asyncio.timeout(self.limits.answer_s):
                    await link.write(question)
                    said.append(await status(link))
            except TimeoutError:
                break
        self._mute = not said
        return said

    async def _pass_over(self, link: Link) -> None:
        """What was said before anything was asked: a late answer would pass for the next one, and
        every answer after it for the one behind it.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_LATE_S):
                while True:
                    if isinstance(await hear(link), Behind):
                        self._owed = False

    async def _confirmed(self, link: Link, how: Confirmation, process: str) -> Outcome:
        """Whether the printer says that it has printed the job; silence is never yes."""
        proof = _Proof(how, process, owed=self._owed)
        try:
            async with asyncio.timeout(self.limits.confirm_s) as limit:
                while not proof.complete(await hear(link)):
                    if proof.reason is not Reason.UNCONFIRMED:
                        soon = asyncio.get_running_loop().time() + _LAST_WORD_S
                        limit.reschedule(min(soon, limit.when() or soon))
        except TimeoutError:
            late = how is Confirmation.STATUS and not proof.heard
            self._owed = late and not self.forgets
            return Outcome(Result.UNKNOWN, proof.reason)
        except OSError:
            return Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
        self._owed = False
        return Outcome(Result.PRINTED)


class _Proof:
    """What was heard since a job was handed over."""

    def __init__(self, how: Confirmation, process: str, *, owed: bool) -> None:
        #: why there is no proof yet
        self.reason = Reason.UNCONFIRMED
        self._how = how
        self._process = process.encode("ascii")
        #: the next answer may be an earlier job's
        self._owed = owed
        #: whether such an answer came
        self.heard = False
        #: an answer of one byte proves nothing among noise
        self._trusted = True

    def complete(self, answer: Answer) -> bool:
        """Whether this answer proves that the job was printed."""
        match answer:
            case Echo(process=process):
                return self._how is Confirmation.PROCESS and process == self._process
            case Behind() if self._how is Confirmation.STATUS and self._trusted:
                self.heard = True
                owed, self._owed = self._owed, False
                return not owed
            case Noise():
                self._trusted = False
            case Report(obstacle=obstacle):
                self.reason = obstacle or Reason.UNCONFIRMED
        return False


def _question(how: Confirmation, process: str) -> bytes:
    """What stands behind a job so that the printer confirms it."""
    match how:
        case Confirmation.PROCESS:
            return b"\x1d(H\x06\x0000" + process.encode("ascii")
        case Confirmation.STATUS:
            return b"\x1da\xff\x1dr\x01"
        case Confirmation.NONE:
            return b""


async def _drop(link: Link) -> None:
    """Close a connection whose end does not matter, closed before or not."""
    try:
        async with asyncio.timeout(0.5):
            await link.close()
    except (OSError, TimeoutError):
        return


def read_state(said: list[int], confirms: Confirmation = Confirmation.NONE) -> PrinterState:
    """The state that the answers to `QUESTIONS` mean, as far as they came.

    Source: Epson ESC/POS reference, `DLE EOT`: 1 gives 0x12 online, 0x1A offline; 4 gives
    0x12 paper, 0x1E near its end, 0x72 out; 2 has bit 2 for an open cover.
    """
    if not said:
        return PrinterState(answered=False, reachable=True)
    printer, paper, cause = [*said, None, None][:3]
    return PrinterState(
        answered=True,
        reachable=True,
        online=not (printer or 0) & _OFFLINE,
        paper=None if paper is None else _paper(paper),
        cover_open=None if cause is None else bool(cause & _COVER),
        confirms=confirms,
    )


def _paper(answer: int) -> Paper:
    if answer & _PAPER_OUT:
        return Paper.OUT
    return Paper.NEAR_END if answer & _NEAR_END else Paper.PRESENT
