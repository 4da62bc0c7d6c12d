"""An agent hands a desk over to another: the note, the person who stays, and who sits down next."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue import reads

NOTE = "Falta papel en la impresora.\nA002 vuelve con su orden."


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


@pytest.mark.rule("desk-session")
async def test_an_agent_hands_over_and_the_next_one_goes_on(
    open_page: Visit, hospital: Hospital, picture: Callable[[Page, str], Awaitable[Path]]
) -> None:
    hospital.arrive()
    one = await visit(open_page, hospital)
    await press(one, "Space")
    await at_desk(one, "free")
    await press(one, "Space")
    await at_desk(one, "called")
    # by keyboard alone: H, the note, what becomes of the person, Enter
    await press(one, "h")
    await expect(one.locator("#note-text")).to_be_focused()
    await one.keyboard.type(NOTE)
    await press(one, "Tab")
    await press(one, "Space")
    await expect(one.locator("input[name=person][value=stay]")).to_be_checked()
    await picture(one, "desk-hand-over")
    assert await axe_violations(one) == []
    await press(one, "Enter")
    await expect(one.locator("dialog[open]")).to_have_count(0)
    await expect(one.locator(".handover-text")).to_have_text(NOTE, use_inner_text=True)

    two = await visit(open_page, hospital, who="supervisor")
    await at_desk(two, "other")
    await expect(two.locator(".handover")).to_have_count(0)
    await two.locator("#key-take-over").click()
    await two.locator("#dialog .button-primary").click()
    await at_desk(two, "called")
    assert await two.locator("#seat-now").get_attribute("data-number") == "A001"
    await expect(two.locator(".handover-text")).to_have_text(NOTE, use_inner_text=True)
    await picture(two, "desk-handed-over")
    assert await axe_violations(two) == []
    await two.locator(".handover button").click()
    await expect(two.locator(".handover")).to_have_count(0)
    # who left sees that somebody else works there, and may write nothing more
    await at_desk(one, "other")
    view = hospital.run(hospital.web.ledger.read(reads.desk, "main.1", 0))
    assert view is not None
    assert view.handovers == ()


@pytest.mark.rule("next-finish-call")
async def test_somebody_without_a_ticket_by_keyboard_and_undone(
    open_page: Visit, hospital: Hospital, picture: Callable[[Page, str], Awaitable[Path]]
) -> None:
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "w")
    await expect(page.locator("#pick")).to_be_focused()
    await page.keyboard.type("caj")
    await expect(page.locator("input[name=service]:checked")).to_have_value("cash")
    await picture(page, "desk-without-a-ticket")
    assert await axe_violations(page) == []
    await press(page, "Enter")
    await at_desk(page, "serving")
    assert await page.locator("#seat-now").get_attribute("data-number") == "C001"
    await expect(page.locator(".why")).to_contain_text("llegó sin ticket")
    await press(page, "u")
    await at_desk(page, "free")
