"""Who may pass: every route by its permission, every browser's write from our own page."""

import asyncio

import httpx
import pytest
from litestar import Litestar, get
from litestar.exceptions import ImproperlyConfiguredException

from tests.web.conftest import as_user, bearer
from turnero.web.guards import demand_permissions
from turnero.web.limits import Buckets, Limit, TooMany, client_address, networks
from turnero.web.permissions import PERMISSIONS, allowed
from turnero.web.principal import Role
from turnero.web.wiring import Web, options

KEY = "idempotency_key=abcdefgh12345678"
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_a_page_that_needs_somebody_sends_a_browser_to_sign_in(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/sample", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/sample"


async def test_htmx_is_sent_to_sign_in_and_back_to_the_page_it_is_on(
    client: httpx.AsyncClient,
) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://turnero.test/desk/3"}
    answer = await client.get("/sample", headers=headers)
    assert answer.headers["hx-redirect"] == "/sign-in?next=/desk/3"


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_passes_where_the_table_says_so(
    client: httpx.AsyncClient, role: Role
) -> None:
    answer = await client.get("/sample", headers=bearer(role))
    assert answer.status_code == (200 if role in PERMISSIONS["desk.page"] else 403)


@pytest.mark.parametrize(
    "authorization", ["Bearer wrong", "Bearer", "Bearer ", "Basic YTpi", "agent", "Bearer a b"]
)
async def test_a_wrong_token_is_no_token(client: httpx.AsyncClient, authorization: str) -> None:
    # not even when the browser holds a good cookie: the request says who it wants to be
    headers = {"authorization": authorization, "cookie": "turnero_user=agent"}
    answer = await client.get("/api/v1/who", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "token-unknown"


async def test_one_browser_shows_desk_and_kiosk_at_once(client: httpx.AsyncClient) -> None:
    both = {"cookie": "turnero_kiosk=kiosk; turnero_user=agent; other=1"}
    answer = await client.get("/sample", headers=both)
    assert answer.status_code == 200
    assert "side of user:agent" in answer.text


async def test_a_cookie_with_the_host_prefix_wins_over_one_without(
    client: httpx.AsyncClient,
) -> None:
    headers = {"cookie": "turnero_user=stranger; __Host-turnero_user=agent"}
    assert (await client.get("/api/v1/who", headers=headers)).json()["actor"] == "user:agent"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.test"},
        {"origin": "http://turnero.test:81"},
        {"origin": "http://turnero.test.evil.test"},
        {"origin": "turnero.test"},
        {"origin": "http://turnero.test", "sec-fetch-site": "same-site"},
        {"origin": "http://turnero.test", "sec-fetch-site": "cross-site"},
        {"origin": "http://[", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_write_from_elsewhere_changes_nothing(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    jar = {"cookie": "turnero_user=agent", **FORM, **headers}
    answer = await client.post("/sample/count", headers=jar, content=KEY)
    assert answer.status_code == 403
    assert 'data-code="other-origin"' in answer.text
    page = await client.get("/sample", headers=as_user("agent"))
    assert '<p id="count">0</p>' in page.text


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"sec-fetch-site": "same-origin"},
        # a proxy ends TLS: the browser's origin has another scheme and the same host
        {"origin": "https://turnero.test"},
    ],
)
async def test_a_write_from_our_own_page_is_done(
    client: httpx.AsyncClient, more: dict[str, str]
) -> None:
    answer = await client.post(
        "/sample/count", headers={**as_user("agent", **FORM), **more}, content=KEY
    )
    assert answer.status_code == 200
    assert '<p id="count">1</p>' in answer.text


async def test_a_program_with_a_token_needs_no_origin(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/sample", headers=bearer("desk"), json={"number": 3})
    assert answer.json() == {"number": 3}


async def test_nobody_acts_at_another_site(client: httpx.AsyncClient) -> None:
    answer = await client.post("/sample/count", headers=as_user("stranger", **FORM), content=KEY)
    assert answer.status_code == 403
    assert 'data-code="other-site"' in answer.text


@pytest.mark.parametrize(
    "address", ["/sample/other?lang=%00", "/sample/error/%00", "/live?view=a:es:%00"]
)
async def test_what_no_text_of_postgresql_holds_is_not_asked_for(
    client: httpx.AsyncClient, address: str
) -> None:
    async with asyncio.timeout(5):
        answer = await client.get(address)
    assert answer.status_code == 404


async def test_a_server_with_an_unguarded_route_does_not_start(web: Web) -> None:
    @get("/open")
    async def open_route() -> None: ...

    @get("/odd", opt={"permission": "everything"})
    async def odd_route() -> None: ...

    app = Litestar(**options(web, [open_route, odd_route]), openapi_config=None)
    with pytest.raises(ImproperlyConfiguredException, match=r"/odd.*/open|/open.*/odd"):
        demand_permissions(app)


async def test_a_route_without_permission_lets_nobody_in_even_if_it_came_to_be(web: Web) -> None:
    @get("/open")
    async def open_route() -> None: ...

    app = Litestar(**options(web, [open_route]), openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://t.test") as client:
        assert (await client.get("/open", headers=bearer("administrator"))).status_code == 403


def test_the_public_has_no_permission_but_the_public_one() -> None:
    assert allowed(None, "public")
    assert not any(allowed(None, permission) for permission in PERMISSIONS)


async def test_who_asks_too_often_waits_and_is_told_how_long(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/limited") for _ in range(9)]
    assert [a.status_code for a in answers] == [200] * 8 + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10


def test_a_client_that_waited_may_ask_again() -> None:
    now = 0.0
    buckets = Buckets({"few": Limit(burst=1, per_minute=6)}, now_s=lambda: now)
    buckets.take("few", "a")
    buckets.take("few", "b")
    with pytest.raises(TooMany) as refused:
        buckets.take("few", "a")
    assert refused.value.seconds == 10
    now = 10.1
    buckets.take("few", "a")


def test_invented_addresses_do_not_fill_the_memory() -> None:
    buckets = Buckets({"few": Limit(burst=1, per_minute=6)}, now_s=lambda: 0.0)
    for n in range(25_000):
        buckets.take("few", str(n))
    assert len(buckets._buckets["few"]) <= 10_001


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not our proxy: it may say anything
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "1.1.1.1, 198.51.100.1, 10.0.0.3", "198.51.100.1"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "not an address", "not an address"),
    ],
)
def test_a_proxy_is_believed_only_when_it_is_ours(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, networks(["10.0.0.0/8"])) == client
