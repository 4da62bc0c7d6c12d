"""The staff's pages for people who read, see or point differently, at the sizes they are used at."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue.commands.help import ask_help
from turnero.queue.requests import AskHelp


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


async def _well(page: Page) -> None:
    # what is still moving has half its colours
    await page.wait_for_timeout(300)
    assert await axe_violations(page) == []


async def _fits(page: Page) -> None:
    assert await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    ), "the page is wider than the screen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_desk_in_each_of_its_states(
    open_page: Visit, hospital: Hospital, scheme: Any
) -> None:
    hospital.arrive("admission", attention="preferential", aids=("large-type",), people=2)
    hospital.do(ask_help, AskHelp("hall"))
    page = await visit(open_page, hospital, "/desk", color_scheme=scheme)
    await _well(page)
    await page.goto("/desk/main.1")
    await at_desk(page, "closed")
    await _well(page)
    await press(page, "Space")
    await at_desk(page, "free")
    await _well(page)
    await press(page, "Space")
    await at_desk(page, "called")
    await _well(page)
    await _fits(page)
    await press(page, "s")
    await at_desk(page, "serving")
    await _well(page)
    await press(page, "p")
    await at_desk(page, "free")
    await page.locator("#key-break").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await press(page, "1")
    await at_desk(page, "break")
    await _well(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_each_dialog(open_page: Visit, hospital: Hospital, scheme: Any) -> None:
    hospital.arrive("laboratory")
    hospital.arrive("laboratory")
    page = await visit(open_page, hospital, "/desk/main.3", color_scheme=scheme)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    for key in ("transfer", "choose", "cancel", "break", "close", "finish", "help"):
        await page.locator(f"#key-{key}").click()
        await expect(page.locator("dialog[open]")).to_be_visible()
        await _well(page)
        await press(page, "Escape")
        await expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_supervisors_page_and_the_tablet(
    open_page: Visit, hospital: Hospital, scheme: Any
) -> None:
    hospital.arrive("laboratory")
    hospital.do(ask_help, AskHelp("hall", "unwell"))
    hospital.call("main.1")
    page = await visit(
        open_page, hospital, "/supervisor", "supervisor", screen="board", color_scheme=scheme
    )
    await _well(page)
    await _fits(page)
    await page.locator("#key-close-day").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await _well(page)
    tablet = await visit(
        open_page, hospital, "/greeter", "greeter", screen="tablet", color_scheme=scheme
    )
    await tablet.locator("#service-cash").click()
    await expect(tablet.locator("#ticket-card")).to_contain_text("C001")
    await _well(tablet)
    await _fits(tablet)


async def test_at_two_hundred_per_cent_nothing_is_cut_off(
    open_page: Visit, hospital: Hospital
) -> None:
    hospital.arrive()
    hospital.do(ask_help, AskHelp("hall"))
    half = {"width": 683, "height": 384}
    page = await visit(open_page, hospital, viewport=half)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    await _fits(page)
    await _well(page)
    await press(page, "t")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await page.get_by_role("button", name="Derivar").last.scroll_into_view_if_needed()
    await _fits(page)
    for path, who in (("/supervisor", "supervisor"), ("/greeter", "greeter")):
        other = await visit(open_page, hospital, path, who, viewport=half)
        await _fits(other)
        await _well(other)


async def test_the_main_key_is_seen_without_scrolling(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    hospital.do(ask_help, AskHelp("hall"))
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    for key in ("#press-next", "#undo", "#press-no-show"):
        box = await page.locator(key).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 768


async def test_everything_can_be_reached_by_tab(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    wanted = await page.evaluate(
        "[...document.querySelectorAll('main button:not(:disabled)')]"
        ".filter((one) => one.checkVisibility()).length"
    )
    reached = set()
    for _ in range(60):
        await press(page, "Tab")
        reached.add(
            await page.evaluate(
                "[...document.querySelectorAll('main button')].indexOf(document.activeElement)"
            )
        )
    assert len(reached - {-1}) == wanted
