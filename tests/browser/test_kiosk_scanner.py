"""Documents at the kiosk as a person holds them under its scanner: one that types, one at a port."""

import asyncio
import os
import re
import tty

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import SITE, Hospital, People, touch
from tests.browser.keys import scan
from tests.kiosk.test_documents import FINGERS, SPECIMEN, cedula
from turnero.server.acts import do
from turnero.server.settings import load

pytestmark = pytest.mark.requires("chromium")


def typed(code: bytes) -> str:
    """What a scanner types of it: line ends, and nothing that no key can say."""
    text = code.decode("latin-1").replace("\r\n", "\r")
    return "".join(letter for letter in text if letter.isprintable() or letter == "\r")


async def lines(page: Page, code: bytes, end: str = "\r") -> int:
    """A scanner types each line end as Enter, without a pause; how often the page sent something."""
    script = """(text) => {
      let sent = 0;
      document.addEventListener("submit", () => { sent += 1; });
      for (const letter of text) {
        const key = letter === "\\r" ? "Enter" : letter;
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
      }
      return sent;
    }"""
    times: int = await page.evaluate(script, typed(code) + end)
    return times


async def test_a_document_under_the_scanner_is_shown_masked_and_leads_on(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    sent: list[str] = []
    kiosk.on("request", lambda request: sent.append(request.post_data or ""))
    # the fingerprints hold line ends too: neither they nor what follows is sent
    assert await lines(kiosk, cedula(born="0F19400317")) == 1
    await expect(kiosk.locator(".page-document")).to_be_visible()
    await expect(kiosk.locator(".document-number")).to_have_text("•••••••789")
    assert sum("PubDSK" in one for one in sent) == 1
    assert not any("FINGER" in one for one in sent)
    assert "1032456789" not in await kiosk.content()
    assert "1032456789" not in kiosk.url
    await touch(kiosk, "#go-on")
    await expect(kiosk.locator("#take")).to_be_visible()


@pytest.mark.parametrize("unreadable", [cedula(born="0X19580317"), b"1234567890" * 20 + cedula()])
async def test_of_what_cannot_be_read_nothing_leaves_the_page(
    hospital: Hospital, people: People, unreadable: bytes
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    sent: list[str] = []
    kiosk.on("request", lambda request: sent.append(request.post_data or ""))
    people.visit.expect_problem("status of 404")
    assert await lines(kiosk, unreadable) == 1
    await expect(kiosk.locator("h1")).to_have_text(
        re.compile("No pudimos leer bien su documento|Ya tengo un ticket")
    )
    for said in ("FINGER", "1032456789", "1958"):
        assert not any(said in one for one in sent)


@pytest.mark.parametrize("fingers", [b"FINGER" * 4, FINGERS])
async def test_the_mark_as_a_spanish_keyboard_types_it_is_the_mark(
    hospital: Hospital, people: People, fingers: bytes
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    sent: list[str] = []
    kiosk.on("request", lambda request: sent.append(request.post_data or ""))
    assert await lines(kiosk, cedula(behind=fingers).replace(b"_", b"?")) == 1
    await expect(kiosk.locator(".document-number")).to_have_text("•••••••789")
    assert not any("FINGER" in one for one in sent)


@pytest.mark.parametrize("cut", [120, 170])
async def test_a_pause_in_a_cedula_lets_no_fingerprint_out(
    hospital: Hospital, people: People, cut: int
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    sent: list[str] = []
    kiosk.on("request", lambda request: sent.append(request.post_data or ""))
    whole = cedula(behind=b"FINGER" * 4)
    assert await lines(kiosk, whole[:cut], end="") == 0
    await kiosk.wait_for_timeout(150)
    assert await lines(kiosk, whole[cut:]) == 1
    await expect(kiosk.locator(".document-number")).to_have_text("•••••••789")
    assert not any("FINGER" in one for one in sent)


@pytest.mark.parametrize("code", [b"101174102", SPECIMEN.strip(), cedula(behind=b"")])
async def test_a_scanner_that_sends_no_line_end_is_understood_after_a_pause(
    hospital: Hospital, people: People, code: bytes
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    assert await lines(kiosk, code, end="") == 0
    await expect(kiosk.locator(".document-number")).to_be_visible()


async def test_three_lines_of_a_card_are_one_document(hospital: Hospital, people: People) -> None:
    kiosk = await people.kiosk()
    assert await lines(kiosk, SPECIMEN) == 1
    await expect(kiosk.locator(".document-number")).to_have_text("••••••890")


async def test_a_wrong_check_character_is_told_and_no_document_is_needed(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await scan(kiosk, "101174103")
    await expect(kiosk.locator("h1")).to_have_text("No pudimos leer bien su documento")
    await scan(kiosk, "101174102")
    await expect(kiosk.locator(".document-number")).to_have_text("•••••410")
    await touch(kiosk, "#go-on")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket")).to_be_visible()


async def test_a_scanner_at_a_serial_port_reaches_the_page_of_its_kiosk(
    hospital: Hospital, people: People
) -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    settings = load(hospital.server.data)
    named = f'scanner = "serial://{os.ttyname(slave)}"\n'
    site = SITE.replace("[[kiosk]]\n", "[[kiosk]]\n" + named, 1)
    await asyncio.to_thread(do, settings, "site-load", text=site)
    kiosk = await people.kiosk()
    await expect(kiosk.locator("[data-scanned]")).to_have_count(1)
    for _ in range(40):  # the port is looked for every ten seconds
        os.write(master, b"101174102\r")
        await kiosk.wait_for_timeout(500)
        if await kiosk.locator(".document-number").count():
            break
    await expect(kiosk.locator(".document-number")).to_have_text("•••••410")
    os.close(slave)
    os.close(master)
