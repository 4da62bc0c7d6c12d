"""Why this one on the desk, a call out of turn with its reason, and both where supervisors look."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, described, running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue.requests import Issued

pytestmark = pytest.mark.requires("chromium")

CLASSES = """
[[attention]]
key = "preferential"
name = { es = "Preferente", en = "Priority", pt = "Preferencial" }
target_minutes = 10

[[attention]]
key = "ordinary"
name = { es = "General", en = "General", pt = "Geral" }
"""
MINUTE_MS = 60_000


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hospital]:
    site = described().replace("undo_s = 10", 'undo_s = 10\norder = "accumulating"')
    yield from running(tmp_path / "data", site=site + CLASSES)


def asked(place: Hospital, minutes: int, attention: str) -> Issued:
    """Somebody who asked to be called so many minutes ago: their wait counts from then."""
    due_ms = place.web.clock.now_ms() - minutes * MINUTE_MS - 5_000
    return place.arrive(attention=attention, origin="callback", due_ms=due_ms)


async def test_why_on_the_desk_and_a_call_out_of_turn_in_the_supervisors_list(
    open_page: Visit, place: Hospital
) -> None:
    asked(place, 14, "ordinary")
    preferred = asked(place, 12, "preferential")
    page = await visit(open_page, place)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", preferred.number)
    await expect(page.locator(".why")).to_contain_text("Preferente: 12 min de espera, objetivo 10.")
    await page.locator(".weighed summary").click()
    await expect(page.locator(".weighed")).to_contain_text("General · 14 min")

    chosen = asked(place, 3, "ordinary")
    await press(page, "c")
    await expect(page.locator("#pick")).to_be_focused()
    await page.keyboard.type(chosen.number)
    await press(page, "Enter")
    await expect(page.locator("#reason")).to_be_focused()
    await page.keyboard.type("Volvió del laboratorio")
    await press(page, "Enter")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", chosen.number)

    page = await visit(open_page, place, "/supervisor", "supervisor")
    await page.locator("#all-out-of-turn").click()
    row = page.locator(".report-table tbody tr")
    await expect(row).to_have_count(1)
    for words in (
        f"{chosen.number} · General · 3",
        "A001 · General · 14",
        "Volvió del laboratorio",
    ):
        await expect(row).to_contain_text(words)
    assert await axe_violations(page) == []
    wide = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)
    await page.locator("#day").fill("2026-01-01")
    await page.get_by_role("button", name="Ver", exact=True).click()
    await expect(page.locator("main")).to_contain_text("no se llamó a nadie fuera de turno")
