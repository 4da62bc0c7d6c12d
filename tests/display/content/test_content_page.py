"""Content on a real board: it takes turns beside the calls, waits for them, and outlives the server."""

import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

import turnero.display
from tests.display.conftest import Board
from tests.display.test_board_page import large, ready
from tests.display.waiting_room import SITE, Room
from tests.peers.axe import axe_violations
from turnero.queue.commands.pictures import KeepPicture, keep
from turnero.web.pictures import tidy

Picture = Callable[[Page, str], Awaitable[Path]]

pytestmark = pytest.mark.requires("chromium")

RULE = (Path(turnero.display.__file__).parent / "static" / "content.js").read_text()

#: Steps on one rotation: {"take": [[key, windows, slides]]} or {"next": n, "now": ms}.
PLAY = """async (steps) => {
  const { Turns } = await import("/content.js");
  const turns = new Turns();
  const said = [];
  let items = [];
  for (const step of steps) {
    if (step.take) {
      items = step.take;
      turns.take(items.map(([key, windows, slides]) => ({ key, windows, slides })));
    }
    for (let n = step.next ?? 0; n > 0; n -= 1) {
      const turn = turns.next(step.now ?? 0);
      said.push(turn && `${items[turn.item][0]}${turn.slide}`);
    }
  }
  return said;
}"""


def described(picture: str) -> str:
    """The site with three things to show, five seconds each."""
    return (
        SITE
        + f"""
[[content]]
key = "manos"
name = {{ es = "Manos limpias", en = "Clean hands" }}
text = {{ es = "Lávese las manos con agua y jabón.", en = "Wash your hands." }}
seconds = 5

[[content]]
key = "ayer"
name = {{ es = "Ayer" }}
text = {{ es = "Esto ya pasó." }}
until = "2020-01-01"

[[content]]
key = "plano"
sort = "picture"
name = {{ es = "Plano" }}
picture = "{picture}"
alt = {{ es = "El laboratorio está en el segundo piso." }}
seconds = 5
"""
    )


def drawing() -> KeepPicture:
    out = io.BytesIO()
    Image.new("RGB", (800, 450), "#0b5d4e").save(out, "PNG")
    return KeepPicture(*tidy(out.getvalue()))


async def test_things_take_turns_each_with_its_next_slide_and_only_in_its_time(page: Page) -> None:
    async def serve(route: Any) -> None:
        script = route.request.url.endswith(".js")
        kind = "text/javascript" if script else "text/html"
        await route.fulfill(body=RULE if script else "<!doctype html>", content_type=kind)

    await page.route("http://board.test/**", serve)
    await page.goto("http://board.test/")
    three = [["a", None, 2], ["b", [[100, 200]], 1], ["c", None, 1]]
    said = await page.evaluate(
        PLAY,
        [
            {"take": three, "next": 5, "now": 150},
            {"next": 3, "now": 250},
            {"take": [three[0], three[2]], "next": 2, "now": 250},
            {"take": [], "next": 1},
            {"take": [three[1]], "next": 1, "now": 300},
            {"take": [["e", None, 0], three[1]], "next": 2, "now": 100},
        ],
    )
    assert said == [
        *("a0", "b0", "c0", "a1", "b0"),
        *("c0", "a0", "c0"),
        *("a1", "c0"),
        *(None, None, "b0", "b0"),
    ]


async def test_content_takes_turns_in_the_rest_of_the_screen_and_goes_on_without_the_server(
    room: Room, show_board: Board, picture: Picture
) -> None:
    drawn = drawing()
    await room.act(room.hall.act(keep, drawn))
    await room.act(room.hall.load(described(drawn.digest)))
    await room.call("v1")
    page = await show_board()
    await ready(page)
    content = page.locator("#content")
    slide = content.locator(".slide[data-on]")
    await expect(content).to_have_attribute("data-shown", "item-manos")
    await expect(slide).to_have_count(1)
    await expect(slide).to_contain_text("Lávese las manos")
    # beside the calls, never over them
    now = await page.locator("#now").bounding_box()
    place = await page.locator(".board > .content").bounding_box()
    assert now is not None
    assert place is not None
    assert place["y"] >= now["y"] + now["height"]
    assert now["height"] / 1080 > 0.45
    await picture(page, "board-with-a-notice")
    assert await axe_violations(page) == []
    await room.stop()
    await expect(content).to_have_attribute("data-shown", "item-plano", timeout=10_000)
    await expect(slide.locator("img")).to_have_js_property("complete", True)
    await expect(slide.locator("img")).to_have_js_property("naturalWidth", 800)
    await expect(slide.locator("img")).to_have_attribute(
        "alt", "El laboratorio está en el segundo piso."
    )
    await expect(content).to_have_attribute("data-shown", "item-manos", timeout=10_000)
    await expect(slide).to_contain_text("Wash your hands")
    assert await page.get_by_text("Esto ya pasó").count() == 0
    await room.start()


async def test_nothing_moves_while_a_call_is_said_and_a_change_is_seen_at_once(
    room: Room, show_board: Board
) -> None:
    drawn = drawing()
    await room.act(room.hall.act(keep, drawn))
    await room.act(room.hall.load(described(drawn.digest)))
    page = await show_board(
        before="""window.moved = [];
        document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
          const now = document.getElementById("now").dataset.state;
          moved.push(now);
        }).observe(document.getElementById("content"), {attributeFilter: ["data-shown"]}));"""
    )
    await ready(page)
    for _ in range(3):
        _, number = await room.call("v1")
    await large(page, number, "calling")
    await large(page, number, "rest")
    await expect(page.locator("#content")).to_have_attribute("data-shown", "item-plano")
    assert "calling" not in await page.evaluate("moved")
    await room.act(room.hall.load(SITE))
    await expect(page.locator(".board > .content")).to_be_hidden()


async def test_a_picture_is_for_who_may_see_the_boards_of_its_site(
    room: Room, show_board: Board
) -> None:
    drawn = drawing()
    await room.act(room.hall.act(keep, drawn))
    page = await show_board()
    answer = await page.request.get(f"{room.url}/display/picture/1/{drawn.digest}.webp")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    assert "immutable" in answer.headers["cache-control"]
    assert await answer.body() == drawn.data
    for path in (f"2/{drawn.digest}", f"1/{'0' * 64}"):
        answer = await page.request.get(f"{room.url}/display/picture/{path}.webp")
        assert answer.status in (403, 404)
