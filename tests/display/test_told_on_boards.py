"""Emergency, broadcast and notices on real boards: what the room sees and hears, and what it does not."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.listening import LISTEN, heard
from tests.display.conftest import Board
from tests.display.test_board_page import large, ready, until
from tests.display.waiting_room import SITE, Room
from tests.peers.axe import axe_violations
from turnero.queue.commands import desks, lines, messages
from turnero.queue.requests import CloseDesk, EndMessage, MoveLine, ShowMessage

Picture = Callable[[Page, str], Awaitable[Path]]

pytestmark = pytest.mark.requires("chromium")

ZONED = (
    SITE.replace('name = "Ventanilla 1"', 'name = "Ventanilla 1"\nzone = "norte"')
    .replace('name = "Ventanilla 2"', 'name = "Ventanilla 2"\nzone = "sur"')
    .replace('name = "Sala"', 'name = "Sala"\nzone = "norte"')
    .replace('name = "Pasillo"', 'name = "Pasillo"\nzone = "sur"')
    + '\n[[board]]\nkey = "nowhere"\nname = "Patio"\nzone = "sur"\n'
)
EXIT = {
    "es": "Sismo: aléjese de las ventanas y siga al personal hacia el patio",
    "en": "Earthquake: keep away from windows and follow the staff to the courtyard",
}


async def show(room: Room, sort: Any, texts: dict[str, str], **more: Any) -> int:
    request = ShowMessage(sort, texts, **more)
    return (await room.act(room.hall.act(messages.show, request))).message


async def end(room: Room, number: int) -> None:
    await room.act(room.hall.act(messages.end, EndMessage(number)))


async def words(page: Page, kind: str = "playing") -> list[str]:
    """The addresses of what sounded."""
    return [event["url"].rpartition("/")[2] for event in await heard(page, kind)]


async def sound_of(page: Page, number: int) -> str:
    address = await page.locator(f"#told-{number}").get_attribute("data-sound")
    assert address is not None
    return address.rpartition("/")[2]


@pytest.mark.rule("emergency")
async def test_an_emergency_fills_the_boards_of_its_zones_is_spoken_and_leaves_the_others(
    room: Room, show_board: Board, picture: Picture
) -> None:
    await room.act(room.hall.load(ZONED))
    south = [
        await show_board("hall-2", sound=True, before=LISTEN),
        await show_board("nowhere", sound=True),
    ]
    north = await show_board("hall-1", sound=True, before=LISTEN)
    for page in (*south, north):
        await ready(page)
    _, number = await room.call("v1")
    await large(north, number, "rest")
    message = await show(room, "emergency", EXIT, zones=("sur",))
    for page in south:
        await expect(page.locator("#alarm .alarm-text")).to_have_text(EXIT["es"])
        await expect(page.locator("#alarm .alarm-also")).to_have_text(EXIT["en"])
        box = await page.locator("#alarm").bounding_box()
        assert box == {"x": 0, "y": 0, "width": 1920, "height": 1080}
    await expect(north.locator("#alarm")).to_have_count(0)
    await large(north, number, "rest")
    spoken = await sound_of(south[0], message)

    async def was_spoken() -> bool:
        return spoken in await words(south[0])

    await until(was_spoken, message="nobody heard the emergency")
    assert spoken not in await words(north)
    await picture(south[0], "emergency-on-the-board")
    await picture(north, "emergency-in-another-zone")
    assert await axe_violations(south[0]) == []
    # The other zone goes on.
    _, number = await room.call("v1")
    await large(north, number, "calling")


@pytest.mark.rule("emergency")
async def test_afterwards_the_state_is_shown_and_nothing_that_was_missed_is_said(
    room: Room, show_board: Board
) -> None:
    page = await show_board(sound=True, before=LISTEN)
    await ready(page)
    _, first = await room.call("v1")
    _, second = await room.call("v2")
    await large(page, first, "calling")
    message = await show(room, "emergency", EXIT)
    await expect(page.locator("#alarm")).to_be_visible()
    said = await page.locator("#calls li").last.get_attribute("data-full")
    await end(room, message)
    await expect(page.locator("#alarm")).to_have_count(0)
    await large(page, second, "rest")
    await asyncio.sleep(2)
    assert said is not None
    assert said.rpartition("/")[2] not in await words(page)
    _, third = await room.call("v1")
    await large(page, third, "calling")


@pytest.mark.rule("emergency")
async def test_a_board_that_loads_or_comes_back_during_an_emergency_shows_it(
    room: Room, show_board: Board
) -> None:
    message = await show(room, "emergency", EXIT)
    page = await show_board(sound=True, before=LISTEN)
    await expect(page.locator("#alarm .alarm-text")).to_have_text(EXIT["es"])
    spoken = await sound_of(page, message)

    async def was_spoken() -> bool:
        return spoken in await words(page)

    await until(was_spoken, message="a board that loads says nothing")
    other = await show_board("hall-2")
    await ready(other)
    await end(room, message)
    await expect(other.locator("#alarm")).to_have_count(0)
    await other.context.set_offline(True)
    await show(room, "emergency", EXIT)
    await other.context.set_offline(False)
    await expect(other.locator("#alarm")).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("length", [3, 60, 150, 300])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
async def test_an_emergency_of_any_length_is_large_and_whole(
    room: Room, show_board: Board, length: int, width: int, height: int
) -> None:
    text = ("Evacuación ordenada por la escalera norte. " * 8)[:length].strip()
    await show(room, "emergency", {"es": text, "en": text})
    if length == 150:
        await show(room, "emergency", {"es": text, "en": text})
    page = await show_board(viewport={"width": width, "height": height})
    await ready(page)
    size = await page.evaluate("""() => {
      const text = document.querySelector(".alarm-text");
      const one = document.querySelector(".alarm-one");
      return { font: parseFloat(getComputedStyle(text).fontSize),
               cut: one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth };
    }""")
    assert not size["cut"]
    assert size["font"] / min(width, height) > (0.03 if length == 150 else 0.055)


async def test_a_broadcast_is_a_band_and_is_spoken_once(room: Room, show_board: Board) -> None:
    page = await show_board(sound=True, before=LISTEN)
    await ready(page)
    message = await show(room, "broadcast", {"es": "La cafetería está abierta"})
    await expect(page.locator(".say-broadcast")).to_contain_text("La cafetería está abierta")
    spoken = await sound_of(page, message)

    async def was_spoken() -> bool:
        return spoken in await words(page, "ended")

    await until(was_spoken, message="the broadcast was not spoken")
    _, number = await room.call("v1")
    await large(page, number, "rest")
    assert (await words(page)).count(spoken) == 1
    await end(room, message)
    await expect(page.locator(".say")).to_have_count(0)


async def test_a_notice_names_its_service_by_its_public_name(
    room: Room, show_board: Board, picture: Picture
) -> None:
    await show(room, "service", {"es": "La doctora llega a las once"}, service="infecto")
    await show(room, "broadcast", {"es": "Hay vacunas contra la influenza en el primer piso"})
    page = await show_board()
    await ready(page)
    await room.call("v1")
    await expect(page.locator(".say-service")).to_have_text(
        "Consultorio 4: La doctora llega a las once"
    )
    assert "VIH" not in await page.content()
    await picture(page, "notices-on-the-board")
    assert await axe_violations(page) == []


@pytest.mark.rule("last-desk")
async def test_a_line_that_moved_or_was_kept_is_said_on_the_board(
    room: Room, show_board: Board
) -> None:
    page = await show_board(sound=True, before=LISTEN)
    await ready(page)
    await room.act(room.hall.take("caja"))
    await room.act(room.hall.act(lines.move_line, MoveLine("caja", "infecto")))
    await expect(page.locator(".say-moved")).to_contain_text("Caja ahora pasan a Consultorio 4")
    assert "VIH" not in await page.content()

    async def was_spoken() -> bool:
        return bool(await words(page))

    await until(was_spoken, message="nobody heard that the line moved")
    for closing in (CloseDesk("hnc.v1"), CloseDesk("hnc.v2", line="keep")):
        await room.act(room.hall.act(desks.close_desk, closing))
    await expect(page.locator(".say-kept")).to_contain_text(
        "ninguna ventanilla atiende Consultorio 4"
    )


async def test_a_board_of_the_whole_house_shows_an_emergency_of_one_zone_in_a_band(
    room: Room, show_board: Board
) -> None:
    await room.act(room.hall.load(ZONED.replace('name = "Sala"\nzone = "norte"', 'name = "Sala"')))
    page = await show_board("hall-1")
    await ready(page)
    await show(room, "emergency", EXIT, zones=("sur",))
    await expect(page.locator(".say-emergency")).to_contain_text(EXIT["es"])
    await expect(page.locator("#alarm")).to_have_count(0)


async def test_more_messages_than_have_room_take_turns(room: Room, show_board: Board) -> None:
    for text in ("uno", "dos", "tres"):
        await show(room, "broadcast", {"es": text})
    page = await show_board()
    await page.clock.install()
    await page.reload()
    await ready(page)
    for text in ("tres", "dos", "uno", "tres"):
        await expect(page.locator(".say:visible")).to_have_text([text])
        await page.clock.fast_forward(12_000)
