"""Printers that only take: a plain file, and a queue of CUPS. The best they can end as is sent."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.cups import QUEUE, Cups, cups
from tests.printer.machines import LIMITS
from tests.printer.patience import until
from tests.printer.slips import WIDE, printed, slip
from turnero.printer.port import Confirmation, Limits, Outcome, PrinterState, Reason, Result
from turnero.printer.profiles import PROFILES
from turnero.printer.transports import open_printer
from turnero.printer.transports.file import FilePrinter

SENT = Outcome(Result.SENT)
EPSON = PROFILES["epson-tm-t20"]


@pytest.fixture(scope="module")
def printing() -> Iterator[Cups]:
    with cups() as server:
        yield server


@pytest.fixture
def queue(printing: Cups, monkeypatch: pytest.MonkeyPatch) -> Cups:
    monkeypatch.setenv("CUPS_SERVER", printing.server)
    (printing.folder / "paper" / "roll").unlink(missing_ok=True)
    return printing


async def test_a_file_gets_jobs_one_after_the_other_and_no_questions(tmp_path: Path) -> None:
    file = tmp_path / "paper.bin"
    printer = open_printer(f"file://{file}", EPSON, limits=LIMITS)
    jobs = [printed(slip(number=number), EPSON) for number in ("A001", "A002")]
    for job in jobs:
        assert await printer.send(job, "ABCD") == SENT
    assert file.read_bytes() == b"".join(jobs)
    assert await printer.state() == PrinterState(answered=False, reachable=True)
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_cannot_be_is_a_failure_and_creates_nothing(tmp_path: Path) -> None:
    unreachable = Outcome(Result.FAILED, Reason.UNREACHABLE)
    for path in (tmp_path / "no" / "paper.bin", tmp_path, Path("/dev/usb/no-such-lp0")):
        assert await FilePrinter(path, limits=LIMITS).send(b"x") == unreachable
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - one look at a small folder


async def test_a_device_that_is_unplugged_leaves_no_file_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turnero.printer.transports.file.DEVICES", tmp_path)
    printer = FilePrinter(tmp_path / "usb" / "lp0", limits=LIMITS)
    (tmp_path / "usb").mkdir()
    assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert not printer.path.exists()


async def test_a_file_that_we_have_open_is_no_device(tmp_path: Path) -> None:
    with (tmp_path / "turnero.db").open("wb") as ours:
        printer = FilePrinter(Path(f"/dev/fd/{ours.fileno()}"), limits=LIMITS)
        assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    assert (tmp_path / "turnero.db").read_bytes() == b""


async def test_a_disk_that_is_full_leaves_the_end_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full takes nothing; as a device it is not asked, as a disk is not."""
    printer = FilePrinter(Path("/dev/full"), reports=False, limits=LIMITS)
    assert await printer.send(b"x") == Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)


async def test_a_file_that_another_program_holds_is_busy(tmp_path: Path) -> None:
    file = tmp_path / "paper.bin"
    with file.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        printer = FilePrinter(file, limits=LIMITS)
        assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.BUSY)
        assert (await printer.state()).obstacle is Reason.BUSY
    assert await printer.send(b"x") == SENT


async def test_a_queue_of_cups_gets_the_bytes_as_they_are(queue: Cups) -> None:
    job = printed(slip(), WIDE) + bytes(range(256))
    printer = open_printer(f"lp://{QUEUE}", EPSON, limits=LIMITS)
    assert printer.caps.confirms is Confirmation.NONE
    assert await printer.send(job, "ABCD") == SENT
    await until(lambda: queue.paper == job)
    assert await printer.state() == PrinterState(answered=False, reachable=True)


async def test_a_queue_that_is_not_there_or_stopped_is_sent_nothing(queue: Cups) -> None:
    missing = open_printer("lp://no-such-queue", WIDE, limits=LIMITS)
    assert await missing.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    printer = open_printer(f"lp://{QUEUE}", WIDE, limits=LIMITS)
    for stop, go in (("cupsdisable", "cupsenable"), ("cupsreject", "cupsaccept")):
        queue.run(stop, QUEUE)
        assert await printer.send(b"x") == Outcome(Result.FAILED, Reason.OFFLINE)
        assert (await printer.state()).obstacle is Reason.OFFLINE
        queue.run(go, QUEUE)
    await asyncio.sleep(0.5)
    assert queue.paper == b""
    assert await printer.send(b"x\n") == SENT


async def test_a_job_that_is_cancelled_at_the_queue_was_sent_and_the_next_one_comes_out(
    queue: Cups,
) -> None:
    """CUPS took it, and nobody is told what became of it there: that is what "sent" means."""
    paper = queue.folder / "paper" / "roll"
    os.mkfifo(paper)  # the queue's program waits for somebody to read
    paper.chmod(0o666)
    printer = open_printer(f"lp://{QUEUE}", WIDE, limits=LIMITS)
    assert await printer.send(b"first\n") == SENT
    await asyncio.to_thread(queue.run, "cancel", "-a", QUEUE)
    paper.unlink()
    assert await printer.send(b"second\n") == SENT
    await until(lambda: queue.paper == b"second\n")


async def test_a_print_server_that_does_not_answer_ends_in_time_with_no_program_left(
    queue: Cups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = tmp_path / "bin"
    stuck.mkdir()
    (stuck / "lpstat").write_text("#!/bin/sh\nexit 0\n", "utf-8")
    (stuck / "lp").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n", "utf-8")
    for program in stuck.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck}:{os.environ['PATH']}")
    printer = open_printer(f"lp://{QUEUE}", WIDE, limits=Limits(1, 0.5, 0.2))
    assert await printer.send(b"x") == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text("utf-8")), 0)
    (stuck / "lpstat").write_text("#!/bin/sh\nexec sleep 60\n", "utf-8")
    slow = open_printer(f"lp://{QUEUE}", WIDE, limits=Limits(0.3, 0.5, 0.2))
    assert await slow.send(b"x") == Outcome(Result.FAILED, Reason.UNREACHABLE)
    (stuck / "lpstat").unlink()
    (stuck / "lp").write_text("#!/bin/sh\nexit 1\n", "utf-8")
    whole = open_printer(f"lp://{QUEUE}", WIDE, limits=LIMITS)
    assert await whole.send(b"x") == Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
