"""The board in a real browser: what the room sees, and hears, from a call to its end."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.display.conftest import Board
from tests.display.waiting_room import Room
from tests.peers.axe import axe_violations
from turnero.display import announce

pytestmark = pytest.mark.requires("chromium")


async def large(page: Page, number: str, state: str) -> None:
    """The number is the large one, in that state."""
    await expect(page.locator("#call .number strong")).to_have_text(number, timeout=15_000)
    await expect(page.locator("#now")).to_have_attribute("data-state", state, timeout=15_000)


async def ready(page: Page) -> None:
    """The page follows the line: what happens from here on is news to it."""
    await page.wait_for_selector(".queues[data-live-seq]")


async def until(
    said: Callable[[], Awaitable[bool]], seconds: float = 20, message: str = "it did not happen"
) -> None:
    for _ in range(round(seconds * 10)):
        if await said():
            return
        await asyncio.sleep(0.1)
    pytest.fail(message)


async def test_a_board_without_calls_says_what_to_do(room: Room, show_board: Board) -> None:
    page = await show_board()
    await expect(page.locator("#now .idle")).to_be_visible()
    await expect(page.locator("#now .idle")).to_contain_text("Tome su ticket")
    await expect(page.locator(".lines li")).to_have_count(2)


async def test_a_call_is_shown_and_sounds_within_a_second(room: Room, show_board: Board) -> None:
    page = await show_board(sound=True)
    await ready(page)
    async with page.expect_response(lambda answer: "/display/voice/" in answer.url) as heard:
        _, number = await room.call("v1")
    answer = await heard.value
    assert answer.status == 200
    assert "immutable" in (answer.headers["cache-control"])
    await large(page, number, "calling")
    await expect(page.locator("#call .desk strong")).to_have_text("1")
    await expect(page.locator("#call .desk .kind")).to_have_text("Ventanilla")
    await large(page, number, "rest")

    async def reported() -> bool:
        state = await room.heard()
        return state is not None and state.sound == "ok" and state.sounding

    await until(reported, message="the board did not say that it sounds")


async def test_calls_of_two_desks_each_get_their_time_in_order(
    room: Room, show_board: Board
) -> None:
    page = await show_board(sound=True)
    await ready(page)
    _, first = await room.call("v1")
    _, second = await room.call("v2")
    await large(page, first, "calling")
    await expect(page.locator("#last li")).to_have_count(0)
    await large(page, second, "calling")
    await expect(page.locator("#last .number strong")).to_have_text([first])
    await large(page, second, "rest")


async def test_a_board_that_loads_is_silent_and_shows_the_state(
    room: Room, show_board: Board
) -> None:
    for desk in ("v1", "v2", "v1", "v2", "v1", "v2"):
        _, number = await room.call(desk)
    page = await show_board(sound=True)
    await large(page, number, "rest")
    await expect(page.locator("#last li")).to_have_count(4)
    await asyncio.sleep(1)
    await large(page, number, "rest")


async def test_a_call_taken_back_is_shown_as_annulled(room: Room, show_board: Board) -> None:
    page = await show_board()
    await ready(page)
    ticket, number = await room.call("v1")
    await large(page, number, "calling")
    await room.act(room.hall.move("undo", ticket))
    await expect(page.locator("#now")).to_have_attribute("data-state", "annulled")
    await expect(page.get_by_text("Llamada anulada")).to_be_visible()


async def test_a_browser_that_blocks_sound_says_so_and_a_touch_allows_it(
    room: Room, show_board: Board
) -> None:
    page = await show_board(sound=False)
    button = page.get_by_role("button", name="El sonido está bloqueado: toque aquí")
    await expect(button).to_be_visible()
    await button.click()
    await expect(button).to_be_hidden()


#: The browser's own block ends with the first touch, and for it a test's every look is a touch.
BLOCKED = """HTMLMediaElement.prototype.play =
  () => Promise.reject(new DOMException("not by yourself", "NotAllowedError"));"""


async def test_calls_are_shown_one_after_the_other_where_no_sound_is_allowed(
    room: Room, show_board: Board
) -> None:
    page = await show_board(before=BLOCKED)
    await ready(page)
    _, first = await room.call("v1")
    _, second = await room.call("v2")
    await large(page, first, "calling")
    await large(page, second, "calling")
    await large(page, second, "rest")
    await expect(page.locator("#sound")).to_be_visible()


async def test_a_sound_that_cannot_be_had_does_not_stop_the_calls(
    room: Room, show_board: Board
) -> None:
    page = await show_board(sound=True)
    await page.route("**/display/voice/**", lambda route: route.abort())
    await ready(page)
    _, number = await room.call("v1")
    await large(page, number, "calling")
    await large(page, number, "rest")

    async def reported() -> bool:
        state = await room.heard()
        return state is not None and state.sound == "failed"

    await until(reported, message="the board did not say that its sound failed")


async def test_one_board_of_a_zone_sounds_and_the_other_follows_its_pace(
    room: Room, show_board: Board
) -> None:
    one, two = await show_board("hall-1", sound=True), await show_board("hall-2", sound=True)
    await ready(one)
    await ready(two)
    fetched: list[str] = []
    two.on("request", lambda request: fetched.append(request.url))
    _, number = await room.call("v1")
    await large(one, number, "calling")
    await large(two, number, "calling")
    await large(one, number, "rest")
    await large(two, number, "rest")
    assert not [url for url in fetched if "/display/voice/" in url]


async def test_another_board_sounds_when_the_first_is_blocked(
    room: Room, show_board: Board
) -> None:
    one, two = await show_board("hall-1", sound=False), await show_board("hall-2", sound=True)
    calls = two.locator("#calls")
    await expect(calls).to_have_attribute("data-sounding", "yes", timeout=10_000)
    await expect(one.locator("#calls")).to_have_attribute("data-sounding", "no")
    await expect(one.locator("#sound")).to_be_hidden()


async def test_when_the_board_that_sounds_leaves_another_takes_over_at_once(
    room: Room, show_board: Board
) -> None:
    one, two = await show_board("hall-1", sound=True), await show_board("hall-2", sound=True)
    await ready(one)
    await ready(two)
    await expect(one.locator("#calls")).to_have_attribute("data-sounding", "yes")
    await one.goto("about:blank")
    await expect(two.locator("#calls")).to_have_attribute("data-sounding", "yes")
    async with two.expect_response(lambda answer: "/display/voice/" in answer.url):
        await room.call("v1")
    await one.goto(f"{room.url}/board")
    await expect(one.locator("#calls")).to_have_attribute("data-sounding", "yes", timeout=10_000)
    await expect(two.locator("#calls")).to_have_attribute("data-sounding", "no")


async def test_when_the_board_that_sounds_goes_dark_another_takes_over_and_gives_it_back(
    room: Room, show_board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its current is cut: it says no more. Two seconds stand here for the usual twenty-five."""
    one, two = await show_board("hall-1", sound=True), await show_board("hall-2", sound=True)
    await two.clock.install()
    await two.reload()
    await ready(two)
    await expect(one.locator("#calls")).to_have_attribute("data-sounding", "yes")
    await one.route("**/board/heartbeat", lambda route: route.abort())
    with monkeypatch.context() as soon:
        soon.setattr(announce, "ALIVE_MS", 2_000)
        await asyncio.sleep(2.5)
        await two.clock.fast_forward(10_000)
        await expect(two.locator("#calls")).to_have_attribute("data-sounding", "yes")
        async with two.expect_response(lambda answer: "/display/voice/" in answer.url):
            _, number = await room.call("v1")
        await large(two, number, "calling")
    await one.unroute("**/board/heartbeat")
    await one.reload()
    await expect(one.locator("#calls")).to_have_attribute("data-sounding", "yes", timeout=10_000)
    await expect(two.locator("#calls")).to_have_attribute("data-sounding", "no")


async def test_the_public_name_of_a_service_is_the_only_one_shown(
    room: Room, show_board: Board
) -> None:
    await room.call("v1", "infecto")
    page = await show_board()
    await expect(page.locator(".lines")).to_contain_text("Consultorio 4")
    assert "VIH" not in await page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_with_a_board(
    room: Room, show_board: Board, scheme: str
) -> None:
    for desk in ("v1", "v2", "v1"):
        await room.call(desk)
    page = await show_board(color_scheme=scheme)
    await ready(page)
    assert await axe_violations(page) == []


async def test_nothing_moves_for_who_asked_for_less_motion(room: Room, show_board: Board) -> None:
    page = await show_board(reduced_motion="reduce")
    await ready(page)
    _, number = await room.call("v1")
    await large(page, number, "calling")
    await asyncio.sleep(0.2)
    assert await page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (640, 360)])
async def test_a_call_has_letters_of_a_tenth_of_the_panel_and_nothing_is_cut_off(
    room: Room, show_board: Board, width: int, height: int
) -> None:
    await room.call("v1")
    page = await show_board(viewport={"width": width, "height": height})
    size = await page.evaluate("""() => {
      const font = parseFloat(getComputedStyle(document.querySelector("#call strong")).fontSize);
      const now = document.getElementById("now").getBoundingClientRect();
      const cut = [...document.querySelectorAll("#call strong, #call .kind, .bar *")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
      return { capital: font * 0.668, share: now.height / innerHeight, cut: cut.length };
    }""")
    # 10 mm of letter a metre: on a 43-inch panel (536 mm high) 19 % of its height is ten metres.
    assert size["capital"] / height > 0.19
    assert size["share"] > 0.45
    assert size["cut"] == 0


async def test_the_state_comes_back_by_itself_after_the_server_was_away(
    room: Room, show_board: Board
) -> None:
    page = await show_board()
    await ready(page)
    await room.stop()
    await room.start()
    _, number = await room.call("v1")
    await large(page, number, "calling")
