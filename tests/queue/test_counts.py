"""Each line's count is the true number of its tickets, after any sequence of acts."""

import random
from contextlib import suppress

import pytest
from sqlalchemy import func, select, update

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue.tables import line, ticket
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_COUNTS = Statement(
    select(
        line.c.id,
        line.c.count.label("kept"),
        select(func.count())
        .where(ticket.c.line == line.c.id, ticket.c.state == "waiting")
        .correlate(line)
        .scalar_subquery()
        .label("true"),
        line.c.people.label("kept_people"),
        select(func.coalesce(func.sum(ticket.c.people), 0))
        .where(ticket.c.line == line.c.id, ticket.c.state == "waiting")
        .correlate(line)
        .scalar_subquery()
        .label("true_people"),
    )
)
MOVES = ["recall", "start", "no-show", "return", "park", "cancel", "undo", "step-out", "renew"]


async def exact(hall: Hall) -> None:
    rows = await hall.rows(_COUNTS)
    assert {row.id: (row.kept, row.kept_people) for row in rows} == {
        row.id: (row.true, row.true_people) for row in rows
    }


async def act(hall: Hall, chance: random.Random, tickets: list[str]) -> None:
    """Anything that anybody could do; refusals are part of the day."""
    ticket = chance.choice(tickets)
    service = chance.choice(["caja", "sangre", "infecto", "urgencia"])
    desk = chance.choice(["v1", "v2"])
    match chance.randrange(10):
        case 0 | 1:
            attention = chance.choice([None, "preferential"])
            people = chance.choice([1, 1, 4])
            tickets.append(await hall.take(service, attention, people=people))
        case 2 | 3:
            await hall.next(desk, outcome="attended")
        case 4:
            await hall.call(ticket, desk)
        case 5:
            await hall.transfer(ticket, service=service)
        case 6:
            await hall.transfer(ticket, desk=desk)
        case 7:
            await hall.correct(ticket, service=service, people=chance.choice([1, 3]))
        case 8:
            tickets.append(await hall.unticketed("caja", desk, outcome="attended"))
        case _:
            await hall.move(chance.choice(MOVES), ticket)


@both_engines
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_count_is_exact_after_any_sequence_of_acts(hall: Hall, seed: int) -> None:
    chance = random.Random(seed)
    tickets = [await hall.take() for _ in range(4)]
    for turn in range(150):
        hall.wait(chance.choice([0, 1, 20]))
        with suppress(Refused):
            await act(hall, chance, tickets)
        if turn % 10 == 0:
            await exact(hall)
    await exact(hall)
    await hall.close_day()
    await exact(hall)


@both_engines
async def test_the_database_itself_refuses_a_count_below_nothing(hall: Hall) -> None:
    statement = Statement(update(line).values(count=-1))

    def spoil(tx: Tx, _: None) -> None:
        tx.run(statement)

    await hall.take()
    with pytest.raises(Exception, match="ck_line_count"):
        await hall.act(spoil, None)
