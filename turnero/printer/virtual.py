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
    Cut,
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
#: seconds by which a late answer is late
LATE_S: Final = 3.0
#: what noise looks like here: bytes that answer nothing
_NOISE: Final = b"\xfe\x81\xa5"
_PIECE: Final = 64


#: called with what the machine says
Say = Callable[[bytes], None]


def _nobody_hears(_said: bytes) -> None:
    """The host does not listen."""


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
    #: how it answers: whole; half of it; with noise instead; all of it too late; or only what
    #: says that a job was printed too late
    answers: Literal["whole", "half", "garbage", "late", "late-proof"] = "whole"
    #: takes everything, says that all is well, and prints nothing
    jammed: bool = False
    #: the paper ends after this many bytes of a job
    paper_for: int | None = None
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
        self._sessions: list[Session] = []
        self._free = asyncio.Event()
        self._free.set()
        if folder is not None:
            # papers hold the codes of tickets
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
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
        for session in list(self._sessions):
            session.report()
        await self._tell()

    async def clear(self) -> None:
        """Throw all paper away."""
        for paper in self._papers:
            self._forget(paper)
        self._papers = []
        await self._tell()

    def session(self, say: Say = _nobody_hears) -> "Session":
        """A new connection, over which it says things by `say`; `ConnectionRefusedError` when
        unplugged.
        """
        if self.faults.unplugged:
            raise ConnectionRefusedError("the virtual printer is unplugged")
        made = Session(self, say)
        self._sessions.append(made)
        return made

    def over(self, session: "Session") -> None:
        """A connection has ended."""
        if session in self._sessions:
            self._sessions.remove(session)

    def held_bytes(self) -> int:
        """What waits in the machine's memory."""
        return sum(map(len, self._held))

    async def until_free(self) -> None:
        """Wait until it prints again."""
        await self._free.wait()

    async def accept(self, data: bytes) -> None:
        """A whole job, or what arrived of it: print it, or hold it while that is impossible."""
        if self.faults.jammed:
            pass
        elif self.faults.holds:
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

    def report(self) -> bytes:
        """The four bytes that it tells by itself when something changes (`GS a`)."""
        faults = self.faults
        sensors = {"present": 0x00, "near-end": 0x03, "out": 0x0F}[faults.paper]
        first = 0x10 | (0x08 if faults.holds else 0) | (0x20 if faults.cover_open else 0)
        return bytes((first, 0x00, sensors, 0x00))

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

    def __init__(self, printer: VirtualPrinter, say: Say) -> None:
        self._printer = printer
        self._say = say
        self._decoder = Decoder(chinese=printer.chinese)
        self._job = bytearray()
        self._taken = 0
        self._marks = False
        self._ended = False
        self._reports = False
        #: what is answered when it can print again: questions stand in line behind the paper
        self._behind: list[Operation] = []

    async def receive(self, data: bytes) -> None:
        """Take bytes as fast as the machine can.

        Raises `ConnectionResetError` when the switches say that the line breaks here.
        """
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            faults = self._printer.faults
            if faults.drop_after is not None:
                room = faults.drop_after - self._taken
                if room < len(piece):
                    await self._take(piece[: max(0, room)])
                    await self.end()
                    raise ConnectionResetError("the line broke")
            if faults.bytes_per_s:
                await asyncio.sleep(len(piece) / faults.bytes_per_s)
            if faults.paper_for is not None and self._taken + len(piece) > faults.paper_for:
                out = msgspec.structs.replace(faults, paper="out", paper_for=None)
                await self._printer.set_faults(out)
            if faults.holds and self._printer.held_bytes() + len(self._job) > BUFFER:
                await self._printer.until_free()
            await self._take(piece)

    async def end(self) -> None:
        """The connection is over: what came is a job, if it marks paper at all."""
        if self._ended:
            return
        self._ended = True
        self._printer.over(self)
        await self._finish()

    def report(self) -> None:
        """Something changed at the machine."""
        if self._reports:
            self._answer(self._printer.report())
        if not self._printer.faults.holds:
            behind, self._behind = self._behind, []
            for operation in behind:
                self._prove(operation)

    async def _take(self, piece: bytes) -> None:
        self._taken += len(piece)
        if len(self._job) < LONGEST_JOB:
            self._job += piece
        for operation in self._decoder.feed(piece):
            self._obey(operation)
            if isinstance(operation, Cut):
                await self._finish()

    async def _finish(self) -> None:
        """A piece of paper is cut off, or the connection ends: what came is a job if it marks
        paper at all.
        """
        job, self._job = bytes(self._job), bytearray()
        marks, self._marks = self._marks, False
        if marks:
            await self._printer.accept(job)

    def _obey(self, operation: Operation) -> None:
        match operation:
            case AskState(command="DLE EOT", number=number):
                answer = self._printer.status(number)
                half = self._printer.faults.answers == "half" and number != 1
                if answer is not None and not half:
                    self._answer(bytes([answer]))
            case AskState() | Confirm():
                if self._printer.faults.holds:
                    self._behind.append(operation)
                else:
                    self._prove(operation)
            case AutoState(mask=mask):
                self._reports = mask != 0
                self.report()
            case Init():
                self._reports = False
            case Ignored():
                return
            case Unknown(data=data) if not data.strip(b"\0"):
                return
            case _:
                self._marks = True

    def _prove(self, operation: Operation) -> None:
        """Answer what stood behind the paper."""
        faults = self._printer.faults
        if faults.jammed:
            return
        late = LATE_S if faults.answers == "late-proof" else 0.0
        half = faults.answers == "half"
        match operation:
            case AskState(number=1 | 49) if not half:
                # GS r 1: paper sensor
                self._answer(b"\x03" if faults.paper == "near-end" else b"\x00", late)
            case Confirm(process=process):
                self._answer((b"\x37\x22" + process + b"\x00")[: 4 if half else 7], late)
            case _:
                return

    def _answer(self, said: bytes, late_s: float = 0.0) -> None:
        faults = self._printer.faults
        if faults.mute:
            return
        if faults.answers == "garbage":
            said = _NOISE
        if faults.answers == "late":
            late_s = LATE_S
        if late_s:
            asyncio.get_running_loop().call_later(late_s, self._say_late, said)
        else:
            self._say(said)

    def _say_late(self, said: bytes) -> None:
        if not self._ended:
            self._say(said)


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
