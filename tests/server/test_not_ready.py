"""While nothing can be kept the server says so, to people and to programs, and recovers by itself."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.peers.server import RunningServer


@contextmanager
def locked(server: RunningServer) -> Iterator[None]:
    """Another program writes to the database and does not end."""
    other = sqlite3.connect(server.data / "turnero.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with a hospital that does not run yet."""
    server = RunningServer(tmp_path / "data")
    server.data.mkdir()
    server.load()
    yield server
    server.kill()


def _until_it_answers(server: RunningServer, path: str) -> httpx.Response:
    until = time.monotonic() + 20
    while True:
        try:
            return httpx.get(
                f"{server.url}{path}", trust_env=False, headers={"accept": "text/html"}
            )
        except httpx.TransportError:
            assert time.monotonic() < until, server.tail()
            time.sleep(0.05)


def test_while_the_database_is_locked_every_page_answers_503_and_then_recovers(
    stopped: RunningServer,
) -> None:
    with locked(stopped):
        stopped.start(wait=False)
        page = _until_it_answers(stopped, "/sign-in")
        assert page.status_code == 503
        assert page.headers["retry-after"] == "1"
        assert 'data-recover="/health/ready"' in page.text
        with stopped.client() as client:
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()["ready"]) == (503, False)
            assert ready.json()["reason"]
            assert client.get("/health/live").status_code == 200
            issued = client.post(
                "/api/v1/tickets",
                json={"site": "demo", "service": "cash"},
                headers={"authorization": "Bearer tur_x"},
            )
            assert (issued.status_code, issued.json()["code"]) == (503, "unavailable")
            assert issued.headers["content-type"] == "application/problem+json"
            script = page.text.split('src="')[1].split('"')[0]
            assert client.get(script).status_code == 200, "the page's own script comes all the same"
    stopped.wait_ready()
    with stopped.client() as client:
        assert client.get("/sign-in").status_code == 200
    assert stopped.stop() < 5


def test_the_page_that_waits_speaks_the_readers_language(stopped: RunningServer) -> None:
    with locked(stopped):
        stopped.start(wait=False)
        _until_it_answers(stopped, "/")
        said = {
            language: httpx.get(
                f"{stopped.url}/kiosk", headers={"accept-language": language}, trust_env=False
            ).text
            for language in ("en", "es")
        }
    assert 'lang="en"' in said["en"]
    assert 'lang="es' in said["es"]


def test_a_database_locked_by_another_program_is_refused_and_served_again_without_a_restart(
    own_server: RunningServer,
) -> None:
    with own_server.client("kiosk") as client, locked(own_server):
        issued = client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
        assert issued.status_code == 503
        assert "Traceback" not in issued.text
        assert client.get("/health/ready").status_code == 503
    own_server.wait_ready()
    with own_server.client("kiosk") as client:
        issued = client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
        assert (issued.status_code, issued.json()["number"]) == (201, "C001")


def test_a_second_server_on_the_same_folder_says_so_in_one_sentence(
    own_server: RunningServer,
) -> None:
    second = RunningServer(own_server.data, words=("--host", "127.0.0.1"))
    before = len(own_server.tail(1000).splitlines())
    second.start(wait=False)
    assert second.process is not None
    assert second.process.wait(20) == 2
    said = own_server.tail(1000).splitlines()[before:]
    assert len(said) == 1
    assert "is in use by process" in said[0]
    assert "--data" in said[0]


def test_a_port_in_use_is_said_in_one_sentence(own_server: RunningServer, tmp_path: Path) -> None:
    second = RunningServer(tmp_path / "other", port=own_server.port)
    second.start(wait=False)
    assert second.process is not None
    assert second.process.wait(20) == 2
    (said,) = second.tail().splitlines()
    assert said.startswith(f"turnero: port {own_server.port} on 127.0.0.1 is in use")
    assert "--port" in said
