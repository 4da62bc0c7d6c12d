"""Who is to be rung goes on only where somebody can ring them."""

import pytest

from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue.call_facts import CallbackEnded
from turnero.queue.call_requests import AskCallback, Asked, Lead, OfCallback, Opened
from turnero.queue.commands import by_hand, callbacks, leading, lines, paths, reaching
from turnero.queue.facts import PathChanged
from turnero.queue.requests import HandCall, MoveLine, SkipStep
from turnero.store.vault import Sealed

#: the cashier's people go on to the blood test, which calls nobody, or does
WITH_PATH = SITE.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre"]\n')
RINGING = WITH_PATH.replace('prefix = "S"\n', 'prefix = "S"\ncallbacks = {}\n')


async def served(hall: Hall, site: str) -> Asked:
    """Somebody who is spoken with at the first desk, by hand."""
    await hall.load(site)
    led = await hall.ledger.run(leading.lead, Lead("one"), site=0, actor="system")
    await hall.ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
    await hall.open("v1")
    await hall.open("v2")
    asked = await hall.ring_me()
    assert await hall.next() == asked.ticket
    await hall.move("start", asked.ticket)
    return asked


async def test_their_path_is_over_where_nobody_rings(hall: Hall) -> None:
    asked = await served(hall, WITH_PATH)
    await hall.finish(asked.ticket)
    assert await hall.state(asked.ticket) == "finished"
    assert [(one.how, one.service) for one in await hall.facts(CallbackEnded)] == [("done", "caja")]
    assert [(one.how, one.step) for one in await hall.facts(PathChanged)] == [("skipped", "sangre")]


async def test_it_goes_on_where_somebody_does(hall: Hall) -> None:
    asked = await served(hall, RINGING)
    await hall.finish(asked.ticket)
    assert await hall.state(asked.ticket) == "waiting"
    assert await hall.facts(CallbackEnded) == []
    assert await hall.next() == asked.ticket


async def test_who_came_goes_on_as_everybody(hall: Hall) -> None:
    await hall.load(WITH_PATH)
    await hall.open("v1")
    await hall.open("v2")
    here = await hall.take("caja")
    await hall.next()
    await hall.move("start", here)
    await hall.finish(here)
    assert await hall.state(here) == "waiting"


@pytest.mark.parametrize("to", [{"service": "sangre"}, {"desk": "v2"}])
async def test_nobody_is_sent_where_they_would_wait_for_ever(
    hall: Hall, to: dict[str, str]
) -> None:
    asked = await served(hall, SITE)
    async with refused(hall, "callback-not-there"):
        await hall.transfer(asked.ticket, **to)
    here = await hall.take("caja")
    await hall.transfer(here, **to)


async def test_nor_put_right_nor_moved_there_with_their_line(hall: Hall) -> None:
    asked = await served(hall, SITE)
    async with refused(hall, "callback-not-there"):
        await hall.correct(asked.ticket, service="sangre")
    async with refused(hall, "callback-not-there"):
        await hall.act(lines.move_line, MoveLine("caja", "sangre"))
    await hall.finish(asked.ticket)
    await hall.take("caja")
    await hall.act(lines.move_line, MoveLine("caja", "sangre"))


async def test_a_desk_with_a_telephone_is_told_to_ring(hall: Hall) -> None:
    asked = await served(hall, SITE)
    await hall.transfer(asked.ticket, desk="v1")
    assert await hall.next() == asked.ticket


async def test_a_number_that_is_to_be_rung_there_already_comes_there_twice(hall: Hall) -> None:
    await served(hall, RINGING)
    index = "0" * 29 + "b0b"
    phone = Sealed(index, bytes.fromhex(index), "00000000", "PE", "mobile", "b0b")
    here, there = [
        await hall.act(callbacks.ask, AskCallback(phone=phone, service=service))
        for service in ("caja", "sangre")
    ]
    await hall.transfer(here.ticket, service="sangre")
    for asked in (here, there):
        assert await hall.state(asked.ticket) == "waiting"
        await hall.move("cancel", asked.ticket)
    assert [one.how for one in await hall.facts(CallbackEnded)] == ["cancelled"] * 2


async def test_nor_by_leaving_out_a_step_nor_by_what_is_entered_later(hall: Hall) -> None:
    asked = await served(hall, WITH_PATH)
    async with refused(hall, "callback-not-there"):
        await hall.act(paths.skip, SkipStep(asked.ticket))
    waits = await hall.ring_me()
    async with refused(hall, "callback-not-there"):
        await hall.act(paths.skip, SkipStep(waits.ticket))
    hall.wait(600)
    ended_ms = hall.clock.now_ms()
    call = HandCall(
        number=waits.number,
        service="caja",
        desk="hnc.v1",
        called_ms=ended_ms - 300_000,
        ended_ms=ended_ms,
    )
    await hall.act(by_hand.enter, call)
    assert await hall.state(waits.ticket) == "finished"
    assert [one.how for one in await hall.facts(CallbackEnded)] == ["done"]


async def test_who_is_rung_later_goes_where_their_line_went(hall: Hall) -> None:
    asked = await served(
        hall,
        RINGING.replace(
            'name = "Ventanilla 2"',
            '''name = "Ventanilla 2"
phone = "desk2"''',
        ),
    )
    await hall.act(reaching.by_hand, OfCallback(asked.callback, "machine", "hnc.v1"))
    assert await hall.state(asked.ticket) == "retry"
    await hall.act(lines.move_line, MoveLine("caja", "sangre"))
    hall.wait(601)
    await hall.fire_timers()
    assert await hall.next("v2") == asked.ticket
