"""A printer at a box: its jobs are given away once, and the server's rows follow what the box says."""

import pytest

from tests.printer.spooling import BOTH, LOST, Spooling
from turnero.printer import handover, spool
from turnero.printer.handover import Copied, Report, Take, Taken, followed
from turnero.printer.spool import Answer, Cancel, Reprint
from turnero.printer.states import JobState
from turnero.queue.facts import PrintChanged
from turnero.store.errors import Refused

HERE, THERE = 900, 901
SAME = (JobState.QUEUED, JobState.SENDING, JobState.FAILED, JobState.UNKNOWN)


async def take(hall: Spooling, box: int = HERE, key: str = "p1") -> Taken:
    """A box asks what there is to print."""
    return await hall.act(handover.take, Take(box, ((await hall.printer(key)).id,)))


async def say(
    hall: Spooling, job: int, state: str, version: int, reason: str | None = None, box: int = HERE
) -> str:
    """A box says how a job stands."""
    wanted = Report(box, job, JobState(state), version, reason, again=state == "failed")
    return await hall.act(handover.report, wanted)


async def printed(hall: Spooling, *states: str) -> int:
    """A job that was given, and came that far at the box."""
    _, job = await hall.print()
    await take(hall)
    for version, state in enumerate(("queued", *states), 1):
        await say(hall, job, state, version)
    return job


@BOTH
async def test_a_job_is_given_to_one_box_and_to_no_worker(hall: Spooling) -> None:
    ticket, job = await hall.print()
    given = (await take(hall)).jobs
    assert [(one.job, one.ticket, one.copy, one.place) for one in given] == [
        (job, ticket, False, "k1")
    ]
    assert (await take(hall)).jobs == given, "an answer may be lost: asked again, the same"
    assert (await take(hall, THERE)).jobs == (), "two boxes never print one job"
    assert (await hall.claim()).job is None, "nor does a worker of the server"


@BOTH
async def test_the_row_follows_the_box_and_versions_go_forward_only(hall: Spooling) -> None:
    job = await printed(hall)
    assert await hall.said() == [(job, "queued", None)], "that a box has it is no news"
    assert await say(hall, job, "sending", 2) == "sending"
    assert await say(hall, job, "failed", 3, "paper-out") == "failed"
    assert await say(hall, job, "printed", 6) == "printed"
    for version, late in ((6, "printed"), (3, "failed"), (4, "queued")):
        assert await say(hall, job, late, version) == "printed", "an older word, or one said twice"
    assert await hall.said() == [
        (job, "queued", None),
        (job, "failed", "paper-out"),
        (job, "printed", None),
    ]
    (failed,) = [one for one in await hall.facts(PrintChanged) if one.state == "failed"]
    assert failed.again
    hall.wait(60)
    await hall.fire_retries()
    assert await hall.states() == ["printed"]


async def test_the_server_sets_no_timer_for_what_a_box_tries_again(hall: Spooling) -> None:
    await printed(hall, "sending", "failed")
    hall.wait(60)
    await hall.fire_retries()
    assert await hall.states() == ["failed"], "it is the box that tries again"


async def test_only_the_box_that_has_a_job_speaks_of_it(hall: Spooling) -> None:
    job = await printed(hall)
    assert await say(hall, job, "printed", 9, box=THERE) == ""
    assert await say(hall, 999, "printed", 9) == ""
    assert await hall.states() == ["queued"]


@BOTH
async def test_a_job_not_taken_yet_is_cancelled_and_never_given(hall: Spooling) -> None:
    _, job = await hall.print()
    await hall.act(spool.cancel, Cancel(job))
    assert await take(hall) == Taken((), {})


@BOTH
async def test_a_box_is_told_that_a_job_it_has_was_cancelled(hall: Spooling) -> None:
    job = await printed(hall)
    await hall.act(spool.cancel, Cancel(job))
    assert (await take(hall)).settled == {job: "cancelled"}
    assert await say(hall, job, "cancelled", 2) == "cancelled"
    assert (await take(hall)).settled == {}, "it has heard"


async def test_what_a_box_knows_nothing_of_keeps_no_newer_word_from_it(hall: Spooling) -> None:
    """A machine that took the place of another never says anything of that one's jobs."""
    for _ in range(handover.MOST):
        await hall.act(spool.cancel, Cancel(await printed(hall)))
    job = await printed(hall)
    await hall.act(spool.cancel, Cancel(job))
    assert (await take(hall)).settled[job] == "cancelled"


async def test_a_paper_that_came_out_before_the_box_heard_did_come_out(hall: Spooling) -> None:
    job = await printed(hall)
    await hall.act(spool.cancel, Cancel(job))
    assert await say(hall, job, "sending", 2) == "sending"
    assert await say(hall, job, "printed", 3) == "printed"


@BOTH
async def test_an_unknown_end_is_answered_once_at_the_server_first(hall: Spooling) -> None:
    job = await printed(hall, "sending", "unknown")
    await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    assert await hall.states() == ["cancelled", "queued"], "a copy takes its place"
    answer = await take(hall)
    assert answer.settled == {job: "cancelled"}
    assert [(one.job, one.copy) for one in answer.jobs] == [(job + 1, True)]
    assert await say(hall, job, "printed", 4) == "cancelled", "the second answer counts no more"
    with pytest.raises(Refused, match="print-move-illegal"):
        await hall.act(spool.answer_unknown, Answer(job, came_out=True))


async def test_an_unknown_end_is_answered_once_at_the_box_first(hall: Spooling) -> None:
    job = await printed(hall, "sending", "unknown", "printed")
    with pytest.raises(Refused, match="print-move-illegal"):
        await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    assert await hall.states() == ["printed"]


async def test_a_copy_waits_for_a_box_that_stirs_and_not_for_one_that_is_gone(
    hall: Spooling,
) -> None:
    job = await printed(hall)
    ticket = (await hall.job(job)).ticket
    with pytest.raises(Refused, match="print-under-way"):
        await hall.act(spool.reprint, Reprint(ticket))
    hall.wait(61)
    await hall.act(spool.reprint, Reprint(ticket, printer="p2"))
    assert await hall.states() == ["cancelled", "queued"]
    assert (await hall.claim("p2")).copy, "printed by the server, as p2 is nobody's"
    assert (await take(hall)).settled == {job: "cancelled"}


async def test_a_ticket_taken_long_ago_is_not_given(hall: Spooling) -> None:
    _, late = await hall.print()
    hall.wait(6 * 60)
    _, fresh = await hall.print()
    assert [one.job for one in (await take(hall)).jobs] == [fresh]
    assert (await hall.job(late)).reason == "too-late"


async def test_what_failed_here_first_is_the_boxs_alone_from_then_on(hall: Spooling) -> None:
    await hall.print()
    claimed = await hall.claim()
    await hall.settle(claimed, LOST)
    assert claimed.job is not None
    assert (await take(hall)).jobs == (), "what may have been printed is never given"


async def test_a_reason_of_a_newer_box_is_a_fault(hall: Spooling) -> None:
    job = await printed(hall)
    await say(hall, job, "failed", 2, "ate-a-cable")
    assert (await hall.job(job)).reason == "fault"


@BOTH
@pytest.mark.parametrize("state", sorted(handover.ENDED))
async def test_a_copy_that_a_box_made_alone_is_known_from_then_on_and_printed_by_nobody(
    hall: Spooling, state: JobState
) -> None:
    job = await printed(hall, "sending", "unknown", "cancelled")
    ticket = (await hall.job(job)).ticket
    made = Copied(HERE, "p1", ticket, "k1", state, 7)
    copy = await hall.act(handover.copied, made)
    row = await hall.job(copy)
    assert (row.state, row.copy, row.box, row.place) == (state, 1, HERE, "k1")
    assert (await hall.said())[-1] == (copy, state, None)
    assert (await hall.facts(PrintChanged))[-1].copy
    assert (await take(hall)).jobs == ()
    assert (await hall.claim()).job is None
    if state is JobState.UNKNOWN:
        assert await say(hall, copy, "printed", 6) == "unknown", "an older word"
        assert await say(hall, copy, "printed", 8) == "printed"


async def test_a_copy_of_a_ticket_or_printer_that_is_not_here_is_not_taken(hall: Spooling) -> None:
    ticket, _ = await hall.print()
    for wrong, code in (
        (Copied(HERE, "p1", "0" * 32, None, JobState.PRINTED, 1), "ticket-unknown"),
        (Copied(HERE, "p9", ticket, None, JobState.PRINTED, 1), "no-printer"),
    ):
        with pytest.raises(Refused, match=code):
            await hall.act(handover.copied, wrong)
    assert len(await hall.jobs()) == 1


@pytest.mark.parametrize("says", list(JobState))
def test_what_a_box_says_of_a_job_that_goes_on_is_how_it_stands(says: JobState) -> None:
    for here in SAME:
        assert followed(here, None, says) is says
    assert followed(JobState.PRINTED, JobState.UNKNOWN, says) is JobState.PRINTED
