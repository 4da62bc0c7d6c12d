"""Static files: kept for ever under an address that changes with them."""

import httpx
import pytest

from turnero.web.assets import Assets
from turnero.web.wiring import HERE, Web


async def test_a_file_is_kept_for_ever_and_has_its_type(
    client: httpx.AsyncClient, web: Web
) -> None:
    for path, kind in (
        ("live.js", "text/javascript; charset=utf-8"),
        ("tokens.css", "text/css; charset=utf-8"),
        ("logo.svg", "image/svg+xml"),
        ("vendor/fonts/atkinson-latin-400.woff2", "font/woff2"),
    ):
        answer = await client.get(web.assets.url(path))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == web.assets.read(path)


async def test_a_page_of_the_version_before_still_gets_its_files_but_keeps_none(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/static/000000000000/live.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/nothing.js",
        "/static/",
        "/static",
        "/static/x/../../wiring.py",
        "/static/x/%2e%2e/%2e%2e/wiring.py",
        "/static/x//etc/passwd",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_file_is_only_read(client: httpx.AsyncClient, web: Web) -> None:
    url = web.assets.url("live.js")
    head = await client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    answer = await client.post(url, headers={"origin": "http://turnero.test"})
    assert answer.status_code == 405


def test_a_template_that_names_a_missing_file_fails(web: Web) -> None:
    with pytest.raises(KeyError, match="nothing"):
        web.assets.url("nothing.css")


def test_the_address_changes_with_any_file(tmp_path: object, web: Web) -> None:
    here = Assets({"": HERE / "static"})
    there = Assets({"": HERE / "static", "more": HERE.parent / "web" / "templates"})
    assert here.version == Assets({"": HERE / "static"}).version
    assert here.version == there.version  # templates are no static files
    assert here.version != web.assets.version
