"""A lost ticket is found: by its number as people write it, by its code, by service and minute."""

from typing import Any

import pytest

from tests.desk.conftest import Room
from turnero.queue import reads
from turnero.queue.codes import grouped, short_code


async def code_of(room: Room, ticket: str) -> str:
    """A ticket's secret."""
    paper = await room.ledger.read(reads.paper, ticket, room.clock.line_ms())
    assert paper is not None
    return paper.code


async def find(room: Room, status: int = 200, **known: Any) -> str:
    """What the tablet answers."""
    answer = await room.post("/greeter/1/find", "greeter", **known)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.rule("lost-ticket")
@pytest.mark.parametrize("typed", ["A001", "a001", " a 001 ", "A1", "a-1", "1", "001"])
async def test_a_ticket_is_found_by_its_number_as_people_write_it(room: Room, typed: str) -> None:
    await room.arrive()
    card = await find(room, text=typed)
    assert "A001" in card
    assert "Waiting" in card


async def test_figures_that_several_tickets_have_ask_which_one_it_is(room: Room) -> None:
    await room.arrive()
    await room.arrive("cash")
    second = await room.arrive("cash")
    some = await find(room, text="1")
    assert "Which one is it?" in some
    assert "A001" in some
    assert "C001" in some
    assert "C002" not in some
    chosen = await room.text(f"/greeter/tickets/{second.ticket}", "greeter", part=True)
    assert "C002" in chosen


@pytest.mark.rule("qr")
async def test_a_scanned_code_or_address_finds_its_ticket(room: Room) -> None:
    await room.arrive()
    issued = await room.arrive("cash")
    code = await code_of(room, issued.ticket)
    # a scanner on a Spanish keyboard types "-" as "'" and "_" as "?"
    scanned = f"https://turnos.example.org/t/{code}".replace("-", "'").replace("_", "?")
    for text in (code, scanned):
        assert "C001" in await find(room, text=text)


@pytest.mark.rule("lost-ticket")
async def test_the_eight_digits_of_a_photograph_find_it(room: Room) -> None:
    issued = await room.arrive("cash")
    digits = grouped(short_code(await code_of(room, issued.ticket)))
    assert "C001" in await find(room, text=digits)


@pytest.mark.rule("lost-ticket")
async def test_it_is_found_by_service_and_minute_the_nearest_first(room: Room) -> None:
    await room.arrive("cash")
    room.wait(6 * 60)
    await room.arrive("cash")
    await room.arrive("admission")
    room.wait(30 * 60)
    await room.arrive("cash")
    some = await find(room, service="cash", at="10:05")
    assert some.index("C002") < some.index("C001")
    assert "A001" not in some
    assert "C003" not in some
    assert "C003" in await find(room, service="cash", at="10:36")


async def test_a_minute_when_nobody_came_says_so(room: Room) -> None:
    await room.arrive("cash")
    said = await find(room, 404, service="cash", at="15:00")
    assert "No ticket of this service was taken then" in said


@pytest.mark.parametrize("typed", ["Z999", "nobody", "12345678", "%", "A001; drop"])
async def test_what_nobody_has_today_says_so(room: Room, typed: str) -> None:
    await room.arrive()
    assert "No ticket has this number today" in await find(room, 404, text=typed)


async def test_yesterdays_ticket_is_not_found_today(room: Room) -> None:
    await room.arrive()
    room.wait(24 * 3600)
    await find(room, 404, text="A001")


async def test_a_time_that_is_none_is_refused(room: Room) -> None:
    for at in ("25:00", "9 o'clock"):
        answer = await room.post("/greeter/1/find", "greeter", service="cash", at=at)
        assert answer.status_code in (404, 422)
