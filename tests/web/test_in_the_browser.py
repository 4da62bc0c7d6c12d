"""The shared page in real Chromium: it follows, it says when it cannot, it comes back."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.web.serving import Served
from tests.web.test_streams import one_fact

pytestmark = pytest.mark.requires("chromium")

#: the page says `data-answered` when the answer to the next press has been put in place
WATCH = """() => {
  const page = document.documentElement;
  const answered = () => { page.dataset.answered = "" };
  document.addEventListener("htmx:finally:request", answered, { once: true });
}"""


async def open_as(visit: Visit, served: Served, path: str = "/sample", **options: Any) -> Page:
    page = await visit(**options)
    await page.context.add_cookies([{"name": "turnero_user", "value": "agent", "url": served.url}])
    await page.goto(served.url + path)
    return page


def shown(page: Page, n: int) -> Any:
    return expect(page.locator("#count")).to_have_text(str(n))


async def test_what_happens_elsewhere_appears_by_itself(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served)
    await shown(page, 0)
    await asyncio.to_thread(one_fact, served)
    await shown(page, 1)


async def test_what_is_being_typed_survives_a_change(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served)
    await page.fill("#f-note", "half a sen")
    await asyncio.to_thread(one_fact, served)
    await shown(page, 1)
    await expect(page.locator("#f-note")).to_be_focused()
    await page.keyboard.type("tence")
    await expect(page.locator("#f-note")).to_have_value("half a sentence")


async def test_a_key_presses_its_button_but_not_while_typing(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    # the answer takes the place of the page, and whatever had the focus
    await shown(page, 0)
    await page.evaluate(WATCH)
    await page.keyboard.press("Space")
    await expect(page.locator("html[data-answered]")).to_be_attached()
    await shown(page, 1)
    await page.focus("#f-note")
    await page.keyboard.press("Space")
    await expect(page.locator("#f-note")).to_have_value(" ")
    await page.wait_for_timeout(200)
    await shown(page, 1)


async def test_a_double_press_is_one_act(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served)
    await page.get_by_role("button", name="Count").dblclick()
    await shown(page, 1)
    await page.wait_for_timeout(300)
    await shown(page, 1)


async def test_a_lost_answer_says_so_and_pressing_again_is_the_same_act(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    lost = 0

    async def lose_the_answer(route: Route) -> None:
        nonlocal lost
        lost += 1
        await route.fetch()  # the server did it
        await route.abort()  # and nobody heard

    await page.route("**/live*", lambda route: route.abort())
    await page.reload()
    await page.route("**/sample/count", lose_the_answer, times=1)
    await page.get_by_role("button", name="Count").click()
    await expect(page.get_by_role("alert")).to_contain_text("No hubo respuesta")
    await expect(page.get_by_role("button", name="Count")).to_be_enabled()
    assert lost == 1
    await page.get_by_role("button", name="Count").click()
    await shown(page, 1)


async def test_a_refusal_is_a_message_and_the_page_stays(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served)
    await page.click("#refused")
    await expect(page.get_by_role("alert")).to_contain_text("Este servicio está cerrado ahora")
    await shown(page, 0)
    assert page.url.endswith("/sample")
    await page.get_by_role("button", name="Cerrar este mensaje").click()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_link_while_the_server_is_not_ready_leaves_the_page_as_it_is(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    await page.click("#unavailable")
    await expect(page.get_by_role("alert")).to_contain_text("El servidor no está listo")
    await shown(page, 0)


async def test_links_change_the_page_without_leaving_it_and_back_works(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    await page.evaluate("window.same = true")
    await page.click("#other")
    await expect(page.locator("#there")).to_be_visible()
    await expect(page).to_have_title("Mensajes")
    assert page.url.endswith("/sample/other")
    assert await page.evaluate("window.same") is True
    await page.go_back()
    await shown(page, 0)
    assert page.url.endswith("/sample")


async def test_a_form_that_moves_on_ends_at_its_page(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served, "/sample")
    await page.click("#moved")
    await shown(page, 0)
    assert page.url.endswith("/sample")


async def test_without_javascript_the_form_still_acts(open_page: Visit, served: Served) -> None:
    page = await open_as(open_page, served, java_script_enabled=False)
    await page.get_by_role("button", name="Count").click()
    await shown(page, 1)


async def test_a_page_loaded_while_not_ready_comes_up_by_itself(
    open_page: Visit, served: Served
) -> None:
    served.ready = False
    page = await open_as(open_page, served)
    await expect(page.get_by_role("heading")).to_have_text("El servidor no está listo")
    assert await axe_violations(page) == []
    served.ready = True
    await shown(page, 0)


async def test_a_server_that_stops_is_told_since_when_and_its_return_shows_the_state(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    await shown(page, 0)
    await asyncio.to_thread(served.stop)
    band = page.locator("#band .band-text")
    await expect(band).to_be_hidden()
    await expect(band).to_contain_text("El servidor no responde desde las", timeout=20_000)
    await page.click("#other")
    await expect(page.get_by_role("alert")).to_contain_text("No hubo respuesta")
    await asyncio.to_thread(served.start)
    await asyncio.to_thread(one_fact, served)
    await expect(band).to_be_hidden()
    await shown(page, 1)


async def test_a_newer_server_reloads_an_idle_page_and_not_a_busy_one(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    await shown(page, 0)
    await page.evaluate("window.same = true")
    await page.evaluate("document.querySelector('main').dataset.busy = ''")
    await page.evaluate("document.querySelector('main').dataset.idle = ''")
    await asyncio.to_thread(served.stop)
    served.version = "another"
    await asyncio.to_thread(served.start)
    await page.wait_for_timeout(4000)
    assert await page.evaluate("window.same") is True
    await page.evaluate("delete document.querySelector('main').dataset.busy")
    await expect(page.locator("main[data-idle]")).to_have_count(0)
    assert await page.evaluate("window.same") is None
    # and once is enough, even though this server goes on announcing what it does not serve
    await page.evaluate("window.same = 2; document.querySelector('main').dataset.idle = ''")
    await page.wait_for_timeout(2500)
    assert await page.evaluate("window.same") == 2


async def test_a_page_whose_session_is_over_says_so_once_and_does_not_press_for_more(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served)
    # the stream is there: one that begins after the end would be proved by a cookie of before
    await expect(page.locator("section[data-live-seq]")).to_be_attached()
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/live?" in request.url else None
    )
    await page.context.clear_cookies()
    served.loop.call_soon_threadsafe(served.web.hub.seats.end, None)
    toast = page.locator("#toasts > *")
    await expect(toast).to_have_count(1)
    await page.wait_for_timeout(3000)
    await expect(toast).to_have_count(1)
    assert len(asked) == 1
    assert served.web.hub.streams == 0
    await expect(page.locator("#band .band-text")).to_be_hidden()


async def test_frames_of_one_origin_share_their_parents_stream(
    open_page: Visit, served: Served
) -> None:
    page = await open_as(open_page, served, "/sample/frames")
    frames = [page.frame_locator("iframe >> nth=0"), page.frame_locator("iframe >> nth=1")]
    for frame in frames:
        await expect(frame.locator("#count")).to_have_text("0")
    await page.wait_for_timeout(500)
    await asyncio.to_thread(one_fact, served)
    for frame in frames:
        await expect(frame.locator("#count")).to_have_text("1")
    assert served.web.hub.streams == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/sample", "/sample/other", "/nothing"])
async def test_nothing_is_in_anybodys_way(
    open_page: Visit, served: Served, path: str, scheme: str
) -> None:
    page = await open_as(open_page, served, path, color_scheme=scheme)
    await expect(page.locator("h1")).to_be_visible()
    assert await axe_violations(page) == []
