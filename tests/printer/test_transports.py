"""The contract of every transport: the same tests on the virtual printer in this process and,
over real TCP, on the same machine behind a port.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from tests.printer.slips import WIDE
from turnero.printer.port import (
    Limits,
    Outcome,
    Paper,
    PrinterState,
    Reason,
    Result,
)
from turnero.printer.transports import network, open_printer
from turnero.printer.transports.network import NetworkPrinter
from turnero.store.errors import Invalid

LIMITS = Limits(connect_s=2, send_s=2, answer_s=0.3)
SENT = Outcome(Result.SENT)
#: what stands before a job on its connection: how are you, have you paper, why not
ASKED = b"\x10\x04\x01\x10\x04\x04\x10\x04\x02"


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


async def test_what_a_printer_did_not_take_in_time_never_comes_out_later() -> None:
    """Somebody has asked for a copy by then."""
    done, ended = asyncio.Event(), asyncio.Event()
    later = bytearray()

    async def wakes_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await done.wait()
        writer.transport.resume_reading()  # type: ignore[attr-defined]
        with suppress(OSError):
            while data := await reader.read(65536):
                later.extend(data)
        ended.set()
        writer.close()

    async with _listening(wakes_up) as port:
        printer = NetworkPrinter("127.0.0.1", port, reports=False, limits=Limits(1, 0.5, 0.2))
        outcome = await printer.send(b"x" * 5_000_000)
        done.set()
        async with asyncio.timeout(5):
            await ended.wait()
    assert outcome == Outcome(Result.UNKNOWN, Reason.TIMED_OUT)
    assert len(later) < 5_000_000


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


async def test_two_programs_of_one_machine_take_turns_at_an_address() -> None:
    """Two jobs at once into one paper would be worse than a second one that waits."""
    open_now, most = 0, 0

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await reader.read()
        await asyncio.sleep(0.1)
        open_now -= 1
        writer.close()

    async with _listening(counts) as port:
        printers = [
            NetworkPrinter("127.0.0.1", port, reports=False, limits=LIMITS) for _ in range(3)
        ]
        outcomes = await asyncio.gather(*(one.send(b"x" * 300) for one in printers))
        assert outcomes == [SENT] * 3
        assert most == 1
        turn = await network._turn(f"127.0.0.1:{port}", 0)
        assert await printers[0].send(b"x") == Outcome(Result.FAILED, Reason.BUSY)
        turn.close()
        assert await printers[0].send(b"x") == SENT
