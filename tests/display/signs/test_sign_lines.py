"""What lines do to signs: answers of others, ports that take nothing or come back by another name."""

import asyncio
import os
import threading
import tty
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from tests.display.signs.benches import LIMITS, opened
from tests.printer.patience import until
from turnero.display.signs.face import Face
from turnero.display.signs.links import SerialLink, SerialSettings
from turnero.display.signs.machines import crc, machine
from turnero.display.signs.port import Outcome, Reason, Result
from turnero.display.signs.virtual import VirtualLine
from turnero.display.signs.virtual_server import SignsOnPty

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


async def test_a_port_that_comes_back_under_another_name_is_found_by_its_link(
    folder: Path,
) -> None:
    line = VirtualLine("s")
    line.machines.append(machine("s", "ditel", 5, 6, tcp=False))
    end = SignsOnPty(line, folder / "by-id")
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
    end = SignsOnPty(line, folder / "port")
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
        await SerialLink.open(str(name), SerialSettings(rs485=True))
    os.close(near)
    os.close(far)
