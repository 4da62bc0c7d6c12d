"""The day's report, numbers on paper and calls made by hand, in the supervisor's browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.desk.hospital import Hospital, running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue.commands import day, reports
from turnero.queue.numbers import day_of
from turnero.queue.requests import CloseDay
from turnero.store.timers import TimerDue

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


def _reported(place: Hospital) -> None:
    for service in ("admission", "admission", "cash", "oncology"):
        place.arrive(service)
    for _ in range(3):
        place.call("main.1")
    place.do(day.close_day, CloseDay())
    now_ms = place.web.clock.now_ms()
    today = day_of(now_ms, "America/Lima")
    place.do(reports.make, TimerDue(1, reports.MAKE, today, now_ms, ""), "timer")


@pytest.mark.rule("close-of-day")
async def test_from_supervision_to_the_days_report(open_page: Visit, place: Hospital) -> None:
    _reported(place)
    page = await visit(open_page, place, "/supervisor", "supervisor")
    await page.get_by_role("link", name="Informes").click()
    await expect(page.locator(".report-figures")).to_contain_text("Atendido")
    await expect(page.locator(".report-table").first).to_contain_text("Admisión")
    assert await axe_violations(page) == []
    wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)
    href = await page.locator("#report-pdf").get_attribute("href")
    answer = await page.request.get(f"{place.url}{href}")
    assert answer.headers["content-type"] == "application/pdf"
    assert (await answer.body()).startswith(b"%PDF-")


@pytest.mark.rule("server-down")
async def test_numbers_are_set_aside_and_a_call_by_hand_is_entered(
    open_page: Visit, place: Hospital
) -> None:
    page = await visit(open_page, place, "/contingency/main", "supervisor")
    assert await axe_violations(page) == []
    await page.locator("#count-admission").fill("6")
    await page.get_by_role("button", name="Apartar estos números").click()
    await expect(page.locator("main")).to_contain_text("A001 – A006")
    await page.get_by_role("link", name="Llamadas a mano").click()
    assert await axe_violations(page) == []
    await page.locator("#hand-number").fill("a001")
    await page.locator("#hand-called").fill("00:00")
    await page.locator("#hand-ended").fill("00:00")
    await page.get_by_role("button", name="Anotar esta llamada").click()
    await expect(page.get_by_role("status").filter(has_text="A001 quedó anotado")).to_be_visible()
    await expect(page.locator("#hand-number")).to_be_focused()
