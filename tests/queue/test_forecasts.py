"""The forecast follows the journal: what is published, promised and kept; a restart changes nothing."""

from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue import reads, requests
from turnero.queue.commands.desk_services import serve
from turnero.queue.commands.desks import close_desk, pause_desk
from turnero.queue.commands.forecasts import publish, teach
from turnero.queue.facts import TicketIssued
from turnero.queue.promises import Snapshot, snapshot_of
from turnero.queue.tables import forecast, forecast_history, promise_day, service
from turnero.queue.views import ServiceView, Wait
from turnero.server.forecasting import AT_LEAST_MS, EVERY_MS, Forecaster
from turnero.store.sql import Statement

_FORECASTS = Statement(
    select(service.c.key, forecast.c.body, forecast.c.made_ms).select_from(
        service.join(forecast, forecast.c.service == service.c.id)
    )
)
_HISTORY = Statement(select(forecast_history).order_by(forecast_history.c.service))
_KEPT = Statement(select(promise_day))


class Watched:
    """A hall whose forecasts are made at each round."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.forecaster = self.anew()

    def anew(self) -> Forecaster:
        """A server that starts."""
        return Forecaster(self.hall.ledger, _failed)

    async def round(self) -> None:
        """Let the forecaster look."""
        await self.forecaster.round(self.hall.site)

    async def published(self, key: str = "caja") -> Snapshot:
        """What is expected of a service."""
        (found,) = [row for row in await self.hall.rows(_FORECASTS) if row.key == key]
        return snapshot_of(found.body)

    async def busy(self, minutes: int = 40, every: int = 4) -> list[str]:
        """A morning at one desk: somebody comes every two minutes, and is called every four."""
        taken = []
        await self.hall.open()
        for minute in range(minutes):
            if minute % 2 == 0:
                taken.append(await self.hall.take("caja"))
            if minute % every == 0:
                await self.hall.next()
            self.hall.wait(60)
            if minute % 2:
                await self.round()
        return taken


def _failed(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


@pytest.fixture
def watched(hall: Hall) -> Watched:
    """The hall, with a forecaster."""
    return Watched(hall)


async def _service(hall: Hall, key: str = "caja") -> ServiceView:
    found = await hall.read(reads.services, hall.site, hall.clock.line_ms())
    return next(one for one in found if one.key == key)


async def test_without_a_desk_at_work_nothing_is_promised_and_that_is_why(watched: Watched) -> None:
    hall = watched.hall
    await hall.take("caja")
    await watched.round()
    ticket = await hall.ticket(await hall.take("caja"))
    assert (ticket.wait, ticket.no_desk) == (None, True)
    told = await hall.read(reads.taken, ticket.id, hall.clock.line_ms())
    assert told is not None
    assert (told.wait, told.no_desk) == (None, True)
    shown = await _service(hall)
    assert (shown.wait, shown.no_desk) == (None, True)
    board = await hall.read(reads.board, hall.site, None, hall.clock.line_ms())
    assert board is not None
    assert board.queues[0].no_desk


async def test_a_desk_that_has_just_opened_knows_nothing_yet(watched: Watched) -> None:
    hall = watched.hall
    await hall.open()
    await hall.take("caja")
    await watched.round()
    ticket = await hall.ticket(await hall.take("caja"))
    assert (ticket.wait, ticket.no_desk) == (None, False)


@both_engines
async def test_after_a_while_whoever_takes_a_ticket_is_promised_a_range(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy()
    taken = await hall.take("caja")
    shown = await hall.ticket(taken)
    assert shown.wait is not None
    assert 5 <= shown.wait.low_minutes < shown.wait.high_minutes <= 120
    issued = (await hall.facts(TicketIssued))[-1]
    assert issued.ticket == taken
    promised = issued.promised
    assert promised is not None
    assert 0 <= promised.low_s <= promised.likely_s <= promised.high_s
    assert promised.ahead == shown.ahead
    told = await hall.read(reads.taken, taken, hall.clock.line_ms())
    assert told is not None
    assert told.wait == shown.wait


async def test_where_nobody_waits_and_a_desk_is_free_it_is_told_so(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy()
    while await hall.next() is not None:
        hall.wait(60)
    await watched.round()
    shown = await _service(hall)
    assert shown.wait == Wait(0, 5)
    first, second = await hall.take("caja"), await hall.take("caja")
    assert (await hall.ticket(first)).wait == Wait(0, 5)
    told = (await hall.ticket(second)).wait
    assert told is not None
    assert told.high_minutes > 5, "somebody is before it"
    await hall.next()
    hall.wait(3)
    taken = (await hall.ticket(second)).wait
    assert taken is not None
    assert taken.high_minutes > 5, "the desk is no longer free"
    await watched.round()
    assert (await watched.published()).at_once is None


async def test_a_desk_that_is_slow_to_call_says_so_by_its_own_waits(watched: Watched) -> None:
    hall = watched.hall
    await hall.open()
    for _ in range(12):
        await watched.round()
        await hall.take("caja")
        hall.wait(8 * 60)
        await hall.next()
        hall.wait(60)
        assert await hall.next() is None
    hall.wait(60)
    await watched.round()
    assert (await _service(hall)).wait == Wait(0, 10)


async def test_more_people_ahead_are_never_promised_less(watched: Watched) -> None:
    await watched.busy()
    for points in (await watched.published()).classes.values():
        for one, other in pairwise(points):
            assert one.high_s <= other.high_s


async def test_a_round_without_anything_new_publishes_nothing(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy(10)
    hall.wait(EVERY_MS / 1000)
    await watched.round()
    before = await hall.rows(_FORECASTS)
    hall.wait(5)
    await watched.round()
    assert await hall.rows(_FORECASTS) == before
    hall.wait(EVERY_MS / 1000)
    await hall.take("caja")
    await watched.round()
    after = {row.key: row.made_ms for row in await hall.rows(_FORECASTS)}
    assert after["caja"] == hall.clock.line_ms()
    assert after["infecto"] < after["caja"]


async def test_the_first_desk_is_told_at_once_and_so_is_the_last(watched: Watched) -> None:
    hall = watched.hall
    await watched.round()
    await hall.open()
    hall.wait(3)
    await watched.round()
    assert (await watched.published()).desks == 1
    await hall.act(pause_desk, requests.PauseDesk("hnc.v1", "almuerzo"))
    hall.wait(3)
    await watched.round()
    assert (await watched.published()).desks == 0


@both_engines
async def test_a_server_that_restarts_in_mid_day_expects_the_same(watched: Watched) -> None:
    hall = watched.hall
    taken = await watched.busy()
    await hall.transfer(taken[-1], "urgencia")
    called = await hall.next()
    assert called is not None
    await hall.move("undo", called)
    # It looks at whatever second, while much happens between two whole minutes.
    for second in (7, 31, 3, 19, 23, 41):
        await hall.take("caja")
        hall.wait(second)
        await watched.round()
        await hall.next()
        hall.wait(second)
        await watched.round()
    # A desk that serves something else since.
    await hall.open("v2")
    hall.wait(600)
    await hall.act(serve, requests.ServeServices("hnc.v2", ("caja", "sangre", "infecto"), ()))
    hall.wait(180)
    await watched.round()
    before = {row.key: row.body for row in await hall.rows(_FORECASTS)}
    assert any(snapshot_of(body).classes for body in before.values())
    await watched.anew().round(hall.site)
    assert {row.key: row.body for row in await hall.rows(_FORECASTS)} == before


async def test_promises_are_measured_by_what_happened(watched: Watched) -> None:
    hall = watched.hall
    taken = await watched.busy(60)
    hall.wait(60)
    await watched.round()
    day = (await hall.read(reads.promise_days, hall.site))[0]
    kept = await hall.read(reads.promises_kept, hall.site, day)
    promised = {one.ticket: one.promised for one in await hall.facts(TicketIssued)}
    rows = [await hall.ticket(ticket) for ticket in taken]
    called = [one for one in rows if one.state != "waiting" and promised[one.id] is not None]
    assert called
    assert sum(one.n for one in kept) == len(called)
    assert {one.service for one in kept} == {"caja"}
    assert sum(one.inside + one.longer for one in kept) <= len(called)


async def test_a_call_that_was_taken_back_kept_no_promise(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy(60)
    hall.wait(60)
    await watched.round()
    before = await _promises(hall)
    called = await hall.next()
    assert called is not None
    await hall.move("undo", called)
    hall.wait(60)
    await watched.round()
    assert await _promises(hall) == before
    await hall.next()
    hall.wait(60)
    await watched.round()
    assert await _promises(hall) == before + 1


async def _promises(hall: Hall) -> int:
    day = (await hall.read(reads.promise_days, hall.site))[0]
    return sum(one.n for one in await hall.read(reads.promises_kept, hall.site, day))


@both_engines
async def test_a_day_that_is_over_teaches_the_next_one_once(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy()
    await hall.close_day()
    hall.wait(60)
    await hall.next()  # nobody waits: whoever was there is finished
    await hall.act(close_desk, requests.CloseDesk("hnc.v1", line="keep"))
    hall.wait(16 * 3600)
    await watched.round()
    kept: dict[str, Any] = {row.service: row for row in await hall.rows(_HISTORY)}
    assert kept["caja"].until_day == "2026-03-02"
    assert '"days":1' in kept["caja"].body
    assert "" in kept
    # Another server, that was off over night, comes to the same; nothing is counted twice.
    await hall.act(teach, requests.TeachDay("2026-03-02", (("caja", "{}"),), "[]"))
    assert {row.service: row for row in await hall.rows(_HISTORY)}["caja"] == kept["caja"]
    # On the second day a desk that has just opened knows something at once.
    hall.wait(8 * 3600)
    await hall.open()
    await hall.take("caja")
    hall.wait(90)
    await watched.round()
    assert (await hall.ticket(await hall.take("caja"))).wait is not None


async def test_a_server_that_was_off_over_night_makes_up_for_the_day_before(
    watched: Watched,
) -> None:
    hall = watched.hall
    await watched.busy()
    await hall.close_day()
    hall.wait(24 * 3600)
    await watched.anew().round(hall.site)
    kept = {row.service: row for row in await hall.rows(_HISTORY)}
    assert kept["caja"].until_day == "2026-03-02"
    assert '"days":1' in kept["caja"].body


async def test_a_forecast_of_a_service_that_is_gone_is_passed_over(hall: Hall) -> None:
    await hall.act(publish, requests.PublishForecasts(((999, '{"desks":1}'),), "2026-03-02", "[]"))
    assert await hall.rows(_FORECASTS) == []
    assert len(await hall.rows(_KEPT)) == 1


async def test_preferred_people_are_promised_less_than_others(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy(60)
    for _ in range(6):
        await hall.take("caja")
    hall.wait(30)
    await watched.round()
    first = (await hall.ticket(await hall.take("caja", "preferential"))).wait
    other = (await hall.ticket(await hall.take("caja"))).wait
    assert first is not None
    assert other is not None
    assert first.high_minutes < other.high_minutes


async def test_late_in_the_day_it_says_that_it_may_be_too_late(watched: Watched) -> None:
    hall = watched.hall
    hall.wait(3 * 3600)  # 12:00; the cashier closes at 13:00 and again at 18:00
    await watched.busy()
    hall.wait(5 * 3600 + 600)  # 17:50
    await hall.next()
    await watched.round()
    shown = (await hall.ticket(await hall.take("caja"))).wait
    assert shown is not None
    assert shown.closes == "18:00"


async def test_who_has_an_hour_of_their_own_is_promised_nothing_and_told_nothing_sooner(
    watched: Watched,
) -> None:
    hall = watched.hall
    await watched.busy()
    due_ms = hall.clock.now_ms() + 2 * 3600 * 1000
    ticket = await hall.take("caja", origin="appointment", due_ms=due_ms)
    assert (await hall.facts(TicketIssued))[-1].promised is None
    shown = await hall.ticket(ticket)
    assert shown.wait is not None
    assert shown.wait.low_minutes >= 120


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_of_several_processes_one_publishes_and_another_takes_over(watched: Watched) -> None:
    hall = watched.hall
    await watched.busy(10)
    other = watched.anew()
    before = await hall.rows(_FORECASTS)
    await hall.take("caja")
    hall.wait(EVERY_MS / 1000)
    await other.round(hall.site)
    assert await hall.rows(_FORECASTS) == before, "the first one is at work"
    hall.wait(2 * AT_LEAST_MS / 1000)
    await other.round(hall.site)
    assert {row.key: row.made_ms for row in await hall.rows(_FORECASTS)}["caja"] == (
        hall.clock.line_ms()
    )
    await hall.take("caja")
    hall.wait(EVERY_MS / 1000)
    taken_over = await hall.rows(_FORECASTS)
    await watched.round()
    assert await hall.rows(_FORECASTS) == taken_over, "the first one comes back and leaves it"


async def test_who_comes_back_to_the_line_is_not_held_to_the_first_promise(
    watched: Watched,
) -> None:
    hall = watched.hall
    await watched.busy()
    for _ in range(3):
        taken = await hall.take("caja")
    hall.wait(3600)
    await watched.round()
    left = (await hall.ticket(taken)).wait
    assert left is not None
    assert left.longer, "an hour, and not called"
    await hall.call(taken)
    await hall.move("park", taken)
    await hall.move("return", taken)
    await watched.round()
    again = (await hall.ticket(taken)).wait
    assert again is not None
    assert not again.longer
