"""The hours in which patients may be rung: of weekdays, holidays, zones and of their own wish."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from turnero.queue.call_settings import CallSettings
from turnero.queue.callbacks import Verdict, Wish, met, verdict, window
from turnero.queue.holidays import Calendar

LIMA = "America/Lima"
USUAL = CallSettings()
MINUTE_MS = 60_000


def at(text: str, zone: str = LIMA) -> int:
    """UTC milliseconds of a local time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def hours(
    now: str,
    wish: Wish = Wish(),  # noqa: B008 - immutable
    settings: CallSettings = USUAL,
    zone: str = LIMA,
    shut: tuple[str, ...] = (),
) -> tuple[str, str] | None:
    """From when until when, in the zone."""
    calendar = Calendar(closures=dict.fromkeys(shut, "Feriado"))
    found = window(settings, wish, at(now, zone), zone, calendar)
    if found is None:
        return None
    begin, end = (
        datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M")
        for ms in found
    )
    return begin, end


@pytest.mark.parametrize(
    ("now", "begin", "end"),
    [
        ("2026-03-02T06:59", "03-02 07:00", "03-02 19:00"),
        ("2026-03-02T07:00", "03-02 07:00", "03-02 19:00"),
        ("2026-03-02T18:59:59", "03-02 07:00", "03-02 19:00"),
        ("2026-03-02T19:00", "03-03 07:00", "03-03 19:00"),
        # Friday evening, Saturday noon, Saturday afternoon, Sunday
        ("2026-03-06T20:00", "03-07 08:00", "03-07 15:00"),
        ("2026-03-07T12:00", "03-07 08:00", "03-07 15:00"),
        ("2026-03-07T15:00", "03-09 07:00", "03-09 19:00"),
        ("2026-03-08T12:00", "03-09 07:00", "03-09 19:00"),
    ],
)
def test_hours_are_those_of_the_weekday(now: str, begin: str, end: str) -> None:
    assert hours(now) == (begin, end)


@pytest.mark.parametrize(
    ("now", "wish", "begin", "end"),
    [
        ("2026-03-02T09:00", Wish(15 * 60), "03-02 15:00", "03-02 19:00"),
        ("2026-03-02T09:00", Wish(None, 12 * 60), "03-02 07:00", "03-02 12:00"),
        ("2026-03-02T12:00", Wish(None, 12 * 60), "03-03 07:00", "03-03 12:00"),
        ("2026-03-02T09:00", Wish(10 * 60, 11 * 60), "03-02 10:00", "03-02 11:00"),
        # wished beyond them: within them; of no weekday but one: that one; of none: any
        ("2026-03-02T09:00", Wish(5 * 60, 23 * 60), "03-02 07:00", "03-02 19:00"),
        ("2026-03-06T19:00", Wish(16 * 60), "03-09 16:00", "03-09 19:00"),
        ("2026-03-02T09:00", Wish(20 * 60), "03-02 07:00", "03-02 19:00"),
        ("2026-03-02T09:00", Wish(None, 7 * 60), "03-02 07:00", "03-02 19:00"),
    ],
)
def test_a_wish_narrows_them_and_one_that_cannot_be_met_is_left_aside(
    now: str, wish: Wish, begin: str, end: str
) -> None:
    assert hours(now, wish) == (begin, end)


def test_nobody_is_rung_on_a_shut_day_and_where_no_day_has_hours() -> None:
    shut = ("2026-03-02", "2026-03-03")
    assert hours("2026-03-02T09:00", shut=shut) == ("03-04 07:00", "03-04 19:00")
    never = CallSettings(weekdays="", saturdays="", sundays="")
    assert hours("2026-03-02T09:00", settings=never) is None
    assert hours("2026-03-02T09:00", Wish(600), settings=never) is None


def test_an_hour_is_the_clock_s_on_the_day_on_which_it_is_set() -> None:
    # In Santiago the clock went back at midnight before Sunday 5 April 2026.
    santiago = "America/Santiago"
    daily = CallSettings(saturdays="07:00-19:00", sundays="07:00-19:00")
    found = window(daily, Wish(), at("2026-04-04T20:00", santiago), santiago, Calendar())
    assert found == (at("2026-04-05T07:00", santiago), at("2026-04-05T19:00", santiago))
    assert found.from_ms - at("2026-04-04T07:00", santiago) == 25 * 60 * MINUTE_MS
    assert hours("2026-04-04T20:00", settings=daily, zone=santiago) == (
        "04-05 07:00",
        "04-05 19:00",
    )


def test_whether_a_wish_can_be_met_at_all() -> None:
    assert met(USUAL, Wish())
    assert met(USUAL, Wish(18 * 60 + 59))
    assert not met(USUAL, Wish(19 * 60))
    assert met(USUAL, Wish(None, 7 * 60 + 1))
    assert not met(USUAL, Wish(None, 7 * 60))
    assert not met(CallSettings(weekdays="", saturdays="", sundays=""), Wish())


@pytest.mark.parametrize(
    ("outcome", "before", "expected"),
    [
        ("busy", 0, Verdict("retry", counts=True, pause_ms=2 * MINUTE_MS)),
        ("busy", 1, Verdict("retry", counts=True, pause_ms=2 * MINUTE_MS)),
        ("no-answer", 0, Verdict("retry", counts=True, pause_ms=10 * MINUTE_MS)),
        ("declined", 1, Verdict("retry", counts=True, pause_ms=30 * MINUTE_MS)),
        ("machine", 2, Verdict("end", counts=True, end="unreachable")),
        ("bad-number", 0, Verdict("end", counts=True, end="bad-number")),
        ("wrong-person", 0, Verdict("end", counts=True, end="wrong-person")),
        ("desk", 2, Verdict("back", counts=False)),
        ("trunk-fault", 2, Verdict("retry", counts=False, pause_ms=2 * MINUTE_MS)),
        ("unknown", 2, Verdict("retry", counts=False, pause_ms=2 * MINUTE_MS)),
        ("caps", 2, Verdict("retry", counts=False, pause_ms=2 * MINUTE_MS)),
    ],
)
def test_what_an_outcome_means(outcome: str, before: int, expected: Verdict) -> None:
    assert verdict(outcome, before, USUAL) == expected


def test_after_something_unknown_the_pause_outlasts_the_ringing() -> None:
    slow = CallSettings(ring_s=90, busy_minutes=1)
    assert verdict("unknown", 0, slow).pause_ms == 180_000


def test_the_pause_after_what_says_nothing_of_the_person_grows_and_costs_no_attempt() -> None:
    settings = CallSettings()
    said = [verdict("trunk-fault", 1, settings, faults) for faults in range(7)]
    assert [one.pause_ms // 60_000 for one in said] == [2, 4, 8, 16, 30, 30, 30]
    assert not any(one.counts for one in said)
    rare = CallSettings(busy_minutes=60, later_minutes=1)
    assert verdict("unknown", 0, rare, 5).pause_ms == 60 * 60_000
