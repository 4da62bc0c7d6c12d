"""The supervisor's pictures: the day by the hour, and where everything stands in a drawing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.desk.conftest import MORNING_MS, Room
from tests.desk.hospital import described
from tests.peers.stores import opened, put_database
from turnero.desk import pictures, today
from turnero.desk.day import Ratings
from turnero.desk.today import (
    HOUR_MS,
    QUARTER_MS,
    Count,
    Hour,
    Session,
    Waits,
    by_hour,
    mean_open,
    quantile,
    read_hours,
    take_overs,
)
from turnero.queue.commands import unticketed
from turnero.queue.commands.calls import call_next
from turnero.queue.commands.desks import open_desk
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.numbers import local
from turnero.queue.requests import Issue, Next, OpenDesk, ServeUnticketed
from turnero.queue.site_file import decode
from turnero.store.clock import VirtualClock
from turnero.store.opening import DATABASE
from turnero.store.sql import Statement

LIMA = "America/Lima"


def _waits(at_ms: int, *minutes: int) -> list[Waits]:
    return [Waits(at_ms // QUARTER_MS, one, 1) for one in minutes]


def test_a_quantile_is_the_least_value_that_so_many_do_not_exceed() -> None:
    assert quantile({4: 1}, 5) == 4
    assert quantile({1: 1, 2: 1, 3: 1, 4: 1}, 5) == 2
    assert quantile(dict.fromkeys(range(1, 11), 1), 9) == 9
    assert quantile({0: 90, 60: 10}, 9) == 0
    assert quantile({0: 89, 60: 11}, 9) == 60


def test_waits_are_told_by_the_hour_of_the_call_and_no_ninth_decile_of_few() -> None:
    ten = _waits(MORNING_MS, *range(10))
    nine = _waits(MORNING_MS + HOUR_MS, *range(9))
    hours = by_hour([], [*ten, *nine], [], LIMA, MORNING_MS + 2 * HOUR_MS)
    assert [(one.called, one.median, one.ninth) for one in hours] == [
        (10, 4, 8),
        (9, 4, None),
        (0, None, None),
    ]


def test_hours_without_anything_are_there_too() -> None:
    came = [Count((MORNING_MS + n * HOUR_MS) // QUARTER_MS, 3) for n in (0, 3)]
    hours = by_hour(came, [], [], LIMA, MORNING_MS + 3 * HOUR_MS)
    assert [one.arrivals for one in hours] == [3, 0, 0, 3]
    assert by_hour([], [], [], LIMA, MORNING_MS) == ()


def test_an_hour_that_the_clock_has_twice_is_two_and_one_that_it_leaps_over_is_none() -> None:
    zone = "America/Santiago"
    # the clock goes back from midnight to 23:00 on 5 April 2025, and leaps over 0:00 on 7 September
    for day_ms, expected in (
        (1_743_897_600_000, [22, 23, 23, 0]),  # 2025-04-06T00:00Z
        (1_757_203_200_000, [21, 22, 23, 1]),  # 2025-09-07T00:00Z
    ):
        first = day_ms + HOUR_MS
        came = [Count((first + n * HOUR_MS) // QUARTER_MS, 1) for n in range(4)]
        hours = by_hour(came, [], [], zone, first + 3 * HOUR_MS)
        assert [one.arrivals for one in hours] == [1, 1, 1, 1]
        assert [_clock(one, zone) for one in hours] == expected


def _clock(hour: Hour, zone: str) -> int:
    return local(hour.start_ms, zone).hour


def test_desks_open_are_the_mean_over_the_part_of_the_hour_that_has_passed() -> None:
    begin = MORNING_MS
    whole = Session(1, "user:1", begin - HOUR_MS, None, "1")
    half = Session(2, None, begin + HOUR_MS // 2, None, "2")
    gone = Session(3, "user:3", begin, begin + HOUR_MS // 4, "3")
    assert mean_open([whole, half, gone], begin, begin + HOUR_MS) == 1.75
    hours = by_hour([], [], [whole], LIMA, begin + HOUR_MS // 2)
    assert [one.desks for one in hours] == [1.0, 1.0]


def test_a_desk_taken_over_is_told_and_one_opened_after_a_close_is_not() -> None:
    ana = Session(1, "user:11", 0, 1000, "Ventanilla 1")
    luis = Session(1, "user:12", 1000, 2000, "Ventanilla 1")
    later = Session(1, "user:11", 2500, None, "Ventanilla 1")
    (found,) = take_overs([ana, luis, later])
    assert (found.before, found.by, found.at_ms) == ("user:11", "user:12", 1000)


async def test_the_read_tells_the_present_day_by_its_hours(room: Room) -> None:
    await room.open("main.1", "ana")
    first = await room.arrive()
    room.wait(12 * 60)
    await room.next("main.1", "ana")
    await room.post("/desk/main.1/open", "luis", take_over="yes")
    room.wait(3600)
    await room.arrive()
    found = await room.ledger.read(read_hours, 1, room.clock.line_ms())
    ten, eleven = found.hours
    assert (ten.arrivals, ten.called, ten.median, ten.ninth) == (1, 1, 12, None)
    assert (eleven.arrivals, eleven.called, eleven.median) == (1, 0, None)
    assert ten.desks == 1.0
    assert [(one.before, one.by) for one in found.taken_over] == [("user:11", "user:12")]
    assert first.number == "A001"


async def test_whoever_was_attended_without_a_ticket_has_not_waited(room: Room) -> None:
    await room.open()
    await room.do(unticketed.serve, ServeUnticketed("main.1", "admission"))
    found = await room.ledger.read(read_hours, 1, room.clock.line_ms())
    assert [(one.arrivals, one.called) for one in found.hours] == [(1, 0)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_both_databases_count_alike(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("migrated_postgres") if database == "postgresql" else None
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", url, clock=clock) as ledger:
        await ledger.run(load_site, decode(described()), site=1, actor="system")
        await ledger.run(open_desk, OpenDesk("main.1"), site=1, actor="token:1")
        for minutes in (29, 7, 7):
            await ledger.run(issue, Issue("admission"), site=1, actor="token:1")
            clock.advance(minutes * 60_000 + 29_000)
            await ledger.run(call_next, Next("main.1"), site=1, actor="token:1")
        (ten,) = (await ledger.read(read_hours, 1, clock.line_ms())).hours
    assert (ten.arrivals, ten.called, ten.median, ten.desks) == (3, 3, 7, 1.0)


@pytest.mark.parametrize("statement", [today._ARRIVALS, today._WAITS, today._SESSIONS])
def test_only_the_days_own_rows_are_looked_at(statement: Statement, tmp_path: Path) -> None:
    put_database(tmp_path)
    sql = statement.plan("sqlite").sql
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        rows = connection.execute("EXPLAIN QUERY PLAN " + sql, [None] * sql.count("?"))
        steps = [row[3] for row in rows]
    assert [step for step in steps if step.startswith("SCAN")] == []
    first = next(step for step in steps if step.startswith("SEARCH"))
    assert "(site=? AND day=?)" in first or "(site=? AND opened_ms>?)" in first


def test_nobody_has_waited_less_than_nothing() -> None:
    (hour,) = by_hour([], _waits(MORNING_MS, -20, -3, 5), [], LIMA, MORNING_MS)
    assert hour.median == 0


async def test_yesterday_is_in_no_picture(room: Room) -> None:
    await room.open()
    await room.arrive()
    await room.next()
    room.wait(24 * 3600)
    found = await room.ledger.read(read_hours, 1, room.clock.line_ms())
    assert sum(one.arrivals + one.called for one in found.hours) == 0


@pytest.mark.parametrize(
    ("most", "steps", "expected"),
    [
        (0, (), (1, 1)),
        (3, (), (3, 1)),
        (7, (), (8, 2)),
        (120, (), (150, 50)),
        (58, (1, 2, 5, 10, 15, 30, 60), (60, 15)),
        (2000, (1, 2, 5, 10, 15, 30, 60), (2000, 500)),
    ],
)
def test_a_scale_has_few_even_steps(
    most: float, steps: tuple[int, ...], expected: tuple[int, int]
) -> None:
    assert pictures.scale(most, steps) == expected


def _hour(n: int, **more: object) -> Hour:
    given = {"arrivals": 5, "called": 12, "median": 10, "ninth": 30, "desks": 2.0, **more}
    return Hour(start_ms=MORNING_MS + n * HOUR_MS, **given)  # type: ignore[arg-type]


def test_a_bar_is_as_high_as_its_figure_and_inside_the_picture() -> None:
    picture = pictures.waits([_hour(0, median=15, ninth=60), _hour(1, median=None, ninth=None)])
    (plot,) = picture.plots
    one, none = picture.columns
    assert none.bar is None
    assert none.ninth_y is None
    assert one.bar is not None
    assert one.bar.height == pytest.approx((plot.bottom - plot.top) / 4)
    assert one.ninth_y == plot.top
    assert one.bar.y + one.bar.height == plot.bottom
    for n in (1, 8, 24):
        columns = pictures.waits([_hour(i) for i in range(n)]).columns
        bars = [found.bar for found in columns if found.bar]
        assert bars[0].x >= pictures.LEFT
        assert bars[-1].x + bars[-1].width <= pictures.WIDTH


def test_a_long_day_has_room_for_every_hour_that_it_writes() -> None:
    day = pictures.arrivals([_hour(n) for n in range(24)])
    assert not day.figures
    assert [one.written for one in day.columns[:4]] == [True, False, True, False]
    assert pictures.arrivals([_hour(n) for n in range(12)]).figures


def test_a_share_has_its_interval_and_there_is_none_of_few() -> None:
    assert pictures.share(Ratings("overall", (0, 0, 0, 4, 5), 0)) is None
    few = pictures.share(Ratings("overall", (0, 1, 1, 4, 4), 0))
    many = pictures.share(Ratings("overall", (0, 5, 0, 25, 20), 0))
    assert few is not None
    assert many is not None
    assert (few.few, many.few) == (True, False)
    assert few.low_x < few.x < few.high_x
    assert many.high_x - many.low_x < few.high_x - few.low_x
    assert (few.cents, many.cents) == (80, 90)


async def test_a_screen_reader_is_given_the_same_figures_as_a_table(room: Room) -> None:
    await room.open()
    await room.arrive()
    room.wait(12 * 60)
    await room.next()
    page = await room.text("/supervisor", "supervisor")
    table = page.partition("<caption>The day by the hour")[2].partition("</table>")[0]
    assert ">10\N{NO-BREAK SPACE}h</th><td>1</td><td>1</td>" in table
    assert "12\N{NO-BREAK SPACE}min" in table
    assert "too few" in table
    assert "style=" not in page.partition('class="today-grid"')[2]
    assert page.count('<svg class="picture"') == page.count('focusable="false">\n<line') >= 2
