"""What was ended is worth nothing at once: an older cookie, and the streams that rest on a proof."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from tests.server.installation import PASSWORD, Installation
from turnero.server.accounts import commands, facts
from turnero.server.accounts.authenticator import CookieAuthenticator
from turnero.store import journal

COOKIE = "__Host-turnero_user"


async def _sign_in(client: httpx.AsyncClient) -> str:
    answer = await client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
    assert answer.status_code == 303
    return client.cookies[COOKIE]


async def test_the_cookie_that_a_sign_in_replaces_is_dead_though_it_was_just_used(
    here: Installation,
) -> None:
    await here.person("ana")
    async with here.client() as client, here.client() as thief:
        thief.cookies.set(COOKIE, await _sign_in(client))
        assert (await thief.get("/account")).status_code == 200
        await _sign_in(client)
        assert (await thief.get("/account")).status_code == 303
        assert (await client.get("/account")).status_code == 200


async def test_another_process_hears_that_a_session_was_replaced(here: Installation) -> None:
    number = await here.person("ana")
    other = CookieAuthenticator(here.running.ledger, idle_ms=3_600_000)
    told: asyncio.Queue[str | None] = asyncio.Queue()
    other.on_forgotten.append(told.put_nowait)
    await other.start()
    try:
        async with here.client() as client:
            first = await _sign_in(client)
            assert await other.from_cookies({COOKIE: first}, ())
            await _sign_in(client)
        async with asyncio.timeout(10):
            assert await told.get() == f"user:{number}"
        assert await other.from_cookies({COOKIE: first}, ()) is None
    finally:
        await other.stop()
    entries = await here.running.ledger.read(journal.read, 0, 0)
    assert [one.fact for one in entries if one.kind == "session-replaced"] == [
        facts.SessionReplaced(account=number)
    ]


# --- streams -----------------------------------------------------------------------------------


@asynccontextmanager
async def _listening(
    here: Installation, client: httpx.AsyncClient, path: str
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A stream that is open. What it sent is there when it ended, as this client has no socket."""
    before = here.running.web.hub.streams
    asking = asyncio.create_task(client.get(path))
    async with asyncio.timeout(5):
        while here.running.web.hub.streams == before:
            assert not asking.done(), asking.result().text
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    try:
        yield asking
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


PATHS = ["/live?view=supervisor:en:1", "/api/v1/live?site=demo"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("how", ["signed out", "disabled", "password", "signed in again"])
async def test_a_persons_streams_end_with_their_session(
    here: Installation, path: str, how: str
) -> None:
    here.running.web.hub.beat_s = 0.1
    number = await here.person("ana", "supervisor")
    run = here.running.ledger.run
    async with here.client() as client, here.client() as other:
        await _sign_in(client)
        other.cookies.update(client.cookies)
        async with _listening(here, other, path) as stream:
            if how == "signed out":
                await client.post("/sign-out")
            elif how == "signed in again":
                await _sign_in(client)
            elif how == "disabled":
                request = commands.SetDisabled(number, disabled=True)
                await run(commands.disable_account, request, site=0, actor="test")
            else:
                accounts = here.running.accounts
                await accounts.set_password(number, "ana", "another good long one", actor="test")
            async with asyncio.timeout(10):
                assert (await stream).status_code == 200
    assert here.running.web.hub.streams == 0


@pytest.mark.parametrize("path", PATHS)
async def test_a_revoked_tokens_streams_end_and_nobody_elses(here: Installation, path: str) -> None:
    here.running.web.hub.beat_s = 0.1
    accounts = here.running.accounts
    number, token = await accounts.create_token("supervisor", actor="test", site=here.site)
    others = await here.token("supervisor")
    async with here.client(token) as client, here.client(others) as stays:
        async with _listening(here, client, path) as stream, _listening(here, stays, path) as going:
            await here.running.ledger.run(commands.revoke_token, number, site=0, actor="test")
            async with asyncio.timeout(10):
                await stream
            await asyncio.sleep(0.3)
            assert not going.done()
        async with asyncio.timeout(10):
            again = await client.get(PATHS[1])
        assert again.status_code == 401


@pytest.mark.parametrize("path", PATHS)
async def test_a_stream_ends_when_its_token_expires(here: Installation, path: str) -> None:
    here.running.web.hub.beat_s = 0.1
    token = await here.token("supervisor", expires_ms=here.running.ledger.clock.now_ms() + 2000)
    async with here.client(token) as client, _listening(here, client, path) as stream:
        async with asyncio.timeout(20):
            assert (await stream).status_code == 200


async def test_one_token_has_so_many_streams_and_leaves_places_to_others(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turnero.web.seats.MAX_ACTOR", 1)
    greedy, other = await here.token("supervisor"), await here.token("supervisor")
    async with (
        here.client(greedy) as client,
        here.client(other) as second,
        _listening(here, client, PATHS[1]),
    ):
        async with asyncio.timeout(10):
            answer = await client.get(PATHS[1])
        assert (answer.status_code, answer.json()["code"]) == (503, "too-many-streams")
        async with _listening(here, second, PATHS[1]):
            assert here.running.web.hub.streams == 2
    assert here.running.web.hub.streams == 0
