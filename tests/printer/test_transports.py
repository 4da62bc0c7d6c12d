"""The contract of every transport: the same tests on the virtual printer in this process and,
over real TCP, on the same machine behind a port.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from tests.printer.patience import until
from tests.printer.slips import WIDE, printed, slip
from turnero.printer.port import (
    Capabilities,
    Confirmation,
    Limits,
    Outcome,
    Paper,
    Printer,
    PrinterState,
    Reason,
    Result,
)
from turnero.printer.transports import open_printer
from turnero.printer.transports.network import NetworkPrinter
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.printer.virtual_server import VirtualPrinterServer
from turnero.store.errors import Invalid

LIMITS = Limits(connect_s=2, send_s=2, answer_s=0.3)
SENT = Outcome(Result.SENT)
#: what stands before a job on its connection: how are you, have you paper, why not
ASKED = b"\x10\x04\x01\x10\x04\x04\x10\x04\x02"


class Bench:
    """A machine, and a printer of ours that reaches it."""

    def __init__(self, machine: VirtualPrinter, printer: Printer) -> None:
        self.machine = machine
        self.printer = printer

    @property
    def papers(self) -> list[bytes]:
        """What came out, oldest first."""
        return [paper.data for paper in self.machine.papers[::-1]]


@pytest.fixture(params=["virtual", "tcp"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    machine = VirtualPrinter("roll", now_ms=lambda: 0)
    if request.param == "virtual":
        yield Bench(
            machine, open_printer("virtual://roll", WIDE, virtual={"roll": machine}, limits=LIMITS)
        )
        return
    server = VirtualPrinterServer(machine)
    await server.start()
    try:
        yield Bench(machine, open_printer(server.url, WIDE, limits=LIMITS))
    finally:
        await server.stop()


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


@pytest.mark.parametrize("after", [10, 100, 500])
async def test_a_line_that_breaks_under_way_leaves_the_end_unknown(
    bench: Bench, after: int
) -> None:
    job = printed(slip())
    await bench.machine.set_faults(Faults(drop_after=after))
    assert await bench.printer.send(job) == Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)
    if after > 100:
        await until(lambda: bool(bench.papers))
        assert bench.papers[0].endswith(job[: after - 9])


@pytest.mark.parametrize("after", [0, 1, 8])
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
    job = printed(slip()) * 1000
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


# --- what only a network can do ------------------------------------------------------------------


@asynccontextmanager
async def _listening(handler: object, receive_buffer: int = 4096) -> AsyncIterator[int]:
    """A port of this machine whose connections go to `handler(reader, writer)`."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener.bind(("127.0.0.1", 0))
    server = await asyncio.start_server(handler, sock=listener, limit=1024)  # type: ignore[arg-type]
    try:
        yield listener.getsockname()[1]
    finally:
        server.close()


async def test_a_printer_that_never_reads_has_not_got_the_job() -> None:
    """The system takes the whole job into its own buffer; that alone must not count."""
    done = asyncio.Event()

    async def never_reads(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await done.wait()
        writer.close()

    async with _listening(never_reads) as port:
        printer = NetworkPrinter("127.0.0.1", port, reports=False, limits=Limits(1, 1.5, 0.2))
        outcome = await printer.send(b"x" * 200_000)
        done.set()
    assert outcome == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)


async def test_a_printer_that_hangs_up_before_the_end_has_not_got_the_job() -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    async with _listening(hangs_up) as port:
        printer = NetworkPrinter("127.0.0.1", port, reports=False, limits=LIMITS)
        outcome = await printer.send(b"x" * 100_000)
    assert outcome == Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)


async def test_a_printer_that_keeps_its_connection_open_is_no_error() -> None:
    got, done = bytearray(), asyncio.Event()

    async def keeps_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            got.extend(data)
        await done.wait()
        writer.close()

    async with _listening(keeps_open) as port:
        printer = NetworkPrinter("127.0.0.1", port, reports=False, limits=LIMITS)
        outcome = await printer.send(b"x" * 5000)
        done.set()
    assert outcome == SENT
    assert len(got) == 5000


async def test_reports_that_nobody_asked_for_are_not_taken_for_answers() -> None:
    async def chatty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(3):
            # Automatic status back (fixed bits 0x10) before each answer.
            writer.write(b"\x00\x00\x0f\x00" + (b"\x72" if question[2] == 4 else b"\x12"))
        writer.close()

    async with _listening(chatty) as port:
        state = await NetworkPrinter("127.0.0.1", port, limits=LIMITS).state()
    assert state.paper is Paper.OUT
    assert state.online is True


async def test_a_printer_that_answers_only_the_first_question_is_believed_that_far() -> None:
    async def terse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while question := await reader.read(3):
            if question[2] == 1:
                writer.write(b"\x12")
        writer.close()

    async with _listening(terse) as port:
        state = await NetworkPrinter("127.0.0.1", port, limits=LIMITS).state()
    assert state == PrinterState(answered=True, reachable=True, online=True)


async def test_an_unknown_host_is_a_failure_that_printed_nothing() -> None:
    outcome = await NetworkPrinter("no-such-printer.invalid", 9100, limits=LIMITS).send(b"x")
    assert outcome == Outcome(Result.FAILED, Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "it must begin with tcp://, serial://, usb://, lp://, file:// or virtual://"),
        (
            "ipp://04b8:0e15",
            "it must begin with tcp://, serial://, usb://, lp://, file:// or virtual://",
        ),
        (
            "192.168.1.20:9100",
            "it must begin with tcp://, serial://, usb://, lp://, file:// or virtual://",
        ),
        ("tcp://", "no host"),
        ("tcp://host:lots", "Port could not be cast to integer value as 'lots'"),
        ("tcp://host:70000", "Port out of range 0-65535"),
        ("virtual://other", "no virtual printer of that name"),
    ],
)
def test_a_wrong_address_says_what_is_wrong_with_it(url: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_printer(url, WIDE)
    assert refused.value.code == "bad-printer-address"
    assert refused.value.params == {"address": url, "why": why}


def test_a_network_printer_listens_on_9100_unless_said() -> None:
    for url, port in (("tcp://10.0.0.7", 9100), ("tcp://10.0.0.7:9101", 9101)):
        printer = open_printer(url, WIDE)
        assert isinstance(printer, NetworkPrinter)
        assert (printer.host, printer.port) == ("10.0.0.7", port)
