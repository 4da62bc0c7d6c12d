"""The day's report tells paths step by step, and the journal alone tells the same again."""

from collections.abc import Callable

from msgspec.structs import astuple

from tests.queue.clinic import WITH_PATH
from tests.queue.hall import Hall
from tests.queue.test_report import DAY, close, folded, kept
from turnero.queue import requests
from turnero.queue.commands import finishing, paths
from turnero.queue.reads.reports import derived
from turnero.queue.report import PathStep, PathTaken, Waits


async def ready(hall: Hall) -> None:
    """The path loaded, both desks at work."""
    await hall.load(WITH_PATH)
    await hall.open("v1")
    await hall.open("v2")


async def through(hall: Hall, *waits: int) -> str:
    """Somebody goes through a path, waiting so many seconds for each step; served for a minute."""
    ticket = await hall.take("caja")
    for desk, wait in zip(("v1", "v2", "v2"), waits, strict=False):
        hall.wait(wait)
        assert await hall.next(desk) == ticket
        hall.wait(60)
        outcome = "attended" if (await hall.ticket(ticket)).service == "infecto" else None
        await hall.finish(ticket, outcome)
    return ticket


async def test_each_step_has_its_waits_and_whoever_finished_the_sum(hall: Hall) -> None:
    await ready(hall)
    first = await through(hall, 60, 120, 30)
    await through(hall, 100, 10)  # the day closes while they wait for the last one
    told = await folded(hall)
    assert told.paths == (
        PathTaken(
            service="caja",
            tickets=2,
            finished=1,
            waits=Waits(1, 210, 210, 210),
            steps=(
                PathStep(1, "caja", Waits(2, 80, 100, 100)),
                PathStep(2, "sangre", Waits(2, 65, 120, 120)),
                PathStep(3, "infecto", Waits(1, 30, 30, 30)),
            ),
            skipped=0,
            added=0,
        ),
    )
    assert (await hall.ticket(first)).waited_ms == 210_000
    assert [astuple(one)[-1] for one in told.tickets] == [1]  # still open
    await close(hall)
    found = await kept(hall)
    assert await hall.read(derived, hall.site, DAY) == found.body
    assert found.report.paths == told.paths


async def test_what_was_taken_back_leaves_no_trace(hall: Hall) -> None:
    await ready(hall)
    ticket = await hall.take("caja")
    hall.wait(60)
    await hall.next("v1")
    before = await folded(hall)
    undone: list[tuple[Callable[..., object], object]] = [
        (finishing.finish, requests.Finish(ticket)),
        (finishing.finish, requests.Finish(ticket, onward="end")),
        (paths.skip, requests.SkipStep(ticket)),
        (paths.skip, requests.SkipStep(ticket, "infecto")),
        (paths.add, requests.AddStep(ticket)),
    ]
    for command, request in undone:
        await hall.act(command, request)
        assert await folded(hall) != before
        await hall.move("undo", ticket)
        assert await folded(hall) == before


async def test_steps_left_out_and_added_are_counted_and_a_transfer_keeps_its_wait(
    hall: Hall,
) -> None:
    await ready(hall)
    ticket = await hall.take("caja")
    hall.wait(50)
    await hall.act(paths.skip, requests.SkipStep(ticket))
    await hall.act(paths.skip, requests.SkipStep(ticket, "infecto"))
    await hall.act(paths.add, requests.AddStep(ticket, "urgencia"))
    hall.wait(20)
    await hall.transfer(ticket, service="infecto")
    hall.wait(30)
    await hall.next("v2")
    await hall.finish(ticket, "other")
    hall.wait(5)
    await hall.next("v1")
    await hall.finish(ticket)
    (path,) = (await folded(hall)).paths
    assert (path.service, path.finished, path.skipped, path.added) == ("caja", 1, 2, 1)
    # fifty seconds for the cashier, twenty and thirty after that, five for the emergency
    assert path.waits == Waits(1, 105, 105, 105)
    assert [(one.no, one.service, one.waits.max_s) for one in path.steps] == [
        (2, "infecto", 50),
        (3, "urgencia", 5),
    ]
    assert (await hall.ticket(ticket)).waited_ms == 105_000
