"""A lost ticket: a new code, and the old one opens nothing."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import reads
from turnero.queue.facts import CodeRenewed

pytestmark = pytest.mark.rule("lost-ticket")


async def code(hall: Hall, ticket: str) -> str:
    paper = await hall.read(reads.paper, ticket, hall.clock.line_ms())
    assert paper is not None
    return str(paper.code)


@both_engines
async def test_the_new_code_opens_the_ticket_and_the_old_one_nothing(hall: Hall) -> None:
    ticket = await hall.take()
    old = await code(hall, ticket)
    assert await hall.move("renew", ticket) == "waiting"
    new = await code(hall, ticket)
    assert new != old
    assert await hall.read(reads.ticket_by_code, old, 0) is None
    found = await hall.read(reads.ticket_by_code, new, 0)
    assert found is not None
    assert found.id == ticket


async def test_neither_code_is_in_the_journal(hall: Hall) -> None:
    ticket = await hall.take()
    codes = [await code(hall, ticket)]
    await hall.move("renew", ticket)
    codes.append(await code(hall, ticket))
    assert len(await hall.facts(CodeRenewed)) == 1
    bodies = b"".join(entry.body for entry in await hall.entries())
    assert not any(one.encode() in bodies for one in codes)


async def test_place_and_press_are_as_before(hall: Hall) -> None:
    ticket, _ = await hall.take(), await hall.take()
    await hall.next()
    await hall.move("renew", ticket)
    await hall.move("undo", ticket)
    assert (await hall.ticket(ticket)).ahead == 0
