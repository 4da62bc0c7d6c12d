"""The desk's room on a real ledger in this process, on a clock that moves when it is told."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from litestar import Litestar

from tests.desk.hospital import described
from tests.peers.stores import opened
from tests.web.conftest import LOOK, Known
from turnero.desk import slice as desk
from turnero.queue import reads
from turnero.queue.commands.issue import issue
from turnero.queue.commands.sites import load_site
from turnero.queue.requests import Issue, Issued
from turnero.queue.site_file import decode
from turnero.queue.views import DeskView, TicketView
from turnero.store.clock import VirtualClock
from turnero.store.ledger import Ledger
from turnero.web.guards import demand_permissions
from turnero.web.look import OneLook
from turnero.web.principal import Principal, Role
from turnero.web.slice import Slice
from turnero.web.wiring import Web, options, weave

T = TypeVar("T")


class Staff(Known):
    """Everybody of the web's tests, two agents with names, and a desk's own machine."""

    people: Mapping[str, Principal] = {
        **Known.people,
        "ana": Principal(actor="user:11", role=Role.AGENT, site=1, name="Ana"),
        "luis": Principal(actor="user:12", role=Role.AGENT, site=1, name="Luis"),
        "machine": Principal(actor="token:1", role=Role.DESK, site=1, place="1"),
    }


#: a Wednesday at ten in Lima
MORNING_MS = 1_760_540_400_000
HOST = "http://turnero.test"
_KEY = re.compile(r'name="idempotency_key" value="([^"]+)"')


@dataclass
class Room:
    """The running room, as its people use it."""

    ledger: Ledger
    clock: VirtualClock
    web: Web
    client: httpx.AsyncClient
    keys: int = 0

    async def get(self, path: str, who: str = "agent", *, part: bool = False) -> httpx.Response:
        """Look at a page, or at what htmx would ask for."""
        return await self.client.get(path, headers=self._headers(who, part=part))

    async def post(
        self,
        path: str,
        who: str = "agent",
        *,
        part: bool = True,
        key: str | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Press a key of the page. Without `key` each press is a new one."""
        self.keys += 1
        data = {"idempotency_key": key or f"press-{self.keys:06d}", **fields}
        return await self.client.post(path, data=data, headers=self._headers(who, part=part))

    async def text(self, path: str, who: str = "agent", *, part: bool = False) -> str:
        """A page that must be there."""
        answer = await self.get(path, who, part=part)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def arrive(self, service: str = "admission", **more: Any) -> Issued:
        """Somebody takes a ticket."""
        return await self.do(issue, Issue(service, **more))

    async def do(self, command: Callable[..., T], request: Any, actor: str = "system") -> T:
        """A command, as another screen would run it."""
        return await self.ledger.run(command, request, site=1, actor=actor)

    async def desk(self, ref: str = "main.1") -> DeskView:
        """A desk as it is."""
        view = await self.ledger.read(reads.desk, ref, self.clock.line_ms())
        assert view is not None
        return view

    async def ticket(self, ticket: str) -> TicketView:
        """A ticket as it is."""
        view = await self.ledger.read(reads.ticket, ticket, self.clock.line_ms())
        assert view is not None
        return view

    async def open(self, ref: str = "main.1", who: str = "agent") -> None:
        """Sit down."""
        assert (await self.post(f"/desk/{ref}/open", who)).status_code == 200

    async def next(self, ref: str = "main.1", who: str = "agent", **more: Any) -> httpx.Response:
        """Press next, having seen who is there."""
        view = await self.desk(ref)
        seen = view.serving.ticket if view.serving else ""
        return await self.post(f"/desk/{ref}/next", who, seen=seen, **more)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(round(seconds * 1000))

    def _headers(self, who: str, *, part: bool) -> dict[str, str]:
        # a machine's token has its own cookie, people share one
        machines = {"kiosk": "kiosk", "board": "board", "desk": "desk", "machine": "desk"}
        family = machines.get(who, "user")
        headers = {"cookie": f"turnero_{family}={who}", "origin": HOST, "accept-language": "en"}
        return {**headers, "hx-request": "true", "hx-request-type": "partial"} if part else headers


def keys_in(html: str) -> list[str]:
    """The idempotency keys that the server wrote into a page."""
    return _KEY.findall(html)


@pytest.fixture
def more_slices() -> list[Slice]:
    """Other rooms; a test overrides it."""
    return []


@pytest.fixture
async def room(tmp_path: Path, more_slices: list[Slice]) -> AsyncIterator[Room]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock) as ledger:
        await ledger.run(load_site, decode(described()), site=1, actor="system")
        web = weave(
            [desk.make(), *more_slices],
            ledger=ledger,
            clock=clock,
            authenticator=Staff(),
            looks=OneLook(LOOK),
        )
        app = Litestar(**options(web), openapi_config=None)
        demand_permissions(app)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Room(ledger, clock, web, client)
        web.hub.stop()
