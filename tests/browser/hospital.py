"""A hospital for the browser's tests: a real server with a kiosk, its printer, a board and desks,
and everybody in it, each in a browser of their own.

The installation is made once a session by the acts of the command line, and copied for every file. What
happened is asked of the HTTP API; nothing here reaches into the server.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.keys import press
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from turnero.server.acts import do
from turnero.server.settings import load

#: Small and always open; the laboratory is a group, the pharmacy asks how a service ended.
SITE = """
[site]
key = "sur"
name = "Hospital del Sur"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en", "pt"]

[site.settings]
day_close = "never"

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja", en = "Cashier", pt = "Caixa" }
all_day = true
target_minutes = 15
[service.requirements]
es = ["Orden de pago o número de cita"]
en = ["Payment order or appointment number"]
pt = ["Ordem de pagamento ou número da consulta"]

[[service]]
key = "laboratorio"
name = { es = "Laboratorio", en = "Laboratory", pt = "Laboratório" }

[[service]]
key = "muestras"
parent = "laboratorio"
prefix = "L"
name = { es = "Toma de muestras", en = "Taking of samples", pt = "Coleta de amostras" }
all_day = true

[[service]]
key = "resultados"
parent = "laboratorio"
prefix = "R"
name = { es = "Entrega de resultados", en = "Results", pt = "Entrega de resultados" }
all_day = true

[[service]]
key = "farmacia"
prefix = "F"
name = { es = "Farmacia", en = "Pharmacy", pt = "Farmácia" }
all_day = true
outcomes = true

[[service]]
key = "archivo"
prefix = "H"
name = { es = "Archivo", en = "Records", pt = "Arquivo" }
hours = {}

[[desk]]
key = "1"
name = "Ventanilla 1"
primary = ["caja", "muestras", "resultados"]

[[desk]]
key = "2"
name = "Ventanilla 2"
primary = ["farmacia"]
overflow = ["caja"]

[[kiosk]]
key = "hall"
name = "Entrada principal"
printer = "hall"

[[board]]
key = "sala"
name = "Sala de espera"

[[printer]]
key = "hall"
name = "Impresora de la entrada"
url = "virtual://hall"
"""

KEY = "sur"
PASSWORD = "cuatro palabras sin relación"
#: who signs in -> role
PEOPLE = {
    "rosa": "agent",
    "marta": "greeter",
    "pilar": "supervisor",
    "adela": "administrator",
}
#: screens and programs -> role of their token
TOKENS = {"kiosk": "kiosk", "board": "board", "program": "supervisor"}
#: how long something may take that the rest of the machine slows down
PATIENCE_MS = 15_000


@dataclass
class Hospital:
    """The running server, and who may do what in it."""

    server: RunningServer
    tokens: dict[str, str]
    #: who -> the cookies of their browser, once they have proved who they are
    cookies: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it answers, phones included."""
        return self.server.url

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """A program asks the API, and must get an answer."""
        answer = httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            json=body if method == "POST" else None,
            params=body if method == "GET" else None,
            headers={"authorization": f"Bearer {self.tokens['program']}"},
            timeout=20,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def take(self, service: str = "caja", **more: Any) -> dict[str, Any]:
        """Somebody takes a ticket elsewhere."""
        taken: dict[str, Any] = self.ask("POST", "/tickets", site=KEY, service=service, **more)
        return taken

    def next(self, desk: str) -> dict[str, Any]:
        """A desk finishes with whoever is there and calls the next; its ticket."""
        ticket = self.next_or_none(desk)
        assert ticket is not None, f"nobody waits for desk {desk}"
        return ticket

    def next_or_none(self, desk: str) -> dict[str, Any] | None:
        """The same, None where nobody waits."""
        path = f"/desks/{KEY}.{desk}/next"
        called: dict[str, Any] | None = self.ask("POST", path, outcome="attended")["ticket"]
        return called

    def head(self) -> int:
        """The number of the last fact."""
        return max((fact["seq"] for fact in self.facts()), default=0)

    def facts(self, after: int = 0) -> list[dict[str, Any]]:
        """What happened after that number, in order."""
        found: list[dict[str, Any]] = []
        while page := self.ask("GET", "/journal", site=KEY, after=after, limit=1000)["facts"]:
            found += page
            after = page[-1]["seq"]
        return found

    def clear(self) -> None:
        """Serve everybody who waits or is at a desk: the next test begins with empty lines."""
        for desk in ("1", "2"):
            while (called := self.next_or_none(desk)) is not None:
                # Who is to be rung is not over because the next is called.
                self.ask("POST", f"/tickets/{called['id']}/start")


@contextmanager
def locked(server: RunningServer) -> Iterator[None]:
    """Another program writes to the database and does not end: a server that starts answers 503."""
    other = sqlite3.connect(server.data / "turnero.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def answers(url: str, status: int) -> None:
    """Wait until the server says that it is ready (200) or that it is not (503)."""

    async def said() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{url}/health/ready")).status_code == status
        except httpx.TransportError:
            return False

    await until(said, f"/health/ready answers {status}")


@dataclass
class People:
    """Opens pages as the people and screens of a hospital, for one test."""

    hospital: Hospital
    visit: Visit
    #: where the browser finds the server; a proxy's address for tests of bad networks
    url: str = ""

    def __post_init__(self) -> None:
        self.url = self.url or self.hospital.url

    async def kiosk(self, path: str = "/kiosk", *, screen: str = "kiosk", **options: Any) -> Page:
        """The kiosk of the entrance."""
        return await self.device("kiosk", path, screen, **options)

    async def board(self, path: str = "/board", **options: Any) -> Page:
        """The board of the waiting room, on a box that may sound."""
        page = await self.device("board", path, "board", **{"sound": True, **options})
        await expect(page.locator(".queues[data-live-seq]")).to_be_visible()
        return page

    async def person(self, who: str, path: str, screen: str = "desk", **options: Any) -> Page:
        """A page as somebody who signs in."""
        page = await self._opened(who, screen, **options)
        await page.goto(self.url + path)
        if who not in self.hospital.cookies:
            await page.fill("[name=login]", who)
            await page.fill("[name=password]", PASSWORD)
            await press(page, "Enter")
            await page.wait_for_url(self.url + path)
            await self._keep(who, page)
        return page

    async def device(self, who: str, path: str, screen: str, **options: Any) -> Page:
        """A page as a screen that has a token."""
        page = await self._opened(who, screen, **options)
        if who not in self.hospital.cookies:
            await page.goto(f"{self.url}/enter#{self.hospital.tokens[who]}")
            await page.wait_for_url(f"{self.url}/{who}")
            await self._keep(who, page)
        if not page.url.endswith(path):
            await page.goto(self.url + path)
        return page

    async def phone(self, address: str, **options: Any) -> Page:
        """A patient's phone at the address that was in the QR."""
        page = await self.visit("phone", **options)
        await page.goto(address)
        return page

    async def desk(self, ref: str = "1", *, who: str = "rosa", **options: Any) -> Page:
        """A desk at work, opened if it was not."""
        page = await self.person(who, f"/desk/{KEY}.{ref}", **options)
        seat = page.locator("#seat-now")
        if await seat.get_attribute("data-state") == "closed":
            await press(page, "Space")
        elif await seat.get_attribute("data-state") == "other":
            await page.click("#key-take-over")
            await page.click("#dialog .button-primary")
        await expect(seat).not_to_have_attribute("data-state", "closed")
        await expect(page.locator("#seat[data-live-seq]")).to_be_visible()
        return page

    async def _opened(self, who: str, screen: str, *, before: str = "", **options: Any) -> Page:
        page = await self.visit(screen, **options)
        if before:
            await page.add_init_script(before)
        if who in self.hospital.cookies:
            await page.context.add_cookies(self.hospital.cookies[who])
        return page

    async def _keep(self, who: str, page: Page) -> None:
        self.hospital.cookies[who] = await page.context.cookies()


async def touch(page: Page, key: str | Locator) -> None:
    """Touch a key of the kiosk, once the guard against slips lets a touch count."""
    target = page.locator(key) if isinstance(key, str) else key
    await expect(target).to_be_visible()

    async def may_press() -> bool:
        return bool(await page.evaluate("Turnero.mayPress()"))

    await until(may_press, "the kiosk takes a touch")
    await target.tap()


async def until(
    said: Callable[[], bool | Awaitable[bool]], what: str, patience_ms: int = PATIENCE_MS
) -> None:
    """Wait for what no page shows. `what` ends the message when it does not come."""
    give_up = time.monotonic() + patience_ms / 1000
    while time.monotonic() < give_up:
        found = said()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"this did not happen within {patience_ms / 1000:.0f} s: {what}")


def furnish(
    data: Path, text: str = SITE, people: Mapping[str, str] = MappingProxyType(PEOPLE)
) -> dict[str, str]:
    """Make the installation in an empty folder: the site, its people and tokens, which it gives."""
    settings = load(data, environment={})
    do(settings, "site-load", text=text)
    for login, role in people.items():
        site = None if role == "administrator" else KEY
        do(settings, "user-create", login=login, password=PASSWORD, role=role, site=site)
    made = {
        name: do(settings, "token-create", role=role, site=KEY) for name, role in TOKENS.items()
    }
    return {name: token["token"] for name, token in made.items()}
