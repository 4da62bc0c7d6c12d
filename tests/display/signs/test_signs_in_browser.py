"""The page of signs in a real browser: a call lights them without anybody reloading it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.display.signs.signed import SITE, Signed
from tests.peers.browser import Visit
from tests.web.serving import Served
from turnero.display import slice as display
from turnero.display.signs.room import Signs
from turnero.display.signs.worker import Pace
from turnero.store.clock import VirtualClock

pytestmark = pytest.mark.requires("chromium")


@pytest_asyncio.fixture(loop_scope="session")
async def served(tmp_path: Path) -> AsyncIterator[tuple[Served, Signed]]:
    slice_ = display.make(tmp_path, signs=Signs(pace=Pace(repaint_s=1, retry_s=(0.1, 0.2))))
    server = Served(tmp_path, slices=[slice_])
    await asyncio.to_thread(server.start)

    async def begin() -> tuple[Signed, asyncio.Future[None]]:
        ledger = server.web.ledger
        # The hall's own clock is only read from: here time is real.
        hall = Signed(ledger, cast("VirtualClock", ledger.clock))
        hall.at = {}
        await hall.load(SITE)
        await hall.open("v1")
        await hall.take("caja")
        return hall, asyncio.ensure_future(slice_.tasks["signs"](server.web))

    hall, painting = await _there(server, begin())
    yield server, hall

    async def end() -> None:
        painting.cancel()
        await asyncio.gather(painting, return_exceptions=True)

    await _there(server, end())
    await asyncio.to_thread(server.stop)


async def _there(server: Served, what):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Do it where the server lives, and wait for it."""
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, server.loop))


async def test_a_call_lights_the_signs_on_an_open_page_and_a_pulled_plug_darkens_one(
    served: tuple[Served, Signed], open_page: Visit
) -> None:
    server, hall = served
    page = await open_page("desk")
    cookie = {"name": "turnero_user", "value": "supervisor", "url": server.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(f"{server.url}/display/signs/hnc")
    over, area = (page.locator(f"#sign-{key} svg") for key in ("s1", "sa"))
    await expect(over).to_have_attribute("data-words", "LIBR")
    await _there(server, hall.press("v1"))
    await expect(over).to_have_attribute("data-words", "C001")
    await expect(area).to_have_attribute("data-words", "C001   1")
    await page.locator(".signs-faults summary").click()
    await page.locator("#switch-s1-unplugged").click()
    await expect(over).to_have_attribute("data-words", "")
    await expect(area).to_have_attribute("data-words", "C001   1")
    await page.locator("#switch-s1-unplugged").click()
    # The other sign kept their line open, so nobody noticed: the next minute paints it again,
    # which is a second here.
    await expect(over).to_have_attribute("data-words", "C001")
