"""Paper: what a site puts on it, seen before it is stored; what people read when it does not come;
and a copy that says so.
"""

import io
import re
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, PATIENCE_MS, Hospital, People, touch, until
from tests.peers.axe import axe_violations

pytestmark = pytest.mark.requires("chromium")


def logo() -> bytes:
    """A cross in a circle, as somebody might have it."""
    picture = Image.new("RGB", (900, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 10, 290, 290), fill=(0, 90, 60))
    draw.rectangle((125, 60, 175, 240), fill="white")
    draw.rectangle((60, 125, 240, 175), fill="white")
    draw.rectangle((340, 100, 880, 200), fill=(0, 90, 60))
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return file.getvalue()


async def height(page: Page) -> int:
    """Of the drawn paper, in dots."""
    return int(await page.locator("[data-paper-drawn]").evaluate("one => one.height"))


async def drawn(page: Page, how: str = "drawn") -> None:
    """The picture follows what was typed."""
    await expect(page.locator("[data-paper]")).to_have_attribute(
        "data-preview", how, timeout=PATIENCE_MS
    )


async def test_the_ticket_is_seen_as_a_picture_before_it_is_stored(
    hospital: Hospital, people: People, tmp_path: Path
) -> None:
    page = await people.person("adela", f"/admin/{KEY}/ticket")
    await drawn(page)
    bare = await height(page)
    await page.fill("[name='above.es']", "Av. Grau 800, Lima")
    await page.fill("[name='notices.es']", "Libro de reclamaciones en Recepción.")
    await page.set_input_files(
        "#f-logo", {"name": "logo.jpg", "mimeType": "image/jpeg", "buffer": logo()}
    )

    async def taller() -> bool:
        return await height(page) > bare + 200

    await until(taller, "the picture has the logo and the lines")
    await page.select_option("[name='show.mm']", "58")
    await expect(page.locator("[data-paper-drawn]")).to_have_js_property(
        "width", 464, timeout=PATIENCE_MS
    )
    await page.screenshot(path=tmp_path / "ticket.png", full_page=True)
    assert await axe_violations(page) == []
    # What cannot be is said beside the picture, which stays the last good one.
    await page.fill("[name='below.es']", "x" * 2_000)
    await drawn(page, "wrong")
    await expect(page.locator("[data-paper-wrong]")).to_contain_text("160")
    await page.click(".with-paper .button-primary")
    await expect(page.locator("#wrong")).to_be_visible()
    await expect(page.locator(".field-wrong [name='below.es']")).to_be_visible()
    before = len(hospital.facts())
    await page.fill("[name='below.es']", "Traiga su DNI")
    await page.set_input_files(
        "#f-logo", {"name": "no.png", "mimeType": "image/png", "buffer": b"GIF89a no"}
    )
    await drawn(page, "wrong")
    await expect(page.locator("[data-paper-wrong]")).to_contain_text("PNG")
    await page.set_input_files("#f-logo", [])
    await drawn(page)
    await page.click(".with-paper .button-primary")
    await expect(page.locator("[name='logo.none']")).to_be_visible()
    await until(lambda: len(hospital.facts()) > before, "it is stored")
    (fact,) = hospital.facts()[before:]
    assert fact["kind"] == "site-loaded"
    assert len(str(fact)) < 3_000  # the logo itself is not in the journal
    roll = await people.person("pilar", "/paper/hall")
    kiosk = await people.kiosk()
    await touch(kiosk, "#service-caja")
    await touch(kiosk, "#take")
    sheet = roll.locator(".paper-sheet img").first
    await expect(sheet).to_have_attribute(
        "alt",
        re.compile("Av. Grau 800.*Traiga su DNI.*Libro de reclamaciones"),
        timeout=PATIENCE_MS,
    )


async def test_without_paper_the_kiosk_and_the_supervisor_say_so_until_it_is_there(
    hospital: Hospital, people: People
) -> None:
    roll = await people.person("adela", "/paper/hall")
    await roll.click(".paper-faults summary")
    await roll.click("#switch-out")
    await expect(roll.locator("#switch-out")).to_have_attribute("aria-checked", "true")
    supervisor = await people.person("pilar", "/supervisor")
    alarm = supervisor.locator(".alarm", has_text="Impresora de la entrada")
    await expect(alarm).to_contain_text("Sin papel", timeout=30_000)
    await expect(alarm).to_have_count(1)
    kiosk = await people.kiosk()
    await touch(kiosk, "#service-caja")
    await touch(kiosk, "#take")
    number = await kiosk.locator("#number").inner_text()
    said = kiosk.locator("[role=status]", has_text="La impresora no tiene papel.")
    await expect(said).to_be_visible(timeout=PATIENCE_MS)
    await expect(said).to_contain_text("Su número vale sin papel")
    await roll.click("#switch-out")
    # Not before it is there again does it come out, by itself, once.
    await expect(roll.locator(".paper-sheet img").first).to_have_attribute(
        "alt", re.compile(number), timeout=40_000
    )
    await expect(alarm).to_have_count(0, timeout=30_000)
    papers = roll.locator(f".paper-sheet img[alt*='{number}']")
    assert await papers.count() == 1
    hospital.clear()


async def test_a_copy_is_marked_as_one_and_has_the_same_number(
    hospital: Hospital, people: People
) -> None:
    roll = await people.person("pilar", "/paper/hall")
    kiosk = await people.kiosk()
    await touch(kiosk, "#service-caja")
    await touch(kiosk, "#take")
    number = await kiosk.locator("#number").inner_text()
    papers = roll.locator(f".paper-sheet img[alt*='{number}']")
    await expect(papers).to_have_count(1, timeout=PATIENCE_MS)
    first = str(await papers.first.get_attribute("alt"))
    assert "COPIA" not in first
    desk = await people.desk()
    while (called := hospital.next_or_none("1")) is not None and called["number"] != number:
        continue
    await expect(desk.locator("#seat")).to_contain_text(number)
    await desk.get_by_role("button", name="Imprimir copia").click()
    await expect(papers).to_have_count(2, timeout=PATIENCE_MS)
    copy = str(await papers.first.get_attribute("alt"))
    assert copy.startswith("COPIA")
    code = re.compile(r"Código (\d{4} \d{4})")
    assert code.findall(copy) == code.findall(first) != []
    hospital.clear()
