"""The port: what the worker wants of any sign, and what is known of it afterwards.

A sign is always given all that it shows, never a difference, so painting it twice does no
harm. What it shows is decided in state.py; how bytes reach it, in links.py and bus.py.
"""

from enum import StrEnum
from typing import Protocol

import msgspec

from turnero.display.signs.face import Face


class Result(StrEnum):
    """What is known of a sign after it was painted."""

    #: the sign said that it has it
    SHOWN = "shown"
    #: everything was handed over, and this sign cannot confirm: its protocol has no answer,
    #: or its address is everybody's
    SENT = "sent"
    #: the sign has nothing of it
    FAILED = "failed"
    #: it was sent, and the answer that should have come did not, or makes no sense
    UNCONFIRMED = "unconfirmed"


class Reason(StrEnum):
    """Why a sign was not simply painted."""

    #: nobody answers at the address, or there is no such port
    UNREACHABLE = "unreachable"
    #: the connection broke meanwhile
    CONNECTION_LOST = "connection-lost"
    #: the line did not take the bytes in time
    TIMED_OUT = "timed-out"
    #: no answer at all
    MUTE = "mute"
    #: something came that is no answer
    GARBLED = "garbled"
    #: an answer that says no
    REFUSED = "refused"
    #: the number is wider than the sign: a part of it would be another number
    TOO_NARROW = "too-narrow"
    #: the adapter has a defect
    FAULT = "fault"


class Outcome(msgspec.Struct, frozen=True):
    """What became of one painting."""

    result: Result
    reason: Reason | None = None

    @property
    def well(self) -> bool:
        """Whether nothing is known to be wrong."""
        return self.result in (Result.SHOWN, Result.SENT)


class Limits(msgspec.Struct, frozen=True):
    """How long a sign and its line may take, in seconds."""

    #: to open the line
    connect_s: float = 3.0
    #: for all bytes of a painting to be taken
    write_s: float = 3.0
    #: for the whole answer; a sign at 9600 baud answers in some 20 ms
    answer_s: float = 1.0
    #: silence between two conversations on one line: Modbus RTU wants 3.5 characters
    gap_s: float = 0.01
    #: after a line could not be opened nobody tries for so long, doubled each time
    reopen_s: tuple[float, float] = (0.5, 15.0)


class Sign(Protocol):
    """One sign on its line. May be called for several signs of a line at once: the line sees
    to it that they take turns.
    """

    @property
    def width(self) -> int | None:
        """How many characters it has; None where it finds room by itself."""
        ...

    @property
    def opened(self) -> int:
        """How often its line was opened: after another one it may show anything."""
        ...

    async def show(self, face: Face) -> Outcome:
        """Paint all of it, with its brightness where the protocol has one. Never raises for
        what the sign or its line does.
        """
        ...

    async def gone(self) -> bool:
        """Whether the line that was open is not any more, as far as can be told without a word."""
        ...

    async def close(self) -> None:
        """It is not needed any more; the line closes with its last sign."""
        ...
