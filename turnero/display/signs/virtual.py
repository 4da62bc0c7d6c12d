"""Virtual signs: machines of ours that obey real bytes and answer like real ones.

For demonstrations and for tests that need a sign to fail on purpose. They know nothing of
tickets, and share no code with the adapters: what a machine shows is what the bytes say
(machines.py). Several of them hang on one virtual line, each with its address.
"""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

#: bytes of noise
_NOISE: Final = b"\x7f\x13\xa5U?"
#: bytes taken at once while the line is watched for faults
_PIECE: Final = 16


class Faults(msgspec.Struct, frozen=True):
    """The switches on a machine's back: what is wrong with it now."""

    #: without current: shows and answers nothing; where it has a line to itself, nobody connects
    unplugged: bool = False
    #: obeys, and answers nothing
    mute: bool = False
    #: obeys, and answers noise
    garbage: bool = False
    #: obeys, and answers half of what it should
    half: bool = False
    #: obeys, and says that it does not
    refuse: bool = False
    #: breaks its line after this many bytes
    drop_after: int | None = None
    #: answers so many seconds late
    late_s: float = 0.0


class Panel(msgspec.Struct, frozen=True):
    """What is lit."""

    #: one character for each of its places
    text: str = ""
    #: per cent
    brightness: int = 100


class Machine(Protocol):
    """One virtual sign on a line."""

    name: str
    address: int
    width: int
    #: segments (digits made of bars) or dots
    look: str
    faults: Faults
    panel: Panel

    def hear(self, data: bytes) -> bytes:
        """Bytes on the line, whoever they are for; what it answers."""
        ...

    def reset(self) -> None:
        """A new connection: what was begun on the one before is over."""
        ...

    def refusal(self) -> bytes:
        """What it answers when it does not obey."""
        ...


class VirtualLine:
    """The line that virtual signs hang on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.machines: list[Machine] = []
        #: called after each change of a panel or a switch
        self.changed: list[Callable[[], None]] = []
        #: connections that are open now
        self.sessions: list[Session] = []

    def session(self) -> "Session":
        """A new connection; `ConnectionRefusedError` when nothing on it has current."""
        if all(one.faults.unplugged for one in self.machines):
            raise ConnectionRefusedError("the virtual sign is unplugged")
        return Session(self)

    def set_faults(self, machine: Machine, faults: Faults) -> None:
        """Throw a machine's switches. One that lost its current is dark when it has it again."""
        machine.faults = faults
        if faults.unplugged:
            machine.panel = Panel()
            if all(one.faults.unplugged for one in self.machines):
                for one in list(self.sessions):
                    one.end()
        self.tell()

    def tell(self) -> None:
        """Something changed."""
        for call in self.changed:
            call()


class Session:
    """One connection to the line."""

    def __init__(self, line: VirtualLine) -> None:
        self.ended = asyncio.Event()
        self._line = line
        self._taken = 0
        line.sessions.append(self)
        for one in line.machines:
            one.reset()

    async def receive(self, data: bytes) -> bytes:
        """Take bytes; returns what the machines answer.

        Raises `ConnectionResetError` where the switches say that the line breaks.
        """
        answers = b""
        for start in range(0, len(data), _PIECE):
            if self.ended.is_set():
                raise ConnectionResetError("the line was cut")
            piece = data[start : start + _PIECE]
            for machine in self._line.machines:
                answers += await self._hear(machine, piece)
            self._taken += len(piece)
        self._line.tell()
        return answers

    async def _hear(self, machine: Machine, piece: bytes) -> bytes:
        faults = machine.faults
        if faults.unplugged:
            return b""
        if faults.drop_after is not None and self._taken + len(piece) > faults.drop_after:
            machine.hear(piece[: max(0, faults.drop_after - self._taken)])
            self.end()
            raise ConnectionResetError("the line broke")
        answer = machine.hear(piece)
        if not answer or faults.mute:
            return b""
        if faults.late_s:
            await asyncio.sleep(faults.late_s)
        if faults.garbage:
            return _NOISE
        if faults.refuse:
            return machine.refusal()
        return answer[: len(answer) // 2] if faults.half else answer

    def end(self) -> None:
        """The connection is over."""
        self.ended.set()
        if self in self._line.sessions:
            self._line.sessions.remove(self)


class VirtualLink:
    """The line as a `Link` of this process."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._hearing: set[asyncio.Task[None]] = set()

    async def write(self, data: bytes, limit_s: float) -> None:
        """See `Link.write`: taken at once, answered when the machines come to it."""
        del limit_s
        if self._session.ended.is_set():
            raise ConnectionResetError("the line was cut")
        task = asyncio.create_task(self._hear(data))
        self._hearing.add(task)
        task.add_done_callback(self._hearing.discard)
        await asyncio.sleep(0)

    async def _hear(self, data: bytes) -> None:
        try:
            answer = await self._session.receive(data)
        except ConnectionResetError:
            answer = b""
        self._answers.put_nowait(answer)

    async def read(self, limit_s: float) -> bytes:
        """See `Link.read`."""
        try:
            async with asyncio.timeout(limit_s):
                while True:
                    found = await self._answers.get()
                    if found:
                        return found
                    if self._session.ended.is_set():
                        raise ConnectionResetError("the line was cut")
        except TimeoutError:
            return b""

    async def drain(self) -> None:
        """See `Link.drain`."""
        while not self._answers.empty():
            self._answers.get_nowait()
        if self._session.ended.is_set():
            raise ConnectionResetError("the line was cut")

    async def gone(self) -> bool:
        """See `Link.gone`."""
        return self._session.ended.is_set()

    async def close(self) -> None:
        """See `Link.close`."""
        self._session.end()
