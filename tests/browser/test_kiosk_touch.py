"""A touch at the kiosk counts as it was meant: trembling, slips, double taps and second fingers."""

from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.browser.hospital import Hospital, People, touch, until
from tests.browser.keys import scan
from tests.printer.eyes import qr_of

pytestmark = pytest.mark.requires("chromium")

Point = tuple[float, float]


class Finger:
    """A real finger on the screen: what the browser gets from a touch panel."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session

    @classmethod
    async def on(cls, page: Page) -> "Finger":
        """A finger over this page, once it takes touches."""
        await rested(page)
        return cls(await page.context.new_cdp_session(page))

    async def send(self, kind: str, *points: Point, first: int = 0) -> None:
        """One event of the panel with these fingers, numbered from `first`."""
        fingers = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points, first)]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    async def drag(self, *path: Point) -> None:
        """Down at the first point, over the others, up at the last."""
        await self.send("touchStart", path[0])
        for point in path[1:]:
            await self.send("touchMove", point)
        await self.send("touchEnd")

    async def tap(self, point: Point) -> None:
        """Down and up."""
        await self.drag(point)


async def rested(page: Page) -> None:
    """Wait until a touch counts."""

    async def may_press() -> bool:
        return bool(await page.evaluate("Turnero.mayPress()"))

    await until(may_press, "the kiosk takes a touch")


async def test_on_a_small_wide_screen_nothing_is_cut_and_the_ticket_key_is_in_sight(
    hospital: Hospital, people: People
) -> None:
    for _ in range(3):
        hospital.take()
    page = await people.kiosk(viewport={"width": 1024, "height": 768})
    await whole(page, ".service-name, .facts, .priority > span, .aid span, #mine span")
    await expect(page.locator(".scroll-keys")).to_be_hidden()
    await touch(page, "#service-caja")
    await whole(page, ".figures dd, .people-words, .people .button, .take-key span")
    await expect(page.locator("#take")).to_be_in_viewport(ratio=1)
    await touch(page, "#take")
    await whole(page, "#number, .ticket-short, .figures dd, .counting .button")
    page = await people.kiosk("/kiosk/mine", viewport={"width": 1024, "height": 768})
    await whole(page, ".pad-key, .entry-digits")
    await expect(page.locator(".pad-key").last).to_be_in_viewport(ratio=1)


async def whole(page: Page, parts: str) -> None:
    """Each of these lies within what holds it and shows all its letters."""
    await expect(page.locator(parts).first).to_be_visible()
    cut = await page.locator(parts).evaluate_all(CUT)
    assert cut == [], f"{page.url} cuts {cut}"


#: Sticking out at a side of the nearest thing with a background or an edge, or wider than itself.
CUT = """(parts) => parts.filter((part) => {
  const own = part.getBoundingClientRect();
  if (!own.width) return false;
  const holder = part.parentElement.closest(
    ".service, .priority, .aid, .button, .ticket, .figures > div, .question, .foot");
  const outer = holder.getBoundingClientRect();
  return part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0
    || own.left < outer.left - 1 || own.right > outer.right + 1;
}).map((part) => part.className + ": " + part.textContent.trim())"""


async def middle(key: Locator) -> Point:
    """The middle of a key."""
    box = await key.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def issued(hospital: Hospital, after: int) -> int:
    """Tickets taken since."""
    return sum(fact["kind"] == "ticket-issued" for fact in hospital.facts(after))


async def test_a_trembling_finger_presses_the_key_it_stays_on(people: People) -> None:
    kiosk = await people.kiosk()
    finger = await Finger.on(kiosk)
    x, y = await middle(kiosk.locator("#service-caja"))
    await finger.drag((x, y), (x + 40, y - 50), (x - 50, y + 55), (x + 60, y + 20))
    await expect(kiosk.locator(".page-service h1")).to_have_text("Caja")


async def test_a_finger_that_slips_off_presses_nothing(people: People) -> None:
    kiosk = await people.kiosk()
    finger = await Finger.on(kiosk)
    cash = await middle(kiosk.locator("#service-caja"))
    pharmacy = await middle(kiosk.locator("#service-farmacia"))
    empty = (cash[0], 300.0)
    await finger.drag(cash, pharmacy)
    await rested(kiosk)
    await finger.drag(pharmacy, empty, (5.0, 5.0))
    await kiosk.wait_for_timeout(400)
    await expect(kiosk.locator(".page-choose[data-idle]")).to_be_visible()
    assert kiosk.url.endswith("/kiosk")


async def test_a_palm_beside_the_finger_does_not_count(people: People) -> None:
    kiosk = await people.kiosk()
    finger = await Finger.on(kiosk)
    cash = await middle(kiosk.locator("#service-caja"))
    pharmacy = await middle(kiosk.locator("#service-farmacia"))
    await finger.send("touchStart", (540.0, 300.0))
    await finger.send("touchStart", (540.0, 300.0), pharmacy)
    await finger.send("touchEnd", pharmacy, first=1)
    await finger.send("touchEnd")
    await kiosk.wait_for_timeout(300)
    assert kiosk.url.endswith("/kiosk")
    await finger.tap(cash)
    await expect(kiosk.locator(".page-service h1")).to_have_text("Caja")


async def test_a_double_tap_takes_one_ticket(hospital: Hospital, people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    before = hospital.head()
    finger = await Finger.on(kiosk)
    take = await middle(kiosk.locator("#take"))
    for _ in range(3):
        await finger.tap(take)
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    await finger.tap(take)
    await kiosk.wait_for_timeout(300)
    assert await issued(hospital, before) == 1


async def test_the_second_half_of_a_double_tap_does_not_fall_on_the_next_page(
    people: People,
) -> None:
    kiosk = await people.kiosk()
    finger = await Finger.on(kiosk)
    # where the key of the next page will be
    take = (540.0, 1330.0)
    cash = await middle(kiosk.locator("#service-caja"))
    await finger.tap(cash)
    await kiosk.locator(".page-service").wait_for()
    await finger.tap(take)
    await kiosk.wait_for_timeout(200)
    await expect(kiosk.locator(".page-service")).to_be_visible()


async def test_drags_and_pinches_neither_scroll_nor_zoom_nor_mark(people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    finger = await Finger.on(kiosk)
    await finger.drag((540, 900), (540, 500), (540, 100))
    await finger.drag((100, 400), (800, 420))
    await finger.send("touchStart", (400, 600), (600, 800))
    for step in range(1, 6):
        await finger.send("touchMove", (400 - 50 * step, 600), (600 + 50 * step, 800))
    await finger.send("touchEnd")
    state = await kiosk.evaluate(
        """[scrollY, visualViewport.scale, String(getSelection()),
            document.querySelector(".question").scrollTop]"""
    )
    assert state == [0, 1, "", 0]
    await expect(kiosk.locator(".page-service")).to_be_visible()


async def test_keys_are_as_large_as_a_thumb(people: People) -> None:
    """Twenty millimetres at four pixels each, as on a 22-inch panel."""
    for path in ("/kiosk", "/kiosk/service/caja", "/kiosk/mine", "/kiosk?aids=low-reach"):
        kiosk = await people.kiosk(path)
        small = await kiosk.evaluate(
            """() => [...document.querySelectorAll("a[href]:not(.skip), button")]
              .filter((key) => key.offsetParent !== null)
              .map((key) => [key.id || key.textContent.trim(), key.getBoundingClientRect()])
              .filter(([, box]) => box.width < 80 || box.height < 79.5)
              .map(([name, box]) => `${name} ${box.width}×${box.height}`)"""
        )
        assert small == [], path


@pytest.mark.requires("zbar-tools")
async def test_the_code_on_the_screen_is_read_by_a_scanner_on_any_page(
    people: People, tmp_path: Path
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    number = await kiosk.locator("#number").inner_text()
    (scanned,) = qr_of(await kiosk.screenshot(), tmp_path)
    assert scanned.startswith(f"{people.url}/t/")
    await touch(kiosk, "#home")
    await expect(kiosk.locator("[data-idle]")).to_be_visible()
    await scan(kiosk, scanned)
    await expect(kiosk.locator(".page-own .number")).to_have_text(number)
    assert scanned.rpartition("/")[2] not in kiosk.url
