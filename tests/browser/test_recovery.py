"""The server goes away in the middle of the morning: every page says so, comes back and misses nothing."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import SITE, Hospital, People, answers, locked, touch, until
from tests.browser.listening import LISTEN, heard
from tests.peers.browser import Visit
from tests.peers.gateway import Gateway, gateway

pytestmark = pytest.mark.requires("chromium")

#: a page calls the server lost after twelve silent seconds
LOST_MS = 25_000
#: it asks again within four seconds
BACK_MS = 20_000
#: a call that is older is not announced any more, by a page's clock that may be this far behind
FRESH_S = 30
BEHIND_S = 2
RENAMED = SITE.replace("Caja", "Caja central")
BAND = "#band .band-text"


async def says_lost(page: Page) -> None:
    """The band is there, with the hour since when: the site's, whatever the machine's zone."""
    now = datetime.now(ZoneInfo("America/Lima"))
    hours = "|".join({f"{at:%-I}:" for at in (now, now - timedelta(minutes=2))})
    # "p. m." brings its own full stop
    await expect(page.locator(BAND)).to_have_text(
        re.compile(rf"El servidor no responde desde las ({hours})\d\d\s[ap]\.\sm\.\sLo que"),
        timeout=LOST_MS,
    )


async def is_back(page: Page) -> None:
    """The band is gone."""
    await expect(page.locator(BAND)).to_be_hidden(timeout=BACK_MS)


@pytest.mark.requires("espeak-ng")
async def test_every_page_says_that_the_server_is_away_and_comes_back_with_what_changed(
    hospital: Hospital, people: People, open_page: Visit
) -> None:
    waiting = hospital.take()
    taking = await people.kiosk("/kiosk/service/caja?aids=more-time")
    near_board = await people.board()
    shows_service = {
        await people.kiosk(): "#service-caja",
        await people.desk(): "#line",
        near_board: ".lines",
        await people.phone(waiting["public_url"]): ".phone-service",
        await people.person("pilar", "/supervisor"): ".now-services",
    }
    roll = await people.person("pilar", "/paper/hall")
    # it shows nothing live, and notices it like the others
    numbers = await people.person("pilar", "/contingency/sur")
    pages = [taking, roll, numbers, *shows_service]
    for page in pages:
        await expect(page.locator("[data-live-seq]").first).to_be_attached()
        await page.evaluate("window.same = true")
    before = hospital.head()

    with gateway(hospital.server.port) as cable:
        far_board = await board_whose_cable_breaks(hospital, open_page, cable, near_board)

        # the server stops in the middle of somebody's touch
        await asyncio.to_thread(hospital.server.stop)
        await touch(taking, "#take")
        await expect(taking.locator("#toasts")).to_contain_text("No hubo respuesta")
        await expect(taking.locator("#take")).to_be_enabled()
        for page in (*pages, far_board.page):
            await says_lost(page)
        await expect(taking.locator(".lost")).to_be_visible()

        # a technician renames a service; the server starts, and for a while it can do nothing
        await asyncio.to_thread(hospital.server.load, RENAMED)
        with locked(hospital.server):
            await asyncio.to_thread(hospital.server.start, wait=False)
            await answers(hospital.url, 503)
            late = {
                await people.kiosk(): "#service-caja",
                await people.person("rosa", "/desk/sur.1"): "#line",
                await people.phone(waiting["public_url"]): ".phone-service",
            }
            for page in late:
                await expect(page.locator("h1")).to_have_text("El servidor no está listo")
            for page in pages:
                await says_lost(page)
        await answers(hospital.url, 200)

        # nobody reloads anything
        for page, place in (shows_service | late).items():
            await expect(page.locator(place)).to_contain_text("Caja central", timeout=BACK_MS)
        for page in pages:
            await is_back(page)
            assert await page.evaluate("window.same") is True, f"{page.url} was loaded anew"
        await expect(taking.locator(".lost")).to_be_hidden()

        # the same key, touched again, makes one ticket, and its paper comes out
        await touch(taking, "#take")
        number = await taking.locator("#number").inner_text()
        await expect(roll.locator(".paper-sheet img").first).to_have_attribute(
            "alt", re.compile(number), timeout=BACK_MS
        )
        issued = [fact for fact in hospital.facts(before) if fact["kind"] == "ticket-issued"]
        assert [fact["data"]["number"] for fact in issued][-1:] == [number]
        assert len(issued) == 1 + far_board.taken

        await far_board.comes_back_with_one_announcement()


@dataclass
class FarBoard:
    """A board whose cable is cut for longer than a call is worth announcing."""

    hospital: Hospital
    cable: Gateway
    page: Page
    #: a board whose cable held
    near: Page
    #: called when the cable broke
    old: str
    called_at: float
    #: tickets taken for it
    taken: int = 3

    async def comes_back_with_one_announcement(self) -> None:
        """Of the calls that it missed it announces the one in force and younger than thirty seconds."""
        await asyncio.sleep(max(0, self.called_at + FRESH_S + BEHIND_S - time.monotonic()))
        gone = self.hospital.next("1")["number"]
        fresh = self.hospital.next("1")["number"]
        # what a board is told when it comes back is what was rendered last: that has both calls
        await expect(self.near.locator(f'#calls [data-number="{gone}"]')).to_have_attribute(
            "data-in-force", "no"
        )
        await expect(self.near.locator(f'#calls [data-number="{fresh}"]')).to_have_attribute(
            "data-in-force", "yes"
        )
        self.cable.mend()
        await expect(self.page.locator("#now")).to_have_attribute(
            "data-state", "calling", timeout=BACK_MS
        )
        await expect(self.page.locator("#call .number strong")).to_have_text(fresh)
        await is_back(self.page)
        await expect(self.page.locator("#now")).to_have_attribute(
            "data-state", "rest", timeout=30_000
        )
        shown = self.page.locator("#last .number strong")
        await expect(shown.nth(0)).to_have_text(gone)
        await expect(shown.nth(1)).to_have_text(self.old)
        said = await self.page.locator(f'#calls [data-number="{fresh}"]').get_attribute("data-full")
        assert said is not None
        ended = [urlsplit(one["url"]).path for one in await heard(self.page, "ended")]
        assert ended == [said]


async def board_whose_cable_breaks(
    hospital: Hospital, open_page: Visit, cable: Gateway, near: Page
) -> FarBoard:
    """It follows the line, then its cable breaks, then somebody is called."""
    page = await People(hospital, open_page, url=cable.url).board(before=LISTEN)

    async def tried() -> bool:
        return bool(await page.evaluate("heard.some((one) => one.kind === 'ended')"))

    await until(tried, "the board tried its sound")
    await page.evaluate("window.heard = []")
    hospital.take("farmacia")
    hospital.take("muestras")
    hospital.take("muestras")
    cable.cut()
    old = hospital.next("2")["number"]
    return FarBoard(hospital, cable, page, near, old, time.monotonic())


async def test_a_touch_whose_answer_is_lost_makes_one_ticket(
    hospital: Hospital, people: People, open_page: Visit
) -> None:
    """The server did it, and the connection broke before anybody heard of it."""
    with gateway(hospital.server.port) as between:
        kiosk = await People(hospital, open_page, url=between.url).kiosk("/kiosk/service/caja")
        before = hospital.head()
        between.loses = lambda request: request.startswith("POST /kiosk/ticket")
        await touch(kiosk, "#take")
        await expect(kiosk.locator("#toasts")).to_contain_text("No hubo respuesta")
        between.loses = lambda _request: False
        await touch(kiosk, "#take")
        await expect(kiosk.locator(".page-ticket")).to_be_visible()
        assert [one for one in between.asked if one.startswith("POST")].count(
            "POST /kiosk/ticket"
        ) == 2
    issued = [fact for fact in hospital.facts(before) if fact["kind"] == "ticket-issued"]
    assert len(issued) == 1
    assert await kiosk.locator("#number").inner_text() == issued[0]["data"]["number"]


async def test_a_page_whose_first_stream_is_answered_503_by_a_proxy_opens_another(
    hospital: Hospital, people: People, open_page: Visit
) -> None:
    with gateway(hospital.server.port) as between:
        refused: list[str] = []

        def first_stream(request: str) -> bool:
            if not request.startswith("GET /live") or refused:
                return False
            refused.append(request)
            return True

        outside = People(hospital, open_page, url=between.url)
        address = hospital.take()["public_url"].replace(hospital.url, between.url)
        ways: list[Callable[[], Awaitable[Page]]] = [
            outside.board,
            outside.kiosk,
            outside.desk,
            lambda: outside.person("pilar", "/supervisor"),
            lambda: outside.phone(address),
        ]
        for way in ways:
            refused.clear()
            between.refuses = first_stream
            page = await way()
            await expect(page.locator("[data-live-seq]").first).to_be_attached(timeout=BACK_MS)
            assert len(refused) == 1, f"{page.url} never asked for a stream"
            await expect(page.locator(BAND)).to_be_hidden()
