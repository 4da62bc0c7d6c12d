"""Coming back: a no-show once and not too late, a parked one to its own place."""

import pytest

from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue.ranks import ROOM, Rank, rank_back


async def gone(hall: Hall) -> str:
    """A ticket whose owner did not come."""
    ticket = await hall.take()
    await hall.next()
    await hall.no_show(ticket)
    return ticket


async def order(hall: Hall, count: int) -> list[str | None]:
    """Who is called, one after the other."""
    return [await hall.next() for _ in range(count)]


@pytest.mark.rule("absent")
async def test_a_no_show_ranks_just_after_the_second_in_its_line(hall: Hall) -> None:
    back = await gone(hall)
    line = []
    for _ in range(3):
        line.append(await hall.take())
        hall.wait(1)
    await hall.move("return", back)
    assert await order(hall, 4) == [line[0], line[1], back, line[2]]


async def test_also_when_all_came_in_the_same_millisecond(hall: Hall) -> None:
    backs = [await gone(hall) for _ in range(3)]
    line = [await hall.take() for _ in range(3)]
    for back in backs:
        await hall.move("return", back)
    assert await order(hall, 6) == [line[0], line[1], backs[2], backs[1], backs[0], line[2]]


@pytest.mark.rule("absent")
async def test_with_one_in_line_after_that_one_and_alone_at_once(hall: Hall) -> None:
    first, second = await gone(hall), await gone(hall)
    await hall.move("return", first)
    await hall.move("return", second)
    assert await order(hall, 2) == [first, second]


async def test_those_whose_appointment_is_to_come_are_not_yet_in_line(hall: Hall) -> None:
    due_ms = hall.clock.now_ms() - 60_000
    back = await hall.take(origin="appointment", due_ms=due_ms)
    await hall.next()
    await hall.no_show(back)
    for hours in (2, 3):
        due_ms = hall.clock.now_ms() + hours * 3_600_000
        await hall.take(origin="appointment", due_ms=due_ms)
    await hall.move("return", back)
    hall.wait(60)
    await hall.take()
    assert await order(hall, 1) == [back]


@pytest.mark.rule("absent")
async def test_thirty_minutes_and_not_a_millisecond_more(hall: Hall) -> None:
    in_time, late = await gone(hall), await gone(hall)
    until_ms = (await hall.ticket(in_time)).return_until_ms
    assert until_ms is not None
    hall.clock.advance(until_ms - hall.clock.line_ms())
    await hall.move("return", in_time)
    hall.wait(41)
    async with refused(hall, "return-too-late", minutes=30):
        await hall.move("return", late)
    assert (await hall.ticket(late)).return_until_ms is None


@pytest.mark.rule("absent")
async def test_only_once(hall: Hall) -> None:
    back = await gone(hall)
    await hall.move("return", back)
    await hall.next()
    await hall.no_show(back)
    async with refused(hall, "return-used"):
        await hall.move("return", back)


@pytest.mark.rule("absent")
async def test_not_after_the_day_was_closed(hall: Hall) -> None:
    back = await gone(hall)
    hall.wait(60)
    await hall.close_day()
    async with refused(hall, "return-too-late"):
        await hall.move("return", back)


@pytest.mark.rule("absent")
async def test_the_desk_lists_who_may_come_back(hall: Hall) -> None:
    back = await gone(hall)
    assert [one.ticket for one in (await hall.desk()).absent] == [back]
    hall.wait(31 * 60)
    assert (await hall.desk()).absent == ()


@pytest.mark.rule("parked")
async def test_a_parked_one_takes_its_own_place_again(hall: Hall) -> None:
    first = await hall.take()
    await hall.next()
    await hall.move("park", first)
    others = [await hall.take() for _ in range(2)]
    await hall.move("return", first)
    assert await order(hall, 3) == [first, *others]


@pytest.mark.rule("parked")
async def test_a_parked_one_is_in_no_line(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.move("park", ticket)
    assert await hall.next() is None


def test_thirty_people_can_be_put_between_the_same_two() -> None:
    first, second, third = Rank(5, 1 * ROOM), Rank(5, 2 * ROOM), Rank(5, 3 * ROOM)
    after_second = third
    for _ in range(30):
        place = rank_back(Rank(0, 0), [first, second, after_second])
        assert second < place < after_second
        after_second = place
    assert rank_back(Rank(0, 0), [first, second, after_second]) == second


def test_a_later_millisecond_leaves_room_enough() -> None:
    place = rank_back(Rank(0, 0), [Rank(5, ROOM), Rank(6, 2 * ROOM), Rank(7, 3 * ROOM)])
    assert Rank(6, 2 * ROOM) < place < Rank(7, 3 * ROOM)
