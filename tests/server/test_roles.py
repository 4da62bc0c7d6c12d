"""Who may do what is checked at the server, for every route: this walks all routes with all roles."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from litestar import get
from litestar.handlers import HTTPRouteHandler

from tests.peers.server import SITE
from tests.server.installation import ORIGIN, PASSWORD, Installation, installation
from turnero.server import home
from turnero.server.accounts.service import Accounts
from turnero.server.looks import SiteLooks
from turnero.server.rooms import Rooms
from turnero.server.sites import load_site
from turnero.web.permissions import PUBLIC, allowed
from turnero.web.principal import Role
from turnero.web.slice import Slice

#: routes that judge by themselves; each has a test of its own
_OWN_JUDGE = {"/metrics", "/live"}
_VALUES = {"int": "1", "str": "x", "path": "x", "uuid": "0" * 32}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installation(tmp_path_factory.mktemp("roles") / "data") as here:
        yield here


def _routes(here: Installation) -> Iterator[tuple[str, str, str]]:
    """Method, an address that fits the pattern, permission."""
    for route in here.running.app.routes:
        path = re.sub(r"\{\w+(?::(\w+))?\}", lambda m: _VALUES[m[1] or "str"], route.path)
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), path, handler.opt["permission"]


async def _code(here: Installation, token: str | None, method: str, path: str) -> tuple[int, str]:
    headers = {"accept": "application/json", "idempotency-key": "walk-of-all-roles"}
    async with here.client(token, **headers) as client:
        answer = await client.request(method, path, json={} if method == "POST" else None)
    if "problem+json" in answer.headers.get("content-type", ""):
        return answer.status_code, str(answer.json()["code"])
    return answer.status_code, ""


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", [None, *Role])
async def test_each_role_gets_what_the_table_gives_it_and_nothing_else(
    whole: Installation, role: Role | None
) -> None:
    token = None if role is None else await whole.token(role)
    wrong: list[str] = []
    walked = 0
    for method, path, permission in _routes(whole):
        if path in _OWN_JUDGE or path.startswith("/static"):
            continue
        status, code = await _code(whole, token, method, path)
        walked += 1
        refused = (status, code) in {(401, "sign-in-first"), (403, "not-allowed")} or (
            # a page sends who has not signed in to the door
            role is None and status == 303 and permission != PUBLIC
        )
        if refused == allowed(role, permission):
            wrong.append(f"{method} {path} ({permission}): {status} {code}")
    assert not wrong
    assert walked > 30


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_no_page_of_another_site_writes_anything(whole: Installation, origin: str) -> None:
    """With an administrator's own cookie, and where nobody needs one."""
    login = f"chief{len(origin)}"
    await whole.person(login, "administrator", site=None)
    wrong, walked = [], 0
    # from an address of its own: whoever walked through all roles has tried to sign in often enough
    async with whole.client(address=f"127.0.1.{len(origin)}") as client:
        signed_in = await client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert signed_in.status_code == 303, signed_in.text
        for method, path, permission in _routes(whole):
            if method == "GET" or path.startswith("/api/v1/box"):
                continue
            client.headers["origin"] = origin
            answer = await client.request(method, path, data={"idempotency_key": "k" * 12})
            walked += 1
            if answer.status_code != 403 and not (
                permission != PUBLIC and answer.status_code == 303
            ):
                wrong.append((method, path, answer.status_code))
        client.headers["origin"] = ORIGIN
        assert (await client.get("/accounts")).status_code == 200, "still signed in"
    assert not wrong
    assert walked > 80


@pytest.mark.asyncio(loop_scope="module")
async def test_every_route_names_a_permission(whole: Installation) -> None:
    assert all(permission for _, _, permission in _routes(whole))


async def test_a_server_with_a_route_without_permission_does_not_start(tmp_path: Path) -> None:
    @get("/forgotten")
    async def forgotten() -> None:
        raise AssertionError

    def front(accounts: Accounts, looks: SiteLooks) -> Slice:
        made = home.make(accounts, looks)
        return Slice(name=made.name, routes=[*made.routes, forgotten])

    with pytest.raises(Exception, match="/forgotten"):
        async with installation(tmp_path / "data", rooms=Rooms(front)):
            pass


async def test_a_token_of_one_site_is_refused_at_another(here: Installation) -> None:
    other = await load_site(
        here.running.ledger, SITE.replace('key = "demo"', 'key = "other"', 1), actor="test"
    )
    await here.running.looks.read()
    token = await here.token("agent", site=other["number"])
    async with here.client(token) as client:
        issued = await client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
        assert (issued.status_code, issued.json()["code"]) == (403, "other-site")
        issued = await client.post("/api/v1/tickets", json={"site": "other", "service": "cash"})
        assert issued.status_code == 201


async def test_an_administrator_of_one_site_manages_that_sites_accounts_only(
    here: Installation,
) -> None:
    await here.person("chief", "administrator")
    elsewhere = await here.person("far", site=None)
    token = (await here.running.accounts.create_token("agent", site=None, actor="test"))[0]
    async with here.client() as client:
        await client.post("/sign-in", data={"login": "chief", "password": PASSWORD})
        key = {"idempotency_key": "k" * 12}
        shown = (await client.get("/accounts")).text
        assert "chief" in shown
        assert ">far<" not in shown
        answer = await client.post(f"/accounts/{elsewhere}/state", data={**key, "disabled": "1"})
        assert answer.status_code == 403
        assert (await client.post(f"/accounts/tokens/{token}/revoke", data=key)).status_code == 403


@pytest.mark.parametrize("body", [b"", b"login=x", b"\xff", b"role=%C3%B1&site=nowhere"])
@pytest.mark.parametrize("path", ["/accounts", "/accounts/tokens"])
async def test_a_form_that_is_none_is_said_on_the_page(
    here: Installation, path: str, body: bytes
) -> None:
    async with here.client(await here.token("administrator")) as client:
        answer = await client.post(path, content=body)
    assert answer.status_code == 422


async def test_a_slip_in_the_form_makes_nobody_more_than_was_chosen(here: Installation) -> None:
    """What is wrong is said on the form that was sent, and role and site stay in it."""
    await here.person("chief", "administrator", site=None)
    typed = {"login": "rosa", "password": "short", "role": "greeter", "site": "demo"}
    async with here.client() as client:
        await client.post("/sign-in", data={"login": "chief", "password": PASSWORD})
        for after in ({}, {"next": "/setup/people"}):
            data = typed | after | {"idempotency_key": "k" * 12}
            refused = await client.post("/accounts", data=data)
            assert refused.status_code == 422
            assert "10 to 128" in refused.text
            assert '<option value="greeter" selected>' in refused.text
            wizard = '<input type="hidden" name="site" value="demo">' in refused.text
            assert wizard is bool(after)
            assert wizard or '<option value="demo" selected>' in refused.text
            assert ("Revoke" in refused.text or "New token" in refused.text) is not bool(after)
