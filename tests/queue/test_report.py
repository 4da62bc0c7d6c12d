"""The day's report: what happened, in figures; the same again from the journal alone."""

from typing import Any

import msgspec
import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, Hall
from turnero.queue import requests
from turnero.queue.commands import by_hand, desks, late, leases, lines
from turnero.queue.commands import help as helping
from turnero.queue.facts import DayReported
from turnero.queue.reads.reports import KeptReport, day_report, derived, reported_days
from turnero.queue.report import DayReport, Waits, fold
from turnero.queue.shares import wilson
from turnero.store import journal

DAY = "2026-03-02"
LIMA = "America/Lima"
MINUTE_MS = 60_000


async def folded(hall: Hall) -> DayReport:
    """The report of what has happened so far."""
    return fold(await hall.entries(), DAY, LIMA)


async def kept(hall: Hall, day: str = DAY) -> KeptReport:
    """The report that the timer made."""
    found = await hall.read(day_report, hall.site, day)
    assert found is not None
    return found


async def close(hall: Hall) -> None:
    """The site's hour comes, then the report's minute."""
    hall.wait(23.5 * 3600 - (hall.clock.now_ms() - MORNING_MS) / 1000 - 9 * 3600)
    await hall.fire_timers()
    hall.wait(60)
    await hall.fire_timers()


async def serve(hall: Hall, service: str, waited: float, desk: str = "v1", **more: Any) -> str:
    """Somebody takes a ticket, waits so many minutes, is called and served for one."""
    ticket = await hall.take(service)
    hall.wait(waited * 60)
    assert await hall.next(desk, **more) == ticket
    hall.wait(60)
    await hall.finish(ticket)
    return ticket


async def test_tickets_are_counted_by_service_and_class_with_what_became_of_them(
    hall: Hall,
) -> None:
    await hall.open("v1")
    await serve(hall, "caja", 3)
    absent, gone = await hall.take("caja", "preferential", people=3), await hall.take("caja")
    await hall.next("v1")
    await hall.no_show(absent)
    await hall.move("cancel", gone)
    await hall.take("sangre")
    still = await hall.take("urgencia")
    await hall.close_day()
    told = await folded(hall)
    assert [msgspec.structs.astuple(one) for one in told.tickets] == [
        ("caja", "ordinary", 2, 2, 1, 0, 1, 0, 0),
        ("caja", "preferential", 1, 3, 0, 1, 0, 0, 0),
        ("sangre", "ordinary", 1, 1, 0, 0, 0, 1, 0),
        ("urgencia", "ordinary", 1, 1, 0, 0, 0, 0, 1),
    ]
    assert (told.no_shows, told.not_served) == (1, (("day-closed", 1),))
    assert await hall.state(still) == "waiting"


async def test_waits_are_told_by_service_and_hour(hall: Hall) -> None:
    await hall.open("v1")
    for waited in (1, 2, 3, 10):
        await serve(hall, "caja", waited)
    hall.wait(3600)
    await serve(hall, "caja", 4)
    await serve(hall, "urgencia", 6)
    told = await folded(hall)
    by_key = {(one.service, one.hour): one.waits for one in told.waits}
    assert by_key == {
        ("caja", None): Waits(5, 180, 600, 600),
        ("caja", 9): Waits(4, 150, 600, 600),
        ("caja", 10): Waits(1, 240, 240, 240),
        ("urgencia", None): Waits(1, 360, 360, 360),
        ("urgencia", 10): Waits(1, 360, 360, 360),
    }
    assert told.all_waits == Waits(6, 210, 600, 600)


async def test_an_undone_press_leaves_no_trace(hall: Hall) -> None:
    await hall.open("v1")
    first, second = await hall.take("caja"), await hall.take("caja")
    hall.wait(120)
    await hall.next("v1")
    hall.wait(60)
    await hall.next("v1")
    with_both = await folded(hall)
    assert (with_both.all_waits or Waits(0, 0, 0, 0)).n == 2
    await hall.move("undo", second)
    told = await folded(hall)
    assert told.all_waits == Waits(1, 120, 120, 120)
    (row,) = told.tickets
    assert (row.served, row.open) == (0, 2)
    await hall.no_show(first)
    assert (await folded(hall)).no_shows == 1
    await hall.move("undo", first)
    assert (await folded(hall)).no_shows == 0


async def test_an_undone_end_of_a_service_is_no_service_of_its_desk(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take("caja")
    hall.wait(60)
    await hall.next("v1")
    for _ in range(2):
        await hall.finish(ticket)
        await hall.move("undo", ticket)
    assert [one.served for one in (await folded(hall)).desks] == [0]
    await hall.finish(ticket)
    assert [one.served for one in (await folded(hall)).desks] == [1]


async def test_a_desk_that_was_never_closed_is_in_the_report_of_every_day_it_serves(
    hall: Hall,
) -> None:
    await hall.open("v1")
    for _ in range(4):
        ticket = await hall.take("urgencia")
        await hall.next("v1")
        hall.wait(600)
        await hall.finish(ticket)
        hall.wait(24 * 3600 - 660)
        await hall.fire_timers()
        hall.wait(60)
        await hall.fire_timers()
    days = await hall.read(reported_days, hall.site)
    assert len(days) == 4
    for day in days[:3]:
        (desk,) = (await kept(hall, day)).report.desks
        assert (desk.served, desk.sessions, desk.open_s) == (1, 1, 24 * 3600)


async def test_a_line_that_is_moved_whole_corrects_nobody(hall: Hall) -> None:
    await hall.open("v1")
    parked, away, _ = [await hall.take("caja") for _ in range(3)]
    await hall.next("v1")
    await hall.move("park", parked)
    await hall.move("step-out", away)
    await hall.act(lines.move_line, requests.MoveLine("caja", "sangre"))
    told = await folded(hall)
    assert told.corrected == 0
    # What it was taken for is one thing, where it waits now another.
    assert [(one.service, one.tickets, one.open) for one in told.tickets] == [("caja", 3, 3)]


async def test_calls_out_of_turn_help_ratings_and_work_are_in_it(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take("caja")
    hall.wait(60)
    await hall.call(ticket)
    await hall.finish(ticket)
    await hall.rate(ticket, 5)
    other = await serve(hall, "urgencia", 1)
    await hall.rate(other, "no-answer")
    call = await hall.help("unwell", "k1")
    hall.wait(61)
    await hall.fire_timers()
    hall.wait(4)
    await hall.act(helping.acknowledge_help, requests.AckHelp(help=call))
    await hall.help("help", "k1")
    await hall.act(desks.pause_desk, requests.PauseDesk(desk="hnc.v1", reason="almuerzo"))
    hall.wait(1800)
    await hall.act(desks.resume_desk, requests.DeskMove(desk="hnc.v1"))
    hall.wait(600)
    told = await folded(hall)
    assert [(one.number, one.desk) for one in told.overrides] == [("C001", "hnc.v1")]
    assert [(one.need, one.escalated, one.seconds) for one in told.help_calls] == [
        ("unwell", True, 65),
        ("help", False, None),
    ]
    (rated,) = told.ratings
    assert (rated.question, rated.n, rated.answers, rated.no_answer) == (
        "overall",
        1,
        (0, 0, 0, 0, 1),
        1,
    )
    assert (rated.good, rated.low, rated.high) == (1000, 207, 1000)
    (desk,) = told.desks
    assert (desk.desk, desk.sessions, desk.breaks, desk.served) == ("hnc.v1", 1, 1, 2)
    assert (desk.break_s, desk.open_s) == (1800, 60 + 60 + 60 + 65 + 1800)


@pytest.mark.rule("close-of-day")
@both_engines
async def test_a_minute_after_the_close_the_day_is_reported_and_derived_again_the_same(
    hall: Hall,
) -> None:
    await hall.open("v1")
    await serve(hall, "caja", 5)
    await hall.take("caja")
    await close(hall)
    found = await kept(hall)
    assert found.report.not_served == (("day-closed", 1),)
    assert found.report.all_waits == Waits(1, 300, 300, 300)
    assert await hall.read(derived, hall.site, DAY) == found.body
    (told,) = await hall.facts(DayReported)
    assert (told.day, told.zone) == (DAY, LIMA)
    assert (told.after_seq, told.until_seq) == (found.after_seq, found.until_seq)
    assert await hall.read(reported_days, hall.site) == (DAY,)
    assert await hall.read(derived, hall.site, "2026-03-03") is None


@both_engines
async def test_what_comes_after_the_report_makes_it_again(hall: Hall) -> None:
    lease = requests.LeaseNumbers(service="caja", count=9, place="k1")
    await hall.act(leases.lease, lease)
    await hall.act(leases.lease, requests.LeaseNumbers(service="caja", count=9))
    await hall.take("caja")
    await close(hall)
    before = await kept(hall)
    fields: dict[str, Any] = {"service": "caja", "taken_ms": MORNING_MS, "place": "k1"}
    await hall.act(late.upload, requests.Upload(number="C001", **fields))
    hand: dict[str, Any] = {"service": "caja", "desk": "hnc.v1"}
    at: dict[str, Any] = {
        "called_ms": MORNING_MS + MINUTE_MS,
        "ended_ms": MORNING_MS + 2 * MINUTE_MS,
    }
    for number in ("C010", "C019"):
        await hall.act(by_hand.enter, requests.HandCall(number=number, **hand, **at))
    hall.wait(60)
    await hall.fire_timers()
    after = await kept(hall)
    assert after.until_seq > before.until_seq
    assert after.report.not_served == (("uploaded-late", 1),)
    assert (after.report.late, after.report.by_hand) == (2, 2)
    # Nobody knows when a number on paper was taken; the other one waited a minute.
    assert after.report.all_waits == Waits(1, 60, 60, 60)
    assert await hall.read(derived, hall.site, DAY) == after.body


async def test_a_service_that_ends_after_the_close_counts_for_its_own_day(hall: Hall) -> None:
    await hall.open("v1")
    ticket = await hall.take("caja")
    await hall.next("v1")
    await close(hall)
    assert (await kept(hall)).report.tickets[0].open == 1
    hall.wait(600)
    await hall.finish(ticket)
    hall.wait(10 * 3600)
    await hall.take("caja")
    hall.wait(14 * 3600)
    await hall.fire_timers()
    hall.wait(60)
    await hall.fire_timers()
    (row,) = (await kept(hall)).report.tickets
    assert (row.tickets, row.served, row.open) == (1, 1, 0)
    (row,) = (await kept(hall, "2026-03-03")).report.tickets
    assert (row.tickets, row.not_served) == (1, 1)
    for day in (DAY, "2026-03-03"):
        assert await hall.read(derived, hall.site, day) == (await kept(hall, day)).body


async def test_where_no_day_closes_each_is_reported_after_midnight(hall: Hall) -> None:
    from tests.queue.hall import SITE

    never = SITE.replace("hours =", 'settings = { day_close = "never" }\nhours =', 1)
    await hall.load(never)
    await hall.take("urgencia")
    for _ in range(3):
        hall.wait(24 * 3600)
        await hall.fire_timers()
        await hall.fire_timers()
        await hall.take("urgencia")
    assert await hall.read(reported_days, hall.site) == ("2026-03-04", "2026-03-03", DAY)
    assert [one.tickets for one in (await kept(hall)).report.tickets] == [1]


async def test_the_journal_is_enough(hall: Hall) -> None:
    await hall.open("v1")
    await serve(hall, "caja", 5)
    entries = await hall.entries()
    once = msgspec.json.encode(fold(entries, DAY, LIMA))
    again = msgspec.json.encode(fold(iter(entries), DAY, LIMA))
    assert once == again
    pages = await hall.read(journal.between, hall.site, 0, entries[-2].seq)
    assert pages == entries[:-1]


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [(8, 10, 0.490, 0.943), (45, 50, 0.786, 0.957), (0, 12, 0, 0.243), (180, 200, 0.851, 0.934)],
)
def test_the_interval_is_wilsons(good: int, n: int, low: float, high: float) -> None:
    assert wilson(good, n) == pytest.approx((low, high), abs=0.0006)


async def test_who_is_called_by_hand_while_out_has_waited(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.move("step-out", ticket)
    hall.wait(600)
    await hall.call(ticket)
    waits = (await folded(hall)).all_waits
    assert waits is not None
    assert (waits.n, waits.max_s) == (1, 600)
