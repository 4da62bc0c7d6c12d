"""Kiosk and phone as axe sees them in their other looks: with every aid, in the dark, on a wide screen.

As they come they are seen in test_accessibility.py.
"""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People, touch
from tests.peers.axe import axe_violations

pytestmark = pytest.mark.requires("chromium")

LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "dark and wide, in Portuguese": (
        "?lang=pt",
        {"color_scheme": "dark", "screen": "kiosk-wide"},
    ),
    "every aid": ("?aids=large-type.contrast.voice.low-reach.more-time", {}),
}
#: looks in which the first touch only tells what a key is
SPOKEN = {"every aid"}


async def clean(page: Page) -> None:
    """Nothing is wrong with what is shown, once it has come to rest."""
    await page.wait_for_timeout(300)
    assert await axe_violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_before_a_ticket(people: People, look: str) -> None:
    query, options = LOOKS[look]
    for path in (
        "/kiosk",
        "/kiosk/service/laboratorio",
        "/kiosk/service/caja",
        "/kiosk/service/archivo",
        "/kiosk/mine",
        "/kiosk/rate",
    ):
        await clean(await people.kiosk(path + query, **options))


async def press(page: Page, key: str, look: str) -> None:
    """Touch a key; twice where the first touch only tells what it is."""
    await touch(page, key)
    if look in SPOKEN:
        await touch(page, key)


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pages_from_the_ticket_to_the_thanks(
    hospital: Hospital, people: People, look: str
) -> None:
    query, options = LOOKS[look]
    kiosk = await people.kiosk(f"/kiosk/service/caja{query}", **options)
    await press(kiosk, "#take", look)
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    await clean(kiosk)
    digits = (await kiosk.locator(".ticket-short strong").inner_text()).replace(" ", "")

    await kiosk.goto(f"{people.url}/kiosk/mine{query}")
    await kiosk.fill("#digits", "1234 5678")
    await press(kiosk, "#go", look)
    await expect(kiosk.locator(".notice-bad")).to_be_visible()
    await clean(kiosk)
    await kiosk.fill("#digits", digits)
    await press(kiosk, "#go", look)
    await expect(kiosk.locator(".page-own")).to_be_visible()
    await clean(kiosk)
    await press(kiosk, "#step-out", look)
    await expect(kiosk.locator("#is-back")).to_be_visible()
    await clean(kiosk)
    await press(kiosk, "#is-back", look)
    await expect(kiosk.locator("#step-out")).to_be_visible()
    await press(kiosk, "#leave", look)
    await expect(kiosk.locator("#leaving")).to_be_visible()
    await clean(kiosk)

    ticket = hospital.next("1")
    hospital.ask("POST", f"/tickets/{ticket['id']}/finish")
    await kiosk.goto(f"{people.url}/kiosk/rate{query}")
    await kiosk.fill("#digits", digits)
    await press(kiosk, "#go", look)
    await expect(kiosk.locator(".page-rate")).to_be_visible()
    await clean(kiosk)
    await press(kiosk, ".answer-2", look)
    await expect(kiosk.locator(".page-reasons")).to_be_visible()
    await press(kiosk, ".reason >> nth=0", look)
    await clean(kiosk)
    await press(kiosk, "#send", look)
    await expect(kiosk.locator(".page-thanks")).to_be_visible()
    await clean(kiosk)


@pytest.mark.parametrize("look", LOOKS)
async def test_help_and_the_countdown(people: People, look: str) -> None:
    query, options = LOOKS[look]
    kiosk = await people.kiosk(f"/kiosk/service/caja{query}", **options)
    await kiosk.evaluate("document.getElementById('still').showModal()")
    await clean(kiosk)
    await kiosk.evaluate("document.getElementById('still').close()")
    await press(kiosk, "#need-unwell", look)
    await expect(kiosk.locator(".page-help")).to_be_visible()
    await clean(kiosk)


async def test_the_phone_in_the_dark_in_each_state(hospital: Hospital, people: People) -> None:
    taken = hospital.take("caja")
    phone = await people.phone(taken["public_url"], color_scheme="dark")
    await clean(phone)
    await phone.tap("[data-open]")
    await clean(phone)
    await phone.tap("#leaving [data-close]")
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    await expect(phone.locator("[data-state=called]")).to_be_visible()
    await phone.wait_for_timeout(3000)
    await clean(phone)
    hospital.ask("POST", f"/tickets/{taken['id']}/finish")
    await expect(phone.locator("#question")).to_be_visible()
    await clean(phone)
    await phone.tap(".answer-1")
    await expect(phone.locator(".reasons")).to_be_visible()
    await clean(phone)
    await phone.tap(".rating .button-primary")
    await expect(phone.locator(".notice-good")).to_be_visible()
    await clean(phone)
    await phone.goto(f"{people.url}/t/nothing")
    await clean(phone)


@pytest.mark.parametrize("path", ["/kiosk", "/kiosk/service/caja", "/kiosk/mine"])
async def test_at_twice_the_size_nothing_runs_out_of_the_page(people: People, path: str) -> None:
    kiosk = await people.kiosk(path, viewport={"width": 540, "height": 960})
    sideways = await kiosk.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert sideways <= 0
    hidden = await kiosk.evaluate(
        """() => [...document.querySelectorAll(":is(main, footer) :is(a[href], button)")]
          .filter((key) => key.offsetParent !== null)
          .map((key) => [key.id, key.getBoundingClientRect()])
          .filter(([, box]) => box.left < 0 || box.right > innerWidth).map(([id]) => id)"""
    )
    assert hidden == []
