"""A whole small server for the web's tests: real ledger, real routes, no room of the product."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgspec
import pytest
from litestar import Litestar

from tests.peers.stores import opened
from tests.web.sample_slice import faults, make_slices
from turnero.store.clock import SystemClock
from turnero.store.ledger import Ledger
from turnero.web import cookies
from turnero.web.guards import demand_permissions
from turnero.web.look import Look, OneLook
from turnero.web.principal import Principal, Role
from turnero.web.wiring import Web, options, weave

if TYPE_CHECKING:
    from tests.web.serving import Served

LOOK = Look(number=1, key="main", name="Hospital", profile="pe", zone="America/Lima")


class Known:
    """Tokens and cookies by name: "agent" is an agent of site 1."""

    people: Mapping[str, Principal] = {
        str(role): Principal(actor=f"user:{role}", role=role, site=1) for role in Role
    } | {
        "stranger": Principal(actor="user:9", role=Role.AGENT, site=2),
        "portuguese": Principal(actor="user:8", role=Role.AGENT, site=1, language="pt"),
    }

    async def from_bearer(self, token: str) -> Principal | None:
        return self.people.get(token)

    async def from_cookies(
        self, jar: Mapping[str, str], wanted: Collection[Role]
    ) -> Principal | None:
        found = [
            self.people[value]
            for name in cookies.FAMILIES
            if (value := cookies.find(jar, name) or "") in self.people
        ]
        best = next((one for one in found if one.role in wanted), found[0] if found else None)
        return best and msgspec.structs.replace(best, by_cookie=True)


@pytest.fixture(autouse=True)
def no_faults() -> None:
    faults.clear()


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with opened(tmp_path / "data", None) as running:
        yield running


@pytest.fixture
def web(ledger: Ledger) -> Web:
    return weave(
        make_slices(),
        ledger=ledger,
        clock=SystemClock(),
        authenticator=Known(),
        looks=OneLook(LOOK),
    )


@pytest.fixture
async def app(web: Web) -> AsyncIterator[Litestar]:
    litestar = Litestar(**options(web), openapi_config=None)
    demand_permissions(litestar)
    yield litestar
    web.hub.stop()


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://turnero.test") as one:
        yield one


def as_user(name: str, **more: str) -> dict[str, str]:
    """Headers of a browser in which this person is signed in."""
    return {"cookie": f"turnero_user={name}", "origin": "http://turnero.test", **more}


def bearer(name: str) -> dict[str, str]:
    """Headers of a program with this token."""
    return {"authorization": f"Bearer {name}"}


@pytest.fixture
def served(tmp_path: Path) -> Iterator["Served"]:
    """The same small server on a real socket."""
    from tests.web.serving import Served

    server = Served(tmp_path / "served")
    server.start()
    yield server
    server.stop()
