"""How long it takes: a day as seen so far, what earlier days teach, a range that stays honest."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnero.queue.forecast import estimator as estimators
from turnero.queue.forecast.calibration import NO_FACTORS, Calibration, Factors
from turnero.queue.forecast.day import NAMES, QueueDay
from turnero.queue.forecast.estimator import BadPrior, Estimator, prior_from
from turnero.queue.forecast.history import HOURS, NONE, History
from turnero.queue.forecast.ranges import LONG_S, Forecast
from turnero.queue.forecast.series import at, reached
from turnero.queue.forecast.trees import BadTrees, Trees


def steady(
    minutes_a_call: float, *, waiting: int = 8, until: float = 660, every: float = 5, desks: int = 1
) -> QueueDay:
    """A day from 480 on, with always so many waiting and a call every so many minutes."""
    day = QueueDay()
    minute = 480.0
    while minute <= until:
        day.observe(minute, desks, waiting, int((minute - 480) / minutes_a_call))
        minute += every
    return day


def feature(day: QueueDay, name: str, ahead: int = 7, history: History | None = None) -> float:
    """One by its name; a wait in minutes."""
    row = day.features(ahead, history)
    value = row[NAMES.index(name)]
    waits = NAMES.index("busy_share_15")
    return value * (row[-1] + 1) if NAMES.index(name) < waits else value


def said(day: QueueDay, ahead: int, history: History | None = None) -> Forecast:
    """The shipped estimator's, which must have one."""
    found = Estimator.shipped().forecast(day, ahead, history)
    assert found is not None
    return found


# --- a day -------------------------------------------------------------------------------------


def test_a_steady_line_takes_its_pace_for_each_person() -> None:
    for minutes in (2.5, 5.0, 20.0):
        found = said(steady(minutes), 7)
        assert found.low_s <= 8 * minutes * 60 <= found.high_s
        # Of the lines it was learned from, slow ones soon were helped or given up.
        assert found.likely_s / 60 == pytest.approx(8 * minutes, rel=0.3)


def test_a_sites_own_waits_put_right_what_others_taught() -> None:
    day, calibration = steady(20.0), Calibration()
    estimator = Estimator.shipped()
    for _ in range(60):
        factors = calibration.of("lab")
        told = estimator.forecast(day, 7, None, factors)
        assert told is not None
        calibration = calibration.ended("lab", told, 160 * 60, factors)
    told = estimator.forecast(day, 7, None, calibration.of("lab"))
    assert told is not None
    assert told.likely_s / 60 == pytest.approx(160, rel=0.05)
    assert abs(told.likely_s - 160 * 60) < abs(said(day, 7).likely_s - 160 * 60) / 3
    # Another queue of the site learns from it.
    other = estimator.forecast(day, 7, None, calibration.of("pharmacy"))
    assert other is not None
    assert other.likely_s > 1.05 * said(day, 7).likely_s


def test_waits_that_end_long_after_they_were_told_do_not_overshoot() -> None:
    """Fifty who wait twice as long as was forecast, all told before the first of them is called."""
    plain, calibration = Forecast(3000, 3600, 4200), Calibration()
    for _ in range(6):
        factors = calibration.of("lab")
        for _ in range(50):
            calibration = calibration.ended("lab", factors.applied(plain), 7200, factors)
        assert calibration.of("lab").applied(plain).likely_s <= 7200
    assert calibration.of("lab").applied(plain).likely_s == pytest.approx(7200, rel=0.02)


def test_on_a_first_day_the_days_own_pace_counts_for_half() -> None:
    day = QueueDay()
    for minute in range(0, 241, 5):
        # One in three minutes is called, one a minute comes: the line grows all day.
        day.observe(480 + minute, 2, minute * 2 // 3, minute // 3)
    pace = feature(day, "middle", ahead=159)
    known = said(day, 159, day.history(NONE)).likely_s / 60
    first = said(day, 159).likely_s / 60
    assert known < 0.6 * pace
    assert 0.65 * pace < first < pace


def test_the_distance_between_observations_does_not_matter() -> None:
    near, far = steady(5.0, every=1), steady(5.0, every=15)
    assert said(near, 7).likely_s == pytest.approx(said(far, 7).likely_s, rel=0.15)


def test_an_observation_that_is_not_later_is_dropped() -> None:
    day = steady(5.0)
    before = day.features(7)
    assert not day.observe(600, 1, 50, 90)
    assert not day.observe(660, 1, 50, 90)
    assert day.features(7) == before


def test_a_counter_that_began_anew_calls_nobody_and_goes_on() -> None:
    day = steady(5.0)
    day.observe(665, 1, 8, 1)
    assert day.called[-1] == 36
    day.observe(670, 1, 8, 3)
    assert day.called[-1] == 38


def test_figures_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="waiting=-1"):
        QueueDay().observe(480, 1, -1, 0)


def test_the_last_wait_is_from_joining_to_being_called() -> None:
    day = QueueDay()
    for minute, waiting, called in ((480, 0, 0), (490, 2, 0), (500, 2, 0), (510, 0, 2)):
        day.observe(minute, 1, waiting, called)
    # The second joined at 490 and was called at 510.
    assert day.last_wait() == pytest.approx(20)
    assert feature(day, "last_wait") == pytest.approx(20)


def test_windows_read_between_observations() -> None:
    day = QueueDay()
    day.observe(480, 1, 10, 0)
    day.observe(520, 1, 10, 8)
    day.observe(540, 1, 10, 8)
    # Of the last thirty minutes, ten had calls: two of the eight.
    assert feature(day, "pace_30", ahead=1) == pytest.approx(2 * 30 / 2)
    assert feature(day, "idle") == pytest.approx(20)


def test_totals_are_read_at_any_minute() -> None:
    minutes, totals = [480.0, 490.0, 510.0], [0.0, 4.0, 8.0]
    assert [at(minutes, totals, minute) for minute in (400, 485, 500, 510, 600)] == [0, 2, 6, 8, 8]
    assert [reached(minutes, totals, total) for total in (0, 2, 6, 9)] == [480, 485, 500, None]


# --- earlier days ------------------------------------------------------------------------------


def test_earlier_days_teach_the_hour() -> None:
    day = QueueDay()
    for minute in range(480, 601, 5):
        # Twelve an hour until nine, three an hour after that.
        called = (minute - 480) // 5 if minute < 540 else 12 + (minute - 540) // 20
        day.observe(minute, 1, 5, called)
    speed = day.history(NONE).speed()
    assert speed is not None
    assert speed.by_hour[8] > 1.5 * speed.by_hour[9]
    # Two served until nine, the third at the slower pace.
    assert speed.minutes(530, 3) > 3 / speed.by_hour[8]


def test_a_day_without_a_call_or_anybody_waiting_teaches_nothing() -> None:
    empty = QueueDay()
    for minute in (480, 485, 490):
        empty.observe(minute, 1, 0, 0)
    assert empty.history(NONE) == NONE
    assert QueueDay().history(NONE) == NONE


def test_yesterday_counts_more_than_the_day_before() -> None:
    slow_then_fast = steady(4.0).history(steady(12.0).history(NONE)).speed()
    fast_then_slow = steady(12.0).history(steady(4.0).history(NONE)).speed()
    assert slow_then_fast is not None
    assert fast_then_slow is not None
    assert slow_then_fast.usual > fast_then_slow.usual


def test_history_gives_a_forecast_before_the_first_call() -> None:
    today = QueueDay()
    today.observe(480, 1, 6, 0)
    assert Estimator.shipped().forecast(today, 6) is None
    history = steady(5.0).history(NONE)
    found = said(today, 6, history)
    assert found.low_s <= 35 * 60 <= found.high_s


@pytest.mark.parametrize("passed", [0.001, 0.02, 0.5, 1.0, 2.0, 2.9, 3.0])
def test_a_desk_that_has_just_opened_and_called_nobody_is_no_fast_one(passed: float) -> None:
    earlier = NONE
    for _ in range(4):
        earlier = steady(4.0).history(earlier)
    day = QueueDay()
    day.observe(540, 1, 0, 0)
    opening = said(day, 4, earlier)
    day.observe(540 + passed, 1, 4, 0)
    assert said(day, 4, earlier).likely_s == pytest.approx(opening.likely_s, rel=0.6)
    assert said(day, 4, earlier).high_s >= 10 * 60
    # Without an earlier day nothing can be said of it, even when somebody was called at once.
    day.observe(540 + passed + 0.05, 1, 4, 1)
    assert (Estimator.shipped().forecast(day, 4) is None) == (passed + 0.05 < 3)


def test_a_history_without_hours_of_today_still_ends() -> None:
    speed = steady(600.0, until=560).history(NONE).speed()
    assert speed is None
    slow = steady(60.0, until=660).history(NONE).speed()
    assert slow is not None
    assert math.isfinite(slow.minutes(1430, 500))
    assert len(slow.by_hour) == HOURS


# --- what is said ------------------------------------------------------------------------------


def test_unknown_is_said_as_unknown() -> None:
    estimator = Estimator.shipped()
    assert estimator.forecast(QueueDay(), 3) is None
    assert estimator.forecast(steady(50.0, until=490), 3) is None
    assert estimator.forecast(steady(5.0), -1) is None
    # After a quarter of an hour without a call something is known: it takes long.
    assert estimator.forecast(steady(500.0, until=500), 3) is not None


def test_a_wait_beyond_what_was_learned_says_so() -> None:
    endless = said(steady(30.0), 200)
    assert endless.beyond
    assert endless.high_s == LONG_S
    assert not said(steady(5.0), 3).beyond


OBSERVED = st.lists(
    st.tuples(
        st.floats(0, 1500, allow_nan=False),
        st.integers(0, 30),
        st.integers(0, 5000),
        st.integers(0, 100_000),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(seen=OBSERVED, earlier=OBSERVED, aheads=st.lists(st.integers(0, 100_000), max_size=8))
def test_whatever_was_seen_a_range_is_sane_and_grows_with_the_people_ahead(
    seen: list[tuple[float, int, int, int]],
    earlier: list[tuple[float, int, int, int]],
    aheads: list[int],
) -> None:
    before, day = QueueDay(), QueueDay()
    for row in earlier:
        before.observe(*row)
    for row in seen:
        day.observe(*row)
    factors = Factors(1.0, 1.0, 3)
    told = Estimator.shipped().forecasts(day, aheads, before.history(NONE), factors)
    last = Forecast(0, 0, 0)
    for ahead in sorted(told):
        found = told[ahead]
        if found is None:
            continue
        assert 0 <= found.low_s <= found.likely_s <= found.high_s <= LONG_S
        assert found.low_s >= last.low_s
        assert found.likely_s >= last.likely_s
        assert found.high_s >= last.high_s
        last = found


# --- the range stays honest --------------------------------------------------------------------


def _share_inside(wait_of: Callable[[int], float], waits: int = 4000) -> float:
    calibration, inside = Calibration(), 0
    for number in range(waits):
        factors = calibration.of("lab")
        told = factors.applied(Forecast(1500, 1800, 2100))
        waited = wait_of(number)
        inside += number >= waits // 2 and told.low_s <= waited <= told.high_s
        calibration = calibration.ended("lab", told, waited, factors)
    return inside / (waits / 2)


def test_misses_widen_the_range_and_hits_narrow_it_until_four_in_five_are_inside() -> None:
    # Evenly spread waits: without calibration the range would hold 40 % of these, and all of those.
    assert _share_inside(lambda n: 1800 + (n * 7919 % 1500 - 750)) == pytest.approx(0.8, abs=0.03)
    assert _share_inside(lambda n: 1800 + (n * 7919 % 500 - 250)) == pytest.approx(0.8, abs=0.03)


def test_one_end_missed_moves_only_that_end() -> None:
    calibration = Calibration()
    for _ in range(50):
        calibration = calibration.ended("lab", Forecast(600, 900, 1200), 2000, NO_FACTORS)
    factors = calibration.of("lab")
    assert factors.high > Factors().high
    assert factors.low < Factors().low


def test_a_new_queue_is_as_the_site_and_an_old_one_as_itself() -> None:
    calibration = Calibration()
    for _ in range(3000):
        calibration = calibration.ended("old", Forecast(600, 900, 1200), 900, NO_FACTORS)
    for _ in range(30):
        calibration = calibration.ended("other", Forecast(600, 900, 1200), 2000, NO_FACTORS)
    assert calibration.of("new").high == pytest.approx(calibration.site.high)
    assert calibration.of("old").high < calibration.of("new").high < calibration.of("other").high


# --- the data ----------------------------------------------------------------------------------


def test_trees_walk_to_their_leaves() -> None:
    #       x0 <= 1 ? 10 : (x1 <= 5 ? 20 : 30)
    trees = Trees(
        start=1.0,
        roots=(0,),
        feature=(0, 1),
        threshold=(1.0, 5.0),
        low=(~0, ~1),
        high=(1, ~2),
        leaves=(10.0, 20.0, 30.0),
    )
    trees.check(2)
    assert [trees.value(row) for row in ([1, 9], [2, 5], [2, 6])] == [11, 21, 31]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("high", (0,), "node 0 leads to 0"),
        ("high", (7,), "node 0 leads to 7"),
        ("low", (~5,), "node 0 leads to -6"),
        ("feature", (3,), "a feature that is not there"),
        ("roots", (1,), "the roots"),
        ("threshold", (), "not of one length"),
    ],
)
def test_trees_that_would_not_end_are_refused(field: str, value: tuple[int], reason: str) -> None:
    whole = {
        "start": 0.0,
        "roots": (0,),
        "feature": (0,),
        "threshold": (1.0,),
        "low": (~0,),
        "high": (~1,),
        "leaves": (1.0, 2.0),
    }
    with pytest.raises(BadTrees, match=reason):
        Trees(**{**whole, field: value}).check(2)  # type: ignore[arg-type]


def test_a_file_that_is_no_prior_is_refused() -> None:
    for data in (b"", b"not gzip", b"\x1f\x8b\x08\x00"):
        with pytest.raises(BadPrior, match="not a prior"):
            prior_from(data)


def test_the_shipped_prior_is_small_and_of_this_release() -> None:
    data = estimators.shipped_bytes()
    assert len(data) < 100 * 1024
    assert prior_from(data).names == NAMES
