"""What goes wrong inside: jobs that cannot be made, a store that is away, a transport with a defect."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.printer.patience import until
from tests.printer.spooling import SITE
from tests.printer.test_worker import BOX, Kept
from tests.printer.working import LIMITS, Working, at_work
from turnero.printer import reads, spool
from turnero.printer.document import Block, Qr, Text
from turnero.printer.papers import LedgerPapers
from turnero.printer.room import Printers
from turnero.printer.spool import Job, Settle
from turnero.printer.transports.virtual import VirtualTransport
from turnero.queue.facts import PrintChanged
from turnero.store.errors import Unavailable
from turnero.store.tx import Tx


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Working]:
    monkeypatch.setattr(spool, "BACK_OFF_MS", (150,) * 30)
    async with at_work(tmp_path) as found:
        yield found


async def test_a_defect_in_one_job_does_not_end_the_worker(
    hall: Working, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make = LedgerPapers.make

    async def fails_once(*given: Any) -> None:
        monkeypatch.setattr(LedgerPapers, "make", make)
        raise ZeroDivisionError

    monkeypatch.setattr(LedgerPapers, "make", fails_once)
    with caplog.at_level(logging.CRITICAL, "turnero.printer"):
        await hall.queue()
        await hall.settled("sent")
    assert ("failed", "fault") in [(state, why) for _, state, why in await hall.said()]
    assert len(hall.roll.papers) == 1


async def test_a_defect_of_the_worker_itself_does_not_end_it(
    hall: Working, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    due = reads.due

    def fails_once(*given: Any) -> bool:
        monkeypatch.setattr(reads, "due", due)
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL, "turnero.printer"):
        monkeypatch.setattr(reads, "due", fails_once)
        await hall.queue()
        await hall.settled("sent")
    assert reads.due is due


async def test_what_became_of_a_job_is_kept_while_the_store_is_away(
    hall: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, tries = spool.settle, []

    def away_twice(tx: Tx, request: Settle) -> Job:
        tries.append(request)
        if len(tries) < 3:
            raise Unavailable("no disk")
        return settle(tx, request)

    monkeypatch.setattr(spool, "settle", away_twice)
    await hall.queue()
    await hall.settled("sent")
    assert len(tries) == 3
    assert len(hall.roll.papers) == 1


async def test_a_job_that_cannot_be_read_has_not_left(
    hall: Working, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make = LedgerPapers.make

    async def away_once(*given: Any) -> None:
        monkeypatch.setattr(LedgerPapers, "make", make)
        raise Unavailable("no disk")

    monkeypatch.setattr(LedgerPapers, "make", away_once)
    with caplog.at_level(logging.CRITICAL, "turnero.printer"):
        await hall.queue()
        await hall.settled("sent")
    assert len(hall.roll.papers) == 1


async def test_a_job_claimed_by_a_worker_that_never_heard_of_it_does_not_stay_so(
    hall: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hall.ledger.run

    async def answer_lost(command: Any, request: Any, **more: Any) -> Any:
        done = await run(command, request, **more)
        if command is spool.claim and done.job is not None:
            monkeypatch.setattr(hall.ledger, "run", run)
            raise Unavailable("the line to the database broke after its commit")
        return done

    monkeypatch.setattr(hall.ledger, "run", answer_lost)
    await hall.queue()
    await hall.settled("unknown")
    assert hall.roll.papers == []


async def test_a_transport_with_a_defect_leaves_the_end_unknown(
    hall: Working, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(self: VirtualTransport, job: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(VirtualTransport, "send", broken)
    with caplog.at_level(logging.CRITICAL, "turnero.printer"):
        await hall.queue()
        await hall.settled("unknown")


@pytest.mark.parametrize(
    ("blocks", "reason"),
    [
        ((Text("x" * 50_000),), "too-long"),
        (tuple(Text("ʼ" * 600, 8, 8) for _ in range(90)), "too-long"),
        ((Qr("x" * 50_000),), "fault"),
    ],
    ids=["one line", "many lines", "code"],
)
async def test_50_kilobytes_at_a_box_end_in_a_state_and_the_next_paper_comes_out(
    hall: Working,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    blocks: tuple[Block, ...],
    reason: str,
) -> None:
    monkeypatch.setattr(spool, "BACK_OFF_MS", (50,))
    await hall.load(
        SITE.replace('url = "virtual://roll"', 'url = "virtual://roll"\nbox = "b1"') + BOX
    )
    papers = Kept(*blocks)
    box = Printers(limits=LIMITS, poll_s=0.1, box="b1", papers=papers)
    with caplog.at_level(logging.CRITICAL, "turnero.printer"):
        task = asyncio.create_task(box.run(hall.ledger))
        await hall.queue()

        async def given_up() -> bool:
            told = await hall.facts(PrintChanged)
            return (told[-1].state, told[-1].again) == ("failed", False) if told else False

        await until(given_up)
    assert (await hall.jobs())[0].reason == reason
    papers.blocks = (Text("from the box"),)
    await hall.queue()
    await hall.settled("failed", "sent")
    assert len(box.virtual["roll"].papers) == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
