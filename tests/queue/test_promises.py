"""What is told of a wait: read from a published forecast, rounded up, never absurd, never silently longer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.queue.promises import (
    HOLDS_MS,
    MOST_S,
    Expected,
    Line,
    Point,
    Snapshot,
    believed,
    between,
    expected,
    rest,
    told,
)
from turnero.queue.views import Wait
from turnero.queue.waits import Range

MIN = 60_000
NOW = 100 * MIN
POINTS = (Point(0, 60, 120, 300), Point(10, 600, 900, 1500), Point(20, 1200, 1800, 3000))
NOTHING = Line(0, None, None, None)
BODY = '{"desks":2,"classes":{"ordinary":[[0,60,120,300]]}}'


def test_between_two_points_it_goes_straight_and_beyond_the_last_on() -> None:
    assert between(POINTS, 0) == Range(60, 120, 300)
    assert between(POINTS, 5) == Range(330, 510, 900)
    assert between(POINTS, 30) == Range(1800, 2700, 4500)
    assert between((), 3) is None


@given(st.integers(0, 100_000))
def test_no_wait_is_negative_or_without_end(ahead: int) -> None:
    found = between(POINTS, ahead)
    assert found is not None
    assert 0 <= found.low_s <= found.likely_s <= found.high_s <= MOST_S


def test_a_forecast_is_believed_for_some_minutes() -> None:
    assert believed(BODY, NOW - HOLDS_MS, NOW) is not None
    assert believed(BODY, NOW - HOLDS_MS - 1, NOW) is None
    assert believed(None, None, NOW) is None
    assert believed('{"desks":0}', 0, NOW) == Snapshot(0)  # until another one says otherwise


def test_without_a_desk_at_work_it_says_so() -> None:
    found = expected(Snapshot(0, classes={"ordinary": POINTS}), "ordinary", 3, NOTHING, NOW)
    assert (found.range, found.no_desk) == (None, True)


def test_a_class_that_the_forecast_does_not_know_is_unknown() -> None:
    found = expected(Snapshot(2, classes={"ordinary": POINTS}), "preferential", 3, NOTHING, NOW)
    assert (found.range, found.no_desk) == (None, False)


def test_with_nobody_ahead_and_a_desk_free_the_wait_is_that_of_a_free_desk() -> None:
    at_once = Range(0, 30, 180)
    free = Snapshot(2, classes={"ordinary": POINTS}, at_once=at_once, made_ms=NOW)
    assert expected(free, "ordinary", 0, NOTHING, NOW).range == at_once
    assert expected(free, "ordinary", 1, NOTHING, NOW).range != at_once
    # Somebody was called since: that desk is not free any more.
    called = Line(0, 0, NOW + 1, None)
    assert expected(free, "ordinary", 0, called, NOW + 2).range == Range(60, 120, 300)
    # A desk that has just opened knows nothing of its line, and is free.
    assert expected(Snapshot(1, at_once=at_once), "ordinary", 0, NOTHING, NOW).range == at_once


def test_where_nothing_is_published_the_line_speaks_for_itself() -> None:
    found = expected(None, "ordinary", 9, Line(4, 10 * MIN, NOW, 3 * MIN), NOW)
    assert found.range == Range(600, 750, 900)


@pytest.mark.parametrize(
    ("low_s", "high_s", "minutes"),
    [
        (0, 0, (0, 5)),
        (59, 600, (0, 10)),
        (60, 600, (5, 10)),
        (301, 600, (10, 15)),
        (1200, 2099, (20, 35)),
        (60, 10**9, (5, 480)),
    ],
)
def test_it_is_told_in_fives_rounded_up(low_s: int, high_s: int, minutes: tuple[int, int]) -> None:
    assert told(Expected(Range(low_s, low_s, high_s)), NOW) == Wait(*minutes)


def test_beyond_closing_time_it_says_so() -> None:
    found = Expected(Range(600, 900, 1800), closes_ms=NOW + 30 * MIN, closes="17:00")
    assert told(found, NOW) == Wait(10, 30)
    assert told(found, NOW + 1) == Wait(10, 30, closes="17:00")


def test_what_is_unknown_is_told_as_unknown() -> None:
    assert told(Expected(), NOW) is None


def test_the_rest_of_a_promise_falls_as_time_passes() -> None:
    promised = Range(1200, 1500, 2100)
    assert rest(promised, 0, promised).range == promised
    assert rest(promised, 600, None).range == Range(600, 900, 1500)


def test_a_longer_wait_than_promised_is_told_and_said() -> None:
    left = rest(Range(600, 900, 1200), 600, Range(900, 1200, 1800))
    assert left.longer
    assert left.range is not None
    assert left.range.high_s == 1800


def test_a_promise_that_is_over_without_anything_known_is_unknown_and_said() -> None:
    assert rest(Range(600, 900, 1200), 1200, None) == (None, True)


def test_a_shorter_wait_shortens_what_is_told_little_by_little() -> None:
    promised = Range(1200, 1500, 2100)
    seen = [rest(promised, waited, Range(60, 120, 300)).range for waited in (0, 700, 1400, 2100)]
    assert [one.high_s for one in seen if one] == [1200, 667, 367, 300]


@given(
    st.lists(st.integers(0, 7200), min_size=3, max_size=3).map(sorted),
    st.integers(0, 20_000),
    st.lists(st.integers(0, 7200), min_size=3, max_size=3).map(sorted),
)
def test_what_is_told_is_never_less_than_what_is_expected_by_now(
    promised: list[int], waited_s: int, now: list[int]
) -> None:
    left = rest(Range(*promised), waited_s, Range(*now))
    assert left.range is not None
    assert 0 <= left.range.low_s <= left.range.likely_s <= left.range.high_s
    assert left.range.high_s >= now[2]
    # Whoever was promised less than is told now has been told so.
    assert left.longer or waited_s + left.range.high_s <= max(promised[2], waited_s) + 300


@given(st.integers(300, 7200), st.integers(0, 7200))
def test_while_all_goes_as_promised_the_hour_that_is_told_stands(
    high_s: int, waited_s: int
) -> None:
    promised = Range(high_s // 3, high_s // 2, high_s)
    now = Range(*(max(0, one - waited_s) for one in promised))
    assert rest(promised, waited_s, now).range == now
