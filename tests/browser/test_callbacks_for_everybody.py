"""The pages of callbacks for who reads, sees or reaches differently, and on small screens."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, SITE, Hospital, People, touch
from tests.browser.keys import press
from tests.peers.axe import axe_violations

pytestmark = pytest.mark.requires("chromium")

CALLS = SITE.replace('key = "caja"\n', 'key = "caja"\ncallbacks = {}\n', 1).replace(
    'name = "Ventanilla 1"\n', 'name = "Ventanilla 1"\nphone = "201"\n'
)
SMALL = {"width": 1024, "height": 768}
TALL = {"width": 1080, "height": 1920}

#: keys that are cut off by the screen or lie outside of it, sideways or below
CUT = """(selector) => [...document.querySelectorAll(selector)].filter((key) => {
  const box = key.getBoundingClientRect();
  const at = (x, y) => key.contains(document.elementFromPoint(x, y));
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  return !at(box.left + 4, y) || !at(box.right - 4, y) || !at(x, box.top + 4) || !at(x, box.bottom - 6);
}).map((key) => key.dataset.digit ?? key.id)"""


@pytest.fixture(scope="module", autouse=True)
def calling(hospital: Hospital) -> None:
    hospital.server.load(CALLS)


async def read_back(kiosk: Page, number: str = "987654300") -> None:
    """Give a number; the page that reads it back."""
    await kiosk.locator("#number").evaluate("(one, number) => { one.value = number; }", number)
    await touch(kiosk, "#go")


@pytest.mark.parametrize("aids", ["", "large-type", "large-type.low-reach"])
@pytest.mark.parametrize("screen", [SMALL, TALL], ids=["small", "tall"])
async def test_every_key_of_the_number_is_on_the_screen(
    people: People, screen: dict[str, int], aids: str
) -> None:
    kiosk = await people.kiosk(f"/kiosk/call/caja?aids={aids}", viewport=screen)
    assert await kiosk.evaluate(CUT, ".pad-key") == []
    await read_back(kiosk, "112")
    await expect(kiosk.locator("#wrong")).to_be_visible()
    assert await kiosk.evaluate(CUT, ".pad-key") == []
    await expect(kiosk.locator("#wrong")).to_be_in_viewport()


async def test_what_is_unfolded_can_be_reached_with_the_keys_that_move_the_page(
    people: People,
) -> None:
    kiosk = await people.kiosk("/kiosk/call/caja", viewport=SMALL)
    await read_back(kiosk)
    await expect(kiosk.locator("#sure")).to_be_in_viewport(ratio=1)
    await expect(kiosk.locator(".scroll-keys")).to_be_hidden()
    await touch(kiosk, "#for-other")
    down = kiosk.locator("[data-scroll-by='1']")
    for _ in range(3):
        await touch(kiosk, down)
        # The key learns from the next picture whether there is more below.
        await kiosk.evaluate("new Promise(requestAnimationFrame)")
        if await down.get_attribute("aria-disabled") == "true":
            break
    await expect(kiosk.locator("#sure")).to_be_in_viewport(ratio=1)


async def test_with_every_aid_axe_finds_nothing_wrong(people: People) -> None:
    kiosk = await people.kiosk(
        "/kiosk/call/caja?aids=large-type.contrast.voice.low-reach.more-time&lang=pt"
    )
    assert await axe_violations(kiosk) == []
    await kiosk.locator("#number").evaluate("one => { one.value = '987654300'; }")
    await kiosk.locator("#go").focus()
    await press(kiosk, "Enter")
    await expect(kiosk.locator("#spelled")).to_be_visible()
    await kiosk.locator("#for-other").focus()
    await press(kiosk, "Enter")
    await expect(kiosk.get_by_label("Da minha mãe")).to_be_visible()
    assert await axe_violations(kiosk) == []


async def fits(page: Page) -> None:
    """Nothing has to be moved sideways to be read."""
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


async def test_on_a_small_telephone_and_at_twice_the_size_nothing_is_cut_off(
    hospital: Hospital, people: People
) -> None:
    address = hospital.take()["public_url"]
    for width in (360, 180):
        phone = await people.phone(f"{address}/call", viewport={"width": width, "height": 740})
        await fits(phone)
        await phone.fill("#number", "987 654 300")
        await phone.tap("main .button-primary")
        await phone.tap("#for-other")
        await fits(phone)
    await phone.tap("#sure")
    await phone.locator(".call-change summary").tap()
    await fits(phone)
    small = {"width": 360, "height": 740}
    page = await people.person("adela", f"/calls/{KEY}", viewport=small)
    for path in (
        f"/calls/{KEY}",
        f"/campaigns/{KEY}",
        f"/admin/{KEY}/callbacks",
        f"/admin/{KEY}/services/of/caja",
        "/phone",
    ):
        await page.goto(hospital.url + path)
        await fits(page)
