"""Close of day: who waits was not served; who is served goes on; 24-hour services roll over."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from turnero.queue import requests
from turnero.queue.commands import day
from turnero.queue.facts import DayClosed, TicketNotServed

pytestmark = pytest.mark.rule("close-of-day")


@both_engines
async def test_who_waits_or_is_parked_was_not_served_and_who_is_at_a_desk_goes_on(
    hall: Hall,
) -> None:
    parked, called, served = [await hall.take() for _ in range(3)]
    await hall.next("v1")
    await hall.move("park", parked)
    await hall.next("v1")
    blood = await hall.take("sangre")
    await hall.next("v2")
    await hall.move("start", blood)
    waiting = await hall.take("sangre")
    own = await hall.take("caja")
    await hall.transfer(own, desk="v2")
    emergency = await hall.take("urgencia")
    done = await hall.close_day()
    assert (done.not_served, done.left) == (4, False)
    states = {
        name: await hall.state(ticket)
        for name, ticket in {
            "parked": parked,
            "called": called,
            "served": served,
            "blood": blood,
            "waiting": waiting,
            "own": own,
            "emergency": emergency,
        }.items()
    }
    assert states == {
        "parked": "not-served",
        "called": "called",
        "served": "not-served",
        "blood": "serving",
        "waiting": "not-served",
        "own": "not-served",
        "emergency": "waiting",
    }
    facts = await hall.facts(TicketNotServed)
    assert {fact.ticket: (fact.was, fact.reason) for fact in facts} == {
        parked: ("parked", "day-closed"),
        served: ("waiting", "day-closed"),
        waiting: ("waiting", "day-closed"),
        own: ("waiting", "day-closed"),
    }
    (closed,) = await hall.facts(DayClosed)
    assert closed.not_served == 4
    await hall.finish(called)


async def test_at_the_sites_hour_the_day_closes_by_itself_every_day(hall: Hall) -> None:
    for _ in range(2):
        ticket = await hall.take("caja")
        hall.wait(14.5 * 3600 - 1)
        await hall.fire_timers()
        assert await hall.state(ticket) == "waiting"
        hall.wait(1)
        assert hall.wall() == "23:30"
        await hall.fire_timers()
        assert await hall.state(ticket) == "not-served"
        hall.wait(9.5 * 3600)
    assert len(await hall.facts(DayClosed)) == 2


async def test_a_close_that_comes_late_leaves_the_new_days_tickets(hall: Hall) -> None:
    old = await hall.take("caja")
    hall.wait(24 * 3600)  # the server was off from before 23:30 until the next morning
    new = await hall.take("caja")
    await hall.fire_timers()
    assert [await hall.state(one) for one in (old, new)] == ["not-served", "waiting"]


async def test_the_site_sets_its_hour_or_never(hall: Hall) -> None:
    at = 'settings = {{ day_close = "{}" }}\nhours ='
    await hall.load(SITE.replace("hours =", at.format("10:00"), 1))
    first = await hall.take()
    hall.wait(3600)
    await hall.fire_timers()
    assert await hall.state(first) == "not-served"
    await hall.load(SITE.replace("hours =", at.format("never"), 1))
    second = await hall.take()
    hall.wait(3 * 24 * 3600)
    await hall.fire_timers()
    assert await hall.state(second) == "waiting"


async def test_a_large_hall_is_closed_in_portions(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "PORTION", 3)
    tickets = [await hall.take() for _ in range(7)]
    done = await hall.close_day()
    assert (done.not_served, done.left) == (3, True)
    hall.wait(1)
    late = await hall.take()
    for _ in range(3):
        await hall.fire_timers()
    assert {await hall.state(ticket) for ticket in tickets} == {"not-served"}
    assert await hall.state(late) == "waiting"
    (closed,) = await hall.facts(DayClosed)
    assert closed.not_served == 7


async def test_closing_twice_closes_nobody_twice(hall: Hall) -> None:
    await hall.take()
    await hall.close_day()
    assert (await hall.close_day()).not_served == 0
    assert len(await hall.facts(TicketNotServed)) == 1


async def test_a_moment_in_the_future_is_now(hall: Hall) -> None:
    await hall.act(day.close_day, requests.CloseDay(until_ms=hall.clock.line_ms() + 10**9))
    hall.wait(1)
    ticket = await hall.take()
    await hall.next()
    await hall.no_show(ticket)
    await hall.move("return", ticket)
