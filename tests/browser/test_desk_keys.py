"""The desk by keys alone: each does its act, none acts in a field or beside a dialog, none twice."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, described, running, visit
from tests.peers.browser import Visit

#: next, and once more half a second later, when the answer of the first is long there
PRESS_TWICE = """async () => {
  const press = () => dispatchEvent.call(document, new KeyboardEvent('keydown', {key: ' ', bubbles: true}));
  const began = performance.now();
  press();
  await new Promise((done) => setTimeout(done, 500));
  const number = document.querySelector('#seat-now').dataset.number;
  const gap = performance.now() - began;
  press();
  return [number, gap];
}"""


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data", site=described(recall_gap_s=0))


async def _called(open_page: Visit, hospital: Hospital, people: int = 3) -> Page:
    """A desk that has just called its first person."""
    for _ in range(people):
        hospital.arrive()
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    return page


async def _number(page: Page) -> str | None:
    return await page.locator("#seat-now").get_attribute("data-number")


async def _after_a_moment(page: Page) -> None:
    """Longer than the 800 ms in which a second press is none."""
    await page.wait_for_timeout(900)


async def test_space_opens_the_desk_calls_and_goes_on(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    assert await _number(page) == "A001"
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", "A002")
    assert await page.title() == "A002 · Ventanilla 1"


async def test_a_second_press_within_800_ms_does_nothing(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital, people=8)
    for _ in range(5):
        await _after_a_moment(page)
        before = await _number(page)
        # timed in the page: a busy machine may keep the test waiting, not the rule
        number, gap_ms = await page.evaluate(PRESS_TWICE)
        await page.wait_for_timeout(300)
        after = await _number(page)
        if gap_ms < 790:
            assert before != number == after
            break
    else:
        pytest.fail("this machine is too busy to press twice within 800 ms")
    # it is a rule of the moment, not of the day
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#seat-now")).not_to_have_attribute("data-number", after or "")


async def test_a_press_in_flight_is_not_pressed_again(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    posts: list[str] = []
    pressed_again = asyncio.Event()

    async def slow(route: Route) -> None:
        posts.append(route.request.url)
        await pressed_again.wait()
        await route.continue_()

    await page.route("**/next", slow)
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#press-next button")).to_have_attribute("aria-busy", "true")
    await _after_a_moment(page)
    await page.keyboard.press("Space")  # while the first is under way, and meant so
    await expect(page.locator("#press-next button")).to_have_attribute("aria-busy", "true")
    pressed_again.set()
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", "A002")
    assert len(posts) == 1


async def test_s_starts_and_f_finishes(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    await press(page, "s")
    await at_desk(page, "serving")
    await press(page, "F")
    await at_desk(page, "free")


async def test_n_waits_for_the_recalls_by_r_and_says_what_is_missing(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital)
    rule = page.locator("#no-show-rule")
    await expect(page.locator("#press-no-show button")).to_be_disabled()
    await expect(rule).to_contain_text("llame 2 veces más")
    await press(page, "n")
    await press(page, "r")
    await expect(rule).to_contain_text("llame 1 vez más")
    await press(page, "r")
    await expect(page.locator("#press-no-show button")).to_be_enabled()
    await expect(rule).to_have_count(0)
    await press(page, "n")
    await at_desk(page, "free")
    await expect(page.locator("#aside")).to_contain_text("A001")
    await page.get_by_role("button", name="Regresó A001").click()
    await expect(page.locator("#aside")).not_to_contain_text("A001")


async def test_p_sets_aside_and_u_takes_it_back(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    await press(page, "p")
    await at_desk(page, "free")
    await expect(page.locator("#aside")).to_contain_text("A001")
    await press(page, "u")
    await at_desk(page, "called")
    await expect(page.locator("#aside")).not_to_contain_text("A001")


async def test_u_takes_a_call_back_and_its_seconds_are_counted(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital)
    left = page.locator(".undo-left time")
    await expect(left).to_have_text(re.compile(r"^0:(10|0\d)$"))
    seconds = await left.inner_text()
    await expect(left).not_to_have_text(seconds)
    # two digits each, so that the words' order is the numbers'
    assert await left.inner_text() < seconds
    await press(page, "u")
    await at_desk(page, "free")
    await expect(page.locator("#line")).to_contain_text("3")
    await expect(page.locator(".undo")).to_have_count(0)


async def test_the_undo_goes_away_when_its_seconds_are_over(
    open_page: Visit, tmp_path: Path
) -> None:
    for short in running(tmp_path / "short", site=described(undo_s=5)):
        page = await _called(open_page, short)
        await expect(page.locator(".undo")).to_have_count(1)
        await expect(page.locator(".undo")).to_have_count(0)
        await at_desk(page, "called")


async def test_keys_do_nothing_while_a_field_has_the_focus(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital)
    await _after_a_moment(page)
    await press(page, "t")
    field = page.locator("#pick")
    await expect(field).to_be_focused()
    await page.keyboard.type("r s f n p u c")
    await press(page, "Space")
    await expect(field).to_have_value("r s f n p u c ")
    await page.wait_for_timeout(300)
    assert await _number(page) == "A001"
    await at_desk(page, "called")


async def test_keys_do_nothing_behind_a_dialog(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    await _after_a_moment(page)
    await page.locator("#key-close").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    for key in ("Space", "f", "p", "s"):
        await press(page, key)
    await page.wait_for_timeout(300)
    await at_desk(page, "called")
    assert await _number(page) == "A001"


async def test_after_a_dialog_space_is_next_again_and_not_the_key_that_opened_it(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital)
    await page.locator("#key-transfer").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await press(page, "Escape")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", "A002")


async def test_space_after_a_click_is_next_and_by_tab_it_is_the_key_with_the_focus(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await _called(open_page, hospital)
    await page.locator("#press-recall button").click()
    await expect(page.locator(".person-number")).to_contain_text("1 vez")
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", "A002")
    await _after_a_moment(page)
    await page.locator("#press-start button").focus()
    await press(page, "Tab")
    await press(page, "Space")
    await expect(page.locator(".person-number")).to_contain_text("1 vez")
    assert await _number(page) == "A002"


async def test_the_called_number_is_announced(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    await expect(page.locator("#say")).to_have_text("A001 llamado. Admisión.")


async def test_with_nobody_waiting_space_says_so(open_page: Visit, hospital: Hospital) -> None:
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await _after_a_moment(page)
    await press(page, "Space")
    await expect(page.locator("#desk-note")).to_have_text("Nadie espera ahora para sus servicios.")


async def test_the_keys_are_written_on_the_buttons(open_page: Visit, hospital: Hospital) -> None:
    page = await _called(open_page, hospital)
    caps = await page.locator("#seat kbd").all_inner_texts()
    assert caps == ["H", "Espacio", "U", "S", "R", "F", "T", "P", "N", "C", "W", "E"]
