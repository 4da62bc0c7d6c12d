"""People ahead are those who are called before, if nobody else comes: counted, then called."""

import random
from typing import Any

import pytest

from tests.queue.classes import site
from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import reads

MINUTE = 60_000


async def fill(hall: Hall, draw: random.Random, people: int) -> list[str]:
    """Tickets, some called before the others came."""
    taken = []
    for _ in range(people):
        attention = draw.choices(
            ["red", "amber", "preferential", "frail", "ordinary", "errand"], [1, 1, 8, 2, 10, 3]
        )[0]
        more: dict[str, Any] = {"channel": "triage" if attention in ("red", "amber") else "api"}
        if draw.random() < 0.15:
            later = draw.choice([-20, 5, 30])
            more |= {
                "origin": "appointment" if later > 0 else "callback",
                "due_ms": hall.clock.now_ms() + later * MINUTE,
            }
        taken.append(await hall.take("caja", attention, **more))
        at_once = await hall.read(reads.taken, taken[-1], hall.clock.line_ms())
        assert at_once is not None
        assert at_once.ahead == (await hall.ticket(taken[-1])).ahead
        hall.wait(draw.choice([1, 30, 200]))
        if draw.random() < 0.3:
            await hall.next("v3")
    return [one for one in taken if await hall.state(one) == "waiting"]


@both_engines
@pytest.mark.parametrize(
    ("order", "first"), [("strict", 3), ("accumulating", 3), ("share", 3), ("share", 1)]
)
async def test_as_many_are_ahead_as_are_called_before(hall: Hall, order: str, first: int) -> None:
    await hall.load(site(order, first))
    for seed in range(4):
        waiting = await fill(hall, random.Random(f"{order} {first} {seed}"), 25)
        told = {one: (await hall.ticket(one)).ahead for one in waiting}
        called: list[str] = []
        while (ticket := await hall.next("v1")) is not None:
            called.append(ticket)
        assert set(called) == set(waiting)
        wrong = [abs((told[one] or 0) - called.index(one)) for one in waiting]
        if order == "share":
            # A turn that the age of somebody else puts off is not followed.
            assert max(wrong) <= 5
            assert sum(wrong) <= 2 * len(wrong)
        else:
            assert not any(wrong)


async def test_whoever_waits_for_one_desk_sees_those_of_that_desk(hall: Hall) -> None:
    await hall.load(site("accumulating"))
    waiting = [await hall.take("caja", "preferential") for _ in range(4)]
    for ticket in waiting[1:3]:
        await hall.transfer(ticket, desk="v1")
    assert [(await hall.ticket(one)).ahead for one in waiting[1:3]] == [0, 1]


async def test_people_are_counted_and_not_tickets(hall: Hall) -> None:
    await hall.load(site("accumulating"))
    await hall.take("caja", people=4)
    hall.wait(60)
    ticket = await hall.take("caja", "preferential")
    hall.wait(1)
    taken = await hall.read(reads.taken, ticket, hall.clock.line_ms())
    assert taken is not None
    assert taken.ahead == 4
    hall.wait(100)
    assert (await hall.ticket(ticket)).ahead == 0
