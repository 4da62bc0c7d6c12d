"""Clients of each role on one running server, and the short way to act with them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer

As = Callable[..., httpx.Client]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def as_(server: RunningServer) -> Iterator[As]:
    """A client of a role: `as_("kiosk")`; one a role and language, made when first wanted."""
    made: dict[tuple[str | None, str, str | None], httpx.Client] = {}
    with ExitStack() as stack:

        def client(
            role: str | None = None, language: str = "en", site: str | None = "demo"
        ) -> httpx.Client:
            key = (role, language, site)
            if key not in made:
                made[key] = stack.enter_context(server.client(role, site, language=language))
            return made[key]

        yield client


@pytest.fixture
def take(as_: As) -> Callable[..., Json]:
    """Take a ticket: `take("cash")`."""

    def taken(service: str = "cash", **more: Any) -> Json:
        answer = as_("kiosk").post(
            "/api/v1/tickets", json={"site": "demo", "service": service, **more}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return taken


@pytest.fixture
def act(as_: As) -> Callable[..., Json]:
    """Act as a desk, which must succeed: `act("tickets/…/finish", outcome="attended")`."""

    def acted(path: str, **body: Any) -> Json:
        answer = as_("desk").post(f"/api/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return acted


@pytest.fixture
def facts(as_: As) -> Callable[[], list[Json]]:
    """The site's whole journal."""

    def read() -> list[Json]:
        found: list[Json] = []
        while True:
            after = found[-1]["seq"] if found else 0
            page = as_("desk").get(
                "/api/v1/journal", params={"site": "demo", "after": after, "limit": 1000}
            )
            if not page.json()["facts"]:
                return found
            found += page.json()["facts"]

    return read
