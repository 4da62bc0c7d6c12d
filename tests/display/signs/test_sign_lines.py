"""What lines do to signs: answers of others, ports that take nothing or come back by another name."""

import asyncio
import os
import socket
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from msgspec.structs import replace
from serial import Serial

from tests.display.signs.benches import LIMITS, opened
from tests.peers.ends import OnPty, OnTcp, signs_of
from tests.printer.patience import until
from turnero.display.signs import links
from turnero.display.signs.bus import Bus
from turnero.display.signs.face import Face
from turnero.display.signs.links import Link, SerialLink, SerialPort, SerialSettings
from turnero.display.signs.machines import crc, machine
from turnero.display.signs.opening import Lines
from turnero.display.signs.port import Limits, Outcome, Reason, Result
from turnero.display.signs.state import SignSettings
from turnero.display.signs.virtual import VirtualLine

CALL = Face("A047", "3")


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir="/dev/shm") as found:
        yield Path(found)


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        ("ditel", b"@06ED0*\r"),
        ("modbus-ditel", (body := b"\x06\x10\x00\x00\x00\x03") + crc(body)),
        # its own number, and another count of registers than were written
        ("modbus-ditel", (body := b"\x05\x10\x00\x00\x00\x02") + crc(body)),
        # its own number, and a broken check
        ("modbus-ditel", b"\x05\x10\x00\x00\x00\x03\x00\x00"),
    ],
)
async def test_anothers_answer_is_not_taken_for_its_own(protocol: str, answer: bytes) -> None:
    line = VirtualLine("s")
    made = machine("s", protocol, 5, 6, tcp=False)
    obey = made.hear
    made.hear = lambda data: answer if obey(data) else b""  # type: ignore[method-assign]
    line.machines.append(made)
    sign = opened({"s": line}, url="virtual://s", protocol=protocol, address=5, width=6)
    assert await sign.show(CALL) == Outcome(Result.UNCONFIRMED, Reason.GARBLED)


async def test_an_answer_after_noise_is_heard_all_the_same() -> None:
    for protocol in ("ditel", "modbus-ditel"):
        line = VirtualLine("s")
        made = machine("s", protocol, 5, 6, tcp=False)
        obey = made.hear

        def noisy(data: bytes, obey: object = obey) -> bytes:
            answer: bytes = obey(data)  # type: ignore[operator]
            return b"\xff\x05@\x00" + answer if answer else b""

        made.hear = noisy  # type: ignore[method-assign]
        line.machines.append(made)
        sign = opened({"s": line}, url="virtual://s", protocol=protocol, address=5, width=6)
        assert await sign.show(CALL) == Outcome(Result.SHOWN)


def fill(end: int) -> int:
    """Write until no more is taken; how much was."""
    taken = 0
    with suppress(BlockingIOError):
        while True:
            taken += os.write(end, b"x" * 64)
    with suppress(BlockingIOError):
        while True:
            taken += os.write(end, b"x")
    return taken


async def test_a_port_that_takes_no_bytes_ends_in_time_and_holds_no_thread(folder: Path) -> None:
    near, far = os.openpty()
    tty.setraw(far)
    name = folder / "port"
    name.symlink_to(os.ttyname(far))
    os.set_blocking(far, False)
    # Nobody reads at the other end: what is between them is full soon.
    while fill(far):  # noqa: ASYNC110 - the system rings no bell for this
        await asyncio.sleep(0.05)
    sign = opened({}, url=f"serial://{name}", protocol="alpha")
    assert await sign.show(CALL) == Outcome(Result.UNCONFIRMED, Reason.TIMED_OUT)
    await until(lambda: "sign-port" not in {one.name for one in threading.enumerate()}, 0.5)
    os.set_blocking(near, False)
    while True:
        try:
            os.read(near, 65536)
        except BlockingIOError:
            break

    async def again() -> bool:
        return await sign.show(CALL) == Outcome(Result.SENT)

    await until(again)
    await sign.close()
    os.close(near)
    os.close(far)


async def test_a_port_that_took_nothing_in_time_is_closed_and_can_be_opened_again(
    folder: Path,
) -> None:
    near, far = os.openpty()
    tty.setraw(far)
    os.set_blocking(far, False)
    for _ in range(10):
        while fill(far):  # noqa: ASYNC110 - the system rings no bell for this
            await asyncio.sleep(0.02)
        link = await SerialPort(os.ttyname(far), SerialSettings()).open()
        with pytest.raises(TimeoutError):
            await link.write(b"x", 0.01)
        await link.close()
    os.close(near)
    os.close(far)


async def test_a_port_that_comes_back_under_another_name_is_found_by_its_link(
    folder: Path,
) -> None:
    line = VirtualLine("s")
    line.machines.append(machine("s", "ditel", 5, 6, tcp=False))
    end = OnPty(signs_of(line), folder / "by-id")
    await end.plug()
    first = end.name.readlink()
    sign = opened({}, url=f"serial://{end.name}", protocol="ditel", address=5, width=6)
    assert await sign.show(CALL) == Outcome(Result.SHOWN)
    await end.unplug()
    await end.plug()
    assert end.name.readlink() != first  # which our side still has open
    assert await sign.show(Face("B001", "3")) == Outcome(Result.SHOWN)
    assert line.machines[0].panel.text == "B001 3"
    await sign.close()
    await end.unplug()


async def test_a_port_is_taken_by_one_alone(folder: Path) -> None:
    """Two that write on one line would garble both."""
    line = VirtualLine("s")
    line.machines.append(machine("s", "ditel", 5, 6, tcp=False))
    end = OnPty(signs_of(line), folder / "port")
    await end.plug()
    first = opened({}, url=f"serial://{end.name}", protocol="ditel", address=5, width=6)
    assert (await first.show(CALL)).well
    second = opened({}, url=f"serial://{end.name}", protocol="ditel", address=5, width=6)
    assert await second.show(CALL) == Outcome(Result.FAILED, Reason.UNREACHABLE)
    await first.close()
    await asyncio.sleep(LIMITS.reopen_s[1])
    assert (await second.show(CALL)).well
    await second.close()
    await end.unplug()


async def test_between_two_conversations_the_line_is_silent() -> None:
    """Modbus RTU tells frames apart by the silence between them."""
    line = VirtualLine("s")
    line.machines.append(machine("s", "ditel", 5, 6, tcp=False))
    limits = replace(LIMITS, gap_s=0.2)
    sign = opened({"s": line}, limits, url="virtual://s", protocol="ditel", address=5, width=6)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await asyncio.gather(*(sign.show(CALL) for _ in range(3)))
    assert loop.time() - started >= 0.4


async def test_rs485_where_the_port_has_no_such_mode_is_an_error_and_not_silence(
    folder: Path,
) -> None:
    near, far = os.openpty()
    name = folder / "port"
    name.symlink_to(os.ttyname(far))
    with pytest.raises(OSError, match="RS-485"):
        await SerialPort(str(name), SerialSettings(rs485=True)).open()
    os.close(near)
    os.close(far)


@pytest.mark.parametrize("protocol", ["ditel", "modbus-ditel", "alpha"])
async def test_a_line_that_never_stops_talking_holds_up_nobody(protocol: str) -> None:
    """Somebody else's device behind the converter: it talks and talks, and is no sign."""

    def talk() -> None:
        with listener, suppress(OSError):
            there, _ = listener.accept()
            with there:
                while True:
                    there.sendall(b"noise" * 2000)

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    threading.Thread(target=talk, daemon=True).start()
    sign = opened({}, url=f"socket://127.0.0.1:{port}", protocol=protocol, address=5, width=6)
    async with asyncio.timeout(1.5):
        first, second = await asyncio.gather(sign.show(CALL), sign.show(CALL))
    # An Alpha sign says nothing, so that whatever comes is not about it.
    garbled = (Outcome(Result.UNCONFIRMED, Reason.GARBLED),) * 2
    assert (first, second) == ((Outcome(Result.SENT),) * 2 if protocol == "alpha" else garbled)
    await sign.close()


@pytest.mark.parametrize("more", ["", "?baudrate=9600"])
async def test_two_signs_on_one_rs485_line_share_it_and_take_turns(folder: Path, more: str) -> None:
    """A port is opened by one alone: a second opening of the same line would be refused."""
    line = VirtualLine("s")
    line.machines += [machine(f"s{n}", "ditel", n, 6, tcp=False) for n in (1, 2)]
    end = OnPty(signs_of(line), folder / "port")
    await end.plug()
    lines = Lines(LIMITS)
    signs = [
        lines.sign(SignSettings(f"serial://{end.name}{query}", "ditel", number, width=6))
        for number, query in ((1, ""), (2, more))
    ]
    outcomes = await asyncio.gather(*(sign.show(CALL) for sign in signs for _ in range(5)))
    assert set(outcomes) == {Outcome(Result.SHOWN)}
    assert {one.panel.text for one in line.machines} == {"A047 3"}
    assert {sign.opened for sign in signs} == {1}
    for sign in signs:
        await sign.close()
    await end.unplug()


async def test_one_device_in_the_network_is_one_line_however_it_is_written() -> None:
    """A converter takes one connection: a second would be refused, or garble the first."""
    line = VirtualLine("s")
    line.machines += [machine(f"s{n}", "ditel", n, 6, tcp=False) for n in (1, 2)]
    end = OnTcp(signs_of(line))
    await end.start()
    lines = Lines(LIMITS)
    urls = (f"tcp://LOCALHOST:{end.port}", f"socket://localhost:{end.port}")
    signs = [lines.sign(SignSettings(url, "ditel", n)) for n, url in enumerate(urls, 1)]
    for sign in signs:
        assert await sign.show(CALL) == Outcome(Result.SHOWN)
    assert len(line.sessions) == 1
    for sign in signs:
        await sign.close()
    await end.stop()


async def test_a_line_that_cannot_be_opened_is_tried_ever_more_seldom() -> None:
    tried: list[float] = []
    loop = asyncio.get_running_loop()

    async def connect() -> Link:
        tried.append(loop.time())
        raise ConnectionRefusedError

    async def talk(link: Link) -> Outcome:
        raise AssertionError(link)

    bus = Bus(connect, replace(LIMITS, reopen_s=(0.05, 0.2)))
    until_s = loop.time() + 0.8
    while loop.time() < until_s:
        assert await bus.talk(talk) == Outcome(Result.FAILED, Reason.UNREACHABLE)
        await asyncio.sleep(0.002)
    pauses = [after - before for before, after in pairwise(tried)]
    assert all(pause >= least for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.2), strict=False))
    assert 4 <= len(tried) <= 6


async def test_a_driver_that_hangs_is_left_alone_until_it_has_come_back() -> None:
    """One thread hangs in it, and no other is sent after it."""
    free = threading.Event()

    class Hanging:
        out_waiting = 0
        write_timeout = 0.0

        def write(self, data: bytes) -> None:
            free.wait(10)

        def reset_input_buffer(self) -> None: ...

    link = SerialLink(cast("Serial", Hanging()))
    with pytest.raises(TimeoutError):
        await link.write(b"x", 0.01)
    with pytest.raises(OSError, match="hangs"):
        await link.drain()
    assert sum(one.name == "sign-port" for one in threading.enumerate()) == 1
    free.set()
    await until(lambda: "sign-port" not in {one.name for one in threading.enumerate()}, 0.5)
    await link.drain()


async def test_a_driver_that_hangs_when_the_port_is_opened_has_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may hang for days, and the port is tried again every few seconds."""
    free = threading.Event()

    def hangs(*_given: object) -> None:
        free.wait(20)
        raise FileNotFoundError

    monkeypatch.setattr(links, "_opened", hangs)
    limits = Limits(connect_s=0.05, reopen_s=(0.01, 0.01))
    sign = Lines(limits).sign(SignSettings(url="serial:///dev/ttyHANGS", protocol="ditel"))
    for _ in range(4):
        outcome = await sign.show(CALL)
        assert outcome == Outcome(Result.FAILED, Reason.UNREACHABLE)
        await asyncio.sleep(0.02)
    assert sum(one.name == "sign-port" for one in threading.enumerate()) == 1
    free.set()
    await until(lambda: "sign-port" not in {one.name for one in threading.enumerate()}, 0.5)
    await sign.close()


async def test_what_nobody_takes_off_the_line_is_not_called_sent() -> None:
    """The system takes bytes for a device that is gone, for minutes."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        limits = replace(LIMITS, write_s=0.3, gap_s=0)
        sign = opened({}, limits, url=f"tcp://127.0.0.1:{port}", protocol="alpha")
        for _ in range(600):
            outcome = await sign.show(CALL)
            if outcome != Outcome(Result.SENT):
                break
        assert outcome == Outcome(Result.UNCONFIRMED, Reason.TIMED_OUT)
        await sign.close()
