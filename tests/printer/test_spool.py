"""The spool: what becomes a job, what becomes of it, and that nothing is printed twice by itself."""

import pytest
from sqlalchemy import insert, select

from tests.printer.spooling import BOTH, LOST, NO_PAPER, PRINTED, SENT, Spooling
from turnero.printer import holding, reads, spool
from turnero.printer.holding import Hold
from turnero.printer.port import Outcome, Reason
from turnero.printer.spool import Answer, Cancel, Claim, Recover, Reprint, Settle
from turnero.printer.states import process_id
from turnero.printer.tables import print_job
from turnero.queue.facts import PrintChanged
from turnero.queue.tables import ticket as ticket_table
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Statement


async def test_a_ticket_of_a_kiosk_with_a_printer_is_queued_for_it(hall: Spooling) -> None:
    ticket, job = await hall.print()
    row = await hall.job(job)
    printer = await hall.printer("p1")
    assert (row.ticket, row.printer, row.place, row.copy) == (ticket, printer.id, "k1", 0)
    assert await hall.said() == [(job, "queued", None)]


@pytest.mark.parametrize("place", ["k2", "nowhere", None])
async def test_a_ticket_without_a_printer_makes_no_job(hall: Spooling, place: str | None) -> None:
    await hall.take("caja", place=place)
    await hall.follow()
    assert await hall.jobs() == []


async def test_the_same_fact_seen_twice_makes_one_job(hall: Spooling) -> None:
    await hall.print()
    hall.seen = 0
    await hall.follow()
    assert await hall.states() == ["queued"]


@BOTH
async def test_the_database_itself_holds_one_first_print_for_a_ticket(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    first = {
        "site": 1, "printer": 1, "ticket": ticket, "copy": 0, "place": None, "state": "queued",
        "reason": None, "attempts": 0, "process": None, "due_ms": 0, "created_ms": 0, "updated_ms": 0,
    }  # fmt: skip
    again = Statement(insert(print_job), columns=list(first))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await hall.act(lambda tx, _: tx.run(again, **first), None)


async def test_a_ticket_taken_long_ago_is_not_printed_when_the_server_comes_back(
    hall: Spooling,
) -> None:
    await hall.take("caja", place="k1")
    hall.wait(6 * 60)
    await hall.follow()
    assert await hall.jobs() == []


async def test_jobs_are_taken_oldest_first_and_once(hall: Spooling) -> None:
    jobs = [(await hall.print())[1] for _ in range(3)]
    assert [(await hall.claim()).job for _ in range(4)] == [*jobs, None]
    assert await hall.states() == ["sending"] * 3


async def test_a_printer_takes_its_own_jobs_only(hall: Spooling) -> None:
    await hall.print()
    assert (await hall.claim("p2")).job is None


async def test_that_it_is_being_sent_is_written_down_before_the_first_byte(hall: Spooling) -> None:
    _, job = await hall.print()
    claimed = await hall.claim()
    row = await hall.job(job)
    assert (row.state, row.process, row.attempts) == ("sending", claimed.process, 1)
    assert claimed.process == process_id(job, 1)


def test_each_attempt_has_four_printable_letters_of_its_own() -> None:
    names = {process_id(job, attempt) for job in range(1, 3000) for attempt in range(1, 7)}
    assert len(names) == 2999 * 6
    assert all(len(name) == 4 and name.isascii() and name.isprintable() for name in names)


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (SENT, "sent", None),
        (PRINTED, "printed", None),
        (LOST, "unknown", "connection-lost"),
        (NO_PAPER, "failed", "paper-out"),
    ],
)
async def test_what_became_of_an_attempt_is_told_as_it_is(
    hall: Spooling, outcome: Outcome, state: str, reason: str | None
) -> None:
    _, job = await hall.print()
    assert await hall.settle(await hall.claim(), outcome) == state
    assert (await hall.said())[-1] == (job, state, reason)


async def test_an_old_attempt_cannot_settle_a_newer_one(hall: Spooling) -> None:
    await hall.print()
    old = await hall.claim()
    await hall.settle(old, NO_PAPER)
    hall.wait(10)
    await hall.fire_retries()
    new = await hall.claim()
    assert new.process != old.process
    with pytest.raises(Refused, match="print-not-sending"):
        await hall.settle(old, SENT)
    assert await hall.settle(new, SENT) == "sent"


@BOTH
async def test_a_failed_job_repeats_by_itself_later_and_later_and_then_no_more(
    hall: Spooling,
) -> None:
    await hall.print()
    waits = []
    while (claimed := await hall.claim()).job is not None:
        await hall.settle(claimed, NO_PAPER)
        waited = 0
        while await hall.states() == ["failed"] and waited < 60:
            hall.wait(1)
            waited += 1
            await hall.fire_retries()
        waits.append(waited)
    assert waits == [2, 5, 10, 20, 30, 60]
    assert await hall.states() == ["failed"]
    again = [fact.again for fact in await hall.facts(PrintChanged) if fact.state == "failed"]
    assert again == [True] * 5 + [False]


@pytest.mark.parametrize("outcome", [SENT, PRINTED, LOST])
async def test_only_failed_jobs_ever_repeat_by_themselves(hall: Spooling, outcome: Outcome) -> None:
    await hall.print()
    state = await hall.settle(await hall.claim(), outcome)
    for _ in range(5):
        hall.wait(600)
        await hall.fire_retries()
        await hall.follow()
        assert (await hall.claim()).job is None
    assert await hall.states() == [state]
    assert not any(fact.again for fact in await hall.facts(PrintChanged))


async def test_a_job_that_waited_too_long_is_given_up_when_the_printer_is_back(
    hall: Spooling,
) -> None:
    _, job = await hall.print()
    hall.wait(6 * 60)
    _, fresh = await hall.print()
    assert (await hall.claim()).job == fresh
    assert (await hall.said())[-1] == (job, "cancelled", Reason.TOO_LATE.value)


@pytest.mark.parametrize("failed", [False, True])
async def test_a_ticket_that_was_cancelled_is_not_printed(hall: Spooling, failed: bool) -> None:
    ticket, job = await hall.print()
    if failed:
        await hall.settle(await hall.claim(), NO_PAPER)
    await hall.move("cancel", ticket)
    await hall.follow()
    hall.wait(60)
    await hall.fire_retries()
    assert (await hall.claim()).job is None
    assert (await hall.said())[-1] == (job, "cancelled", None)


async def test_a_cancelled_ticket_whose_paper_left_keeps_its_end(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    await hall.settle(await hall.claim(), SENT)
    await hall.move("cancel", ticket)
    await hall.follow()
    assert await hall.states() == ["sent"]


async def test_did_it_come_out_yes(hall: Spooling) -> None:
    _, job = await hall.print()
    await hall.settle(await hall.claim(), LOST)
    await hall.act(spool.answer_unknown, Answer(job, came_out=True))
    assert await hall.states() == ["printed"]


@BOTH
async def test_did_it_come_out_no_makes_a_copy_at_the_same_place(hall: Spooling) -> None:
    ticket, job = await hall.print()
    await hall.settle(await hall.claim(), LOST)
    done = await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    assert await hall.states() == ["cancelled", "queued"]
    copy = await hall.job(done.job)
    assert (copy.ticket, copy.copy, copy.place) == (ticket, 1, "k1")
    claimed = await hall.claim()
    assert (claimed.job, claimed.copy) == (done.job, True)


async def test_a_clock_set_back_holds_no_paper_up(hall: Spooling) -> None:
    _, job = await hall.print()
    hall.clock.set_wall(hall.clock.now_ms() - 2 * 3600_000)
    assert await hall.read(reads.due, (await hall.printer()).id)
    assert (await hall.claim()).job == job


async def test_the_question_is_answered_once(hall: Spooling) -> None:
    _, job = await hall.print()
    await hall.settle(await hall.claim(), LOST)
    await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    for came_out in (False, True):
        with pytest.raises(Refused, match="print-move-illegal"):
            await hall.act(spool.answer_unknown, Answer(job, came_out=came_out))
    assert await hall.states() == ["cancelled", "queued"]


async def test_a_reprint_is_a_new_job_marked_as_a_copy(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    await hall.settle(await hall.claim(), SENT)
    await hall.act(spool.reprint, Reprint(ticket))
    assert [(row.state, row.copy) for row in await hall.jobs()] == [("sent", 0), ("queued", 1)]
    assert (await hall.facts(PrintChanged))[-1].copy is True


async def test_a_reprint_while_one_is_under_way_is_refused(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    for prepare in (None, hall.claim):
        if prepare is not None:
            await prepare()
        with pytest.raises(Refused, match="print-under-way"):
            await hall.act(spool.reprint, Reprint(ticket))
    assert len(await hall.jobs()) == 1


@BOTH
async def test_a_reprint_takes_the_place_of_a_failed_ones_next_attempt(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    await hall.settle(await hall.claim(), NO_PAPER)
    await hall.act(spool.reprint, Reprint(ticket, "p2"))
    hall.wait(60)
    await hall.fire_retries()
    assert await hall.states() == ["cancelled", "queued"]
    assert (await hall.claim("p1")).job is None
    assert (await hall.claim("p2")).copy is True


async def test_a_ticket_never_printed_can_be_printed_where_one_says(hall: Spooling) -> None:
    ticket = await hall.take("caja", place="k2")
    with pytest.raises(Refused, match="no-printer"):
        await hall.act(spool.reprint, Reprint(ticket))
    await hall.act(spool.reprint, Reprint(ticket, "p2"))
    assert (await hall.claim("p2")).ticket == ticket


async def test_what_is_not_there_is_refused(hall: Spooling) -> None:
    with pytest.raises(NotFound, match="ticket-unknown"):
        await hall.act(spool.reprint, Reprint("f" * 32))
    with pytest.raises(NotFound, match="print-job-unknown"):
        await hall.act(spool.answer_unknown, Answer(99, came_out=True))
    ticket, _ = await hall.print()
    await hall.settle(await hall.claim(), SENT)
    with pytest.raises(Refused, match="no-printer"):
        await hall.act(spool.reprint, Reprint(ticket, "p9"))


async def test_a_queued_job_can_be_cancelled_and_one_under_way_cannot(hall: Spooling) -> None:
    _, job = await hall.print()
    await hall.act(spool.cancel, Cancel(job))
    _, other = await hall.print()
    await hall.claim()
    with pytest.raises(Refused, match="print-move-illegal"):
        await hall.act(spool.cancel, Cancel(other))
    assert await hall.states() == ["cancelled", "sending"]


async def test_facts_hold_no_secret(hall: Spooling) -> None:
    await hall.print()
    (row,) = await hall.rows(Statement(select(ticket_table.c.code)))
    assert row.code
    assert all(row.code.encode() not in bytes(entry.body) for entry in await hall.entries())


async def test_settling_twice_changes_nothing(hall: Spooling) -> None:
    await hall.print()
    claimed = await hall.claim()
    await hall.settle(claimed, SENT)
    with pytest.raises(Refused, match="print-not-sending"):
        await hall.act(spool.settle, Settle(claimed.job or 0, claimed.process, LOST))
    assert await hall.states() == ["sent"]


async def test_recovering_touches_only_what_was_being_sent(hall: Spooling) -> None:
    for _ in range(2):
        await hall.print()
    await hall.claim()
    printer = await hall.printer()
    assert await hall.act(spool.recover, Recover(printer.id)) == 1
    assert await hall.act(spool.recover, Recover(printer.id)) == 0
    assert await hall.states() == ["unknown", "queued"]


@BOTH
async def test_a_printer_is_one_processs_until_it_lets_go_or_is_gone(hall: Spooling) -> None:
    printer = (await hall.printer()).id
    await hall.print()
    first = await hall.act(spool.claim, Claim(printer, "here"))
    assert first.job is not None
    await hall.print()
    with pytest.raises(Refused, match="printer-held"):
        await hall.act(spool.claim, Claim(printer, "there"))
    with pytest.raises(Refused, match="printer-held"):
        await hall.act(spool.recover, Recover(printer, "there"))
    assert await hall.states() == ["sending", "queued"]
    await hall.settle(first, SENT)
    hall.wait(holding.GONE_MS // 1000 - 1)
    await hall.act(spool.claim, Claim(printer, "here"))  # still at work
    hall.wait(holding.GONE_MS // 1000 - 1)
    with pytest.raises(Refused, match="printer-held"):
        await hall.act(spool.claim, Claim(printer, "there"))
    hall.wait(1)
    await hall.print()
    assert (await hall.act(spool.claim, Claim(printer, "there"))).job is not None
    with pytest.raises(Refused, match="printer-held"):
        await hall.act(spool.claim, Claim(printer, "here"))
    await hall.act(holding.let_go, Hold(printer, "here"))  # not its own to give
    with pytest.raises(Refused, match="printer-held"):
        await hall.act(spool.claim, Claim(printer, "here"))
    await hall.act(holding.let_go, Hold(printer, "there"))
    await hall.act(spool.claim, Claim(printer, "here"))


async def test_a_clock_set_back_does_not_hold_a_printer_for_ever(hall: Spooling) -> None:
    printer = (await hall.printer()).id
    await hall.act(spool.claim, Claim(printer, "here"))
    hall.wait(-2 * 3600)
    await hall.act(spool.claim, Claim(printer, "there"))
