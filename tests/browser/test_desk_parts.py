"""A part of the desk's page that fails takes nothing else with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Request
from playwright.async_api import expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, running, visit
from tests.peers.browser import Visit
from turnero.web.slice import Slice

#: tickets for which paper was offered
offered: list[str] = []


async def broken(request: Request[Any, Any, Any], **given: Any) -> str:
    raise ZeroDivisionError


async def paper(request: Request[Any, Any, Any], *, ticket: str, **given: Any) -> str:
    offered.append(ticket)
    return f'<p class="paper" data-of="{ticket}">…</p>'


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    others = Slice(name="others", slots={"desk.side": broken, "desk.ticket": paper})
    yield from running(tmp_path / "data", others)


async def test_the_desk_works_with_a_failing_panel(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    page = await visit(open_page, hospital)
    await expect(page.locator("#side")).to_contain_text("Esta parte no se puede mostrar ahora.")
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    await expect(page.locator("#line")).to_contain_text("Admisión")


async def test_what_others_offer_follows_the_ticket(open_page: Visit, hospital: Hospital) -> None:
    first, second = hospital.arrive(), hospital.arrive()
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await expect(page.locator("#tools")).to_be_empty()
    await press(page, "Space")
    await expect(page.locator("#tools .paper")).to_have_attribute("data-of", first.ticket)
    await page.wait_for_timeout(900)
    await press(page, "Space")
    await expect(page.locator("#tools .paper")).to_have_attribute("data-of", second.ticket)
    await press(page, "f")
    await expect(page.locator("#tools")).to_be_empty()


async def test_a_lost_answer_is_said_and_the_same_press_is_safe(
    open_page: Visit, hospital: Hospital
) -> None:
    hospital.arrive()
    hospital.arrive()
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await page.context.set_offline(True)
    await press(page, "Space")
    await expect(page.locator("#toasts")).to_contain_text("no se hará dos veces")
    await page.context.set_offline(False)
    await page.wait_for_timeout(900)
    await press(page, "Space")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", "A001")


async def test_the_page_is_whole_again_after_the_server_was_away(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    hospital.stop()
    hospital.start()
    hospital.arrive()
    row = page.locator("#line tr", has_text="Admisión")
    await expect(row.locator("strong")).to_have_text("1", timeout=15_000)
    await press(page, "Space")
    await at_desk(page, "called")
