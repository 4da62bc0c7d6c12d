"""The port: what the spool wants of any printer, and what every transport has in common.

A transport says only how bytes reach one kind of connection (`Printer` below, one file
each under transports/, on `transports.base`). When to print, what to repeat and what to tell people is the
spool's business.
"""

import errno
from enum import StrEnum
from typing import Protocol

import msgspec


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
    #: another program, process or box has the printer
    BUSY = "busy"
    #: the system does not let this program use the printer
    DENIED = "denied"
    #: all was handed over, and the printer did not say that it had printed it
    UNCONFIRMED = "unconfirmed"
    #: the server stopped or broke with the job under way
    INTERRUPTED = "interrupted"
    #: the printer was away so long that nobody waits for this paper any more
    TOO_LATE = "too-late"
    #: longer than any ticket: a wrong text, not paper that somebody wants
    TOO_LONG = "too-long"
    #: the job could not be made, or the transport has a defect
    FAULT = "fault"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one job."""

    result: Result
    reason: Reason | None = None


class Confirmation(StrEnum):
    """How a printer shows that it has printed a job."""

    #: it echoes the job's own id when the printing has completed (`GS ( H`, function 48)
    PROCESS = "process"
    #: it answers a question that stands in line behind the job (`GS r 1`), and tells by itself
    #: when paper or cover change (`GS a 255`)
    STATUS = "status"
    #: not at all: handed over is the best that can be known
    NONE = "none"


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
    #: how it will show that a job was printed: what its profile says, if it answers at all
    confirms: Confirmation = Confirmation.NONE
    #: why it could not be reached, where more than that is known
    barred: Reason | None = None

    @property
    def obstacle(self) -> Reason | None:
        """Why a job must not be sent now, or None if nothing is known against it."""
        if not self.reachable:
            return self.barred or Reason.UNREACHABLE
        if self.paper is Paper.OUT:
            return Reason.PAPER_OUT
        if self.cover_open:
            return Reason.COVER_OPEN
        if self.online is False:
            return Reason.OFFLINE
        return None


class Capabilities(msgspec.Struct, frozen=True):
    """What a printer can tell over its transport."""

    #: how `send` can end as PRINTED; with NONE the best is SENT
    confirms: Confirmation
    #: `state` can be answered
    reports: bool


class Printer(Protocol):
    """One printer at one address. Not for two jobs at once: the worker holds a lock."""

    @property
    def caps(self) -> Capabilities:
        """What it can tell."""
        ...

    async def send(self, job: bytes, process: str = "") -> Outcome:
        """Hand over one whole job. Never raises for what the printer does.

        `process`: the four printable letters under which this attempt was written down
        before; a printer that confirms by the job's id echoes them.
        """
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
    #: for the printer to say that it has printed a job, once it has it all
    confirm_s: float = 10.0


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


class Occupied(OSError):
    """Somebody else has the printer."""

    def __init__(self, what: str) -> None:
        super().__init__(errno.EBUSY, f"{what} is in use by another program")


def reason_of(error: OSError | TimeoutError) -> Reason:
    """Why a connection could not be opened."""
    if error.errno in (errno.EBUSY, errno.EAGAIN):
        return Reason.BUSY
    if error.errno in (errno.EACCES, errno.EPERM):
        return Reason.DENIED
    if error.errno == errno.EHOSTDOWN:
        return Reason.OFFLINE
    return Reason.UNREACHABLE
