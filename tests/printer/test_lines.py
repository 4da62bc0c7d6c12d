"""What only a serial line and a bus can do: names that change, other programs, stuck lines."""

import asyncio
import errno
import os
import termios
import threading
import time
import tty
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import serial
import usb.core
import usb.util
from msgspec.structs import replace

from tests.printer.fake_usb import PRODUCT, VENDOR, FakeBus
from tests.printer.machines import LIMITS, SerialLine
from tests.printer.patience import until
from tests.printer.slips import WIDE, printed, slip
from turnero.printer.port import Confirmation, Limits, Outcome, Reason, Result
from turnero.printer.transports import open_printer
from turnero.printer.transports import serial as serial_line
from turnero.printer.transports.serial import Line, SerialPrinter
from turnero.printer.transports.usb import UsbName, UsbPrinter
from turnero.printer.virtual import Faults, VirtualPrinter

SENT = Outcome(Result.SENT)
PROCESS = replace(WIDE, confirms=Confirmation.PROCESS)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[SerialLine]:
    machine = VirtualPrinter("roll", now_ms=lambda: 0)
    found = SerialLine(machine, tmp_path / "by-id")
    await found.start()
    yield found
    await found.stop()


async def test_a_port_that_vanishes_and_returns_under_another_name_is_found(
    line: SerialLine,
) -> None:
    printer = open_printer(f"serial://{line.path}?baudrate=115200", PROCESS, limits=LIMITS)
    assert (await printer.send(printed(slip(), PROCESS), "AAAA")).result is Result.PRINTED
    await line.machine.set_faults(Faults(unplugged=True))
    assert await printer.send(b"x", "AAAB") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert (await printer.state()).obstacle is Reason.UNREACHABLE
    others: list[int] = []
    # somebody else takes the name that was freed
    while not Path(line.names[0]).exists():  # noqa: ASYNC240 - no disk is asked
        others += os.openpty()
    await line.machine.set_faults(Faults())
    assert line.names[0] != line.names[1]
    assert (await printer.send(printed(slip(), PROCESS), "AAAC")).result is Result.PRINTED
    assert len(line.machine.papers) == 2
    for other in others:
        os.close(other)


async def test_a_stuck_line_ends_within_its_limit_and_the_port_closes_at_once(
    line: SerialLine,
) -> None:
    await line.machine.set_faults(Faults(bytes_per_s=1))
    printer = SerialPrinter(
        str(line.path), Line(baudrate=1_000_000), reports=False, limits=Limits(1, 0.5, 0.2)
    )
    began = time.monotonic()
    assert await printer.send(b"x" * 100_000) == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
    assert time.monotonic() - began < 0.5 + 100_000 * 10 / 1_000_000 + 0.5
    serial.Serial(str(line.path), exclusive=True).close()  # free again


async def test_what_a_stuck_line_did_not_take_is_thrown_away() -> None:
    """But for what lies at the other end already (4 kB of a pseudo-terminal)."""
    far, near = os.openpty()
    tty.setraw(far)
    printer = SerialPrinter(
        os.ttyname(near), Line(baudrate=1_000_000), reports=False, limits=Limits(1, 0.2, 0.2)
    )
    try:
        assert (await printer.send(b"x" * 100_000)).result is Result.UNKNOWN
        os.set_blocking(far, False)
        came = 0
        with suppress(BlockingIOError):
            while True:
                came += len(os.read(far, 65536))
                await asyncio.sleep(0.05)
        assert came < 10_000
    finally:
        os.close(near)
        os.close(far)


async def test_a_job_takes_no_less_than_the_lines_own_time(line: SerialLine) -> None:
    printer = SerialPrinter(str(line.path), Line(baudrate=9600), reports=False, limits=LIMITS)
    began = time.monotonic()
    assert await printer.send(b"x" * 960) == SENT
    assert time.monotonic() - began >= 0.99  # a loop's sleep may end a little early


async def test_a_port_that_another_program_has_is_busy_and_gets_nothing(line: SerialLine) -> None:
    printer = open_printer(f"serial://{line.path}", WIDE, limits=LIMITS)
    with serial.Serial(str(line.path), exclusive=True):
        assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.BUSY)
        assert (await printer.state()).obstacle is Reason.BUSY
    assert await printer.send(b"x") == SENT


async def test_what_was_said_before_the_job_confirms_nothing(line: SerialLine) -> None:
    """An earlier program's answers still lie in the port."""
    port = serial.Serial(str(line.path))
    port.write(b"\x1d(H\x06\x0000AAAAhello\n")
    await asyncio.sleep(0.1)
    port.close()
    await line.machine.set_faults(Faults(jammed=True))
    printer = open_printer(f"serial://{line.path}?baudrate=115200", PROCESS, limits=LIMITS)
    outcome = await printer.send(printed(slip(), PROCESS), "AAAA")
    assert outcome == Outcome(Result.UNKNOWN, Reason.UNCONFIRMED)


@pytest.fixture
async def bus() -> FakeBus:
    return FakeBus(VirtualPrinter("roll", now_ms=lambda: 0))


def _usb(bus: FakeBus, name: UsbName | None = None) -> UsbPrinter:
    return UsbPrinter(name or UsbName(VENDOR, PRODUCT), limits=LIMITS, backend=bus)


async def test_a_printer_that_another_program_claimed_is_busy(bus: FakeBus) -> None:
    bus.claimed_by = other = object()
    assert await _usb(bus).send(b"x") == Outcome(Result.FAILED, Reason.BUSY)
    assert bus.claimed_by is other
    bus.claimed_by = None
    assert await _usb(bus).send(b"x") == SENT
    assert bus.claimed_by is None


async def test_a_printer_that_may_not_be_opened_is_denied(
    bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_device: object) -> None:
        raise usb.core.USBError("Access denied", errno=errno.EACCES)

    monkeypatch.setattr(bus, "open_device", denied)
    assert await _usb(bus).send(b"x") == Outcome(Result.FAILED, Reason.DENIED)


@pytest.mark.parametrize("name", [UsbName(VENDOR, 1), UsbName(1, PRODUCT)])
async def test_another_model_on_the_bus_is_not_taken_for_it(bus: FakeBus, name: UsbName) -> None:
    assert await _usb(bus, name).send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)


async def test_a_stuck_bus_ends_within_its_limit_and_frees_its_thread(bus: FakeBus) -> None:
    await bus.machine.set_faults(Faults(bytes_per_s=1))
    printer = UsbPrinter(
        UsbName(VENDOR, PRODUCT), reports=False, limits=Limits(1, 0.5, 0.2), backend=bus
    )
    began = time.monotonic()
    assert await printer.send(b"x" * 10_000) == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
    assert time.monotonic() - began < 1.5
    await until(lambda: bus.claimed_by is None, 1)


async def test_a_printer_unplugged_under_way_leaves_the_end_unknown(bus: FakeBus) -> None:
    await bus.machine.set_faults(Faults(bytes_per_s=2000))
    sending = asyncio.create_task(_usb(bus).send(b"x" * 100_000))
    await asyncio.sleep(0.5)
    await bus.machine.set_faults(Faults(unplugged=True))
    assert await sending == Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)


async def test_without_libusb_nothing_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(**_given: object) -> None:
        raise usb.core.NoBackendError("No backend available")

    monkeypatch.setattr(usb.core, "find", nothing)
    printer = UsbPrinter(UsbName(VENDOR, PRODUCT), limits=LIMITS)
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)


async def test_a_printer_that_holds_the_line_up_for_good_ends_within_its_limit() -> None:
    """It says XOFF in the middle of a job, and never XON."""
    far, near = os.openpty()
    tty.setraw(far)
    loop = asyncio.get_running_loop()
    taken = bytearray()

    def take() -> None:
        taken.extend(os.read(far, 256))
        if len(taken) > 500:
            os.write(far, b"\x13")

    loop.add_reader(far, take)
    printer = SerialPrinter(
        os.ttyname(near),
        Line(baudrate=115200, flow="xonxoff"),
        reports=False,
        limits=Limits(1, 0.5, 0.2),
    )
    try:
        began = time.monotonic()
        assert await printer.send(b"x" * 20_000) == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
        assert time.monotonic() - began < 0.5 + 20_000 * 10 / 115_200 + 0.5
        assert len(taken) < 20_000, "it was held up"
        serial.Serial(os.ttyname(near), exclusive=True).close()  # free again
    finally:
        loop.remove_reader(far)
        os.close(near)
        os.close(far)


async def test_a_rate_that_the_adapter_does_not_know_leaves_nothing(
    line: SerialLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_port: object, _rate: int) -> None:
        raise ValueError("Failed to set custom baud rate")

    monkeypatch.setattr(serial.Serial, "_set_special_baudrate", refused)
    printer = open_printer(f"serial://{line.path}?baudrate=12345", WIDE, limits=LIMITS)
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert not (await printer.state()).reachable


async def test_a_port_unplugged_while_it_is_set_up_leaves_nothing(
    line: SerialLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplugged(_descriptor: int) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(serial_line, "_say_when_empty", unplugged)
    printer = open_printer(f"serial://{line.path}", WIDE, limits=LIMITS)
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    serial.Serial(str(line.path), exclusive=True).close()  # not held


async def test_a_port_that_goes_while_pyserial_sets_it_up_leaves_nothing(
    line: SerialLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its error there is no OSError."""

    def unplugged(*_given: object) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(termios, "tcsetattr", unplugged)
    printer = open_printer(f"serial://{line.path}", WIDE, limits=LIMITS)
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert not (await printer.state()).reachable


async def test_a_port_that_hangs_when_it_is_opened_holds_up_nobody_else(
    line: SerialLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a stuck adapter does: the driver asks it, and waits."""
    free, opened = threading.Event(), serial.Serial
    entered: list[str] = []

    def hangs(*given: Any, **more: Any) -> serial.Serial:
        entered.append(threading.current_thread().name)
        free.wait(20)
        return opened(*given, **more)

    monkeypatch.setattr(serial, "Serial", hangs)
    printer = open_printer(f"serial://{line.path}", WIDE, limits=Limits(connect_s=0.2))
    began = time.monotonic()
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert not (await printer.state()).reachable
    assert time.monotonic() - began < 5
    assert len(entered) == 1, "no second thread waits behind it"
    free.set()
    async with asyncio.timeout(5):
        while not (await printer.state()).reachable:  # noqa: ASYNC110 - closed by the thread itself
            await asyncio.sleep(0.05)
    assert await printer.send(b"x") == SENT


async def test_a_device_that_can_say_nothing_is_printed_on_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What usblp does for a printer of one way: reading is refused, or gives nothing."""
    printer = open_printer("file:///dev/null", PROCESS, limits=LIMITS)
    assert await printer.send(b"x", "AAAA") == SENT
    assert not (await printer.state()).answered

    def refused(_descriptor: int, _size: int) -> bytes:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("turnero.printer.transports.descriptor.os.read", refused)
    other = open_printer("file:///dev/null", PROCESS, limits=LIMITS)
    assert await other.send(b"x", "AAAA") == SENT


async def test_a_device_without_texts_is_found_by_its_numbers(
    bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_texts(*_given: object) -> None:
        raise ValueError("The device has no langid (permission issue, no string descriptors)")

    monkeypatch.setattr(usb.util, "get_string", no_texts)
    assert await _usb(bus).send(b"x") == SENT
    named = UsbName(VENDOR, PRODUCT, "X2TP001")
    assert await _usb(bus, named).send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
