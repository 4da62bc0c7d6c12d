"""Before the desks open: people may take tickets; their wait counts from the first planned desk."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import reads, requests, site_out
from turnero.queue.commands import desk_services
from turnero.queue.facts import SiteLoaded, TicketCalled

#: the cashier's desks begin at 10:00 and 11:00; blood is drawn from 12:00; it is 09:00
ROSTER = SITE.replace(
    'name = "Ventanilla 1"', 'name = "Ventanilla 1"\nplanned = {mon = ["11:00-13:00"]}'
).replace(
    'primary = ["sangre", "infecto"]',
    'primary = ["sangre", "infecto"]\noverflow = ["caja"]\nplanned = {mon = ["10:00-13:00"]}',
)
MINUTE_MS = 60_000


async def waits(hall: Hall) -> list[float]:
    """The waits of the calls so far, minutes."""
    return [fact.waited_ms / MINUTE_MS for fact in await hall.facts(TicketCalled)]


@pytest.mark.rule("before-opening")
@both_engines
async def test_a_wait_counts_from_the_first_desk_planned_for_the_service(hall: Hall) -> None:
    await hall.load(ROSTER)
    first, second = [await hall.take("caja") for _ in range(2)]
    hall.wait(3600 + 7 * 60)
    await hall.open("v1")
    await hall.next("v1")
    hall.wait(60)
    third = await hall.take("caja")
    hall.wait(60)
    await hall.next("v1")
    hall.wait(60)
    await hall.next("v1")
    assert await waits(hall) == [7, 9, 2]
    called = await hall.facts(TicketCalled)
    # They keep the order in which they came.
    assert [fact.ticket for fact in called] == [first, second, third]
    assert [head.waited_ms for head in called[0].why.heads] == [7 * MINUTE_MS]


async def test_who_is_called_before_that_did_not_wait(hall: Hall) -> None:
    await hall.load(ROSTER)
    ticket = await hall.take("caja")
    hall.wait(20 * 60)
    await hall.open("v1")
    await hall.next("v1")
    assert await waits(hall) == [0]
    await hall.move("undo", ticket)
    hall.wait(20 * 60)
    await hall.next("v1")
    assert await waits(hall) == [0, 0]


async def test_nobody_is_late_before_the_desks_are(hall: Hall) -> None:
    await hall.load(ROSTER)
    await hall.take("sangre")  # target: 20 minutes; desk v2 begins at 10:00
    hall.wait(3600 + 19 * 60)

    async def late() -> bool:
        view = await hall.read(reads.supervisor, hall.site, hall.clock.line_ms())
        assert view is not None
        (found,) = [one for one in view.services if one.service == "sangre"]
        return found.late

    assert not await late()
    hall.wait(61 + 60)
    assert await late()


@pytest.mark.parametrize("service", ["urgencia", "citas"])
async def test_round_the_clock_and_without_a_roster_a_wait_counts_from_the_ticket(
    hall: Hall, service: str
) -> None:
    await hall.load(ROSTER.replace('["caja", "urgencia"]', '["caja", "urgencia", "citas"]'))
    if service == "citas":
        await hall.load(SITE.replace('["caja", "urgencia"]', '["caja", "urgencia", "citas"]'))
    await hall.take(service)
    hall.wait(3 * 60)
    await hall.open("v1")
    await hall.next("v1")
    assert await waits(hall) == [3]


async def test_a_changed_roster_is_a_change_of_the_service_too(hall: Hall) -> None:
    await hall.load(ROSTER)
    changes = [one for one in (await hall.facts(SiteLoaded))[-1].changes if one.what == "service"]
    assert {one.key: one.after for one in changes} == {
        "caja": {"starts": {"mon": 600}},
        "sangre": {"starts": {"mon": 600}},
        "infecto": {"starts": {"mon": 600}},
    }
    assert await hall.load(ROSTER) == 0


async def test_a_desk_moved_to_a_service_is_planned_for_it_from_then_on(hall: Hall) -> None:
    await hall.load(ROSTER)
    await hall.act(
        desk_services.serve, requests.ServeServices("hnc.v1", ("caja", "infecto")), "user:1"
    )
    await hall.act(desk_services.serve, requests.ServeServices("hnc.v2", ("sangre",)), "user:1")
    # caja: v2 came at 10:00, now it is v1, at 11:00
    ticket = await hall.take("caja")
    await hall.open("v1")
    hall.wait(2 * 3600 + 5 * 60)
    assert await hall.next("v1") == ticket
    assert await waits(hall) == [5]


async def test_loading_what_a_moved_desk_left_changes_nothing(hall: Hall) -> None:
    await hall.load(ROSTER)
    await hall.act(desk_services.serve, requests.ServeServices("hnc.v2", ("citas",)), "user:1")
    described = await hall.read(site_out.read, hall.site)
    assert described is not None
    assert await hall.load(site_out.encode(described)) == 0
