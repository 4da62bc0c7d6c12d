"""Tokens: 256 bits, shown once, kept hashed; scoped, entered once in a browser, revoked at once."""

import asyncio
import sqlite3
from pathlib import Path

from tests.peers.server import RunningServer
from tests.server.installation import PASSWORD, Installation, installation
from turnero.server.accounts import commands, reads
from turnero.store.clock import VirtualClock

DAY_MS = 24 * 3600 * 1000


def _issue(server: RunningServer, token: str) -> int:
    with server.client() as client:
        client.headers["authorization"] = f"Bearer {token}"
        return client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"}).status_code


def test_a_token_is_made_beside_a_running_server_and_works_at_once(server: RunningServer) -> None:
    printed = server.command("token", "create", "--role", "kiosk", "--site", "demo")
    assert printed.split() == [printed], "the token alone"
    assert _issue(server, printed) == 201
    number, role, site = server.command("token", "list").splitlines()[-1].split()[:3]
    assert (role, site) == ("kiosk", "demo"), "the site by its key, as it was given"
    server.command("token", "revoke", number)
    assert _issue(server, printed) == 401


def test_a_token_is_made_while_no_server_runs_and_works_once_one_does(tmp_path: Path) -> None:
    server = RunningServer(tmp_path / "data")
    server.data.mkdir()
    server.load()
    token = server.token("agent")
    server.start()
    try:
        assert _issue(server, token) == 201
    finally:
        server.stop()


def test_a_desks_own_token_works_at_that_desk_alone(server: RunningServer) -> None:
    words = ("--role", "desk", "--site", "demo", "--place", "1")
    token = server.command("token", "create", *words)
    with server.client() as client:
        client.headers["authorization"] = f"Bearer {token}"
        assert client.post("/api/v1/desks/demo.1/next", json={}).status_code == 200
        assert client.post("/api/v1/desks/demo.2/next", json={}).status_code == 403
        client.post("/api/v1/desks/demo.1/close", json={})


def test_only_a_hash_of_a_token_is_kept(server: RunningServer) -> None:
    token = server.token("agent")
    for file in server.data.glob("turnero.db*"):
        assert token.encode() not in file.read_bytes()
    with sqlite3.connect(f"file:{server.data / 'turnero.db'}?mode=ro", uri=True) as database:
        lengths = {len(row[0]) for row in database.execute("SELECT hash FROM token")}
    assert lengths == {32}


async def test_a_token_that_expired_is_refused(tmp_path: Path) -> None:
    clock = VirtualClock(1_800_000_000_000)
    async with installation(tmp_path / "data", clock=clock) as here:
        token = await here.token("board", expires_ms=clock.now_ms() + DAY_MS)
        async with here.client(token) as client:
            assert (await client.get("/api/v1/sites/demo/board")).status_code == 200
            clock.advance(DAY_MS)
            answer = await client.get("/api/v1/sites/demo/board")
            assert (answer.status_code, answer.json()["code"]) == (401, "token-unknown")


async def test_a_screen_enters_its_token_once_and_stays_connected_until_it_is_revoked(
    here: Installation,
) -> None:
    number, token = await here.running.accounts.create_token(
        "kiosk", site=here.site, place="hall", actor="test"
    )
    async with here.client() as client:
        answer = await client.post("/enter", data={"token": f" {token}\n"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert token not in answer.headers["set-cookie"], "the cookie is a secret of its own"
        assert (await client.get("/")).headers["location"] == "/kiosk"
        assert (await client.get("/api/v1/sites")).status_code == 200
        await here.running.ledger.run(commands.revoke_token, number, site=0, actor="test")
        await asyncio.sleep(0)
        assert (await client.get("/api/v1/sites")).status_code == 401


async def test_one_browser_can_be_a_kiosk_a_board_and_a_person(here: Installation) -> None:
    await here.person("ana", "supervisor")
    async with here.client() as client:
        for role in ("kiosk", "board", "desk"):
            await client.post("/enter", data={"token": await here.token(role)})
        await client.post("/sign-in", data={"login": "ana", "password": PASSWORD})
        assert len(client.cookies) == 4
        assert (await client.get("/account")).status_code == 200
        assert (await client.get("/api/v1/sites/demo/board")).status_code == 200


async def test_a_token_of_a_person_is_not_entered_in_a_browser(here: Installation) -> None:
    async with here.client() as client:
        answer = await client.post("/enter", data={"token": await here.token("administrator")})
        assert answer.status_code == 403
        answer = await client.post("/enter", data={"token": "tur_nonsense"})
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers


async def test_a_cookies_secret_is_no_bearer_token_and_the_other_way_round(
    here: Installation,
) -> None:
    token = await here.token("kiosk")
    async with here.client() as client:
        await client.post("/enter", data={"token": token})
        secret = next(iter(client.cookies.values()))
        assert (await client.get("/api/v1/sites")).status_code == 200
    async with here.client(secret) as client:
        assert (await client.get("/api/v1/sites")).status_code == 401
    async with here.client(token) as client:
        assert (await client.get("/api/v1/sites")).status_code == 200
    async with here.client() as client:
        client.cookies.set("__Host-turnero_kiosk", token)
        assert (await client.get("/api/v1/sites")).status_code == 401


async def test_a_token_in_an_address_is_worth_nothing(here: Installation) -> None:
    token = await here.token("administrator")
    async with here.client() as client:
        for name in ("token", "access_token", "key"):
            assert (await client.get(f"/api/v1/sites?{name}={token}")).status_code == 401


async def test_when_a_token_was_last_used_is_kept(here: Installation) -> None:
    token = await here.token("agent")
    async with here.client(token) as client:
        await client.get("/api/v1/sites")
    await here.running.authenticator.write_seen()
    assert (await here.running.ledger.read(reads.tokens))[-1].seen_ms is not None
