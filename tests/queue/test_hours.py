"""Opening hours: spans, nights, weekdays in the site's zone, round the clock, when it opens next."""

from datetime import date

import pytest

from tests.queue.hall import MORNING_MS
from turnero.queue.holidays import Calendar, country_of
from turnero.queue.hours import Later, Opening, opening
from turnero.queue.site_rules import spans

HOURS = '{"mon":[[480,780],[840,1080]],"sun":[[0,1440]]}'
LIMA = "America/Lima"
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
SUNDAY = Later("2026-03-08", "00:00")


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, Opening(open=False, opens="08:00")),
        (479, Opening(open=False, opens="08:00")),
        (480, Opening(open=True)),
        (779, Opening(open=True)),
        (780, Opening(open=False, opens="14:00")),
        (840, Opening(open=True)),
        (1080, Opening(open=False, later=SUNDAY)),
    ],
)
def test_monday_has_a_break_at_noon(minute: int, expected: Opening) -> None:
    midnight_ms = MORNING_MS - 9 * 60 * MINUTE_MS
    assert opening(HOURS, 0, midnight_ms + minute * MINUTE_MS, LIMA) == expected


def test_a_day_without_hours_is_closed_until_the_next_that_has_some() -> None:
    assert opening(HOURS, 0, MORNING_MS + DAY_MS, LIMA) == Opening(open=False, later=SUNDAY)


def test_a_service_without_hours_never_opens() -> None:
    assert opening("{}", 0, MORNING_MS, LIMA) == Opening(open=False)


def test_the_weekday_is_the_sites() -> None:
    # Sunday 23:30 in Lima is Monday in London.
    sunday_ms = MORNING_MS - (9 * 60 + 30) * MINUTE_MS
    assert opening(HOURS, 0, sunday_ms, LIMA).open
    assert not opening(HOURS, 0, sunday_ms, "Europe/London").open


def test_a_service_of_24_hours_never_closes() -> None:
    shut = Calendar(closures={"2026-03-02": "Fumigación"})
    assert opening("{}", 1, MORNING_MS, LIMA, shut) == Opening(open=True)


def test_a_night_is_one_span_and_goes_on_into_the_next_day() -> None:
    assert spans({"sun": ("22:00-06:00",), "mon": ("08:00-13:00", "20:00-00:00")}, "hours") == {
        "mon": ((0, 360), (480, 780), (1200, 1440)),
        "sun": ((1320, 1440),),
    }


def test_a_shut_day_says_why_and_names_the_first_open_day_after_it() -> None:
    calendar = Calendar(closures={"2026-03-02": "Fumigación", "2026-03-08": ""})
    now = opening(HOURS, 0, MORNING_MS, LIMA, calendar)
    assert (now.open, now.opens) == (False, None)
    assert now.off is not None
    assert (now.off.sort, now.off.names) == ("closure", {"es": "Fumigación"})
    # Not Sunday the 8th, which is shut too.
    assert now.later == Later("2026-03-09", "08:00")


@pytest.mark.parametrize(
    ("profile", "day", "name"),
    [
        ("pe", "2026-07-28", "Día de la Independencia"),
        ("co", "2026-07-20", "Día de la Independencia"),
        ("co", "2026-03-23", "Día de San José (observado)"),
        ("pe", "2026-07-20", None),
        ("plain", "2026-12-25", None),
    ],
)
def test_holidays_are_those_of_the_profiles_country(
    profile: str, day: str, name: str | None
) -> None:
    off = Calendar(country_of(profile, holidays=True)).off(date.fromisoformat(day))
    assert (off.names["es"] if off else None) == name


def test_a_site_can_work_through_holidays() -> None:
    assert Calendar(country_of("pe", holidays=False)).off(date(2026, 12, 25)) is None
