"""On a shut day the kiosk says why a service is closed and on which day it opens again."""

import pytest

from tests.kiosk.clinic import Clinic, described, shown
from turnero.queue.commands.sites import load_site
from turnero.queue.numbers import day_of
from turnero.queue.site_file import decode

pytestmark = pytest.mark.rule("closed")


async def _shut(clinic: Clinic, name: str) -> None:
    today = day_of(clinic.clock.now_ms(), "America/Lima")
    closure = f'\n[[closure]]\nday = "{today}"\nname = "{name}"\n'
    await clinic.do(load_site, decode(described() + closure))


async def test_a_closure_is_named_with_the_next_open_day(clinic: Clinic) -> None:
    assert "Abre a las 3:30 p. m." in shown(await clinic.text("/kiosk"))
    await _shut(clinic, "Fumigación")
    page = shown(await clinic.text("/kiosk"))
    assert "Cerrado hoy: Fumigación; abre el miércoles, 22 de octubre a las 3:30 p. m." in page
    english = shown(await clinic.text("/kiosk?lang=en"))
    assert "opens on Wednesday, October 22 at 3:30 PM" in english


async def test_a_closure_without_a_name_is_closed_for_today(clinic: Clinic) -> None:
    await _shut(clinic, "")
    assert "Cerrado por hoy; abre el miércoles" in shown(await clinic.text("/kiosk"))


async def test_round_the_clock_is_open_on_a_shut_day_too(clinic: Clinic) -> None:
    await _shut(clinic, "Fumigación")
    page = shown(await clinic.text("/kiosk/service/admission"))
    assert "Fumigación" not in page
