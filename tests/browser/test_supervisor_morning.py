"""Monday at 7:05, two things are missing: the supervisor is told which, and what to do."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, described, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue.commands.desks import open_desk
from turnero.queue.requests import OpenDesk
from turnero.queue.timers import TIMERS
from turnero.store import devices
from turnero.store.clock import SystemClock
from turnero.store.timers import Timers

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.rule("before-opening")]

Take = Callable[[Page, str], Awaitable[Path]]

#: Monday 2 March 2026, 06:44 in Lima
BEFORE_MS = 1_772_451_840_000
MINUTE_MS = 60_000
PAPER = '{"answered": true, "reachable": true, "online": true, "paper": "present"}'

_SITE = (
    described()
    .replace("all_day = true\n", "")
    .replace("[site.settings]", '[site.hours]\nmon = ["07:00-18:00"]\n\n[site.settings]')
    .replace('name = "Ventanilla 1"', 'name = "Ventanilla 1"\nplanned = { mon = ["07:00-13:00"] }')
    .replace('name = "Ventanilla 2"', 'name = "Ventanilla 2"\nplanned = { mon = ["07:00-13:00"] }')
    + '\n[[kiosk]]\nkey = "annex"\nname = "Pabellón B"\n'
)


class Morning(SystemClock):
    """The machine's clock, on that Monday; a test lets minutes pass."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead_ms = BEFORE_MS - super().now_ms()

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms

    def line_ms(self) -> int:
        return super().line_ms() + self._ahead_ms

    def forward(self, minutes: float) -> None:
        self._ahead_ms += round(minutes * MINUTE_MS)


class Monday(Hospital):
    """The hospital on that morning; its timers fire when the test says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, site=_SITE)
        self.clock: Morning = Morning()

    def beat(self, kind: str, key: str, state: str = "{}") -> None:
        """A device says how it is."""
        found = self.run(self.web.ledger.read(devices.by_key, 1, kind, key))
        assert found is not None
        self.do(devices.beat, devices.Beat(found.id, state))

    def pass_minutes(self, minutes: float, *kiosks: str) -> None:
        """Time passes, the printer and these kiosks are heard, and what is due happens."""

        def failed(kind: str, error: Exception) -> None:
            raise AssertionError(kind) from error

        self.clock.forward(minutes)
        self.beat("printer", "paper", PAPER)
        for key in kiosks:
            self.beat("kiosk", key)
        self.run(Timers(self.web.ledger, TIMERS, failed)._fire_due())
        self.web.hub.poke("supervisor", 1)


@pytest.fixture
def monday(tmp_path: Path) -> Iterator[Monday]:
    hospital = Monday(tmp_path / "data")
    hospital.begin()
    try:
        yield hospital
    finally:
        hospital.stop()


async def test_monday_7_05_with_two_faults(open_page: Visit, monday: Monday, picture: Take) -> None:
    monday.do(open_desk, OpenDesk("main.1"))
    monday.pass_minutes(2, "hall")
    page = await visit(open_page, monday, "/supervisor", "supervisor")
    ready = page.locator(".ready")
    await expect(ready).to_contain_text("Todavía no está listo para abrir a las 7:00")
    monday.pass_minutes(19, "hall")
    await expect(ready).to_contain_text("Abierto desde las 7:00")
    await page.reload()  # the page's own clock leaps with the test's
    await expect(page.locator("#now[data-live-seq]")).to_be_attached()
    await expect(ready).to_contain_text("1 de 2 ventanillas previstas están abiertas")
    lacks = ready.locator(".lack")
    await expect(lacks).to_have_count(2)
    await expect(lacks.nth(0)).to_contain_text("Pabellón B")
    await expect(lacks.nth(0)).to_contain_text("Nunca dio señal")
    await expect(lacks.nth(1)).to_contain_text("Ventanilla 2")
    await expect(lacks.nth(1)).to_contain_text("haga que otra ventanilla llame sus servicios")
    # each is told once: no other alarm repeats it
    await expect(page.locator(".alarm")).to_have_count(0)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await axe_violations(page) == []
        await picture(page, f"supervisor-monday-{scheme}")
    await page.emulate_media(color_scheme="light")

    # by keyboard: I see to it
    await lacks.nth(0).get_by_role("button").focus()
    await press(page, "Enter")
    await expect(page.locator("#watch-note")).to_contain_text("usted se ocupa")
    await expect(lacks.nth(0)).to_contain_text("Visto a las 7:05")

    # somebody sits down, the kiosk is switched on: nothing is left to say
    monday.do(open_desk, OpenDesk("main.2"))
    monday.pass_minutes(1, "hall", "annex")
    await expect(ready).to_have_count(0)
    await expect(page.locator(".alarms")).to_contain_text("Sin alarmas")
