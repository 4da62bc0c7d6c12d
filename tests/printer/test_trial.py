"""`turnero printer test`: a sample ticket through the real spool, its end in words, and its exit code."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.ends import PrinterOnTcp
from tests.peers.server import ROOT
from tests.printer.machines import SerialLine
from tests.printer.patience import until
from tests.printer.slips import lines
from turnero.printer.decode import decode
from turnero.printer.port import Limits
from turnero.printer.states import JobState
from turnero.printer.trial import Trial, trial
from turnero.printer.trial_words import sentences
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.store.errors import Invalid

LIMITS = Limits(connect_s=2, send_s=2, answer_s=0.3, confirm_s=0.8)


@pytest.fixture
async def far() -> AsyncIterator[PrinterOnTcp]:
    server = PrinterOnTcp(VirtualPrinter("far", now_ms=lambda: 0))
    await server.start()
    yield server
    await server.stop()


async def _command(*words: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "turnero", "printer", "test", *words),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.mark.parametrize(
    ("profile", "faults", "state", "reason", "papers"),
    [
        ("generic-80", Faults(), JobState.SENT, None, 1),
        ("epson-tm-t20", Faults(), JobState.PRINTED, None, 1),
        ("star-escpos", Faults(), JobState.PRINTED, None, 1),
        ("epson-tm-t20", Faults(jammed=True), JobState.UNKNOWN, "unconfirmed", 0),
        ("epson-tm-t20", Faults(mute=True), JobState.SENT, None, 1),
        ("generic-58", Faults(paper="out"), JobState.FAILED, "paper-out", 0),
        ("generic-80", Faults(unplugged=True), JobState.FAILED, "unreachable", 0),
    ],
)
async def test_a_sample_ticket_ends_as_any_ticket_would(
    far: PrinterOnTcp,
    profile: str,
    faults: Faults,
    state: JobState,
    reason: str | None,
    papers: int,
) -> None:
    await far.printer.set_faults(faults)
    found = await trial(far.url, profile, "es", limits=LIMITS)
    assert (found.state, found.reason) == (state, reason)
    assert found.well is (state in (JobState.SENT, JobState.PRINTED))
    assert len(far.printer.papers) == papers
    said = sentences(found)
    assert said[0].startswith(f"{state}: ")
    assert len(said) == 1 + (reason is not None) + (reason != "unreachable"), "nothing twice"


@pytest.mark.parametrize(
    ("language", "service"), [("es", "Prueba de impresora"), ("pt", "Teste da impressora")]
)
async def test_the_ticket_speaks_the_language_that_was_asked_for(
    far: PrinterOnTcp, language: str, service: str
) -> None:
    await trial(far.url, "generic-80", language, limits=LIMITS)
    paper = lines(decode(far.printer.papers[0].data))
    assert service in " ".join(paper)
    assert "A001" in paper


async def test_every_end_has_its_words() -> None:
    for state in JobState:
        if state not in (JobState.QUEUED, JobState.SENDING):
            assert sentences(Trial(state, None, None))


async def test_the_command_ends_with_0_only_for_printed_or_sent(
    far: PrinterOnTcp, tmp_path: Path
) -> None:
    code, out, _ = await _command(far.url, "--profile", "epson-tm-t20")
    assert (code, out.splitlines()[0].split(":")[0]) == (0, "printed")
    assert "it confirms each ticket by its own id" in out
    await far.printer.set_faults(Faults(cover_open=True))
    code, out, _ = await _command(far.url)
    assert (code, out.splitlines()[0].split(":")[0]) == (1, "failed")
    assert "its cover is open" in out
    paper = tmp_path / "paper.bin"
    code, out, _ = await _command(f"file://{paper}", "--language", "qu")
    assert (code, out.splitlines()[0].split(":")[0]) == (0, "sent")
    assert "A001" in lines(decode(paper.read_bytes()))


async def test_the_command_prints_on_a_serial_line(tmp_path: Path) -> None:
    line = SerialLine(VirtualPrinter("roll", now_ms=lambda: 0), tmp_path / "by-id")
    await line.start()
    code, out, _ = await _command(
        f"serial://{line.path}?baudrate=115200", "--profile", "star-escpos"
    )
    assert (code, out.splitlines()[0].split(":")[0]) == (0, "printed")
    await until(lambda: len(line.machine.papers) == 1)
    await line.stop()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("serial:///dev/no-such-port", "ls /dev/serial/by-id"),
        ("usb://04b8:ffff", "lsusb"),
        ("lp://no-such-queue", "lpstat -p"),
        ("file:///dev/no-such/lp0", "no such device"),
        ("tcp://127.0.0.1:1", "address and port"),
    ],
)
async def test_what_is_not_there_is_said_as_it_is_looked_for(url: str, said: str) -> None:
    found = await trial(url, "generic-80", "es", limits=LIMITS)
    state, why = sentences(found, url.partition(":")[0])
    assert state.startswith("failed: ")
    assert said in why


async def test_what_cannot_be_is_told_in_a_sentence() -> None:
    cases = (
        (("tcp://127.0.0.1:1", "--language", "xx"), "es, en, pt, qu"),
        (("serial://ttyUSB0",), "serial:///dev/ttyUSB0"),
        (("tcp://x", "--profile", "laser"), "generic-80"),
    )
    ended = await asyncio.gather(*(_command(*words) for words, _ in cases))
    for (words, said), (code, out, err) in zip(cases, ended, strict=True):
        assert (code, out) == (1, ""), words
        assert err.startswith("turnero: ")
        assert said in err


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ipp://x", "it must begin with"),
        ("serial:///dev/ttyS0?baudrate=fast", "baudrate"),
        ("tcp://", "no host"),
        ("usb://4b8:e15", "lsusb"),
        ("lp://-d", "no queue"),
    ],
)
async def test_an_address_that_cannot_be_is_refused_before_anything_is_made(
    url: str, why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await trial(url, "generic-80", "es", limits=LIMITS)
    assert why in str(refused.value.params["why"])
