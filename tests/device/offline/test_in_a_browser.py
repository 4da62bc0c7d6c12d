"""The kiosk's pages at a box while its server is away: the small sign, and where staff is found."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.async_api import Page, expect

from tests.device.standing import Hospital, soon
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit

SIGN = "Sin conexión: su número vale igual"


def _held(hospital: Hospital) -> bool:
    path = hospital.box.data / "turnero.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        return bool(db.execute("select 1 from box_lease where service = 'scarce'").fetchone())


async def take(page: Page, address: str) -> None:
    """From a service's page to a ticket."""
    await page.goto(address)
    await page.locator("#take").click()


async def test_the_patient_sees_a_small_sign_and_staff_when_no_number_is_left(
    hospital: Hospital, open_page: Visit, tmp_path: Path
) -> None:
    await asyncio.to_thread(hospital.box.start)
    await asyncio.to_thread(hospital.pair)
    await asyncio.to_thread(soon, "numbers", lambda: _held(hospital))
    page = await open_page("kiosk")
    open_page.expect_problem("status of 4")
    await page.goto(f"{hospital.box.url}/open/door")
    await expect(page.locator("#service-cash")).to_be_visible()
    await expect(page.get_by_text(SIGN)).to_have_count(0)

    await asyncio.to_thread(hospital.server.kill)
    await expect(page.get_by_text(SIGN)).to_be_visible(timeout=30_000)  # by itself
    await expect(page.locator("#service-cash")).to_contain_text("sin estimación todavía")
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-choose.png")

    scarce = f"{hospital.box.url}/kiosk/service/scarce"
    await take(page, scarce)
    await expect(page.locator("#number")).to_have_text("S700")
    await expect(page.get_by_text(SIGN)).to_be_visible()
    await expect(page.get_by_text("Se imprimió su ticket")).to_be_visible(timeout=30_000)
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-ticket.png")
    await take(page, scarce)
    await expect(page.locator("#number")).to_have_text("S701")
    await page.goto(scarce)
    await expect(page.get_by_text("ya no quedan números")).to_be_visible()
    await expect(page.locator("#take")).to_have_count(0)
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-none-left.png")

    await page.locator("#need-help").click()
    await expect(page.get_by_text("no puede llamar al personal")).to_be_visible()
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-help.png")
