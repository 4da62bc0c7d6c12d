"""What a printer says, told apart: the bytes that come back on a connection, one answer at a time.

Answers to questions, reports that nobody asked for and noise arrive mixed; only their fixed
bits tell them apart. Source: Epson ESC/POS reference, `DLE EOT`, `GS r`, `GS a`, `GS ( H`.
"""

from typing import Final

import msgspec

from turnero.printer.port import Link, Paper, Reason

_MASK: Final = 0x93
_STATUS_BITS: Final = 0x12
_AUTO_BITS: Final = 0x10
#: the answers to `GS r 1`: paper, paper near its end; and no paper, with or without that
_BEHIND: Final = frozenset({0x00, 0x03})
_BEHIND_OUT: Final = frozenset({0x0C, 0x0F})
#: begins the echo of a process id: header, identifier, four letters, NUL
_ECHO: Final = b"\x37\x22"
_ECHO_REST: Final = 6
_AUTO_REST: Final = 3


class Status(msgspec.Struct, frozen=True):
    """The answer to a `DLE EOT`."""

    value: int


class Behind(msgspec.Struct, frozen=True):
    """The answer to `GS r 1`: everything before the question has been worked off."""


class Noise(msgspec.Struct, frozen=True):
    """A byte that is no answer to anything."""

    value: int


class Echo(msgspec.Struct, frozen=True):
    """A process id: everything before it has been printed."""

    process: bytes


class Report(msgspec.Struct, frozen=True):
    """What a printer told by itself (`GS a 255`): why it cannot go on, or None."""

    obstacle: Reason | None
    paper: Paper


Answer = Status | Behind | Echo | Report | Noise


async def hear(link: Link) -> Answer:
    """The next answer.

    Waits as long as nothing comes: the caller has the time limit. `OSError` when the other
    side closes.
    """
    first = (await _read(link, 1))[0]
    if first == _ECHO[0]:
        rest = await _read(link, _ECHO_REST)
        return Echo(rest[1:5]) if rest[0] == _ECHO[1] and rest[-1] == 0 else Noise(first)
    if first & _MASK == _STATUS_BITS:
        return Status(first)
    if first & _MASK == _AUTO_BITS:
        return _report(first, await _read(link, _AUTO_REST))
    if first in _BEHIND:
        return Behind()
    if first in _BEHIND_OUT:
        return Report(Reason.PAPER_OUT, Paper.OUT)
    return Noise(first)


async def status(link: Link) -> int:
    """The next answer to a `DLE EOT`; everything else is passed over."""
    while True:
        answer = await hear(link)
        if isinstance(answer, Status):
            return answer.value


async def _read(link: Link, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = await link.read(size - len(data))
        if not more:
            raise ConnectionResetError("closed without an answer")
        data += more
    return data


def _report(first: int, rest: bytes) -> Report:
    """The four bytes of an automatic report.

    First byte: bit 3 offline, bit 5 cover open. Third byte: bits 0-1 near the end, 2-3 out.
    """
    sensors = rest[1]
    paper = Paper.OUT if sensors & 0x0C else Paper.NEAR_END if sensors & 0x03 else Paper.PRESENT
    obstacle = None
    if paper is Paper.OUT:
        obstacle = Reason.PAPER_OUT
    elif first & 0x20:
        obstacle = Reason.COVER_OPEN
    elif first & 0x08:
        obstacle = Reason.OFFLINE
    return Report(obstacle, paper)
