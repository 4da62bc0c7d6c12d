"""The supervisor asks what a desk more would have done, and reads it in words and in a picture."""

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.desk.hospital import visit
from tests.desk.played_day import DAY, played
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.web.serving import Served
from turnero.desk import slice as desk
from turnero.server.planner import WorkerPlanner

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("played"))


@pytest.fixture
def place(data: Path) -> Iterator[Served]:
    served = Served(data, slices=[desk.make(planner=WorkerPlanner(seeds=6))])
    served.start()
    yield served
    served.stop()


async def test_a_desk_more_is_asked_for_and_answered_in_words_and_a_picture(
    open_page: Visit, place: Served, picture: Callable[[Page, str], Awaitable[Path]]
) -> None:
    page = await visit(open_page, place, f"/reports/main/{DAY}", "supervisor")
    await page.get_by_role("link", name="¿Y si…?").click()
    await expect(page.locator("#what-day")).to_have_value(DAY)
    assert await axe_violations(page) == []
    await page.locator("#what-start").fill("09:00")
    await page.locator("#what-end").fill("11:00")
    await page.get_by_role("button", name="Repetir el día").press("Enter")
    # How far it is, while the other pages go on answering.
    await expect(page.locator("#answer progress")).to_be_visible(timeout=20_000)
    answer = page.locator("#what-answer")
    await expect(answer).to_contain_text("Con una ventanilla más de 09:00 a 11:00", timeout=120_000)
    said = re.search(r"la mitad habría esperado (.+) en lugar de (.+)\.", await answer.inner_text())
    assert said is not None
    await expect(page.locator("#answer")).to_contain_text("Ventanilla 1")
    await expect(page.locator("#answer .picture .pic-bar").first).to_be_visible()
    await expect(page.locator("#answer tbody").last).to_contain_text("Preferente")
    assert await axe_violations(page) == []
    wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)
    await picture(page, "what-if")
    # Whoever comes later sees the same answer.
    again = await visit(open_page, place, "/what-if/main", "supervisor", language="en-US")
    await expect(again.locator("#what-answer")).to_contain_text("half would have waited")
