"""Virtual printers behind every kind of connection that can be had on a machine without one.

Each `Bench` is a machine with its switches, and a printer of ours that reaches it.
"""

import asyncio
import os
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from unittest import mock

from tests.peers.ends import PrinterOnTcp
from tests.printer.fake_usb import PRODUCT, VENDOR, FakeBus
from tests.printer.slips import WIDE
from turnero.printer.port import Limits, Printer
from turnero.printer.profiles import Profile
from turnero.printer.transports import file, open_printer
from turnero.printer.transports.usb import UsbName, UsbPrinter
from turnero.printer.virtual import Session, VirtualPrinter

#: short, but for a machine that stands still for half a second
LIMITS = Limits(connect_s=2, send_s=2, answer_s=0.6, confirm_s=0.8)

#: in this process, over TCP, on a serial line (pty), a device of the system (pty), on USB (fake)
KINDS = ("virtual", "tcp", "serial", "file", "usb")


class Bench:
    """A machine, and how to reach it."""

    def __init__(self, machine: VirtualPrinter, reach: Callable[[Profile], Printer]) -> None:
        self.machine = machine
        self.reach = reach
        self.printer = reach(WIDE)

    @property
    def papers(self) -> list[bytes]:
        """What came out, oldest first."""
        return [paper.data for paper in self.machine.papers[::-1]]


class SerialLine:
    """A pseudo-terminal with the machine at its other end, under a name that stays the same.

    As with /dev/serial/by-id, `path` is a link: each time that the machine is plugged in, the
    system gives it another terminal. A line that breaks comes back at once under another name.
    """

    def __init__(self, machine: VirtualPrinter, path: Path) -> None:
        self.machine = machine
        self.path = path
        #: terminals that it had so far
        self.names: list[str] = []
        self._ends: tuple[int, int] | None = None
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.machine.changed.append(self._follow)
        self._plug()

    async def stop(self) -> None:
        self.machine.changed.remove(self._follow)
        await self._unplug()

    async def _follow(self) -> None:
        if self.machine.faults.unplugged:
            await self._unplug()
        elif self._ends is None:
            self._plug()

    def _plug(self) -> None:
        # Our own end of the port stays open: the machine then sees no end between two jobs,
        # as on a real line.
        self._ends = os.openpty()
        tty.setraw(self._ends[1])
        os.set_blocking(self._ends[0], False)
        self.names.append(os.ttyname(self._ends[1]))
        self.path.symlink_to(self.names[-1])
        self._session = self.machine.session(self._say)
        self._task = asyncio.create_task(self._serve(self._ends[0], self._session))

    async def _unplug(self) -> None:
        ends, self._ends = self._ends, None
        if ends is None:
            return
        self.path.unlink()
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for end in ends:
            os.close(end)
        if self._session is not None:
            await self._session.end()

    async def _serve(self, end: int, session: Session) -> None:
        while True:
            try:
                data = os.read(end, 256)
            except BlockingIOError:
                await asyncio.sleep(0.002)
                continue
            try:
                await session.receive(data)
            except ConnectionResetError:
                await self._unplug()
                if not self.machine.faults.unplugged:
                    self._plug()
                return

    def _say(self, said: bytes) -> None:
        if self._ends is not None:
            with suppress(BlockingIOError):
                os.write(self._ends[0], said)


@asynccontextmanager
async def bench_of(
    kind: str, folder: Path, limits: Limits = LIMITS, machine: VirtualPrinter | None = None
) -> AsyncIterator[Bench]:
    """A bench of that kind; `folder` is for what it needs."""
    machine = machine or VirtualPrinter("roll", now_ms=lambda: 0)
    match kind:
        case "virtual":
            virtual = {"roll": machine}
            yield Bench(
                machine,
                lambda profile: open_printer(
                    "virtual://roll", profile, virtual=virtual, limits=limits
                ),
            )
        case "tcp":
            server = PrinterOnTcp(machine)
            await server.start()
            try:
                yield Bench(
                    machine, lambda profile: open_printer(server.url, profile, limits=limits)
                )
            finally:
                await server.stop()
        case "serial" | "file":
            line = SerialLine(machine, folder / "usb-Printer_X2TP001-if00-port0")
            await line.start()
            devices = mock.patch.object(file, "DEVICES", folder)  # as if it lay under /dev
            more = "?baudrate=115200" if kind == "serial" else ""
            try:
                with devices:
                    yield Bench(
                        machine,
                        lambda profile: open_printer(
                            f"{kind}://{line.path}{more}", profile, limits=limits
                        ),
                    )
            finally:
                await line.stop()
        case _:
            bus = FakeBus(machine)
            yield Bench(
                machine,
                lambda profile: UsbPrinter(
                    UsbName(VENDOR, PRODUCT),
                    reports=profile.answers,
                    confirms=profile.confirms,
                    limits=limits,
                    backend=bus,
                ),
            )
