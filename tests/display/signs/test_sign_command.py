"""`turnero sign test` on signs at real ends: TCP, a serial port, and pymodbus as the sign."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.display.signs.benches import OwnBench, benched
from tests.peers.server import ROOT
from tests.printer.patience import until
from turnero.display.signs.virtual import Faults


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir="/dev/shm") as found:
        yield Path(found)


async def show(*words: str) -> tuple[int, str]:
    """Exit code and what is said on stdout."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "turnero", "sign", "test", *words,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(30):
        out, _ = await process.communicate()
    return process.returncode or 0, out.decode().strip()


@pytest.mark.parametrize(
    ("protocol", "way", "said"),
    [
        ("ditel", "socket", (0, "shown")),
        ("ditel", "pty", (0, "shown")),
        ("modbus-ditel", "tcp", (0, "shown")),
        ("modbus-ditel", "peer-tcp", (0, "shown")),
        ("modbus-dm", "peer-pty", (0, "shown")),
        ("alpha", "socket", (0, "sent")),
    ],
)
async def test_number_and_desk_stand_on_the_sign_and_the_end_is_said(
    folder: Path, protocol: str, way: str, said: tuple[int, str]
) -> None:
    async with benched(protocol, way, folder) as bench:
        words = (bench.url, "A047", "3", "--protocol", protocol, "--address", "5", "--width", "6")
        assert await show(*words) == said
        wanted = "047  3" if protocol == "modbus-dm" else "A047 3"
        await until(lambda: bench.shown() == wanted)


async def test_a_sign_that_does_not_answer_ends_with_one(folder: Path) -> None:
    async with benched("ditel", "socket", folder) as bench:
        assert isinstance(bench, OwnBench)
        bench.fail(Faults(mute=True))
        words = (bench.url, "A047", "3", "--protocol", "ditel", "--address", "5")
        assert await show(*words) == (1, "unconfirmed (mute)")
        bench.fail(Faults())
        other = (bench.url, "A047", "3", "--protocol", "ditel", "--address", "6")
        assert await show(*other) == (1, "unconfirmed (mute)")
