"""Logs are structured and say nothing about anybody: no bodies, cookies, codes, tokens or passwords."""

import json
import logging
from typing import Any

import pytest

from tests.peers.server import RunningServer
from tests.server.installation import Installation
from turnero.web import logs


@pytest.fixture
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that logs all it can."""
    server = RunningServer(
        tmp_path_factory.mktemp("logs") / "data",
        environment={
            "TURNERO_LOG_LEVEL": "debug",
            "TURNERO_ACCESS_LOG": "true",
            "TURNERO_LOG_FORMAT": "json",
        },
    )
    server.data.mkdir()
    server.load()
    yield server.start()
    server.stop()


def test_no_secret_and_no_person_is_in_the_log_however_much_is_logged(
    chatty: RunningServer,
) -> None:
    token = chatty.token("kiosk")
    with chatty.client() as client:
        client.headers.update({"authorization": f"Bearer {token}", "x-request-id": "walk-1"})
        issued = client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"}).json()
        client.get("/t/SecretCodeOfATicket1234?comment=Maria")
        client.post("/api/v1/tickets", content=b'{"site": "Maria Quispe')
    with chatty.client() as client:
        client.headers["origin"] = chatty.url
        client.post("/sign-in", data={"login": "maria.quispe", "password": "hunter2-hunter2"})
        client.get("/account", headers={"cookie": "turnero_user=cookie-of-maria"})
    text = chatty.tail(1000)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    answered = [line for line in lines if line["event"] == "answered"]
    assert "/t/{code}" in {line["route"] for line in answered} or "/t/{code:str}" in {
        line["route"] for line in answered
    }
    assert "walk-1" in {line.get("request") for line in answered}
    assert issued["number"] == "C001"
    for secret in ("SecretCodeOfATicket", "aria", "hunter2", token):
        assert secret not in text, secret


def test_a_request_id_is_given_back_and_a_strange_one_replaced(server: RunningServer) -> None:
    with server.client() as client:
        assert (
            client.get("/health/live", headers={"x-request-id": "abc-1"}).headers["x-request-id"]
            == "abc-1"
        )
        for strange in ("a" * 65, "a b", "<script>"):
            given = client.get("/health/live", headers={"x-request-id": strange}).headers[
                "x-request-id"
            ]
            assert given != strange
            assert given.replace("-", "").isalnum()


def test_a_field_that_names_a_secret_loses_its_value() -> None:
    line = logs._mask(None, "info", {"event": "x", "password": "p", "cookie": "c", "site": 1})
    assert line == {"event": "x", "password": "…", "cookie": "…", "site": 1}


async def test_an_unforeseen_error_is_logged_with_its_trace_and_told_without(
    here: Installation, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        secret = "a detail of the machine"
        raise RuntimeError(secret)

    monkeypatch.setattr(type(here.running.ledger), "read", broken)
    token_client = here.client()
    with caplog.at_level(logging.ERROR):
        async with token_client as client:
            page = await client.post("/sign-in", data={"login": "x", "password": "y"})
            api = await client.get("/api/v1/sites", headers={"authorization": "Bearer tur_x"})
    assert (page.status_code, api.status_code) == (500, 500)
    for answer in (page, api):
        assert "a detail" not in answer.text
        assert "Traceback" not in answer.text
        assert "RuntimeError" not in answer.text
    assert api.json()["code"] == "broken"
    assert "a detail of the machine" in caplog.text
