"""The whole way: a ticket is taken, the room prints it, and what goes wrong is told honestly."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.ends import PrinterOnTcp
from tests.peers.stores import opened
from tests.printer.patience import until
from tests.printer.slips import lines
from tests.printer.spooling import SITE, Spooling
from tests.printer.working import LIMITS, Working, at_work
from turnero.printer import spool
from turnero.printer.decode import decode
from turnero.printer.document import Block, Document, Text
from turnero.printer.operations import Cut, Init
from turnero.printer.room import Printers
from turnero.printer.spool import Answer, Claimed, Reprint
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.queue.commands.issue import issue
from turnero.queue.facts import PrintChanged
from turnero.queue.requests import Issue
from turnero.store.clock import SystemClock
from turnero.store.devices import Device
from turnero.store.ledger import Ledger

BOX = """
[[box]]
key = "b1"
name = "Caja de la entrada"
"""


class Kept:
    """Documents that came with their jobs, as a box has them."""

    def __init__(self, *blocks: Block) -> None:
        self.blocks = blocks or (Text("from the box"),)

    async def make(self, ledger: Ledger, device: Device, claimed: Claimed) -> Document:
        """See `Papers.make`."""
        del ledger, device, claimed
        return Document(self.blocks)


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Working]:
    monkeypatch.setattr(spool, "BACK_OFF_MS", (150,) * 30)
    async with at_work(tmp_path) as found:
        yield found


async def test_a_ticket_taken_at_the_kiosk_comes_out_of_its_printer(hall: Working) -> None:
    ticket = await hall.queue()
    await hall.settled("sent")
    (paper,) = hall.paper()
    number = (await hall.ticket(ticket)).number
    assert number in paper
    assert "Hospital Nacional" in paper
    assert "Caja" in paper


async def test_the_paper_speaks_the_persons_language_and_only_the_public_name(
    hall: Working,
) -> None:
    await hall.take("infecto", place="k1", language="en", aids=("large-type",), channel="kiosk")
    await hall.settled("sent")
    text = " ".join(hall.paper()[0])
    assert "Room 4" in text
    assert "HIV" not in text
    assert "Nobody ahead of you" in text


async def test_the_preferential_class_stands_on_the_paper(hall: Working) -> None:
    await hall.take("caja", "preferential", place="k1", channel="kiosk")
    await hall.settled("sent")
    assert "Preferente" in hall.paper()[0]


async def test_tickets_come_out_in_order_and_never_into_each_other(hall: Working) -> None:
    taken = [
        hall.ledger.run(issue, Issue("caja", place="k1", channel="kiosk"), site=1, actor="token:1")
        for _ in range(12)
    ]
    numbers = sorted(issued.number for issued in await asyncio.gather(*taken))
    await hall.settled(*["sent"] * 12)
    assert [next(line for line in paper if line in numbers) for paper in hall.paper()] == numbers
    for paper in hall.roll.papers:
        operations = decode(paper.data)
        assert [isinstance(one, Init) for one in operations].count(True) == 1
        assert [isinstance(one, Cut) for one in operations].count(True) == 1
        assert isinstance(operations[-1], Cut)


async def test_two_printers_do_not_wait_for_each_other(hall: Working) -> None:
    await hall.roll.set_faults(Faults(bytes_per_s=400))
    await hall.queue()
    await hall.settled("sending")
    elsewhere = await hall.take("caja", place="k2", channel="kiosk")
    await hall.act(spool.reprint, Reprint(elsewhere, "p2"))
    await hall.settled("sending", "sent")
    assert len(hall.printers.virtual["other"].papers) == 1


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(paper="out"), "paper-out"),
        (Faults(cover_open=True), "cover-open"),
        (Faults(offline=True), "offline"),
        (Faults(unplugged=True), "unreachable"),
    ],
)
async def test_what_never_left_is_tried_again_and_comes_out_once(
    hall: Working, faults: Faults, reason: str
) -> None:
    await hall.roll.set_faults(faults)
    await hall.queue()
    await hall.settled("failed")
    await hall.roll.set_faults(Faults())
    await hall.settled("sent")
    assert len(hall.roll.papers) == 1
    told = [(state, why) for _, state, why in await hall.said()]
    assert told[:2] == [("queued", None), ("failed", reason)]
    assert told[-1] == ("sent", None)


async def test_a_printer_that_stays_away_is_given_up(
    hall: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "BACK_OFF_MS", (50, 50))
    await hall.roll.set_faults(Faults(unplugged=True))
    await hall.queue()

    async def given_up() -> bool:
        told = await hall.facts(PrintChanged)
        return bool(told) and told[-1].state == "failed" and not told[-1].again

    await until(given_up)
    await hall.roll.set_faults(Faults())
    await asyncio.sleep(0.5)
    assert await hall.states() == ["failed"]
    assert hall.roll.papers == []


async def test_a_broken_line_is_unknown_and_nothing_comes_by_itself_afterwards(
    hall: Working,
) -> None:
    await hall.queue()
    await hall.settled("sent")
    await hall.roll.set_faults(Faults(drop_after=300))
    await hall.queue()
    await hall.settled("sent", "unknown")
    await hall.roll.set_faults(Faults())
    await asyncio.sleep(0.6)
    assert await hall.states() == ["sent", "unknown"]
    assert len(hall.roll.papers) == 2
    assert not any(isinstance(one, Cut) for one in decode(hall.roll.papers[0].data))


async def test_saying_that_it_did_not_come_out_brings_a_copy(hall: Working) -> None:
    await hall.roll.set_faults(Faults(drop_after=300))
    ticket = await hall.queue()
    await hall.settled("unknown")
    await hall.roll.set_faults(Faults())
    job = (await hall.jobs())[0].id
    await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    await hall.settled("cancelled", "sent")
    copy = hall.paper()[-1]
    assert copy[0] == "COPIA"
    assert (await hall.ticket(ticket)).number in copy


async def test_a_printer_that_answers_nothing_prints_all_the_same(hall: Working) -> None:
    await hall.roll.set_faults(Faults(mute=True))
    await hall.queue()
    await hall.settled("sent")

    async def known() -> bool:
        return bool((await hall.heartbeat()).get("answered") is False)

    await until(known)


async def test_its_heartbeat_says_how_the_printer_is(hall: Working) -> None:
    async def obstacle() -> Any:
        return (await hall.heartbeat()).get("obstacle", "not heard")

    async def fine() -> bool:
        return await obstacle() is None

    async def no_paper() -> bool:
        return str(await obstacle()) == "paper-out"

    await until(fine)
    await hall.roll.set_faults(Faults(paper="out"))
    await until(no_paper)
    said = await hall.heartbeat()
    assert (said["online"], said["paper"], said["queued"]) == (False, "out", 0)


async def test_it_stops_within_a_second_with_a_job_under_way_which_is_then_unknown(
    tmp_path: Path,
) -> None:
    clock: Any = SystemClock()
    async with opened(tmp_path / "data", clock=clock) as ledger:
        hall = Spooling(ledger, clock)
        await hall.start()
        room = Printers(limits=LIMITS, poll_s=0.1)
        task = asyncio.create_task(room.run(ledger))
        await until(lambda: "roll" in room.virtual)
        await room.virtual["roll"].set_faults(Faults(bytes_per_s=100))
        await hall.print()

        async def sending() -> bool:
            return await hall.states() == ["sending"]

        await until(sending)
        began = asyncio.get_running_loop().time()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.get_running_loop().time() - began < 1
        assert await hall.states() == ["sending"]

        async def lost() -> bool:
            return await hall.states() == ["unknown"]

        again = Printers(limits=LIMITS, poll_s=0.1)
        task = asyncio.create_task(again.run(ledger))
        await until(lost)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_printer_added_or_moved_is_taken_up_without_a_restart(hall: Working) -> None:
    server = PrinterOnTcp(VirtualPrinter("far", now_ms=hall.clock.now_ms))
    await server.start()
    try:
        await hall.load(SITE.replace("virtual://roll", server.url))
        await hall.queue()
        await hall.settled("sent")
        await until(lambda: bool(server.printer.papers))
        assert hall.roll.papers == []
    finally:
        await server.stop()


async def test_a_printer_that_a_box_hosts_is_left_to_that_box(hall: Working) -> None:
    await hall.load(
        SITE.replace('url = "virtual://roll"', 'url = "virtual://roll"\nbox = "b1"') + BOX
    )
    await hall.queue()
    await asyncio.sleep(0.3)
    assert await hall.states() == ["queued"]
    box = Printers(limits=LIMITS, poll_s=0.1, box="b1", papers=Kept())
    task = asyncio.create_task(box.run(hall.ledger))
    await hall.settled("sent")
    assert hall.roll.papers == []
    assert lines(decode(box.virtual["roll"].papers[0].data)) == ["from the box"]
    assert "other" not in box.virtual
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_of_two_processes_on_one_database_one_prints_and_the_other_takes_over(
    hall: Working,
) -> None:
    await hall.queue()
    await hall.settled("sent")
    other = Printers(limits=LIMITS, poll_s=0.1, holder="another")
    task = asyncio.create_task(other.run(hall.ledger))
    await until(lambda: "roll" in other.virtual)
    await hall.roll.set_faults(Faults(bytes_per_s=1000))
    await hall.queue()
    await hall.settled("sent", "sending")
    await asyncio.sleep(0.3)
    assert (await hall.heartbeat())["holder"] != "another"
    await hall.settled("sent", "sent")  # and not unknown, by the other's recovery
    assert other.virtual["roll"].papers == []
    await hall.printers.stop()
    await hall.queue()
    await hall.settled("sent", "sent", "sent")
    assert len(other.virtual["roll"].papers) == 1
    assert (await hall.heartbeat())["holder"] == "another"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_printer_whose_address_is_wrong_does_not_hold_up_the_others(
    hall: Working, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "turnero.printer"):
        await hall.load(SITE.replace("virtual://other", "lpt:1"))
        await until(lambda: "printer p2 cannot be used" in caplog.text)
    await hall.queue()
    await hall.settled("sent")


async def test_the_roll_survives_a_restart_and_keeps_the_newest(tmp_path: Path) -> None:
    folder = tmp_path / "roll"
    machine = VirtualPrinter("roll", now_ms=lambda: 1000, folder=folder)
    assert folder.stat().st_mode & 0o777 == 0o700  # its papers hold codes
    for n in range(33):
        session = machine.session()
        await session.receive(b"\x1b@paper %d\n" % n)
        await session.end()
    again = VirtualPrinter("roll", now_ms=lambda: 2000, folder=folder)
    assert again.papers == machine.papers
    assert [paper.number for paper in again.papers] == list(range(33, 3, -1))
    (folder / "not-ours.bin").write_bytes(b"x")
    session = again.session()
    await session.receive(b"one more\n")
    await session.end()
    assert again.papers[0].number == 34
    assert _files(folder) == 30 + 1  # the file that is not ours is left alone


def _files(folder: Path) -> int:
    return len(list(folder.iterdir()))
