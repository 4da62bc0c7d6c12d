"""Over the API: a desk's own token acts at that desk alone, whatever the path names."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.peers.server import RunningServer
from tests.server.api.conftest import As, Json

Take = Callable[..., Json]
Act = Callable[..., Json]


@pytest.fixture(scope="module")
def second(server: RunningServer) -> Iterator[httpx.Client]:
    """The machine of desk demo.2."""
    token = server.act("token-create", role="desk", site="demo", place="2")["token"]
    headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


def test_it_does_nothing_with_whom_another_desk_serves(
    as_: As, take: Take, act: Act, second: httpx.Client
) -> None:
    ticket = take("admission")["id"]
    while (act("desks/demo.1/next")["ticket"] or {}).get("id") != ticket:
        pass
    moves: dict[str, Json] = {
        "start": {},
        "recall": {},
        "park": {},
        "finish": {},
        "cancel": {},
        "undo": {},
        "transfer": {"service": "cash"},
        "path/add": {"service": "cash"},
    }
    for move, body in moves.items():
        answer = second.post(f"/api/v1/tickets/{ticket}/{move}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "ticket-not-here"), move
    act(f"tickets/{ticket}/finish")


def test_it_calls_nobody_to_another_desk(take: Take, act: Act, second: httpx.Client) -> None:
    ticket = take("cash")["id"]
    path = f"/api/v1/tickets/{ticket}/call"
    elsewhere = second.post(path, json={"desk": "demo.1", "reason": "A test"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "not-allowed")
    here = second.post(path, json={"desk": "demo.2", "reason": "A test"})
    assert here.status_code == 200, here.text
    for move in ("start", "finish"):
        done = second.post(f"/api/v1/tickets/{ticket}/{move}", json={})
        assert done.status_code == 200, done.text
