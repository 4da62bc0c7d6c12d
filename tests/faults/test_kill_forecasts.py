"""`kill -9` in mid-day: the waits that were published go on being told, and the server forecasts again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer
from tests.peers.yesterday import teach


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server that knows earlier days, not started."""
    running = RunningServer(tmp_path / "data")
    running.data.mkdir()
    running.load()
    teach(running.data, "admission")
    yield running
    running.kill()


def _ask(server: RunningServer, method: str, path: str, **body: Any) -> Any:
    headers = {"authorization": f"Bearer {server.token('supervisor')}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=20, trust_env=False) as http:
        answer = http.request(method, f"/api/v1{path}", json=body if method == "POST" else None)
    answer.raise_for_status()
    return answer.json()


def _service(server: RunningServer) -> dict[str, Any]:
    found = _ask(server, "GET", "/sites")["sites"][0]["services"]
    return next(one for one in found if one["id"] == "admission")


def _until(said: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + 40
    while not said():
        assert time.monotonic() < give_up, what
        time.sleep(0.2)


def test_after_a_kill_waits_are_told_at_once_and_forecast_again(server: RunningServer) -> None:
    server.start()
    _ask(server, "POST", "/desks/demo.1/open")
    for _ in range(4):
        _ask(server, "POST", "/tickets", site="demo", service="admission")
    _until(lambda: _service(server)["wait"] is not None, "a forecast")
    before = _service(server)["wait"]
    server.kill()
    server.start()
    taken = _ask(server, "POST", "/tickets", site="demo", service="admission")
    assert taken["wait"] is not None
    assert abs(taken["wait"]["high_minutes"] - before["high_minutes"]) <= 10
    # The desk is still open for the new process: it follows the day from its beginning.
    _ask(server, "POST", "/desks/demo.1/break", reason="pausa")
    _until(lambda: _service(server)["wait_unknown"] == "no-desk", "the new process forecasts")
