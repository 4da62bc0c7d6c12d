"""Jobs of which nothing is heard any more end by themselves, in a state that says so."""

import asyncio

import pytest

from tests.printer.patience import until
from tests.printer.spooling import BOTH, NO_PAPER, Spooling
from tests.printer.test_handover import printed, say, take
from turnero.printer import forgotten, spool
from turnero.printer.spool import Answer, Reprint
from turnero.queue.facts import PrintChanged
from turnero.store.errors import Refused

SENDING_S = forgotten.SENDING_MS // 1000
QUEUED_S = forgotten.QUEUED_MS // 1000


async def end(hall: Spooling) -> int:
    """Look at the jobs now."""
    return await hall.act(forgotten.end, None)


@BOTH
async def test_a_box_that_dies_while_sending_leaves_an_unknown_end(hall: Spooling) -> None:
    job = await printed(hall, "sending")
    hall.wait(SENDING_S)
    assert await end(hall) == 0, "a slow line may take so long"
    hall.wait(1)
    assert await end(hall) == 1
    assert (await hall.said())[-1] == (job, "unknown", "interrupted")
    assert (await hall.facts(PrintChanged))[-1].place == "k1", "the kiosk asks whether it came out"
    assert await end(hall) == 0


@BOTH
@pytest.mark.parametrize("said", ["printed", "sent", "unknown", "queued", "failed"])
async def test_a_box_that_comes_back_is_believed(hall: Spooling, said: str) -> None:
    job = await printed(hall, "sending")
    hall.wait(SENDING_S + 1)
    await end(hall)
    assert await say(hall, job, said, 3) == said
    assert await hall.states() == [said]


@pytest.mark.parametrize(
    ("says", "stands"), [("unknown", "cancelled"), ("queued", "cancelled"), ("printed", "printed")]
)
async def test_what_a_person_said_meanwhile_is_not_asked_again(
    hall: Spooling, says: str, stands: str
) -> None:
    job = await printed(hall, "sending")
    hall.wait(SENDING_S + 1)
    await end(hall)
    await hall.act(spool.answer_unknown, Answer(job, came_out=False))
    assert (await take(hall)).settled == {job: "cancelled"}
    assert await say(hall, job, says, 3) == stands
    assert await hall.states() == [stands, "queued"], "one copy, as was asked"


@BOTH
async def test_what_a_box_never_spoke_of_has_an_unknown_end_too(hall: Spooling) -> None:
    _, job = await hall.print()
    await take(hall)
    hall.wait(QUEUED_S)
    assert await end(hall) == 0, "it may stand in line there"
    hall.wait(1)
    assert await end(hall) == 1
    assert (await hall.said())[-1] == (job, "unknown", "interrupted")


@BOTH
async def test_what_nobody_took_has_not_left_and_keeps_nobody_from_a_copy(hall: Spooling) -> None:
    ticket, job = await hall.print()
    with pytest.raises(Refused, match="print-under-way"):
        await hall.act(spool.reprint, Reprint(ticket))
    hall.wait(QUEUED_S + 1)
    assert await end(hall) == 1
    assert (await hall.said())[-1] == (job, "cancelled", "too-late")
    await hall.act(spool.reprint, Reprint(ticket))
    hall.wait(QUEUED_S + 1)
    assert await end(hall) == 1
    assert await hall.states() == ["cancelled", "cancelled"], "nor does a copy wait for ever"


async def test_a_worker_that_is_gone_leaves_an_unknown_end(hall: Spooling) -> None:
    await hall.print()
    await hall.claim()
    hall.wait(SENDING_S + 1)
    assert await end(hall) == 1
    assert await hall.states() == ["unknown"]


async def test_what_has_ended_is_left_alone(hall: Spooling) -> None:
    await hall.print()
    await hall.settle(await hall.claim(), NO_PAPER)
    hall.wait(QUEUED_S * 100)
    assert await end(hall) == 0
    assert await hall.states() == ["failed"]


async def test_nobody_has_to_ask_for_it(hall: Spooling) -> None:
    await printed(hall, "sending")
    hall.wait(SENDING_S + 1)
    task = asyncio.create_task(forgotten.watch(hall.ledger, 0.02))

    async def ended() -> bool:
        return await hall.states() == ["unknown"]

    try:
        await until(ended)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_room_has_it_at_work() -> None:
    from turnero.printer.slice import make

    assert "print-jobs" in make(None).tasks
