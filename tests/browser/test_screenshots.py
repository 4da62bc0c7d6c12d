"""The README's pictures, taken of the demonstration at the sizes its pages are used at.

`make screenshots` writes them to docs/screenshots; any other run only sees that they can be taken.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.hospital import touch
from tests.browser.keys import press
from tests.peers.browser import Visit
from tests.peers.server import RunningServer

pytestmark = pytest.mark.requires("chromium")

Take = Callable[[Page, str], Awaitable[Path]]

#: bytes; whoever clones the repository downloads them all
LARGEST = 150_000


@pytest.fixture
def small_picture(picture: Take) -> Take:
    """Takes a picture and makes its file small."""

    async def take(page: Page, name: str) -> Path:
        path = await picture(page, name)
        with Image.open(path) as image:
            # this way also what is small and of a colour of its own keeps it, such as a lamp
            few = image.convert("RGB").quantize(
                256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE
            )
        few.save(path, optimize=True)
        assert path.stat().st_size < LARGEST, f"{name}.png is too large to be in the repository"
        return path

    return take


class Demo:
    """The demonstration, by browser and by API."""

    def __init__(self, server: RunningServer, visit: Visit) -> None:
        self.url = server.url
        self._token = server.token("supervisor", "demo")
        self._visit = visit

    async def page(self, path: str, screen: str, **options: Any) -> Page:
        """A page as everybody whom the demonstration's front page makes of its visitor."""
        page = await self._visit(screen, **options)
        await page.context.request.get(self.url)
        await page.goto(self.url + path)
        return page

    def ask(self, path: str, **body: Any) -> Any:
        """A program does something."""
        answer = httpx.post(
            f"{self.url}/api/v1{path}",
            json=body,
            headers={"authorization": f"Bearer {self._token}"},
            timeout=20,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json()


async def settled(page: Page) -> None:
    """Everything of the page has come."""
    await expect(page.locator("[data-live-seq]").first).to_be_attached()


async def test_pictures_of_the_demonstration(
    demo: RunningServer, open_page: Visit, small_picture: Take
) -> None:
    here = Demo(demo, open_page)

    overview = await open_page("desk", viewport={"width": 1600, "height": 900}, sound=True)
    await overview.goto(demo.url)
    for frame in overview.frames[1:]:
        await expect(frame.locator("[data-live-seq]").first).to_be_attached()
    await expect(overview.frames[1].locator("#service-caja .facts")).to_be_visible()
    await small_picture(overview, "demo")
    await overview.close()

    supervisor = await here.page("/supervisor", "desk")
    await settled(supervisor)
    await small_picture(supervisor, "supervisor")

    kiosk = await here.page("/kiosk", "kiosk")
    await settled(kiosk)
    await small_picture(kiosk, "kiosk")
    await touch(kiosk, "#service-farmacia")
    await expect(kiosk.locator(".bring")).to_be_visible()
    await settled(kiosk)
    await small_picture(kiosk, "kiosk-service")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket .notice-good")).to_be_visible()
    await small_picture(kiosk, "kiosk-ticket")

    roll = await here.page("/paper/hall", "phone", device_scale_factor=1)
    await expect(roll.locator(".paper-sheet img").first).to_be_visible()
    await small_picture(roll, "paper")

    board = await here.page("/board", "board", sound=True)
    await settled(board)
    desk = await here.page("/desk/demo.1", "desk")
    await settled(desk)
    await press(desk, "Space")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "called")
    await expect(board.locator("#now")).to_have_attribute("data-state", "calling")
    await small_picture(desk, "desk")
    await small_picture(board, "board")

    ticket = here.ask("/tickets", site="demo", service="farmacia", language="es")
    phone = await open_page("phone")
    await phone.goto(ticket["public_url"])
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await small_picture(phone, "phone")
    here.ask(f"/tickets/{ticket['id']}/call", desk="demo.2", reason="Apoyo a farmacia")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "called")
    await small_picture(phone, "phone-called")

    here.ask(f"/tickets/{ticket['id']}/finish")
    await expect(phone.locator("#question")).to_be_visible()
    digits = await phone.locator(".phone-code strong").inner_text()
    rating = await here.page("/kiosk/rate", "kiosk")
    await rating.fill("#digits", digits)
    await touch(rating, "#go")
    await expect(rating.locator(".answers-faces")).to_be_visible()
    await small_picture(rating, "rating")
