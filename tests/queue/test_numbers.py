"""Printed numbers and days: per prefix and day in the site's zone, four digits after 999."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, SITE, Hall
from turnero.queue.numbers import day_of, minutes, next_at, number
from turnero.queue.tables import series, ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

pytestmark = pytest.mark.rule("numbers")

_JUMP = Statement(update(series).values(next=998))
_SAME = Statement(update(ticket).values(number="C001"))


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


async def test_numbers_count_up_for_each_service(hall: Hall) -> None:
    taken = [await hall.number(key) for key in ("caja", "sangre", "caja", "urgencia", "caja")]
    assert taken == ["C001", "S001", "C002", "U001", "C003"]


async def test_after_999_come_four_digits(hall: Hall) -> None:
    def jump(tx: Tx, _: None) -> None:
        tx.run(_JUMP)

    await hall.take("caja")
    await hall.act(jump, None)
    assert [await hall.number() for _ in range(4)] == ["C998", "C999", "C1000", "C1001"]


async def test_the_day_changes_at_midnight_of_the_site_not_of_the_server(hall: Hall) -> None:
    hall.clock.set_wall(ms("2026-03-03T04:59:59"))  # 23:59:59 in Lima
    late = await hall.ticket(await hall.take("urgencia"))
    hall.clock.set_wall(ms("2026-03-03T05:00:00"))
    early = await hall.ticket(await hall.take("urgencia"))
    assert (late.day, late.number) == ("2026-03-02", "U001")
    assert (early.day, early.number) == ("2026-03-03", "U001")


async def test_a_clock_set_back_goes_on_with_that_days_numbers(hall: Hall) -> None:
    first = await hall.take("urgencia")
    hall.clock.set_wall(MORNING_MS + 23 * 3600_000)
    tomorrow = await hall.take("urgencia")
    hall.clock.set_wall(MORNING_MS)
    again = await hall.take("urgencia")
    views = [await hall.ticket(one) for one in (first, tomorrow, again)]
    assert [(view.day, view.number) for view in views] == [
        ("2026-03-02", "U001"),
        ("2026-03-03", "U001"),
        ("2026-03-02", "U002"),
    ]
    # Order comes from the line clock, which did not jump.
    assert [await hall.next() for _ in views] == [first, tomorrow, again]


@both_engines
async def test_the_database_itself_refuses_a_number_twice(hall: Hall) -> None:
    def same(tx: Tx, _: None) -> None:
        tx.run(_SAME)

    await hall.take("caja")
    await hall.take("caja")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await hall.act(same, None)


async def test_two_services_that_swap_prefixes_give_no_number_twice(hall: Hall) -> None:
    await hall.take("caja")
    await hall.take("caja")
    await hall.take("sangre")
    swapped = (
        SITE.replace('prefix = "C"', 'prefix = "X"')
        .replace('prefix = "S"', 'prefix = "C"')
        .replace('prefix = "X"', 'prefix = "S"')
    )
    await hall.load(swapped)
    assert await hall.number("caja") == "S002"
    assert await hall.number("sangre") == "C003"


def test_three_digits_then_four() -> None:
    assert [number("A", n) for n in (1, 47, 999, 1000, 12345)] == [
        "A001",
        "A047",
        "A999",
        "A1000",
        "A12345",
    ]


def test_the_day_is_the_sites() -> None:
    moment = ms("2026-01-01T03:30:00")
    assert day_of(moment, "America/Lima") == "2025-12-31"
    assert day_of(moment, "Europe/Madrid") == "2026-01-01"


def test_the_next_hour_of_closing_survives_a_change_of_clocks() -> None:
    # Santiago went from -03 to -04 on 5 April 2026.
    before = ms("2026-04-05T02:00:00")
    assert next_at(before, "America/Santiago", "23:30") == ms("2026-04-05T02:30:00")
    assert next_at(ms("2026-04-05T02:30:00"), "America/Santiago", "23:30") == ms(
        "2026-04-06T03:30:00"
    )


@pytest.mark.parametrize("text", ["", "8:00", "08.00", "24:01", "12:60", "ab:cd", "-1:00", "٠٨:00"])
def test_an_hour_is_written_with_two_and_two_digits(text: str) -> None:
    with pytest.raises(ValueError, match="no hour"):
        minutes(text)


def test_midnight_can_end_a_day() -> None:
    assert minutes("24:00") == 24 * 60
