"""How long where no forecast is published: unknown until known, from the line's own figures."""

import pytest

from tests.queue.hall import Hall
from turnero.queue.views import Wait
from turnero.queue.waits import FRESH_MS, Range, estimate, new_pace

MIN = 60_000
NOW = 100 * MIN


def test_without_a_call_nothing_is_promised() -> None:
    assert estimate(3, None, None, None, NOW) is None


def test_after_one_call_nothing_is_promised_yet() -> None:
    assert estimate(3, 10 * MIN, NOW, None, NOW) is None


def test_old_figures_promise_nothing() -> None:
    assert estimate(3, 10 * MIN, NOW - FRESH_MS, 2 * MIN, NOW) is not None
    assert estimate(3, 10 * MIN, NOW - FRESH_MS - 1, 2 * MIN, NOW) is None


@pytest.mark.parametrize(
    ("ahead", "last_min", "pace_min", "low", "high"),
    [
        (9, 32, 2, 20, 32),  # ten at two minutes each, against the last one's 32
        (9, 12, 4, 12, 40),
        (4, 10, 2, 10, 10),  # they agree
        (0, 60, 2, 2, 2),  # nobody ahead: the last one's hour is over
        (0, 0, 0, 0, 0),
    ],
)
def test_the_range_lies_between_the_two_estimates(
    ahead: int, last_min: int, pace_min: int, low: int, high: int
) -> None:
    found = estimate(ahead, last_min * MIN, NOW, pace_min * MIN, NOW)
    assert found == Range(low * 60, (low + high) * 30, high * 60)


def test_the_pace_is_smoothed_and_does_not_count_idle_time() -> None:
    assert new_pace(None, None, 0, NOW) is None
    assert new_pace(None, NOW - 4 * MIN, NOW - 60 * MIN, NOW) == 4 * MIN
    assert new_pace(4 * MIN, NOW - 8 * MIN, NOW - 60 * MIN, NOW) == 5 * MIN
    # Nobody waited after the last call until one came two minutes ago.
    assert new_pace(None, NOW - 50 * MIN, NOW - 2 * MIN, NOW) == 2 * MIN


@pytest.mark.rule("several-people")
def test_the_time_between_two_calls_went_to_all_for_whom_the_earlier_one_stood() -> None:
    assert new_pace(None, NOW - 8 * MIN, NOW - 60 * MIN, NOW, 4) == 2 * MIN


@pytest.mark.rule("several-people")
async def test_a_family_does_not_make_the_line_look_slow(hall: Hall) -> None:
    await hall.take("caja", people=5)
    for _ in range(3):
        await hall.take("caja")
    await hall.next()
    hall.wait(20 * 60)
    last = await hall.take("caja")
    await hall.next()
    # Four minutes each: two ahead and oneself, against the twenty that the last one waited.
    assert (await hall.ticket(last)).wait == Wait(15, 20)


async def test_the_line_learns_from_each_call_in_turn(hall: Hall) -> None:
    for _ in range(5):
        await hall.take("caja")
    last = await hall.take("caja")
    assert (await hall.ticket(last)).wait is None
    for _ in range(3):
        hall.wait(6 * 60)
        await hall.next()
    # Two ahead and itself at six minutes each; the last one waited 18.
    assert (await hall.ticket(last)).wait == Wait(20, 25)


async def test_a_chosen_call_teaches_the_line_nothing(hall: Hall) -> None:
    tickets = [await hall.take("caja") for _ in range(5)]
    hall.wait(6 * 60)
    await hall.call(tickets[2])
    hall.wait(6 * 60)
    await hall.call(tickets[3])
    assert (await hall.ticket(tickets[4])).wait is None
