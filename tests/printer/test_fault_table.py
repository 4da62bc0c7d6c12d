"""Every fault of a printer, row by row, through the whole spool: the state it ends in, and the
paper counted. The table in docs/printing.md is this test's own.

Each row is a ticket taken at a kiosk while something is wrong; then it is mended, and whatever
the spool does by itself is waited for.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from tests.peers.ends import PrinterOnTcp
from tests.printer.machines import SerialLine
from tests.printer.spooling import SITE
from tests.printer.working import Working, at_work
from turnero.printer import spool
from turnero.printer.decode import decode
from turnero.printer.operations import Cut
from turnero.printer.port import Limits
from turnero.printer.transports import network
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.tx import Tx

DOCS = Path(__file__).parents[2] / "docs" / "printing.md"
CAN, CANNOT = "epson-tm-t20", "generic-80"
#: generous, for rows run side by side on a machine that may stand still for a second; what is late here is
#: later still
LIMITS = Limits(connect_s=2, send_s=4, answer_s=2, confirm_s=2)
LONG = "Traiga su documento de identidad. " * 1500


class Row(msgspec.Struct, frozen=True):
    """A fault: what is wrong when the ticket is taken, and what happens while it prints."""

    what: str
    faults: Faults = Faults()
    #: thrown once the job is being sent
    under_way: Faults | None = None
    line: str = "tcp"
    footer: str = ""
    #: somebody else speaks to the printer
    taken: bool = False
    #: the server dies with the job under way, and starts again
    killed: bool = False
    #: nothing is mended: it stays as it is
    stays: bool = False


ROWS = (
    Row("nothing"),
    Row("paper near its end", Faults(paper="near-end")),
    Row("no paper", Faults(paper="out")),
    Row("cover open", Faults(cover_open=True)),
    Row("offline key pressed", Faults(offline=True)),
    Row("switched off, or off the network", Faults(unplugged=True)),
    Row("serial port gone; back under another name", Faults(unplugged=True), line="serial"),
    Row("another program has it", taken=True),
    Row("answers nothing", Faults(mute=True)),
    Row("answers nothing, and has no paper", Faults(mute=True, paper="out")),
    Row("answers with noise", Faults(answers="garbage")),
    Row("answers too late", Faults(answers="late")),
    Row("answers by halves", Faults(answers="half")),
    Row("confirms too late", Faults(answers="late-proof")),
    Row("takes everything, prints nothing", Faults(jammed=True)),
    Row("paper ends with the job under way", Faults(paper_for=600)),
    Row("line breaks after 300 bytes", Faults(drop_after=300)),
    Row("serial line breaks after 300 bytes", Faults(drop_after=300), line="serial"),
    Row("unplugged with the job under way", Faults(bytes_per_s=400), Faults(unplugged=True)),
    Row("slow: 2,500 bytes a second", Faults(bytes_per_s=2500)),
    Row("so slow that it takes minutes", Faults(bytes_per_s=20), stays=True),
    Row("server killed with the job under way", Faults(bytes_per_s=100), killed=True),
    Row("50 kB of text in a line", footer=LONG),
)


class Seen(msgspec.Struct, frozen=True):
    """What became of one ticket."""

    state: str
    reason: str | None
    papers: str

    def __str__(self) -> str:
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.state}{why}: {self.papers}"


@pytest.fixture
async def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Seen]]:
    """The whole table, each row with its four results; rows run a few at a time."""
    monkeypatch.setattr(spool, "BACK_OFF_MS", (150,) * 40)
    gate = asyncio.Semaphore(5)

    async def one(row: Row, profile: str) -> list[Seen]:
        async with gate:
            folder = tmp_path / f"{ROWS.index(row)}-{profile}"
            folder.mkdir()
            return await _played(row, profile, folder)

    cells = [(row, profile) for row in ROWS for profile in (CANNOT, CAN)]
    # All to their ends: a store whose opening is cancelled leaves its writer behind.
    results = await asyncio.gather(*(one(*cell) for cell in cells), return_exceptions=True)
    found: dict[str, list[Seen]] = {row.what: [] for row in ROWS}
    for (row, _), seen in zip(cells, results, strict=True):
        if isinstance(seen, BaseException):
            raise seen
        found[row.what] += seen
    return found


async def test_every_fault_ends_in_a_named_state_with_the_paper_that_the_table_says(
    table: dict[str, list[Seen]],
) -> None:
    lines = [
        f"| {what} | {plain} | {mended} | {sure} | {mended_sure} |"
        for what, (plain, mended, sure, mended_sure) in table.items()
    ]
    for what, seen in table.items():
        for one in seen:
            assert one.state in ("sent", "printed", "unknown", "failed"), what
            assert one.papers in ("0", "1", "a piece"), f"a second paper: {what}"
    if os.environ.get("TURNERO_WRITE_DOCS"):
        _write(lines)
    kept = [line for line in DOCS.read_text("utf-8").splitlines() if line in lines]
    missing = [line for line in lines if line not in kept]
    assert not missing, "\n".join(missing)


def _write(lines: list[str]) -> None:
    text = DOCS.read_text("utf-8")
    begin = text.index("|---|---|---|---|---|\n") + len("|---|---|---|---|---|\n")
    end = text.index("\n\n", begin)
    DOCS.write_text(text[:begin] + "\n".join(lines) + text[end:], "utf-8")


async def _played(row: Row, profile: str, folder: Path) -> list[Seen]:
    """The ticket with the fault, and once it is mended."""
    machine = VirtualPrinter("far", now_ms=lambda: 0)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(_line(row, machine, folder))
        site = SITE.replace('url = "virtual://roll"', f'url = "{url}"\nprofile = "{profile}"')
        hall = await stack.enter_async_context(at_work(folder, site, LIMITS))
        if row.footer:
            await hall.act(_write_footer, row.footer)
        await machine.set_faults(row.faults)
        turn = await network._turn(url.removeprefix("tcp://"), 1) if row.taken else None
        await hall.queue()
        if row.under_way is not None or row.killed:
            await hall.settled("sending")
            await asyncio.sleep(0.4)
            if row.under_way is not None:
                await machine.set_faults(row.under_way)
            else:
                await hall.printers.stop()  # what was under way is left as a kill leaves it
                await hall.printers.rescan()
        first = await _seen(hall, machine, lambda state: state not in ("queued", "sending"))
        if turn is not None:
            turn.close()
        if not row.stays:
            await machine.set_faults(Faults())
        if not row.footer:
            await _seen(hall, machine, lambda state: state not in ("queued", "sending", "failed"))
        await asyncio.sleep(0.5)  # time enough for a second paper
        return [first, await _seen(hall, machine, bool)]


def _write_footer(tx: Tx, footer: str) -> None:
    """A text that no page or file lets anybody write."""
    settings = msgspec.json.encode({"printer": "p1", "footer": {"es": footer}}).decode()
    tx.run(Statement(update(device).where(device.c.kind == "kiosk").values(settings=settings)))


@asynccontextmanager
async def _line(row: Row, machine: VirtualPrinter, folder: Path) -> AsyncIterator[str]:
    """The address of the machine."""
    if row.line == "serial":
        line = SerialLine(machine, folder / "by-id")
        await line.start()
        try:
            yield f"serial://{line.path}?baudrate=9600"
        finally:
            await line.stop()
        return
    server = PrinterOnTcp(machine)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


async def _seen(hall: Working, machine: VirtualPrinter, good: Callable[[str], bool]) -> Seen:
    """The ticket's only job once its state is as wanted."""
    async with asyncio.timeout(20):
        while True:
            jobs = await hall.jobs()
            if jobs and good(jobs[0].state):
                break
            await asyncio.sleep(0.02)
    (job,) = jobs
    await asyncio.sleep(0.1)  # paper falls after the last word
    whole = [any(isinstance(one, Cut) for one in decode(paper.data)) for paper in machine.papers]
    papers = "a piece" if whole == [False] else str(len(whole))
    return Seen(job.state, job.reason, papers)
