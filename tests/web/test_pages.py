"""What a browser gets: a whole page, or the one part that it asked for."""

import httpx
import jinja2_fragments
import pytest

from tests.web.conftest import as_user
from tests.web.sample_slice import faults
from turnero.web.pages import own_path
from turnero.web.wiring import Web

PART = {"hx-request": "true", "hx-request-type": "partial"}


async def test_a_browser_gets_the_whole_page_with_its_language(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sample", headers=as_user("agent"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert '<html lang="es-PE"' in answer.text
    assert 'id="count"' in answer.text
    assert "</html>" in answer.text


async def test_htmx_gets_only_the_part_and_caches_are_told_so(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sample", headers=as_user("agent", **PART))
    assert 'id="count"' in answer.text
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["vary"]


async def test_htmx_that_replaces_the_body_gets_the_whole_page(client: httpx.AsyncClient) -> None:
    whole = {"hx-request": "true", "hx-request-type": "full"}
    answer = await client.get("/sample", headers=as_user("agent", **whole))
    assert "</html>" in answer.text


async def test_every_part_of_the_page_comes_from_its_slice_in_order(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/sample", headers=as_user("agent"))
    assert "<p>side of user:agent</p><p>second</p>" in answer.text


async def test_a_part_that_fails_does_not_take_the_page_with_it(
    client: httpx.AsyncClient,
) -> None:
    faults.add("slot")
    answer = await client.get("/sample", headers=as_user("agent"))
    assert answer.status_code == 200
    assert "notice-warn" in answer.text
    assert "<p>second</p>" in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_a_block_that_only_the_parent_has_is_a_clear_error(web: Web) -> None:
    with pytest.raises(jinja2_fragments.BlockNotFoundError, match="count"):
        web.render("sample/other.html", {}, block="count", site=1, language="es")


async def test_what_a_template_is_not_given_is_an_error_and_not_empty(web: Web) -> None:
    with pytest.raises(Exception, match="'count' is undefined"):
        web.render("sample/sample.html", {}, block="count", site=1, language="es")


@pytest.mark.parametrize("path", ["//evil.test", "/\\evil.test", "https://evil.test", "", None])
def test_only_our_own_paths_are_followed_after_sign_in(path: str | None) -> None:
    assert own_path(path) == "/"
    assert own_path("/desk/1") == "/desk/1"


async def test_after_an_act_the_browser_is_sent_on(client: httpx.AsyncClient) -> None:
    plain = await client.post("/sample/moved", headers=as_user("agent"))
    assert (plain.status_code, plain.headers["location"]) == (303, "/sample")
    part = await client.post("/sample/moved", headers=as_user("agent", **PART))
    assert part.headers["hx-redirect"] == "/sample"


async def test_who_came_by_https_is_told_to_stay_there(client: httpx.AsyncClient) -> None:
    name = "strict-transport-security"
    assert name not in (await client.get("/sample", headers=as_user("agent"))).headers
    safe = await client.get("https://turnos.example.org/sample", headers=as_user("agent"))
    assert safe.headers[name].startswith("max-age=")
