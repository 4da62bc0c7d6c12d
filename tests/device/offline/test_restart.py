"""A box that is started again while its server is away: which day it is, and whom it has seen."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.device.offline.standing import HOUR_MS, NIGHT_MS, Beside, beside
from turnero.device.offline.hours import NOTED_MS
from turnero.kiosk.port import By
from turnero.kiosk.rating import may_rate
from turnero.queue.requests import Rate
from turnero.store.errors import Refused


def about(milliseconds: int) -> Any:
    """That hour, but for what asking the server took."""
    return pytest.approx(milliseconds, abs=1_000, rel=0)


async def gives_none(it: Beside) -> bool:
    """Whether the kiosk sends everybody to staff."""
    with pytest.raises(Refused, match="no-number-held"):
        await it.take()
    place = await it.port.place(it.box.site, "door")
    assert place.pause is not None
    assert "la ventanilla 1" in place.pause.texts["es"]
    found = await it.port.offers(it.box.site)
    assert "open" not in {one.state for one in found.services}
    return place.closed


# --- the day -----------------------------------------------------------------------------------


async def test_a_program_that_starts_again_knows_the_hour_whatever_the_wall_clock_says(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as it:
        it.wire.cut = True
        it.own_clock.set_wall(NIGHT_MS - 48 * HOUR_MS)
        it.machine.battery = False
        await it.start_again()
        it.pass_time(60_000)
        held = await it.take()
        assert held.ticket.number == "C700"
        assert held.ticket.issued_ms == about(NIGHT_MS + 60_000)


async def test_a_machine_that_wakes_with_its_last_hour_gives_no_number_of_yesterday(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path) as it:
        it.pass_time(2 * HOUR_MS)
        await it.ready()
        it.clock.advance(20 * HOUR_MS)
        # no battery: it wakes a minute after it was switched off, by its own idea
        await it.switch_on(it.own_clock.now_ms() + 60_000, battery=False)
        assert await gives_none(it)
        it.wire.cut = False
        await it.ready()
        assert (await it.take()).ticket.number == "C001", "the server said what time it is"
        it.wire.cut = True
        assert (await it.take()).ticket.number == "C700"


async def test_a_clock_with_a_battery_is_believed_and_a_flat_one_is_not(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        now_ms = it.own_clock.now_ms()
        await it.switch_on(now_ms + HOUR_MS, battery=True)
        held = await it.take()
        assert (held.ticket.number, held.ticket.issued_ms) == ("C700", about(now_ms + HOUR_MS))
    async with beside(tmp_path / "flat") as it:
        # of the same day, and before what the server has said already
        await it.switch_on(it.own_clock.now_ms() - 60_000, battery=True)
        assert await gives_none(it)


async def test_the_last_hour_known_goes_on_while_there_is_no_server(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.cut = True
        it.pass_time(NOTED_MS * 60)
        await it.keeping.look()
        await it.switch_on(it.own_clock.now_ms() - NOTED_MS, battery=True)
        assert await gives_none(it)


async def test_a_machine_whose_clock_is_put_right_later_gives_numbers_then(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        now_ms = it.own_clock.now_ms()
        await it.switch_on(0, battery=False)
        assert await gives_none(it)
        it.own_clock.set_wall(now_ms + HOUR_MS)  # a time server on the hospital's own network
        it.machine.battery = True
        assert (await it.take()).ticket.issued_ms == about(now_ms + HOUR_MS)


async def test_a_clock_that_was_wrong_in_the_same_way_before_is_right(tmp_path: Path) -> None:
    async with beside(tmp_path, fast_ms=2 * HOUR_MS) as it:
        await it.switch_on(it.own_clock.now_ms() + 60_000, battery=True)
        assert (await it.take()).ticket.issued_ms == about(NIGHT_MS + 60_000)


async def test_a_day_that_a_clock_ran_into_by_mistake_stops_nothing(tmp_path: Path) -> None:
    """The server's clock was set to tomorrow, and back."""
    async with beside(tmp_path) as it:
        it.clock.set_wall(NIGHT_MS + 24 * HOUR_MS)
        await it.ready()
        it.wire.cut = True
        assert (await it.take()).ticket.number == "C700"
        it.wire.cut = False
        it.clock.set_wall(NIGHT_MS)
        await it.beat()
        it.wire.cut = True
        held = await it.take()
        assert (held.ticket.number, held.ticket.day) == ("C700", "2027-01-15")
        assert held.ticket.issued_ms == about(NIGHT_MS)


# --- who was seen ------------------------------------------------------------------------------


async def test_who_was_seen_before_the_start_may_still_rate(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        held = await it.take()
        await it.start_again()
        for found in (
            await it.port.find(held.code),
            await it.port.find_short(it.box.site, held.short),
            await it.port.find_number(it.box.site, "C001"),
        ):
            assert found is not None
            assert (found.ticket.id, found.stale, found.ticket.ahead) == (
                held.ticket.id,
                True,
                None,
            )
            assert may_rate(found)
        assert found is not None
        await it.port.rate(found, Rate(held.ticket.id, "overall", 1, 5), By("kiosk:door", "r-1"))
        await it.start_again()
        assert it.keeping.backlog.ratings == 1


async def test_a_page_that_asks_again_after_the_start_shows_what_it_showed(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        held = await it.take("press-1")
        await it.start_again()
        again = await it.take("press-1", language="en")
        assert again.ticket.id == held.ticket.id
        assert it.keeping.backlog.left == 0


async def test_a_ticket_of_yesterday_or_of_another_site_is_nobodys(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        held = await it.take()
        it.wire.cut = True
        it.pass_time(24 * HOUR_MS)
        assert await it.port.find_short(it.box.site, held.short) is None
        it.wire.cut = False
        await it.ready()
        newer = await it.take()
        await it.start_again()
        assert await it.port.find(held.code) is None, "forgotten with its day"
        assert await it.port.find(newer.code) is not None
        assert it.box.config is not None
        it.box.config = msgspec.structs.replace(it.box.config, site=2)
        assert await it.port.find(newer.code) is None
