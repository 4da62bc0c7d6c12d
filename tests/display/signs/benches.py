"""A sign of ours and what stands at the other end of its line: a virtual machine in this process,
the same behind a TCP port or a serial port, or pymodbus as a sign that we did not write.
"""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from pymodbus import FramerType
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import ModbusSerialServer, ModbusTcpServer

from tests.peers.ends import OnPty, OnTcp, signs_of
from turnero.display.signs.machines import machine
from turnero.display.signs.opening import Lines
from turnero.display.signs.port import Limits, Sign
from turnero.display.signs.state import SignSettings
from turnero.display.signs.virtual import Faults, Machine, VirtualLine

LIMITS = Limits(connect_s=1, write_s=1, answer_s=0.3, gap_s=0.002, reopen_s=(0.02, 0.1))

PROTOCOLS = ("ditel", "modbus-ditel", "modbus-dm", "alpha")
#: protocol and way to it, for machines of ours
OURS = [(protocol, way) for protocol in PROTOCOLS for way in ("virtual", "socket", "pty")] + [
    ("modbus-ditel", "tcp"),
    ("modbus-dm", "tcp"),
]
#: the same for pymodbus as the sign
PEERS = [
    (protocol, way)
    for protocol in ("modbus-ditel", "modbus-dm")
    for way in ("peer-tcp", "peer-pty")
]


class Bench(Protocol):
    """One sign on its line."""

    sign: Sign
    url: str

    def shown(self) -> str:
        """What is lit, one character for each place."""
        ...

    async def unplug(self) -> None:
        """Line and current are gone."""
        ...

    async def plug(self) -> None:
        """They are back; the sign is dark."""
        ...


class OwnBench:
    """A machine of ours."""

    def __init__(self, sign: Sign, url: str, line: VirtualLine, end: OnTcp | OnPty | None) -> None:
        self.sign = sign
        self.url = url
        self.line = line
        self.end = end

    @property
    def machine(self) -> Machine:
        """The only one on the line."""
        return self.line.machines[0]

    def shown(self) -> str:
        """See `Bench`."""
        return self.machine.panel.text

    def fail(self, faults: Faults) -> None:
        """Throw its switches."""
        self.line.set_faults(self.machine, faults)

    async def unplug(self) -> None:
        """See `Bench`."""
        if isinstance(self.end, OnTcp):
            await self.end.stop()
        elif isinstance(self.end, OnPty):
            await self.end.unplug()
        self.fail(Faults(unplugged=True))

    async def plug(self) -> None:
        """See `Bench`."""
        self.fail(Faults())
        if isinstance(self.end, OnTcp):
            await self.end.start()
        elif isinstance(self.end, OnPty):
            await self.end.plug()


class PeerBench:
    """pymodbus' own server, on a TCP port or at the end of two pseudo-terminals."""

    sign: Sign
    url: str

    def __init__(self, name: Path | None, *, digits: bool) -> None:
        self.port = 0
        self._name = name
        self._digits = digits
        self._server: ModbusTcpServer | ModbusSerialServer | None = None
        self._wire: tuple[asyncio.Task[None], tuple[int, ...]] | None = None

    def shown(self) -> str:
        """See `Bench`."""
        values = self.values
        if self._digits:
            return "".join(chr(value) for value in values[:6])
        return "".join(chr(half) for value in values for half in (value >> 8, value & 255))

    async def plug(self) -> None:
        """See `Bench`."""
        self.values = [0x20] * 6 if self._digits else [0x2020] * 3
        block = ModbusSequentialDataBlock(1, [0x20] * 20)  # type: ignore[no-untyped-call]
        self._context = ModbusServerContext(ModbusDeviceContext(hr=block), single=True)
        bench = self

        def note(sending: bool, pdu):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            """What was written, as pymodbus read it."""
            if not sending and pdu.function_code == 16:
                bench.values[pdu.address : pdu.address + pdu.count] = pdu.registers
            return pdu

        if self._name is None:
            self._server = ModbusTcpServer(
                self._context, address=("127.0.0.1", self.port), trace_pdu=note
            )
        else:
            # A cross-over cable: pymodbus at one end, the link to our port at the other.
            ours, our_end = os.openpty()
            theirs, their_end = os.openpty()
            for end in (our_end, their_end):
                tty.setraw(end)
            self._name.symlink_to(os.ttyname(our_end))
            wire = asyncio.create_task(_wire(ours, theirs))
            self._wire = (wire, (ours, our_end, theirs, their_end))
            self._server = ModbusSerialServer(
                self._context,
                framer=FramerType.RTU,
                port=os.ttyname(their_end),
                baudrate=9600,
                trace_pdu=note,
            )
        await self._server.serve_forever(background=True)
        if self._name is None:
            self.port = _port(self._server)

    async def unplug(self) -> None:
        """See `Bench`."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None
        if self._name is not None and self._wire is not None:
            task, ends = self._wire
            self._wire = None
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._name.unlink()
            for end in ends:
                os.close(end)


def _port(server: ModbusTcpServer | ModbusSerialServer) -> int:
    listening: Any = server.transport
    port: int = listening.sockets[0].getsockname()[1]
    return port


async def _wire(one: int, other: int) -> None:
    """Carry bytes between the near ends of two pseudo-terminals."""
    for end in (one, other):
        os.set_blocking(end, False)
    while True:
        for source, sink in ((one, other), (other, one)):
            try:
                os.write(sink, os.read(source, 256))
            except BlockingIOError:
                continue
        await asyncio.sleep(0.002)


@asynccontextmanager
async def benched(
    protocol: str, way: str, folder: Path, limits: Limits = LIMITS, **settings: object
) -> AsyncIterator[OwnBench | PeerBench]:
    """A sign and its machine, of six places, both at work."""
    name = folder / "sign-port"
    if way.startswith("peer"):
        async with _peer(protocol, way, name, **settings) as peer:
            yield peer
        return
    line = VirtualLine("hall")
    given = {"url": "virtual://hall", "protocol": protocol, "address": 5, "width": 6} | settings
    line.machines.append(machine("hall", protocol, 5, 6, tcp=way == "tcp"))
    end: OnTcp | OnPty | None = None
    if way in ("tcp", "socket"):
        end = OnTcp(signs_of(line))
        await end.start()
        given["url"] = f"{way}://{end.address}"
    elif way == "pty":
        end = OnPty(signs_of(line), name)
        await end.plug()
        given["url"] = f"serial://{name}?baudrate=9600"
    sign = opened({"hall": line}, limits, **given)
    bench = OwnBench(sign, str(given["url"]), line, end)
    try:
        yield bench
    finally:
        await sign.close()
        await bench.unplug()


@asynccontextmanager
async def _peer(
    protocol: str, way: str, name: Path, **settings: object
) -> AsyncIterator[PeerBench]:
    serial = way == "peer-pty"
    given = {"protocol": protocol, "address": 5, "width": 6} | settings
    bench = PeerBench(name if serial else None, digits=protocol == "modbus-dm")
    await bench.plug()
    url = f"serial://{name}" if serial else f"tcp://127.0.0.1:{bench.port}"
    bench.url = url
    bench.sign = opened({}, LIMITS, url=url, **given)
    try:
        yield bench
    finally:
        await bench.sign.close()
        await bench.unplug()


def opened(virtual: dict[str, VirtualLine], limits: Limits = LIMITS, **settings: object) -> Sign:
    """A sign on lines of its own."""
    return Lines(limits, virtual).sign(msgspec.convert(settings, SignSettings))
