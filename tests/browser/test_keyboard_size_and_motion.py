"""The server without a mouse, at twice its size, and for who asked for less motion."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import PASSWORD, PATIENCE_MS, Hospital, People, touch
from tests.browser.keys import press

pytestmark = pytest.mark.requires("chromium")


async def test_from_the_sign_in_to_the_end_of_a_service_without_a_mouse(
    hospital: Hospital, people: People
) -> None:
    number = hospital.take()["number"]
    page = await people.visit()
    await page.goto(hospital.url)

    async def tab_to(words: str) -> None:
        for _ in range(40):
            await press(page, "Tab")
            focused = page.locator(":focus")
            if words in (await focused.inner_text() or ""):
                assert await focused.evaluate(SEEN), f"nobody sees that {words!r} has the focus"
                return
        pytest.fail(f"Tab never came to {words!r}")

    await press(page, "Tab")
    await press(page, "Enter")  # straight to the content
    await press(page, "Tab")
    await page.keyboard.type("rosa")
    await press(page, "Tab")
    await page.keyboard.type(PASSWORD)
    await press(page, "Enter")
    await page.wait_for_url("**/desk")
    await tab_to("Ventanilla 1")
    await press(page, "Enter")
    await page.wait_for_url("**/desk/sur.1")
    seat = page.locator("#seat-now")
    await expect(seat).to_have_attribute("data-state", "free")
    await press(page, "Space")
    await expect(page.locator("#person-title")).to_have_text(number)
    await press(page, "T")
    await expect(page.locator("#pick")).to_be_focused()
    await press(page, "Escape")
    await press(page, "F")
    await expect(seat).to_have_attribute("data-state", "free")


#: An outline, or a ring drawn as a shadow, where the focus is.
SEEN = """(one) => {
  const style = getComputedStyle(one);
  return parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


async def fits(page: Page) -> None:
    """Nothing has to be moved sideways to be read."""
    wide = await page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide[0] <= wide[1], f"{page.url} is {wide[0]} wide in a window of {wide[1]}"


async def test_at_two_hundred_per_cent_nothing_has_to_be_moved_sideways(
    hospital: Hospital, people: People
) -> None:
    ticket = hospital.take()
    desk: dict[str, Any] = {"viewport": {"width": 683, "height": 384}}
    for who, paths in (
        ("rosa", ("/desk", "/desk/sur.1", "/account")),
        ("pilar", ("/supervisor", "/paper/hall")),
        ("adela", ("/accounts", "/docs")),
    ):
        page = await people.person(who, paths[0], **desk)
        for path in paths:
            await page.goto(hospital.url + path)
            await fits(page)
    door = await people.visit(**desk)
    for path in ("/sign-in", "/enter"):
        await door.goto(hospital.url + path)
        await fits(door)
    # as wide as a phone's page at twice its size
    phone = await people.phone(ticket["public_url"], viewport={"width": 195, "height": 422})
    await fits(phone)
    hospital.next("1")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "called")
    await fits(phone)
    hospital.ask("POST", f"/tickets/{ticket['id']}/finish")
    await expect(phone.locator("#question")).to_be_visible()
    await fits(phone)


async def test_nothing_moves_for_who_asked_for_less_motion(
    hospital: Hospital, people: People
) -> None:
    calm: dict[str, Any] = {"reduced_motion": "reduce"}
    roll = await people.person("pilar", "/paper/hall", **calm)
    kiosk = await people.kiosk("/kiosk/service/caja", **calm)
    for page in (roll, kiosk):
        await page.evaluate(WATCH_MOTION)
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    number = await kiosk.locator("#number").inner_text()
    await expect(roll.locator(".paper-sheet img").first).to_have_attribute(
        "alt", re.compile(number), timeout=PATIENCE_MS
    )
    ticket = hospital.take()
    phone = await people.phone(ticket["public_url"], **calm)
    desk = await people.desk(**calm)
    for page in (phone, desk):
        await page.evaluate(WATCH_MOTION)
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(number)
    hospital.next("1")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "called")
    for page in (roll, kiosk, phone, desk):
        moved = await page.evaluate("moved")
        assert moved == [], f"{page.url}: {moved}"


#: Notes whatever moves, grows or turns from here on; colours and shades may change.
WATCH_MOTION = """() => {
  window.moved = [];
  const still = /^(color|background-color|border.*-color|outline-color|opacity|box-shadow|fill|stroke)$/;
  const look = () => {
    for (const one of document.getAnimations()) {
      const what = one.transitionProperty ?? one.animationName ?? "an animation";
      if (!still.test(what) && one.effect.getComputedTiming().duration > 1) moved.push(what);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
