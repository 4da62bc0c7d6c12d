"""A kiosk that nobody touches goes back to rest, after a countdown that anybody can stop."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import Hospital, People, touch, until

pytestmark = pytest.mark.requires("chromium")


async def hurry(page: Page, seconds: int) -> None:
    """Give the page this much patience, as of now."""
    await page.evaluate(
        """(seconds) => {
          document.querySelector("[data-patience]").dataset.patience = seconds;
          dispatchEvent(new KeyboardEvent("keydown", { key: "Shift" }));
        }""",
        seconds,
    )


async def left(page: Page) -> int:
    """The seconds that the page counts down, in sight or in the dialog."""
    return int(await page.locator("[data-left]").first.text_content() or 0)


async def shows(page: Page, least: int, most: int) -> None:
    """Wait until the countdown is between these."""

    async def within() -> bool:
        return least <= await left(page) <= most

    await until(within, f"between {least} and {most} seconds")


async def test_it_goes_back_to_rest_after_a_countdown(people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja?lang=en&aids=contrast")
    await hurry(kiosk, 8)
    dialog = kiosk.locator("#still")
    await expect(dialog).to_be_visible()
    await expect(dialog).to_contain_text("Are you still there?")
    first = await left(kiosk)

    async def counts() -> bool:
        return await left(kiosk) < first

    await until(counts, "the countdown runs")
    await expect(kiosk.locator("[data-idle]")).to_be_visible(timeout=20_000)
    assert kiosk.url.endswith("/kiosk")
    await expect(kiosk.locator("h1")).to_have_text("¿Qué necesita hoy?")
    assert "contrast" not in str(await kiosk.locator("body").get_attribute("class"))


async def test_who_is_still_there_stays(people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await hurry(kiosk, 16)
    await expect(kiosk.locator("#still")).to_be_visible()
    await kiosk.evaluate("document.querySelector('[data-patience]').dataset.patience = 60")
    await touch(kiosk, "#still [data-stay]")
    await expect(kiosk.locator("#still")).not_to_be_visible()
    await shows(kiosk, 50, 60)
    await expect(kiosk.locator("#take")).to_be_visible()


async def test_who_needs_more_time_has_twice_as_much_until_the_start(people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await hurry(kiosk, 16)
    await expect(kiosk.locator("#still")).to_be_visible()
    await touch(kiosk, "#still [data-more]")
    await expect(kiosk.locator("#still")).not_to_be_visible()
    await shows(kiosk, 28, 32)
    await touch(kiosk, "#back")
    await expect(kiosk.locator("[data-idle]")).to_be_visible()
    await touch(kiosk, "#service-caja")
    await expect(kiosk.locator("#take")).to_be_visible()
    await shows(kiosk, 60, 75)


async def test_the_ticket_counts_down_in_sight_and_then_leaves_nothing(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".counting")).to_be_visible()
    number = await kiosk.locator("#number").inner_text()
    await touch(kiosk, ".counting [data-more]")
    await shows(kiosk, 50, 60)
    await hurry(kiosk, 1)
    await expect(kiosk.locator("[data-idle]")).to_be_visible()
    # what a screen reader is told changes a moment after the page
    await expect(kiosk.locator("body")).not_to_contain_text(number)
    await kiosk.go_back()
    await kiosk.wait_for_timeout(300)
    assert number not in await kiosk.content()


async def test_an_answer_that_was_given_is_kept_when_nobody_goes_on(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    await touch(kiosk, "#take")
    digits = (await kiosk.locator(".ticket-short strong").inner_text()).replace(" ", "")
    ticket = hospital.next("1")
    hospital.ask("POST", f"/tickets/{ticket['id']}/finish")
    before = hospital.head()
    await touch(kiosk, "#home")
    await touch(kiosk, "#rate")
    await kiosk.locator("#digits").fill(digits)
    await touch(kiosk, "#go")
    await touch(kiosk, ".answer-3")
    await expect(kiosk.locator(".page-reasons")).to_be_visible()
    await hurry(kiosk, 1)
    await expect(kiosk.locator(".page-thanks")).to_be_visible(timeout=20_000)
    rated = [fact["data"] for fact in hospital.facts(before) if fact["kind"] == "ticket-rated"]
    assert [(one["ticket"], one["answer"]) for one in rated] == [(ticket["id"], 3)]


async def test_at_rest_it_stays_at_rest(people: People) -> None:
    kiosk = await people.kiosk()
    await kiosk.wait_for_timeout(1500)
    assert await kiosk.locator("[data-patience]").count() == 0
    await expect(kiosk.locator("#still")).not_to_be_visible()
