"""Opening hours: several spans a day, weekdays in the site's zone, round the clock."""

import pytest

from tests.queue.hall import MORNING_MS
from turnero.queue.hours import Opening, opening

HOURS = '{"mon":[[480,780],[840,1080]],"sun":[[0,1440]]}'
LIMA = "America/Lima"
MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (0, Opening(open=False, opens="08:00")),
        (479, Opening(open=False, opens="08:00")),
        (480, Opening(open=True)),
        (779, Opening(open=True)),
        (780, Opening(open=False, opens="14:00")),
        (840, Opening(open=True)),
        (1080, Opening(open=False)),
    ],
)
def test_monday_has_a_break_at_noon(minute: int, expected: Opening) -> None:
    midnight_ms = MORNING_MS - 9 * 60 * MINUTE_MS
    assert opening(HOURS, 0, midnight_ms + minute * MINUTE_MS, LIMA) == expected


def test_a_day_without_hours_is_closed() -> None:
    assert opening(HOURS, 0, MORNING_MS + 24 * 60 * MINUTE_MS, LIMA) == Opening(open=False)


def test_the_weekday_is_the_sites() -> None:
    # Sunday 23:30 in Lima is Monday in London.
    sunday_ms = MORNING_MS - (9 * 60 + 30) * MINUTE_MS
    assert opening(HOURS, 0, sunday_ms, LIMA).open
    assert not opening(HOURS, 0, sunday_ms, "Europe/London").open


def test_a_service_of_24_hours_never_closes() -> None:
    assert opening("{}", 1, MORNING_MS, LIMA) == Opening(open=True)
