"""Administrators at work: by keyboard alone, and two of them on the same site at once."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People
from tests.browser.keys import press
from tests.peers.axe import axe_violations

pytestmark = pytest.mark.requires("chromium")


async def tab_to(page: Page, selector: str) -> None:
    """Tab until that has the focus."""
    for _ in range(80):
        await press(page, "Tab")
        if await page.locator(selector).first.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"Tab never came to {selector}")


async def test_a_desk_gets_its_hours_by_keyboard_alone(hospital: Hospital, people: People) -> None:
    page = await people.person("adela", f"/admin/{KEY}")
    await tab_to(page, ".menu a[href$='/desks']")
    await press(page, "Enter")
    await page.wait_for_url("**/desks")
    await tab_to(page, ".parts a[href$='/of/2']")
    await press(page, "Enter")
    await page.wait_for_url("**/desks/of/2")
    await tab_to(page, "[name='planned.mon']")
    await page.keyboard.type("08:00-13:00")
    await tab_to(page, "[data-copy-week]")
    await press(page, "Enter")
    await expect(page.locator("[name='planned.fri']")).to_have_value("08:00-13:00")
    await expect(page.locator("[name='planned.sat']")).to_have_value("")
    await tab_to(page, ".form .button-primary")
    await press(page, "Enter")
    await page.wait_for_url("**/desks")
    (fact,) = [one for one in hospital.facts() if one["kind"] == "site-loaded"][-1:]
    changed = {one["key"]: one["after"] for one in fact["data"]["changes"] if one["what"] == "desk"}
    assert changed["2"]["planned"]["fri"] == [[480, 780]]


async def test_two_administrators_at_once_do_not_overwrite_each_other(
    hospital: Hospital, people: People
) -> None:
    first = await people.person("adela", f"/admin/{KEY}/services/of/caja")
    second = await people.person("adela", f"/admin/{KEY}/kiosks/of/hall", screen="tablet")
    await second.fill("[name='where.es']", "Sala del primer piso")
    await second.locator(".form .button-primary").click()
    await second.wait_for_url("**/kiosks")
    await first.fill("[name=target_minutes]", "25")
    await first.locator(".form .button-primary").click()
    conflict = first.locator("#conflict")
    await expect(conflict).to_contain_text("Sala del primer piso")
    await expect(first.locator("[name=target_minutes]")).to_have_value("15")
    await first.fill("[name=target_minutes]", "25")
    await first.locator(".form .button-primary").click()
    await first.wait_for_url("**/services")
    await expect(first.locator(".part", has_text="Caja")).to_contain_text("25 min")


async def test_the_line_that_is_wrong_is_marked_in_the_file(
    hospital: Hospital, people: People
) -> None:
    page = await people.person("adela", f"/admin/{KEY}/file")
    source = page.locator("#f-source")
    text = await source.input_value()
    wrong = text.replace('prefix = "F"', 'prefix = "I"')
    assert wrong != text
    line = wrong[: wrong.index('prefix = "I"')].count("\n") + 1
    await page.set_input_files(
        "#f-file", {"name": "sur.toml", "mimeType": "text/plain", "buffer": wrong.encode()}
    )
    await expect(source).to_have_value(wrong)
    before = len(hospital.facts())
    await page.locator(".form .button-primary").click()
    await expect(page.locator("#wrong")).to_contain_text(f"Línea {line}")
    marked = "one => one.value.slice(one.selectionStart, one.selectionEnd)"
    assert await source.evaluate(marked) == 'prefix = "I"'
    assert len(hospital.facts()) == before


async def test_what_boards_show_is_seen_while_it_is_typed(
    people: People, picture: Callable[[Page, str], Awaitable[Path]]
) -> None:
    page = await people.person("adela", f"/admin/{KEY}/content/new")
    await page.fill("[name='name.es']", "Manos limpias")
    await page.fill("[name='text.es']", "Lávese las manos con agua y jabón.")
    shown = page.locator("[data-content-preview] .slide")
    await expect(shown).to_have_count(1)
    await expect(shown).to_contain_text("Lávese las manos con agua y jabón.")
    await page.select_option("[name=sort]", "rights")
    await expect(shown.first).to_contain_text("Tiene derecho a un trato digno")
    await page.select_option("[name=sort]", "notice")
    await expect(shown).to_have_count(1)
    assert await axe_violations(page) == []
    await picture(page, "content-and-its-preview")
    await page.locator(".form .button-primary").click()
    await page.wait_for_url("**/content")
    await expect(page.locator(".part", has_text="Manos limpias")).to_contain_text(
        "Lávese las manos"
    )
