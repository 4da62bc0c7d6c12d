"""The states × moves of a print job: each legal move, each illegal one, a crash in each state."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import delete

from tests.peers.stores import opened
from tests.printer.patience import until
from tests.printer.spooling import BOTH, LOST, NO_PAPER, PRINTED, SENT, Spooling
from tests.queue.hall import MORNING_MS
from turnero.printer import forgotten, handover, spool
from turnero.printer.port import Outcome
from turnero.printer.room import Printers
from turnero.printer.spool import Answer, Cancel, Claim, Recover, Settle
from turnero.printer.states import MOVES, JobMove, JobState
from turnero.printer.tables import print_job
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.ids import SeededIds
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

S, M = JobState, JobMove


async def _sending(hall: Spooling) -> None:
    await hall.print()
    await hall.claim()


async def _settled(hall: Spooling, outcome: Outcome) -> None:
    await hall.print()
    await hall.settle(await hall.claim(), outcome)


async def _queued(hall: Spooling) -> None:
    await hall.print()


async def _cancelled(hall: Spooling) -> None:
    _, job = await hall.print()
    await hall.act(spool.cancel, Cancel(job))


#: how a job comes into each state
INTO: dict[JobState, Callable[[Spooling], Awaitable[None]]] = {
    S.QUEUED: _queued,
    S.SENDING: _sending,
    S.PRINTED: lambda hall: _settled(hall, PRINTED),
    S.SENT: lambda hall: _settled(hall, SENT),
    S.UNKNOWN: lambda hall: _settled(hall, LOST),
    S.FAILED: lambda hall: _settled(hall, NO_PAPER),
    S.CANCELLED: _cancelled,
}


async def _try(hall: Spooling, move: JobMove) -> bool:
    """Try a move on the only job, through its command; whether it was made."""
    row = (await hall.jobs())[0]
    process = row.process or "none"
    outcomes = {M.CONFIRM: PRINTED, M.HAND_OVER: SENT, M.FAIL: NO_PAPER}
    try:
        if move in outcomes:
            await hall.act(spool.settle, Settle(row.id, process, outcomes[move]))
        elif move is M.CLAIM:
            claimed = await hall.act(spool.claim, Claim(row.printer))
            return bool(claimed.job == row.id)
        elif move is M.LOSE:
            return await hall.act(spool.recover, Recover(row.printer)) == 1
        elif move is M.FORGET:
            await hall.act(handover.take, handover.Take(900, (row.printer,)))
            hall.wait(forgotten.QUEUED_MS // 1000 + 1)
            return await hall.act(forgotten.end, None) == 1
        elif move is M.RETRY:
            due = TimerDue(1, spool.RETRY_TIMER, str(row.id), 0, "")
            await hall.act(spool.retry, due)
        elif move in (M.CAME_OUT, M.NOT_OUT):
            await hall.act(spool.answer_unknown, Answer(row.id, came_out=move is M.CAME_OUT))
        else:
            await hall.act(spool.cancel, Cancel(row.id))
    except Refused:
        return False
    return True


@BOTH
async def test_each_move_is_made_where_it_is_legal_and_refused_without_a_trace_elsewhere(
    hall: Spooling,
) -> None:
    for state, move in product(S, [move for move in M if move is not M.ENQUEUE]):
        await hall.act(_forget_all, None)
        await INTO[state](hall)
        (before,) = await hall.jobs()
        assert before.state == state
        facts = len(await hall.entries())
        legal = state in MOVES[move]
        assert await _try(hall, move) is legal, (state, move)
        after, *copies = await hall.jobs()
        if legal:
            assert after.state == MOVES[move][state]
            assert len(copies) == (move is M.NOT_OUT)
        else:
            assert after == before
            assert len(await hall.entries()) == facts


def _forget_all(tx: Tx, _request: None) -> None:
    tx.run(Statement(delete(print_job)))


def test_every_state_can_be_reached_and_only_failed_leads_back_to_the_queue() -> None:
    reached = {target for targets in MOVES.values() for target in targets.values()}
    assert reached == set(S)
    back = {
        source for targets in MOVES.values() for source, to in targets.items() if to is S.QUEUED
    }
    assert back == {None, S.FAILED}


@pytest.mark.parametrize("state", list(S))
async def test_a_crash_in_any_state_never_prints_a_second_time_by_itself(
    tmp_path: Path, state: JobState
) -> None:
    """The store is closed as it stands and opened again, with the whole room at work."""
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(7)) as ledger:
        hall = Spooling(ledger, clock)
        await hall.start()
        await INTO[state](hall)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(8)) as ledger:
        hall = Spooling(ledger, clock)
        room = Printers(poll_s=0.05)
        task = asyncio.create_task(room.run(ledger))
        try:
            expected = {S.QUEUED: S.SENT, S.SENDING: S.UNKNOWN}.get(state, state)

            async def settled() -> bool:
                return await hall.states() == [expected]

            await until(settled)
            await asyncio.sleep(0.2)
            assert await hall.states() == [expected]
            assert len(room.virtual["roll"].papers) == (1 if state is S.QUEUED else 0)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_the_documentation_explains_every_state() -> None:
    page = (Path(__file__).parents[2] / "docs" / "printing.md").read_text("utf-8")
    table = page.partition("\n| state |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE) == [
        *("queued", "sending", "sent", "printed", "unknown", "failed", "cancelled")
    ]
    assert set(re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE)) == {*S}
    waits = ", ".join(str(wait // 1000) for wait in spool.BACK_OFF_MS[:-1])
    assert f"after {waits} and {spool.BACK_OFF_MS[-1] // 1000} s" in table
