"""A server that was brought back from its backup: numbers that it gave before mean other things now."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from tests.peers.stores import opened
from turnero.boxes.protocol import BoxConfig, Handed, Hosted
from turnero.device import jobs
from turnero.device.keeping import configure
from turnero.printer import spool
from turnero.printer.port import Outcome, Result
from turnero.printer.spool import Claim, Settle
from turnero.store.clock import VirtualClock
from turnero.store.ledger import Ledger

NOON_MS = 1_800_000_000_000
SITE, PRINTER = 3, 7


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Ledger]:
    """The store of a box with one printer."""
    async with opened(tmp_path / "box", clock=VirtualClock(NOON_MS)) as ledger:
        hosted = Hosted(PRINTER, "printer", "own", "P", "", '{"url":"virtual:","box":"b"}')
        config = BoxConfig(
            "b", 1, SITE, "demo", "D", "pe", "America/Lima", ("es",), (hosted,), "", ""
        )
        await do(ledger, configure, config)
        yield ledger


async def do(ledger: Ledger, command: Any, request: Any) -> Any:
    """As the box does it."""
    return await ledger.run(command, request, site=SITE, actor="system")


async def keep(ledger: Ledger, number: int, ticket: str, *, copy: bool = False) -> int:
    """The server hands over its job of that number."""
    handed = Handed(number, PRINTER, ticket, copy, "door", NOON_MS, Raw(b"{}"))
    job: int = await do(ledger, jobs.keep, jobs.Keep(handed, NOON_MS))
    return job


async def test_a_number_that_it_gave_before_is_another_paper_now(box: Ledger) -> None:
    before = await keep(box, 41, "a" * 32)
    assert await keep(box, 41, "a" * 32) == before, "an answer was lost: the same job"
    claimed = await do(box, spool.claim, Claim(PRINTER))
    await do(box, spool.settle, Settle(before, claimed.process, Outcome(Result.PRINTED)))
    assert await keep(box, 41, "a" * 32) == before, "nor is it printed again"
    after = await keep(box, 41, "b" * 32)
    assert after != before
    assert (await do(box, spool.claim, Claim(PRINTER))).ticket == "b" * 32, "it is printed"
    await do(box, jobs.follow, None)
    told = [(one.job, one.report.job) for one in await box.read(jobs.untold)]
    assert told == [(after, 41)], "of the one before nobody asks any more"
    await do(box, jobs.settle, jobs.Settled(41, "cancelled"))
    assert await keep(box, 41, "b" * 32) == after


async def test_nor_is_a_copy_the_paper_of_which_it_is_one(box: Ledger) -> None:
    first = await keep(box, 41, "a" * 32)
    assert await keep(box, 41, "a" * 32, copy=True) != first
