"""First run: no default password; a secret, shown once, makes the first administrator, once."""

import re
import subprocess
import sys

from tests.peers.server import ROOT, RunningServer
from tests.server.installation import PASSWORD, Installation


def _form(secret: str, **more: str) -> dict[str, str]:
    return {
        "secret": secret,
        "login": "chief",
        "name": "Chief",
        "password": PASSWORD,
        "idempotency_key": "k" * 12,
        **more,
    }


async def test_the_secret_makes_one_administrator_and_is_then_worth_nothing(
    here: Installation,
) -> None:
    secret = await here.running.accounts.begin_setup()
    assert secret is not None
    async with here.client() as client:
        assert (await client.post("/setup", data=_form("wrong"))).status_code == 403
        answer = await client.post("/setup", data=_form(secret))
        assert answer.status_code == 303
        assert (await client.get("/accounts")).status_code == 200, "signed in at once"
        assert (await client.post("/setup", data=_form(secret, login="second"))).status_code == 403
        assert (await client.get("/setup")).headers["location"] == "/setup/on"
    assert await here.running.accounts.begin_setup() is None


async def test_a_newer_secret_voids_the_older(here: Installation) -> None:
    first = await here.running.accounts.begin_setup()
    second = await here.running.accounts.begin_setup()
    assert first is not None
    assert second is not None
    async with here.client() as client:
        assert (await client.post("/setup", data=_form(first))).status_code == 403
        assert (await client.post("/setup", data=_form(second))).status_code == 303


def test_a_new_link_can_be_asked_for_and_opened(own_server: RunningServer) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "turnero", "setup", "--data", str(own_server.data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    address, _, secret = done.stdout.strip().partition("/setup#")
    assert address == own_server.url
    with own_server.client() as client:
        client.headers["origin"] = own_server.url
        assert client.post("/setup", data=_form(secret)).status_code == 303


async def test_what_is_wrong_is_said_beside_its_field(here: Installation) -> None:
    secret = await here.running.accounts.begin_setup()
    assert secret is not None
    async with here.client() as client:
        answer = await client.post("/setup", data=_form(secret, password="short"))
        assert answer.status_code == 422
        assert "10 to 128" in answer.text
        answer = await client.post("/setup", data={"secret": secret, "idempotency_key": "k" * 12})
        assert answer.text.count("Please fill this in.") == 2


def test_serve_shows_the_link_on_first_start_and_the_secret_travels_after_the_hash(
    own_server: RunningServer,
) -> None:
    found = re.search(r"(http://\S+)/setup#(\S+)", own_server.tail())
    assert found is not None
    with own_server.client() as client:
        client.headers["origin"] = own_server.url
        assert client.post("/setup", data=_form(found[2])).status_code == 303
    own_server.stop()
    own_server.log.unlink()
    own_server.start()
    assert "/setup#" not in own_server.tail()
