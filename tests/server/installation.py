"""A whole installation in this process: the real store, rooms and gate, asked without a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.peers.server import SITE
from tests.peers.stores import put_database
from turnero.server.front import Front
from turnero.server.metrics import Metrics
from turnero.server.rooms import Rooms
from turnero.server.running import Running
from turnero.server.settings import load
from turnero.server.sites import load_site
from turnero.server.waiting import waiting_app
from turnero.server.waiting_web import waiting_web
from turnero.store.clock import Clock
from turnero.store.opening import open_store

#: https: the cookie jar of the client keeps secure cookies from plain http, also on this machine
ORIGIN = "https://127.0.0.1:8400"
PASSWORD = "four unrelated little words"


@dataclass
class Installation:
    """`running` and a front before it, as `turnero serve` puts them together."""

    running: Running
    front: Front
    site: int

    def client(
        self,
        token: str | None = None,
        *,
        address: str = "127.0.0.1",
        base: str = ORIGIN,
        **headers: str,
    ) -> httpx.AsyncClient:
        """A browser (cookies, Origin) or, with a token, a program."""
        given = {"accept-language": "en", **headers}
        if token is None:
            given.setdefault("origin", base)
        else:
            given["authorization"] = f"Bearer {token}"
        transport = httpx.ASGITransport(self.front, client=(address, 4711))  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url=base, headers=given)

    async def token(self, role: str, **where: Any) -> str:
        """A fresh token, of the site unless said otherwise."""
        where.setdefault("site", self.site)
        return (await self.running.accounts.create_token(role, actor="test", **where))[1]

    async def person(self, login: str, role: str = "agent", **where: Any) -> int:
        """An account with `PASSWORD`."""
        where.setdefault("site", self.site)
        return await self.running.accounts.create(login, PASSWORD, role=role, actor="test", **where)


@asynccontextmanager
async def installation(
    folder: Path, *, clock: Clock | None = None, rooms: Rooms | None = None, **settings: Any
) -> AsyncIterator[Installation]:
    """The installation with the small hospital `SITE`."""
    known = load(folder, environment={}, given=settings)
    if known.postgres is None:
        put_database(folder)
    store = open_store(folder, clock=clock)
    metrics = Metrics()
    front = Front(waiting_app(waiting_web(known), lambda: front.reason or ""), metrics)
    running = Running(known, store.ledger, metrics, rooms or Rooms())
    try:
        await running.start()
        loaded = await load_site(store.ledger, SITE, actor="test")
        await running.looks.read()
        front.ready(running.app)
        yield Installation(running, front, loaded["number"])
    finally:
        await running.stop()
        store.close()
