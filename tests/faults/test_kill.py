"""`kill -9` in a loop, under load: no acknowledged ticket is lost, no number or call comes twice.

Clients repeat what was not answered under the same idempotency key, as a kiosk does. In the
end each key must stand for exactly one ticket, and the journal must hold exactly those.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer

ROUNDS = int(os.environ.get("TURNERO_FAULT_ROUNDS", "8"))
CLIENTS = 16
DESKS = ("demo.1", "demo.2")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with its site, not started."""
    running = RunningServer(tmp_path / "data", fresh=True)
    running.data.mkdir()
    running.load()
    yield running
    running.kill()


class Load:
    """Clients that take tickets and desks that call them, until the server is gone."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"}
        self._keys = iter(range(10**9))
        #: what was asked and not answered yet
        self.open: dict[str, tuple[str, dict[str, str]]] = {}
        #: key → what was answered
        self.tickets: dict[str, tuple[str, str]] = {}
        self.calls: dict[str, str | None] = {}

    async def run(self, seconds: float | None) -> None:
        """Load for so long, or, with None, only repeat what is open."""
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, timeout=10, trust_env=False
        ) as http:
            again = list(self.open)
            if seconds is None:
                for key in again:
                    await self._ask(http, key)
                return
            acts = [self._repeat(http, again)]
            acts += [self._take(http) for _ in range(CLIENTS)]
            acts += [self._call(http, desk) for desk in DESKS]
            running = asyncio.gather(*acts, return_exceptions=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(running, seconds)

    async def _repeat(self, http: httpx.AsyncClient, keys: list[str]) -> None:
        for key in keys:
            await self._ask(http, key)

    async def _take(self, http: httpx.AsyncClient) -> None:
        while True:
            key = f"k{next(self._keys)}"
            self.open[key] = ("/api/v1/tickets", {"site": "demo", "service": "admission"})
            await self._ask(http, key)

    async def _call(self, http: httpx.AsyncClient, desk: str) -> None:
        while True:
            key = f"k{next(self._keys)}"
            self.open[key] = (f"/api/v1/desks/{desk}/next", {})
            await self._ask(http, key)

    async def _ask(self, http: httpx.AsyncClient, key: str) -> None:
        path, body = self.open[key]
        answer = await http.post(path, json=body, headers={"idempotency-key": key})
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return
        answer.raise_for_status()
        said = answer.json()
        if path.endswith("/next"):
            self.calls[key] = said["ticket"] and said["ticket"]["id"]
        else:
            self.tickets[key] = (said["id"], said["number"])
        del self.open[key]


def _journal(http: httpx.Client) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = []
    while True:
        after = facts[-1]["seq"] if facts else 0
        page = http.get("/api/v1/journal", params={"site": "demo", "after": after, "limit": 1000})
        found = page.raise_for_status().json()["facts"]
        if not found:
            return facts
        facts += found


def test_no_acknowledged_ticket_is_lost_and_nothing_comes_twice(server: RunningServer) -> None:
    token = server.token("supervisor")
    chance = random.Random(7)
    load = Load(server.url, token)
    for _ in range(ROUNDS):
        server.start()

        async def until_the_kill() -> None:
            loading = asyncio.create_task(load.run(5))
            await asyncio.sleep(chance.uniform(0.15, 0.6))
            await asyncio.to_thread(server.kill)
            await loading

        asyncio.run(until_the_kill())
    server.start()
    asyncio.run(load.run(None))
    assert load.open == {}
    assert len(load.tickets) > ROUNDS * CLIENTS // 2, "there was hardly any load"

    with server.client("supervisor") as http:
        facts = _journal(http)
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    issued = [
        (f["data"]["ticket"], f["data"]["number"]) for f in facts if f["kind"] == "ticket-issued"
    ]
    assert Counter(issued) == Counter(load.tickets.values())
    assert max(Counter(number for _, number in issued).values()) == 1
    called = [f["data"]["ticket"] for f in facts if f["kind"] == "ticket-called"]
    assert Counter(called) == Counter(t for t in load.calls.values() if t is not None)
    assert max(Counter(called).values()) == 1
    server.stop()
    server.command("verify")
