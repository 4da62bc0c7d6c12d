"""Each aid of the kiosk does what it says, and those that were chosen go on to the ticket."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import Hospital, People, touch
from tests.browser.keys import press

pytestmark = pytest.mark.requires("chromium", "espeak-ng")

#: what the page played, by address
LISTEN = """
window.played = [];
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  window.played.push(new URL(this.src).pathname);
  return play.call(this);
};
"""


async def size_of(page: Page, selector: str) -> float:
    """The letters' size, in pixels."""
    size = await page.locator(selector).first.evaluate("one => getComputedStyle(one).fontSize")
    return float(str(size).removesuffix("px"))


async def contrast_of(page: Page, selector: str) -> float:
    """The contrast of text with what lies behind it, by WCAG's formula."""
    value = await page.locator(selector).first.evaluate(
        """(one) => {
          const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
            .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
          let behind = one;
          while (rgb(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
          const [a, b] = [rgb(getComputedStyle(one).color), rgb(getComputedStyle(behind).backgroundColor)]
            .map(light).sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        }"""
    )
    return float(value)


async def test_letters_grow_and_nothing_is_cut_off(people: People) -> None:
    kiosk = await people.kiosk()
    before = await size_of(kiosk, ".service-name")
    await touch(kiosk, "#aid-large")
    await expect(kiosk.locator("#aid-large")).to_have_attribute("aria-pressed", "true")
    assert await size_of(kiosk, ".service-name") >= before * 1.3
    assert await kiosk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await touch(kiosk, "#aid-large")
    await expect(kiosk.locator("[data-idle]")).to_be_visible()
    assert await size_of(kiosk, ".service-name") == before


async def test_high_contrast_is_higher_than_any_rule_asks(people: People) -> None:
    kiosk = await people.kiosk()
    await touch(kiosk, "#aid-contrast")
    await expect(kiosk.locator("#aid-contrast")).to_have_attribute("aria-pressed", "true")
    for words in (".service-name", ".service-now", ".aid span", "#need-unwell span", ".lead"):
        assert await contrast_of(kiosk, words) >= 10, words


@pytest.mark.parametrize("more", ["", ".large-type", ".contrast"])
async def test_lower_keys_are_all_within_the_lower_half(people: People, more: str) -> None:
    allowed = 0.5 if not more.endswith("large-type") else 0.45
    for path in ("/kiosk", "/kiosk/service/caja", "/kiosk/service/laboratorio"):
        kiosk = await people.kiosk(f"{path}?aids=low-reach{more}")
        highest = await kiosk.evaluate(
            """() => Math.min(...[...document.querySelectorAll(":is(main, footer) :is(a[href], button)")]
              .filter((key) => key.offsetParent !== null).map((key) => key.getBoundingClientRect().top))"""
        )
        assert highest >= 1920 * allowed, path


async def test_more_time_doubles_the_patience(people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    before = int(await kiosk.locator("#kiosk").get_attribute("data-patience") or 0)
    await touch(kiosk, "#aid-time")
    await expect(kiosk.locator("#kiosk")).to_have_attribute("data-patience", str(2 * before))


async def test_the_spoken_guide_says_the_page_and_a_key_before_it_is_pressed(
    people: People,
) -> None:
    kiosk = await people.kiosk(sound=True, before=LISTEN)
    await touch(kiosk, "#aid-voice")
    await expect(kiosk.locator("#kiosk[data-voice]")).to_be_visible()
    prompt = await kiosk.locator("#kiosk").get_attribute("data-prompt")
    assert prompt
    answer = await kiosk.request.get(f"{people.url}{prompt}")
    assert answer.headers["content-type"] == "audio/wav"
    assert len(await answer.body()) > 50_000
    assert prompt in await kiosk.evaluate("played")

    # the first touch says what the key is, the second presses it
    key = kiosk.locator("#service-caja")
    sentence = await key.get_attribute("data-say")
    await touch(kiosk, key)
    await expect(key).to_be_focused()
    assert (await kiosk.evaluate("played"))[-1] == sentence
    assert "/service/" not in kiosk.url
    await touch(kiosk, key)
    await expect(kiosk.locator(".page-service h1")).to_have_text("Caja")


async def test_by_keyboard_alone_a_ticket_is_taken_and_heard(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk("/kiosk?aids=voice", sound=True, before=LISTEN)
    before = hospital.head()
    for wanted in ("#service-caja", "#take"):
        for _ in range(40):
            await press(kiosk, "Tab")
            if await kiosk.locator(wanted).evaluate("one => one === document.activeElement"):
                break
        await expect(kiosk.locator(wanted)).to_be_focused()
        said = await kiosk.locator(wanted).get_attribute("data-say")
        assert (await kiosk.evaluate("played"))[-1] == said
        await press(kiosk, "Enter")
        await expect(kiosk.locator(wanted)).not_to_be_visible()
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    issued = [fact for fact in hospital.facts(before) if fact["kind"] == "ticket-issued"]
    assert [fact["data"]["aids"] for fact in issued] == [["voice"]]


async def test_focus_goes_in_the_order_in_which_the_page_is_read(people: People) -> None:
    kiosk = await people.kiosk()
    order = []
    for _ in range(24):
        await press(kiosk, "Tab")
        order.append(
            await kiosk.evaluate("document.activeElement.id || document.activeElement.className")
        )
    wanted = [
        "service-caja",
        "class-preferential",
        "mine",
        "lang-es",
        "aid-large",
        "need-help",
        "need-unwell",
    ]
    places = [order.index(one) for one in wanted]
    assert places == sorted(places)


async def test_a_key_that_was_turned_keeps_the_focus(people: People) -> None:
    kiosk = await people.kiosk()
    await kiosk.locator("#aid-contrast").focus()
    await press(kiosk, "Space")
    await expect(kiosk.locator("#aid-contrast")).to_have_attribute("aria-pressed", "true")
    await expect(kiosk.locator("#aid-contrast")).to_be_focused()


async def test_aids_that_were_chosen_go_on_to_ticket_paper_and_desk(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk()
    before = hospital.head()
    for aid in ("#aid-large", "#aid-contrast"):
        await touch(kiosk, aid)
        await expect(kiosk.locator(aid)).to_have_attribute("aria-pressed", "true")
    await touch(kiosk, "#class-preferential")
    await expect(kiosk.locator("#class-preferential")).to_have_attribute("aria-pressed", "true")
    await touch(kiosk, "#service-caja")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    await expect(kiosk.locator("body")).to_have_class(re.compile("large.*contrast"))
    (issued,) = [one for one in hospital.facts(before) if one["kind"] == "ticket-issued"]
    assert issued["data"]["aids"] == ["large-type", "contrast"]
    assert issued["data"]["attention"] == "preferential"


async def test_the_language_changes_even_on_the_ticket(hospital: Hospital, people: People) -> None:
    kiosk = await people.kiosk("/kiosk/service/caja")
    before = hospital.head()
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".ticket-head")).to_have_text("Su ticket")
    number = await kiosk.locator("#number").inner_text()
    await touch(kiosk, "#lang-en")
    await expect(kiosk.locator(".ticket-head")).to_have_text("Your ticket")
    await expect(kiosk.locator("#number")).to_have_text(number)
    assert sum(fact["kind"] == "ticket-issued" for fact in hospital.facts(before)) == 1
