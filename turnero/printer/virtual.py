"""The virtual printer: a machine of ours that obeys real bytes and answers like a real one.

It is for demonstrations, for learning, and for tests that need a printer to fail on
purpose. It knows nothing of tickets: paper is what the bytes say.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Literal

import msgspec

from turnero.printer.decode import Decoder
from turnero.printer.operations import (
    AskState,
    AutoState,
    Confirm,
    Ignored,
    Init,
    Operation,
    Unknown,
)
from turnero.printer.profiles import DEFAULT, PROFILES, Profile

#: papers kept; older ones are gone like paper in a bin
KEPT: Final = 30
#: bytes that the machine holds while it cannot print; then it stops reading
BUFFER: Final = 64 * 1024
#: bytes of one job that are kept: more is a runaway, not a ticket
LONGEST_JOB: Final = 4 * 1024 * 1024
_PIECE: Final = 64


class Faults(msgspec.Struct, frozen=True):
    """The switches on the machine's back: what is wrong with it now."""

    paper: Literal["present", "near-end", "out"] = "present"
    cover_open: bool = False
    #: its offline key was pressed: holds what comes, prints nothing
    offline: bool = False
    #: switched off or off the network: nothing accepts connections
    unplugged: bool = False
    #: answers nothing, like many cheap network boards
    mute: bool = False
    #: breaks every connection after this many bytes
    drop_after: int | None = None
    #: takes no more than this many bytes a second, like a serial line
    bytes_per_s: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it takes bytes but prints nothing."""
        return self.paper == "out" or self.cover_open or self.offline


class Printout(msgspec.Struct, frozen=True):
    """A piece of paper that came out."""

    number: int
    at_ms: int
    data: bytes


class VirtualPrinter:
    """One machine. Its paper lies in `folder`, or in memory alone when that is None."""

    def __init__(
        self,
        name: str,
        *,
        now_ms: Callable[[], int],
        profile: Profile = PROFILES[DEFAULT],
        folder: Path | None = None,
        chinese: bool = False,
    ) -> None:
        self.name = name
        self.profile = profile
        self.faults = Faults()
        #: starts in two-byte mode, see `decode.Decoder`
        self.chinese = chinese
        #: called, and awaited, after each change of faults or paper
        self.changed: list[Callable[[], Awaitable[None]]] = []
        self._now_ms = now_ms
        self._folder = folder
        self._papers: list[Printout] = []
        self._held: list[bytes] = []
        self._free = asyncio.Event()
        self._free.set()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._papers = sorted(_kept(folder), key=lambda paper: paper.number)

    @property
    def papers(self) -> list[Printout]:
        """What came out, newest first."""
        return self._papers[::-1]

    async def set_faults(self, faults: Faults) -> None:
        """Throw the switches. What was held is printed as soon as it can be."""
        self.faults = faults
        if faults.holds:
            self._free.clear()
        else:
            self._free.set()
            held, self._held = self._held, []
            for data in held:
                self._print(data)
        await self._tell()

    async def clear(self) -> None:
        """Throw all paper away."""
        for paper in self._papers:
            self._forget(paper)
        self._papers = []
        await self._tell()

    def session(self) -> "Session":
        """A new connection; `ConnectionRefusedError` when unplugged."""
        if self.faults.unplugged:
            raise ConnectionRefusedError("the virtual printer is unplugged")
        return Session(self)

    def held_bytes(self) -> int:
        """What waits in the machine's memory."""
        return sum(map(len, self._held))

    async def until_free(self) -> None:
        """Wait until it prints again."""
        await self._free.wait()

    async def accept(self, data: bytes) -> None:
        """A whole job, or what arrived of it: print it, or hold it while that is impossible."""
        if self.faults.holds:
            self._held.append(data)
        else:
            self._print(data)
        await self._tell()

    def status(self, number: int) -> int | None:
        """The answer to `DLE EOT number`; None for one that this machine does not know."""
        faults = self.faults
        match number:
            case 1:
                return 0x1A if faults.holds else 0x12
            case 2:
                return (
                    0x12
                    | (0x04 if faults.cover_open else 0)
                    | (0x20 if faults.paper == "out" else 0)
                )
            case 3:
                return 0x12
            case 4:
                return {"present": 0x12, "near-end": 0x1E, "out": 0x72}[faults.paper]
            case _:
                return None

    def _print(self, data: bytes) -> None:
        number = self._papers[-1].number + 1 if self._papers else 1
        paper = Printout(number, self._now_ms(), data)
        self._papers.append(paper)
        if self._folder is not None:
            (self._folder / _file(paper)).write_bytes(data)
        while len(self._papers) > KEPT:
            self._forget(self._papers.pop(0))

    def _forget(self, paper: Printout) -> None:
        if self._folder is not None:
            (self._folder / _file(paper)).unlink(missing_ok=True)

    async def _tell(self) -> None:
        for call in self.changed:
            await call()


class Session:
    """One connection to the machine."""

    def __init__(self, printer: VirtualPrinter) -> None:
        self._printer = printer
        self._decoder = Decoder(chinese=printer.chinese)
        self._job = bytearray()
        self._marks = False
        self._ended = False

    async def receive(self, data: bytes) -> bytes:
        """Take bytes as fast as the machine can; returns what it answers.

        Raises `ConnectionResetError` when the switches say that the line breaks here.
        """
        answers = b""
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            faults = self._printer.faults
            if faults.drop_after is not None:
                room = faults.drop_after - len(self._job)
                if room < len(piece):
                    answers += self._take(piece[: max(0, room)])
                    await self.end()
                    raise ConnectionResetError("the line broke")
            if faults.bytes_per_s:
                await asyncio.sleep(len(piece) / faults.bytes_per_s)
            if faults.holds and self._printer.held_bytes() + len(self._job) > BUFFER:
                await self._printer.until_free()
            answers += self._take(piece)
        return b"" if self._printer.faults.mute else answers

    async def end(self) -> None:
        """The connection is over: what came is a job, if it marks paper at all."""
        if self._ended:
            return
        self._ended = True
        if self._marks:
            await self._printer.accept(bytes(self._job))

    def _take(self, piece: bytes) -> bytes:
        if len(self._job) < LONGEST_JOB:
            self._job += piece
        return self._obey(self._decoder.feed(piece))

    def _obey(self, operations: list[Operation]) -> bytes:
        answers = b""
        for operation in operations:
            match operation:
                case AskState(command="DLE EOT", number=number):
                    answer = self._printer.status(number)
                    answers += b"" if answer is None else bytes([answer])
                case AskState(number=number) if not self._printer.faults.holds:
                    # GS r 1: paper sensor; it stands in line behind what is to be printed.
                    near = self._printer.faults.paper == "near-end"
                    answers += (b"\x03" if near else b"\x00") if number in (1, 49) else b""
                case Confirm(process=process) if not self._printer.faults.holds:
                    answers += b"\x37\x22" + process + b"\x00"
                case AskState() | AutoState() | Confirm() | Init() | Ignored():
                    continue
                case Unknown(data=data) if not data.strip(b"\0"):
                    continue
                case _:
                    self._marks = True
        return answers


def _file(paper: Printout) -> str:
    return f"{paper.number:08d}-{paper.at_ms}.bin"


def _kept(folder: Path) -> list[Printout]:
    """The papers in a folder; files that are not ours are left alone."""
    found = []
    for path in folder.glob("*-*.bin"):
        number, _, at_ms = path.stem.partition("-")
        if number.isdigit() and at_ms.isdigit():
            found.append(Printout(int(number), int(at_ms), path.read_bytes()))
    return found
