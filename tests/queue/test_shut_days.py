"""Shut days: holidays and the site's closures give no tickets; the kiosk says why and until when."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import SITE, Hall
from tests.queue.refusal import refused
from turnero.queue import reads
from turnero.queue.views import ServiceView

DAY_S = 24 * 3600
#: Monday 29 June 2026, 09:00 in Lima: Saint Peter and Saint Paul
FEAST_S = 119 * DAY_S


async def service(hall: Hall, key: str) -> ServiceView:
    """A service at the top of the kiosk's tree."""
    tree = await hall.read(reads.services, hall.site, hall.clock.now_ms())
    (found,) = [one for one in tree if one.key == key]
    return found


@pytest.mark.rule("closed")
@both_engines
async def test_on_a_holiday_a_service_is_closed_and_says_which_day_and_when_it_opens(
    hall: Hall,
) -> None:
    hall.wait(FEAST_S)
    why, opens = "San Pedro y San Pablo", "2026-06-30 08:00"
    async with refused(hall, "service-closed-day", service="caja", why=why, opens=opens):
        await hall.take("caja")
    shown = await service(hall, "caja")
    assert shown.state == "closed"
    assert shown.off is not None
    assert shown.off.names["en"] == "Saint Peter and Saint Paul's Day"
    assert shown.later is not None
    assert (shown.later.day, shown.later.at) == ("2026-06-30", "08:00")
    # Round the clock is round the clock.
    await hall.take("urgencia")


async def test_a_service_may_be_open_on_holidays(hall: Hall) -> None:
    await hall.load(SITE.replace('prefix = "C"', 'prefix = "C"\nholidays = true', 1))
    hall.wait(FEAST_S)
    assert (await service(hall, "caja")).state == "open"
    await hall.take("caja")
    async with refused(hall, "service-closed-day", service="sangre"):
        await hall.take("sangre")


async def test_a_site_may_work_through_holidays(hall: Hall) -> None:
    await hall.load(SITE.replace("hours =", "settings = { holidays = false }\nhours =", 1))
    hall.wait(FEAST_S)
    await hall.take("caja")


@both_engines
@pytest.mark.parametrize(
    "days", [("2026-03-02",), ("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-03")]
)
async def test_a_closure_of_the_site_shuts_that_day_also_after_one_before(
    hall: Hall, days: tuple[str, ...]
) -> None:
    closures = "".join(f'\n[[closure]]\nday = "{day}"\nname = "Fumigación"\n' for day in days)
    await hall.load(SITE + closures)
    opens = "2026-03-03 08:00" if days[-1] == "2026-03-02" else "2026-03-09 08:00"
    async with refused(hall, "service-closed-day", why="Fumigación", opens=opens):
        await hall.take("caja")


async def test_a_closure_that_is_over_or_to_come_shuts_nothing(hall: Hall) -> None:
    await hall.load(SITE + '\n[[closure]]\nday = "2026-03-01"\n[[closure]]\nday = "2026-03-03"\n')
    await hall.take("caja")
