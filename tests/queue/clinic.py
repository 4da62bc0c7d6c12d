"""The hall with a path through three services, and what tests ask of tickets on it."""

from sqlalchemy import bindparam, select

from tests.queue.hall import SITE, Hall
from turnero.queue import tables
from turnero.store import journal
from turnero.store.sql import Statement

#: cash → blood test → room 4; whoever is sent to the emergency takes a new place
WITH_PATH = (
    SITE.replace('prefix = "C"\n', 'prefix = "C"\npath = ["sangre", "infecto"]\n')
    .replace('prefix = "S"\n', 'prefix = "S"\nwhere = { es = "2.º piso" }\n')
    .replace("all_day = true\n", "all_day = true\nanew = true\n")
    .replace('overflow = ["sangre"]\n', "")
)
_STEPS = Statement(
    select(
        tables.service.c.key,
        tables.ticket_step.c.end,
        tables.ticket_step.c.waited_ms,
        tables.desk.c.key.label("desk"),
        tables.ticket_step.c.no,
    )
    .select_from(
        tables.ticket_step.join(
            tables.service, tables.service.c.id == tables.ticket_step.c.service
        ).outerjoin(tables.desk, tables.desk.c.id == tables.ticket_step.c.desk)
    )
    .where(tables.ticket_step.c.ticket == bindparam("ticket"))
    .order_by(tables.ticket_step.c.no)
)
_PLACE = Statement(
    select(tables.ticket.c.rank_ms, tables.ticket.c.rank_seq, tables.ticket.c.path).where(
        tables.ticket.c.id == bindparam("ticket")
    )
)


async def steps(hall: Hall, ticket: str) -> list[tuple[str, str, int]]:
    """What is behind a ticket: service, how it ended, seconds waited."""
    rows = await hall.rows(_STEPS, ticket=ticket)
    return [(row.key, row.end, row.waited_ms // 1000) for row in rows]


async def left(hall: Hall, ticket: str) -> str | None:
    """The services still to come, as kept."""
    (row,) = await hall.rows(_PLACE, ticket=ticket)
    path: str | None = row.path
    return path


async def place(hall: Hall, ticket: str) -> tuple[int, int]:
    """Its place in line."""
    (row,) = await hall.rows(_PLACE, ticket=ticket)
    return row.rank_ms, row.rank_seq


async def lines_hold(hall: Hall) -> None:
    """Each line counts exactly those who wait in it, and the journal's chain holds."""
    counts = Statement(select(tables.line.c.id, tables.line.c.count))
    waiting = Statement(select(tables.ticket.c.line).where(tables.ticket.c.state == "waiting"))
    standing = [row.line for row in await hall.rows(waiting)]
    assert {row.id: row.count for row in await hall.rows(counts)} == {
        row.id: standing.count(row.id) for row in await hall.rows(counts)
    }
    assert (await hall.read(journal.verify, hall.site, hall.ledger.key)).broken_at is None
