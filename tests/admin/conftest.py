"""The administration's room on a real ledger in this process, as administrators use it."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS, SITE
from tests.web.conftest import Known
from turnero.admin import slice as admin
from turnero.admin.frame import Person
from turnero.queue import site_out
from turnero.queue.commands.sites import load_site
from turnero.queue.facts import SiteLoaded
from turnero.queue.site_file import decode
from turnero.queue.site_shape import SiteFile
from turnero.server.looks import SiteLooks
from turnero.server.sites import PORTS
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.ledger import Ledger
from turnero.store.sql import Query
from turnero.web.guards import demand_permissions
from turnero.web.principal import Principal, Role
from turnero.web.wiring import options, weave

HOST = "http://turnero.test"
_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


class Office(Known):
    """Two administrators, and everybody else."""

    people: Mapping[str, Principal] = {
        **Known.people,
        "adela": Principal(actor="user:1", role=Role.ADMINISTRATOR, name="Adela"),
        "bruno": Principal(actor="user:2", role=Role.ADMINISTRATOR, name="Bruno"),
    }


def staff(_q: Query) -> list[Person]:
    """Who can sign in."""
    return [
        Person("user:1", "Adela", "administrator", None),
        Person("user:2", "Bruno", "administrator", None),
    ]


@dataclass
class Room:
    """The running room."""

    ledger: Ledger
    looks: SiteLooks
    client: httpx.AsyncClient
    keys: int = 0

    async def get(self, path: str, who: str = "adela") -> httpx.Response:
        """Look at a page."""
        return await self.client.get(path, headers=self._headers(who))

    async def text(self, path: str, who: str = "adela") -> str:
        """A page that must be there."""
        answer = await self.get(path, who)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, fields: dict[str, Any], who: str = "adela") -> httpx.Response:
        """Send a form, as a browser without scripts does."""
        self.keys += 1
        data = {"idempotency_key": f"press-{self.keys:06d}", **fields}
        answer = await self.client.post(path, data=data, headers=self._headers(who))
        await self.looks.read()
        return answer

    async def form(self, path: str, who: str = "adela") -> dict[str, Any]:
        """What a form holds as it is shown: hidden inputs, texts, what is ticked and chosen."""
        return fields_in(await self.text(path, who))

    async def file(self) -> SiteFile:
        """The site as it is."""
        found = await self.ledger.read(site_out.read, 1)
        assert found is not None
        return found

    async def loads(self) -> list[tuple[str, SiteLoaded]]:
        """Who changed what."""
        entries = await self.ledger.read(journal.read, 1, 0, 10_000)
        return [(one.actor, one.fact) for one in entries if isinstance(one.fact, SiteLoaded)]

    def _headers(self, who: str) -> dict[str, str]:
        return {"cookie": f"turnero_user={who}", "origin": HOST, "accept-language": "en"}


def fields_in(html: str) -> dict[str, Any]:
    """The first form in the main part that stores something, as a browser would send it."""
    main = html.partition('<main id="main"')[2]
    forms = re.findall(r"<form[^>]*>(.*?)</form>", main, re.DOTALL)
    form = next(one for one in forms if 'name="base"' in one)
    found: dict[str, Any] = {}
    for tag in _INPUT.findall(form):
        has = dict(_ATTRIBUTE.findall(tag))
        if "name" not in has:
            continue
        if has.get("type") == "checkbox":
            if "checked" in has:
                found.setdefault(has["name"], []).append(unescape(has["value"]))
        elif has.get("type") != "radio" or "checked" in has:
            found[has["name"]] = unescape(has.get("value", ""))
    for name, inner in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        options = re.findall(r'<option value="([^"]*)"( selected)?', inner)
        found[unescape(name)] = next((one for one, on in options if on), options[0][0])
    for name, inner in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = unescape(inner)
    return found


@pytest.fixture
def described() -> str | None:
    """The site that is there; None: none yet."""
    return SITE


@pytest.fixture
async def room(tmp_path: Path, described: str | None) -> AsyncIterator[Room]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock) as ledger:
        if described is not None:
            await ledger.run(load_site, decode(described), site=1, actor="cli")
        looks = SiteLooks(ledger, languages=("es", "en", "pt"), profile="plain")
        await looks.read()
        web = weave(
            [admin.make(replace(PORTS, people=staff))],
            ledger=ledger,
            clock=clock,
            authenticator=Office(),
            looks=looks,
        )
        app = Litestar(**options(web), openapi_config=None)
        demand_permissions(app)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Room(ledger, looks, client)
        web.hub.stop()
