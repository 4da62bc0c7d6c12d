"""The contract of every transport: the same tests on the virtual printer in this process, over
real TCP, on a serial line, as a device of the system, and on a bus that pyusb believes in.

What is only taken and never answered (a plain file, a queue of CUPS) is in test_one_way.py;
what only one transport can do is in test_transports.py.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from msgspec.structs import replace

from tests.printer.machines import KINDS, LIMITS, Bench, bench_of
from tests.printer.patience import until
from tests.printer.slips import WIDE, printed, slip
from turnero.printer.port import (
    Capabilities,
    Confirmation,
    Outcome,
    Paper,
    PrinterState,
    Reason,
    Result,
)
from turnero.printer.profiles import Profile
from turnero.printer.states import process_id
from turnero.printer.transports import open_printer
from turnero.printer.transports.file import FilePrinter
from turnero.printer.transports.network import NetworkPrinter
from turnero.printer.transports.usb import UsbPrinter
from turnero.printer.virtual import Faults, VirtualPrinter

SENT = Outcome(Result.SENT)
PRINTED = Outcome(Result.PRINTED)
#: seconds for which the loop may stand still, or a thread be in a call: two busy cores need some
STILL_S = 0.5
TICK_S = 0.01
#: what stands before a job on its connection: how are you, have you paper, why not
ASKED = b"\x10\x04\x01\x10\x04\x04\x10\x04\x02"


@pytest.fixture(params=KINDS)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A machine behind each kind of connection; no thread may be left waiting at the end."""
    printed(slip())  # reading catalogues and drawing letters is no part of this
    async with bench_of(request.param, tmp_path) as found, unblocked(found):
        yield found


@asynccontextmanager
async def unblocked(bench: Bench) -> AsyncIterator[None]:
    """Fails when the loop stood still, or a thread is left waiting for the printer.

    Time is told by another thread: where the whole machine stands still, it does so too.
    """
    ended = threading.Event()
    ticks = longest = 0

    def tick() -> None:
        nonlocal ticks
        while not ended.wait(TICK_S):
            ticks += 1

    async def watch() -> None:
        nonlocal longest
        while True:
            before = ticks
            await asyncio.sleep(TICK_S)
            longest = max(longest, ticks - before)

    ticking = threading.Thread(target=tick)
    ticking.start()
    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        ended.set()
        ticking.join()
    assert longest * TICK_S < STILL_S
    if isinstance(bench.printer, UsbPrinter):
        idle = bench.printer._thread.submit(int)
        await asyncio.wait_for(asyncio.wrap_future(idle), STILL_S)


async def test_a_job_comes_out_byte_for_byte_and_is_sent_not_printed(bench: Bench) -> None:
    job = printed(slip())
    assert await bench.printer.send(job) == SENT
    await until(lambda: bool(bench.papers))
    assert bench.papers == [ASKED + job]
    assert bench.printer.caps == Capabilities(confirms=Confirmation.NONE, reports=True)


async def test_each_job_has_a_connection_of_its_own(bench: Bench) -> None:
    for number in ("A001", "A002", "A003"):
        assert await bench.printer.send(printed(slip(number=number))) == SENT
    await until(lambda: len(bench.papers) == 3)
    numbers = ("A001", "A002", "A003")
    assert bench.papers == [ASKED + printed(slip(number=number)) for number in numbers]


@pytest.mark.parametrize(
    ("faults", "state"),
    [
        (Faults(), PrinterState(True, True, True, Paper.PRESENT, False)),
        (Faults(paper="near-end"), PrinterState(True, True, True, Paper.NEAR_END, False)),
        (Faults(paper="out"), PrinterState(True, True, False, Paper.OUT, False)),
        (Faults(cover_open=True), PrinterState(True, True, False, Paper.PRESENT, True)),
        (Faults(offline=True), PrinterState(True, True, False, Paper.PRESENT, False)),
        (Faults(mute=True), PrinterState(answered=False, reachable=True)),
        (Faults(unplugged=True), PrinterState(answered=False, reachable=False)),
    ],
)
async def test_a_printer_says_how_it_is_and_silence_is_never_ok(
    bench: Bench, faults: Faults, state: PrinterState
) -> None:
    await bench.machine.set_faults(faults)
    assert await bench.printer.state() == state


@pytest.mark.parametrize(
    ("faults", "obstacle"),
    [
        (Faults(), None),
        (Faults(paper="near-end"), None),
        (Faults(mute=True), None),
        (Faults(paper="out"), Reason.PAPER_OUT),
        (Faults(cover_open=True), Reason.COVER_OPEN),
        (Faults(offline=True), Reason.OFFLINE),
        (Faults(unplugged=True), Reason.UNREACHABLE),
    ],
)
async def test_what_speaks_against_sending_is_told_by_its_reason(
    bench: Bench, faults: Faults, obstacle: Reason | None
) -> None:
    await bench.machine.set_faults(faults)
    assert (await bench.printer.state()).obstacle is obstacle


async def test_asking_for_the_state_prints_nothing(bench: Bench) -> None:
    for _ in range(3):
        await bench.printer.state()
    assert bench.papers == []


async def test_nobody_at_the_address_is_a_failure_that_printed_nothing(bench: Bench) -> None:
    await bench.machine.set_faults(Faults(unplugged=True))
    assert await bench.printer.send(printed(slip())) == Outcome(Result.FAILED, Reason.UNREACHABLE)
    await bench.machine.set_faults(Faults())
    assert bench.papers == []
    assert await bench.printer.send(printed(slip())) == SENT


@pytest.mark.parametrize("after", [10, 500])
async def test_a_line_that_breaks_under_way_leaves_the_end_unknown(
    bench: Bench, after: int
) -> None:
    # The system's buffer in front of a device takes a whole ticket: without a confirmation
    # nobody can know that it got no further, which is why this is not "printed".
    blind = isinstance(bench.printer, FilePrinter)
    job = printed(slip())
    await bench.machine.set_faults(Faults(drop_after=after))
    lost = Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
    assert await bench.printer.send(job) == (SENT if blind else lost)
    if after > 100:
        await until(lambda: bool(bench.papers))
        assert bench.papers[0].endswith(job[: after - 9])


@pytest.mark.parametrize("after", [0, 8])
async def test_a_line_that_breaks_before_the_first_byte_is_a_failure(
    bench: Bench, after: int
) -> None:
    """Nine bytes ask how the printer is; nothing of the job has left until they are answered."""
    await bench.machine.set_faults(Faults(drop_after=after))
    outcome = await bench.printer.send(printed(slip()))
    assert outcome == Outcome(Result.FAILED, Reason.CONNECTION_LOST)
    assert bench.papers == []


async def test_a_printer_too_slow_for_the_job_leaves_the_end_unknown(bench: Bench) -> None:
    # More than both systems' buffers on the way hold.
    job = printed(slip()) * (1000 if isinstance(bench.printer, NetworkPrinter) else 40)
    await bench.machine.set_faults(Faults(bytes_per_s=2000))
    assert await bench.printer.send(job) == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(paper="out"), Reason.PAPER_OUT),
        (Faults(cover_open=True), Reason.COVER_OPEN),
        (Faults(offline=True), Reason.OFFLINE),
    ],
)
async def test_a_printer_that_says_it_cannot_print_is_sent_nothing(
    bench: Bench, faults: Faults, reason: Reason
) -> None:
    await bench.machine.set_faults(faults)
    assert await bench.printer.send(printed(slip())) == Outcome(Result.FAILED, reason)
    await bench.machine.set_faults(Faults())
    assert bench.papers == []


async def test_a_mute_printer_is_asked_once_and_then_no_ticket_waits_for_its_answer(
    bench: Bench,
) -> None:
    await bench.machine.set_faults(Faults(mute=True))
    loop = asyncio.get_running_loop()
    assert await bench.printer.send(printed(slip())) == SENT
    began = loop.time()
    assert await bench.printer.send(printed(slip())) == SENT
    assert loop.time() - began < LIMITS.answer_s
    await bench.machine.set_faults(Faults(paper="out"))
    assert (await bench.printer.state()).paper is Paper.OUT
    assert (await bench.printer.send(printed(slip()))).reason is Reason.PAPER_OUT


async def test_a_mute_printer_without_paper_holds_what_it_was_sent(bench: Bench) -> None:
    """Nothing better can be known of it than "sent", which is why that is not "printed"."""
    await bench.machine.set_faults(Faults(paper="out", mute=True))
    assert await bench.printer.send(printed(slip())) == SENT
    await until(lambda: bench.machine.held_bytes() > 0)
    assert bench.papers == []
    await bench.machine.set_faults(Faults())
    assert len(bench.papers) == 1


async def test_a_printer_that_cannot_answer_is_not_asked() -> None:
    machine = VirtualPrinter("roll", now_ms=lambda: 0)
    silent = replace(WIDE, answers=False)
    printer = open_printer("virtual://roll", silent, virtual={"roll": machine}, limits=LIMITS)
    assert await printer.state() == PrinterState(answered=False, reachable=True)
    assert printer.caps.reports is False


# --- printers that confirm -----------------------------------------------------------------------

PROCESS = replace(WIDE, confirms=Confirmation.PROCESS)
STATUS = replace(WIDE, confirms=Confirmation.STATUS)
#: what was written down before the first byte
OURS = process_id(7, 1)


@pytest.mark.parametrize("profile", [PROCESS, STATUS], ids=["process", "status"])
async def test_a_job_that_the_printer_confirms_is_printed(bench: Bench, profile: Profile) -> None:
    printer = bench.reach(profile)
    assert await printer.send(printed(slip(), profile), OURS) == Outcome(Result.PRINTED)
    await until(lambda: len(bench.papers) == 1)
    assert await printer.send(printed(slip(), profile), process_id(8, 1)) == PRINTED
    await until(lambda: len(bench.papers) == 2)
    assert (await printer.state()).confirms is profile.confirms


@pytest.mark.parametrize("profile", [PROCESS, STATUS], ids=["process", "status"])
@pytest.mark.parametrize(
    ("faults", "reason", "papers"),
    [
        (Faults(jammed=True), Reason.UNCONFIRMED, 0),
        (Faults(answers="late-proof"), Reason.UNCONFIRMED, 1),
        (Faults(answers="half"), Reason.UNCONFIRMED, 1),
        (Faults(paper_for=600), Reason.PAPER_OUT, 0),
        (Faults(drop_after=600), Reason.CONNECTION_LOST, 1),
    ],
    ids=["jammed", "late", "half", "paper-ends", "drops"],
)
async def test_without_the_printers_word_a_job_is_never_called_printed(
    bench: Bench, profile: Profile, faults: Faults, reason: Reason, papers: int
) -> None:
    printer = bench.reach(profile)
    await bench.machine.set_faults(faults)
    outcome = await printer.send(printed(slip(), profile), OURS)
    assert outcome == Outcome(Result.UNKNOWN, reason)
    await asyncio.sleep(0.1)
    assert len(bench.papers) == papers


@pytest.mark.parametrize("profile", [PROCESS, STATUS], ids=["process", "status"])
@pytest.mark.parametrize("answers", ["garbage", "late"])
async def test_a_printer_that_makes_no_sense_is_taken_for_one_that_answers_nothing(
    bench: Bench, profile: Profile, answers: Literal["garbage", "late"]
) -> None:
    printer = bench.reach(profile)
    await bench.machine.set_faults(Faults(answers=answers))
    assert await printer.send(printed(slip(), profile), OURS) == SENT
    assert (await printer.state()).confirms is Confirmation.NONE
    await until(lambda: len(bench.papers) == 1)


async def test_paper_that_is_put_in_again_brings_the_rest_and_no_second_one(bench: Bench) -> None:
    printer = bench.reach(PROCESS)
    await bench.machine.set_faults(Faults(paper_for=600))
    assert (await printer.send(printed(slip(), PROCESS), OURS)).reason is Reason.PAPER_OUT
    assert (await printer.send(printed(slip(), PROCESS), OURS)).result is Result.FAILED
    await bench.machine.set_faults(Faults())
    await until(lambda: len(bench.papers) == 1)
