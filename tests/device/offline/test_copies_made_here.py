"""Copies that were asked for at a box while it had no server: told once they have ended, and once."""

import asyncio
from pathlib import Path
from typing import Any

from tests.device.offline.standing import Beside, beside
from turnero.device import jobs
from turnero.device.pages import _answered
from turnero.device.printing import Papers
from turnero.printer import reads, spool
from turnero.printer.port import Outcome, Reason, Result
from turnero.printer.spool import Answer, Claim, Settle
from turnero.store import devices
from turnero.store.tx import Tx

PRINTED = Outcome(Result.PRINTED)
LOST = Outcome(Result.UNKNOWN, Reason.CONNECTION_LOST)


async def copy(it: Beside, ticket: str, outcome: Outcome | None) -> int:
    """A copy of that ticket at the box, and how it went."""

    async def run(command: Any, request: Any) -> Any:
        return await it.ledger.run(command, request, site=it.box.site, actor="system")

    printer = await it.ledger.read(devices.by_key, it.box.site, "printer", "own")
    assert printer is not None

    def enqueue(tx: Tx, _request: None) -> int:
        return spool.enqueue(tx, printer, ticket, copy=True, place="door").job

    job = int(await run(enqueue, None))
    if outcome is not None:
        claimed = await run(spool.claim, Claim(printer.id))
        await run(spool.settle, Settle(job, claimed.process, outcome))
    return job


async def known(it: Beside, ticket: str) -> tuple[str, bool] | None:
    """How the newest paper of a ticket stands at the server, and whether it is a copy."""
    found = await it.here.running.ledger.read(reads.latest, ticket)
    return None if found is None else (found.state.value, found.copy)


async def test_the_server_hears_of_it_once_it_knows_the_ticket(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        papers = Papers(it.box)
        it.wire.cut = True
        ticket = (await it.take()).ticket.id
        job = await copy(it, ticket, LOST)
        assert await it.ledger.read(jobs.copies, it.box.site) == [], "its ticket is not there yet"
        it.wire.cut = False
        await it.ready()
        assert await known(it, ticket) is None
        for _ in range(2):
            await papers._report()
            assert await known(it, ticket) == ("unknown", True)
        assert await it.ledger.read(jobs.copies, it.box.site) == []
        answered = Answer(job, came_out=True)
        await it.ledger.run(spool.answer_unknown, answered, site=it.box.site, actor="system")
        await papers._report()
        assert await known(it, ticket) == ("printed", True), "a job like any other from then on"


async def test_one_under_way_is_not_told_and_one_that_nobody_wants_is_told_once(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as it:
        papers = Papers(it.box)
        strange = await copy(it, "0" * 32, PRINTED)
        waiting = await copy(it, (await it.take()).ticket.id, None)
        (told,) = await it.ledger.read(jobs.copies, it.box.site)
        assert (told.job, waiting) == (strange, strange + 1)
        await papers._report()
        assert await it.ledger.read(jobs.copies, it.box.site) == []


async def test_a_no_of_which_the_answer_was_lost_is_one_copy(tmp_path: Path) -> None:
    """The server heard it, and makes the copy: the box makes none beside it."""
    async with beside(tmp_path) as it:
        papers = Papers(it.box)
        ticket = (await it.take()).ticket.id
        it.link.offset_ms = 0  # both stand at the same hour here
        async with asyncio.timeout(10):
            while await it.ledger.read(reads.latest, ticket) is None:
                await papers._take()
                await asyncio.sleep(0.02)
        first = await it.ledger.read(reads.latest, ticket)
        printer = await it.ledger.read(devices.by_key, it.box.site, "printer", "own")
        assert first is not None
        assert printer is not None

        async def run(command: Any, request: Any) -> Any:
            return await it.ledger.run(command, request, site=it.box.site, actor="system")

        claimed = await run(spool.claim, Claim(printer.id))
        await run(spool.settle, Settle(first.job, claimed.process, LOST))
        await papers._report()
        it.wire.lose = 1
        await _answered(it.box, first.job, came_out=False, key="press-no")
        await it.beat()
        it.link.offset_ms = 0
        await papers._take()
        waiting = await run(spool.claim, Claim(printer.id))
        assert (waiting.ticket, waiting.copy) == (ticket, True)
        assert (await run(spool.claim, Claim(printer.id))).job is None, "one paper, not two"
