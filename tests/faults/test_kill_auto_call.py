"""`kill -9` in a loop while a desk calls by itself: nobody is called twice, and nobody is forgotten."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.faults.test_kill import _journal
from tests.peers.server import SITE, RunningServer

ROUNDS = int(os.environ.get("TURNERO_FAULT_ROUNDS", "20")) // 4 or 1
#: long enough for everybody who still waits
REST_S = 8.0
AUTO = SITE.replace('name = "Ventanilla 1"', 'name = "Ventanilla 1"\nauto_call = true')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server whose first desk calls by itself, not started."""
    running = RunningServer(tmp_path / "data")
    running.data.mkdir()
    running.load(AUTO)
    yield running
    running.kill()


class Room:
    """People who take tickets, and an agent who finishes them and never presses *next*."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server
        self._headers = {"authorization": f"Bearer {server.token('supervisor')}"}
        #: how far the agent has read the journal
        self._seen = 0

    async def run(self, seconds: float) -> None:
        """Until the time is over or the server is gone."""
        async with httpx.AsyncClient(
            base_url=self._server.url, headers=self._headers, timeout=10, trust_env=False
        ) as http:
            with suppress(httpx.HTTPError, TimeoutError):
                await asyncio.wait_for(
                    asyncio.gather(self._take(http), self._finish(http)), seconds
                )

    async def rest(self) -> None:
        """Finish everybody who is still called, until nobody is."""
        async with httpx.AsyncClient(
            base_url=self._server.url, headers=self._headers, timeout=10, trust_env=False
        ) as http:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._finish(http), REST_S)

    def open(self) -> None:
        """Open the desk."""
        with self.client() as http:
            http.post("/api/v1/desks/demo.1/open", json={}).raise_for_status()

    def client(self) -> httpx.Client:
        """Asks as the supervisor."""
        return httpx.Client(
            base_url=self._server.url, headers=self._headers, timeout=20, trust_env=False
        )

    async def _take(self, http: httpx.AsyncClient) -> None:
        while True:
            await http.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
            await asyncio.sleep(0.02)

    async def _finish(self, http: httpx.AsyncClient) -> None:
        while True:
            page = await http.get("/api/v1/journal", params={"site": "demo", "after": self._seen})
            for fact in page.raise_for_status().json()["facts"]:
                if fact["kind"] == "ticket-called":
                    await http.post(f"/api/v1/tickets/{fact['data']['ticket']}/finish", json={})
                self._seen = fact["seq"]
            await asyncio.sleep(0.01)


@pytest.mark.rule("next-finish-call")
def test_a_desk_that_calls_by_itself_calls_everybody_once(server: RunningServer) -> None:
    chance = random.Random(11)
    room = Room(server)
    for round_ in range(ROUNDS):
        server.start()
        if not round_:
            room.open()

        async def until_the_kill() -> None:
            working = asyncio.create_task(room.run(10))
            await asyncio.sleep(chance.uniform(0.3, 0.9))
            await asyncio.to_thread(server.kill)
            await working

        asyncio.run(until_the_kill())
    server.start()
    asyncio.run(room.rest())
    with room.client() as http:
        facts = _journal(http)
    issued = [fact["data"]["ticket"] for fact in facts if fact["kind"] == "ticket-issued"]
    called = [fact["data"]["ticket"] for fact in facts if fact["kind"] == "ticket-called"]
    finished = [fact["data"]["ticket"] for fact in facts if fact["kind"] == "service-finished"]
    assert len(issued) > ROUNDS * 3
    assert max(Counter(called).values()) == 1
    assert set(called) == set(issued) == set(finished)
    server.stop()
    server.command("verify")
