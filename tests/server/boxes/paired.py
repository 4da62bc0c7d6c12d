"""An installation with a box in its hospital, and the box's side of the pairing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from tests.peers.server import SITE
from tests.server.installation import PASSWORD, Installation, installation
from turnero.server.sites import load_site

BOX = """
[[box]]
key = "entrance"
name = "Entrada"
"""
FINGERPRINT = "1f2e 3d4c"


@asynccontextmanager
async def with_box(folder: Path, toml: str = BOX, **settings: Any) -> AsyncIterator[Installation]:
    """The installation, its site with what `toml` adds, and an administrator called "ana"."""
    async with installation(folder, **settings) as here:
        await load_site(here.running.ledger, SITE + toml, actor="test")
        await here.person("ana", role="administrator", site=None)
        yield here


@asynccontextmanager
async def administrator(here: Installation) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which ana has signed in."""
    async with here.client() as client:
        await client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
        yield client


async def send(client: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """Send a form of the page of boxes."""
    return await client.post(path, data={"idempotency_key": uuid4().hex, **fields})


async def ask(here: Installation, fingerprint: str = FINGERPRINT) -> dict[str, Any]:
    """A box asks to be let in."""
    async with here.client() as client:
        said = {"fingerprint": fingerprint, "version": "1", "hardware": "mini"}
        answer = await client.post("/api/v1/box/pair", json=said)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def poll(here: Installation, secret: str) -> dict[str, Any]:
    """How it stands."""
    async with here.client() as client:
        return dict((await client.post("/api/v1/box/pair/poll", json={"secret": secret})).json())


async def approve(here: Installation, code: str, device: int) -> httpx.Response:
    """Ana approves it as that device."""
    async with administrator(here) as client:
        return await send(client, "/boxes/approve", code=code, device=device)


async def device_of(here: Installation, key: str = "entrance") -> int:
    """The id of the site's box of that key."""
    from turnero.store import devices

    found = await here.running.ledger.read(devices.by_key, here.site, "box", key)
    assert found is not None
    return found.id


async def pair(here: Installation, fingerprint: str = FINGERPRINT) -> str:
    """Ask, approve and fetch: the token."""
    asked = await ask(here, fingerprint)
    await approve(here, asked["code"], await device_of(here))
    return str((await poll(here, asked["secret"]))["token"])


async def beat(here: Installation, token: str, **said: Any) -> httpx.Response:
    """A heartbeat."""
    body = {"version": "1", "config": "", "uptime_s": 1, "clock_ms": 1, "seq": 0, "spool": 0} | said
    async with here.client(token) as client:
        return await client.post("/api/v1/box/beat", json=body)
