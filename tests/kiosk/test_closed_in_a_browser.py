"""A kiosk that closes while somebody stands before it, and a phone that is told, in a real browser."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.kiosk.clinic import Kiosks, described
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.web.conftest import Known
from tests.web.serving import Served
from turnero.kiosk import slice as kiosk
from turnero.queue import reads
from turnero.queue.commands import lines, messages, pauses
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import (
    EndMessage,
    Issue,
    KioskNamed,
    MoveLine,
    PauseKiosk,
    PauseService,
    ShowMessage,
)
from turnero.queue.site_file import decode

pytestmark = pytest.mark.requires("chromium")

Picture = Callable[[Page, str], Awaitable[Path]]
T = TypeVar("T")
HOUR_MS = 3600_000
EXIT = {"es": "Sismo: siga al personal hacia el patio", "en": "Earthquake: follow the staff"}


class House:
    """The kiosk's room alone on a real socket."""

    def __init__(self, folder: Path) -> None:
        self.server = Served(folder, slices=[kiosk.make()])

    async def do(self, command: Callable[..., T], request: Any) -> T:
        """A command, as another screen would run it."""
        return await self._there(
            self.server.web.ledger.run(command, request, site=1, actor="system")
        )

    async def phone(self, service: str) -> str:
        """Somebody's ticket; the address of its page."""
        taken = await self.do(issue, Issue(service))
        paper = await self._there(
            self.server.web.ledger.read(reads.paper, taken.ticket, self.now_ms())
        )
        assert paper is not None
        return f"{self.server.url}/t/{paper.code}"

    def now_ms(self) -> int:
        """The server's clock."""
        return self.server.clock.now_ms()

    async def _there(self, what: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(what, self.server.loop)
        return await asyncio.wrap_future(future)


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(Known, "people", Kiosks.people)
    found = House(tmp_path / "house")
    await asyncio.to_thread(found.server.start)
    try:
        await found.do(load_site, decode(described()))
        yield found
    finally:
        await asyncio.to_thread(found.server.stop)


async def at_kiosk(house: House, open_page: Visit, **options: Any) -> Page:
    page = await open_page("kiosk", **options)
    cookie = {"name": "turnero_kiosk", "value": "hall", "url": house.server.url}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    await page.goto(f"{house.server.url}/kiosk")
    await page.wait_for_selector("[data-live=kiosk][data-live-seq]")
    return page


@pytest.mark.rule("closed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_kiosk_closes_and_opens_by_itself_before_ones_eyes(
    house: House, open_page: Visit, picture: Picture, scheme: str
) -> None:
    page = await at_kiosk(house, open_page, color_scheme=scheme)
    await expect(page.locator("#service-admission")).to_be_visible()
    text = {"es": "Hay otro en el segundo piso, junto al ascensor."}
    await house.do(pauses.pause_kiosk, PauseKiosk("hall", house.now_ms() + HOUR_MS, text=text))
    closed = page.locator(".kiosk-closed")
    # in the last hour before midnight it names the day too
    await expect(closed).to_contain_text(re.compile(r"está cerrado hasta .*:[0-9]{2}"))
    await expect(closed).to_contain_text("Hay otro en el segundo piso, junto al ascensor.")
    await expect(page.locator("#service-admission")).to_have_count(0)
    await expect(page.locator(".priority:visible")).to_have_count(0)
    await expect(page.locator("#need-help")).to_be_visible()
    assert await axe_violations(page) == []
    await picture(page, f"kiosk-closed-{scheme}")
    await house.do(pauses.resume_kiosk, KioskNamed("hall"))
    await expect(page.locator("#service-admission")).to_be_visible()


@pytest.mark.rule("emergency")
async def test_a_kiosk_and_a_phone_show_an_emergency(
    house: House, open_page: Visit, picture: Picture
) -> None:
    page = await at_kiosk(house, open_page)
    phone = await open_page("phone")
    await phone.goto(await house.phone("admission"))
    await phone.wait_for_selector("[data-live=ticket][data-live-seq]")
    await house.do(
        pauses.pause_service,
        PauseService("few", house.now_ms() + HOUR_MS, text={"es": "Falta la enfermera"}),
    )
    await house.do(pauses.pause_service, PauseService("blood", after=3))
    shown = await house.do(messages.show, ShowMessage("emergency", EXIT))
    full = page.locator(".alarm-full")
    await expect(full).to_have_text(f"Emergencia {EXIT['es']}")
    # nothing else is asked there, and help stays at hand
    await expect(page.locator("#service-admission")).to_be_hidden()
    await expect(page.locator("#mine")).to_be_hidden()
    await expect(page.locator("#need-unwell")).to_be_visible()
    box, window = await full.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["width"] == window["width"]
    assert box["height"] > window["height"] / 2
    await expect(phone.locator(".told-alarm")).to_have_text(f"Emergencia {EXIT['es']}")
    for one in (page, phone):
        assert await axe_violations(one) == []
    # it does not say "stay where you see the screens" below "leave the building"
    await expect(phone.locator(".phone-advice")).to_contain_text("Primero haga lo que dice")
    await picture(page, "kiosk-emergency")
    await picture(phone, "phone-emergency")
    await house.do(messages.end, EndMessage(shown.message))
    await expect(phone.locator(".told-here")).to_have_count(0)
    await expect(phone.locator(".phone-advice")).to_contain_text("Quédese donde vea")
    await house.do(lines.move_line, MoveLine("admission", "hiv"))
    await expect(phone.locator(".moved-line")).to_contain_text("ahora espera para Consultorio 4")
    await expect(phone.locator(".moved-line")).to_contain_text("Conserva su lugar")
    assert await axe_violations(phone) == []
    await picture(phone, "phone-line-moved")


@pytest.mark.rule("closed")
async def test_a_closed_service_says_so_on_its_page(
    house: House, open_page: Visit, picture: Picture
) -> None:
    text = {"es": "El médico está en sala de operaciones. Vuelva a esa hora, por favor."}
    await house.do(
        pauses.pause_service, PauseService("admission", house.now_ms() + 26 * HOUR_MS, text=text)
    )
    page = await at_kiosk(house, open_page)
    await page.locator("#service-admission").click()
    await expect(page.locator(".notice-warn")).to_contain_text("Cerrado hasta el")
    await expect(page.locator(".notice-warn")).to_contain_text(text["es"])
    await expect(page.locator("#take")).to_have_count(0)
    assert await axe_violations(page) == []
    await picture(page, "kiosk-service-closed")
