"""What a walk through pages is: somebody goes there, and axe judges each page by day and night.

Walks declare their routes, so that a page that none of them judges is noticed (test_accessibility.py).
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.browser.hospital import Hospital, People, touch
from tests.peers.axe import axe_violations


@dataclass
class Walk:
    """One walk through some pages, and what axe found on them."""

    hospital: Hospital
    people: People
    #: routes of which at least one page was judged
    judged: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    async def well(self, page: Page, route: str, *, act: bool = False) -> None:
        """Judge a page in both schemes. `act`: a form gave it, so its address is another one's."""
        if not act:
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route))
            assert re.fullmatch(pattern, urlsplit(page.url).path), f"{page.url} is not {route}"
        self.judged.add(route)
        await page.emulate_media(color_scheme="light")
        found = await axe_violations(page)
        await page.emulate_media(color_scheme="dark")
        # in the dark nothing is different but the colours
        found += [f"in the dark: {one}" for one in await axe_violations(page, "color-contrast")]
        self.found += [f"{urlsplit(page.url).path}: {one}" for one in found]


Way = Callable[[Walk], Awaitable[None]]
#: name -> the routes it judges, and how one gets to their pages
AREAS: dict[str, tuple[tuple[str, ...], Way]] = {}


def area(*routes: str) -> Callable[[Way], Way]:
    """Declare a walk and the routes whose pages it judges."""

    def declared(way: Way) -> Way:
        AREAS[getattr(way, "__name__", "")] = routes, way
        return way

    return declared


async def taken(kiosk: Page, walk: Walk) -> str:
    """Somebody takes a ticket at the kiosk; the digits of its code."""
    await kiosk.goto(f"{walk.hospital.url}/kiosk/service/caja")
    await touch(kiosk, "#take")
    return await kiosk.locator(".ticket-short strong").inner_text()


def absent(hospital: Hospital) -> None:
    """The next is called, called again, and does not come."""
    ticket = hospital.next("1")
    for move in ("recall", "no-show"):
        hospital.ask("POST", f"/tickets/{ticket['id']}/{move}")
