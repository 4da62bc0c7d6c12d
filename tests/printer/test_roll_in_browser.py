"""The paper roll in a real browser: paper slides out by itself, and the switches can be pressed."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.printer.patience import until
from tests.printer.slips import printed, slip
from tests.printer.spooling import SITE
from tests.queue.hall import Hall
from tests.web.serving import Served
from turnero.printer.room import Printers
from turnero.printer.slice import compose
from turnero.printer.virtual import Faults, VirtualPrinter
from turnero.store.clock import VirtualClock

pytestmark = pytest.mark.requires("chromium")

Show = Callable[..., Awaitable[Page]]


class Machine:
    """The small server with this room alone, and its printer."""

    def __init__(self, folder: Path) -> None:
        self.printers = Printers(folder / "paper", poll_s=60)
        self.server = Served(folder, slices=[compose(self.printers)])

    async def start(self) -> None:
        """Serve, load the site, run the printers."""
        await asyncio.to_thread(self.server.start)
        ledger = self.server.web.ledger
        hall = Hall(ledger, cast("VirtualClock", ledger.clock))
        await self.act(hall.load(SITE))

        async def run() -> None:
            self._task = asyncio.create_task(self.printers.run(ledger, self.server.web.hub.poke))

        await self.act(run())
        await until(lambda: "roll" in self.printers.virtual)

    async def stop(self) -> None:
        """End all."""

        async def end() -> None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

        await self.act(end())
        await asyncio.to_thread(self.server.stop)

    @property
    def roll(self) -> VirtualPrinter:
        """The virtual printer."""
        return self.printers.virtual["roll"]

    async def act(self, what: Any) -> Any:
        """Do it where the server lives."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, self.server.loop))

    async def comes_out(self, number: str) -> None:
        """A ticket comes out of the printer."""

        async def feed() -> None:
            session = self.roll.session()
            await session.receive(printed(slip(number=number)))
            await session.end()

        await self.act(feed())


@pytest_asyncio.fixture(loop_scope="session")
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    found = Machine(tmp_path)
    await found.start()
    yield found
    await found.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def show(machine: Machine, open_page: Visit) -> Show:
    """Opens the roll as somebody."""

    async def opened(who: str = "supervisor", screen: str = "desk", **options: Any) -> Page:
        page = await open_page(screen, **options)
        cookie = {"name": "turnero_user", "value": who, "url": machine.server.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        await page.goto(f"{machine.server.url}/paper/p1")
        await page.wait_for_selector("[data-live='paper'][data-live-seq]")
        return page

    return opened


async def test_paper_slides_out_by_itself_newest_on_top(machine: Machine, show: Show) -> None:
    page = await show()
    await expect(page.locator(".paper-none")).to_be_visible()
    for number in ("C001", "C002"):
        await machine.comes_out(number)
        newest = page.locator(".paper-sheet").first.locator("img")
        await expect(newest).to_have_attribute("alt", re.compile(number))
    await expect(page.locator(".paper-sheet")).to_have_count(2)
    shown = await newest.evaluate(
        "async image => { await image.decode(); return image.naturalWidth }"
    )
    assert shown == 640


async def test_a_switch_is_pressed_and_the_lamp_says_so_to_everybody(
    machine: Machine, show: Show
) -> None:
    page, watcher = await show(), await show("greeter")
    await expect(watcher.locator(".paper-faults")).to_have_count(0)
    await page.locator(".paper-faults summary").click()
    switch = page.get_by_role("switch", name="Sin papel")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await switch.focus()
    await page.keyboard.press("Space")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await expect(watcher.locator(".paper-body")).to_contain_text("Sin papel")
    assert machine.roll.faults == Faults(paper="out")
    await machine.comes_out("C003")
    await expect(watcher.locator(".paper-body")).to_contain_text("Guarda un ticket")
    await switch.click()
    await expect(watcher.locator(".paper-sheet")).to_have_count(1)
    await expect(watcher.locator(".paper-body")).to_contain_text("Lista para imprimir")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_everybody_can_use_it(machine: Machine, show: Show, screen: str, scheme: str) -> None:
    page = await show(screen=screen, color_scheme=scheme, reduced_motion="reduce")
    await machine.comes_out("C001")
    await expect(page.locator(".paper-sheet")).to_have_count(1)
    await page.locator(".paper-faults summary").click()
    assert await axe_violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
