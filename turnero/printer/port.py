"""The port: what the spool wants of any printer, and what every transport has in common.

A transport says only how bytes reach one kind of connection (`Printer` below, one file
each under transports/). When to print, what to repeat and what to tell people is the
spool's business.
"""

import asyncio
from enum import StrEnum
from typing import Final, Protocol

import msgspec

#: `DLE EOT n`: the answer always has these bits, which tells it from noise
_STATUS_MASK: Final = 0x93
_STATUS_BITS: Final = 0x12
_OFFLINE: Final = 0x08
_COVER: Final = 0x04
_NEAR_END: Final = 0x0C
_PAPER_OUT: Final = 0x60
#: what is asked, in this order: printer, paper, cause of being offline
QUESTIONS: Final = (b"\x10\x04\x01", b"\x10\x04\x04", b"\x10\x04\x02")


class Result(StrEnum):
    """What is known of a job after it was sent."""

    #: the printer said that it has printed it all
    PRINTED = "printed"
    #: everything was handed over, and this printer cannot confirm
    SENT = "sent"
    #: nothing left the process: sending it again prints it once
    FAILED = "failed"
    #: something left, and nobody knows what became of it
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why a job was not simply printed or sent."""

    #: nobody answers at the address
    UNREACHABLE = "unreachable"
    #: the connection broke with the job under way
    CONNECTION_LOST = "connection-lost"
    #: the printer took too long to accept the job
    TIMED_OUT = "timed-out"
    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    OFFLINE = "offline"
    #: the server stopped or broke with the job under way
    INTERRUPTED = "interrupted"
    #: the printer was away so long that nobody waits for this paper any more
    TOO_LATE = "too-late"
    #: the job could not be made, or the transport has a defect
    FAULT = "fault"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one job."""

    result: Result
    reason: Reason | None = None


class Paper(StrEnum):
    """What the paper sensors say."""

    PRESENT = "present"
    NEAR_END = "near-end"
    OUT = "out"


class PrinterState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a printer said of itself. No answer is never good news: it is `answered=False`."""

    #: whether it answered at all; False leaves the rest without a value
    answered: bool
    #: whether anything accepts connections at its address
    reachable: bool
    online: bool | None = None
    paper: Paper | None = None
    cover_open: bool | None = None

    @property
    def obstacle(self) -> Reason | None:
        """Why a job must not be sent now, or None if nothing is known against it."""
        if not self.reachable:
            return Reason.UNREACHABLE
        if self.paper is Paper.OUT:
            return Reason.PAPER_OUT
        if self.cover_open:
            return Reason.COVER_OPEN
        if self.online is False:
            return Reason.OFFLINE
        return None


class Capabilities(msgspec.Struct, frozen=True):
    """What a printer can tell over its transport."""

    #: `send` can end as PRINTED; without it the best is SENT
    confirms: bool
    #: `state` can be answered
    reports: bool


class Printer(Protocol):
    """One printer at one address. Not for two jobs at once: the worker holds a lock."""

    @property
    def caps(self) -> Capabilities:
        """What it can tell."""
        ...

    async def send(self, job: bytes) -> Outcome:
        """Hand over one whole job. Never raises for what the printer does."""
        ...

    async def state(self) -> PrinterState:
        """Ask how it is; only while no job is under way. Never raises for what it does."""
        ...


class Limits(msgspec.Struct, frozen=True):
    """How long a transport waits, in seconds."""

    connect_s: float = 3.0
    #: for the whole job to be accepted: a slow printer holds the connection while it prints
    send_s: float = 30.0
    #: for each byte of state
    answer_s: float = 0.8


class Link(Protocol):
    """One open connection to a printer, for one job or one round of questions."""

    async def write(self, data: bytes) -> None:
        """Hand over; returns when all was taken. `OSError` when the other side is gone."""
        ...

    async def read(self, size: int) -> bytes:
        """Up to that many bytes; empty when the other side closed."""
        ...

    async def close(self) -> None:
        """End in order; `OSError` when the other side had gone before."""
        ...


class BasePrinter:
    """What all transports share: time limits, and the honest reading of what went wrong."""

    def __init__(self, *, reports: bool = True, limits: Limits | None = None) -> None:
        self.caps = Capabilities(confirms=False, reports=reports)
        self.limits = limits or Limits()
        self._mute = not reports

    async def connect(self) -> Link:
        """Open a connection; `OSError` when there is nobody. What a transport must give."""
        raise NotImplementedError

    async def send(self, job: bytes) -> Outcome:
        """One connection: asked how it is, then the job in one write.

        FAILED only while not a byte of the job has left; questions are not part of it.
        """
        try:
            link = await asyncio.wait_for(self.connect(), self.limits.connect_s)
        except (OSError, TimeoutError):
            return Outcome(Result.FAILED, Reason.UNREACHABLE)
        obstacle = await self._obstacle(link)
        if obstacle is not None:
            await _drop(link)
            return Outcome(Result.FAILED, obstacle)
        # From here on some of the job may be in the printer, whatever happens.
        try:
            async with asyncio.timeout(self.limits.send_s):
                await link.write(job)
                await link.close()
        except TimeoutError:
            await _drop(link)
            return Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
        except OSError:
            await _drop(link)
            return Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
        except asyncio.CancelledError:
            await _drop(link)
            raise
        return Outcome(Result.SENT)

    async def state(self) -> PrinterState:
        """Ask how it is, on a connection of its own."""
        try:
            link = await asyncio.wait_for(self.connect(), self.limits.connect_s)
        except (OSError, TimeoutError):
            return PrinterState(answered=False, reachable=False)
        try:
            said = await self._ask(link)
        except OSError:
            said = []
        await _drop(link)
        return read_state(said)

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
        for question in QUESTIONS:
            try:
                async with asyncio.timeout(self.limits.answer_s):
                    await link.write(question)
                    said.append(await _status_byte(link))
            except TimeoutError:
                break
        self._mute = not said
        return said


async def _status_byte(link: Link) -> int:
    """The next byte that is an answer; others (automatic reports, noise) are passed over."""
    while True:
        answer = await link.read(1)
        if not answer:
            raise ConnectionResetError("closed without an answer")
        if answer[0] & _STATUS_MASK == _STATUS_BITS:
            return answer[0]


async def _drop(link: Link) -> None:
    """Close a connection whose end does not matter."""
    try:
        async with asyncio.timeout(0.5):
            await link.close()
    except (OSError, TimeoutError):
        return


def read_state(said: list[int]) -> PrinterState:
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
    )


def _paper(answer: int) -> Paper:
    if answer & _PAPER_OUT:
        return Paper.OUT
    return Paper.NEAR_END if answer & _NEAR_END else Paper.PRESENT
