"""The browser that tests use tells what went wrong in a page, and stays quiet about a good one."""

import asyncio
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.async_api import Page

from tests.peers.axe import axe_violations
from tests.peers.browser import Visit

PAGES = {
    "/good": '<!doctype html><html lang="es"><title>Turno</title><main><h1>Turno</h1></main>',
    "/inline": "<!doctype html><title>x</title><script>document.title = 'ran'</script>",
    "/throws": "<!doctype html><title>x</title><script src='/throws.js'></script>",
    "/throws.js": "throw new Error('broken on purpose')",
    "/missing": "<!doctype html><title>x</title><img src='/nothing' alt=''>",
    "/unnamed": '<!doctype html><html lang="es"><title>x</title><main><h1>x</h1><button></button>',
}


class Site(BaseHTTPRequestHandler):
    """Answers PAGES under the policy that Turnero's pages have."""

    def do_GET(self) -> None:
        body = PAGES.get(self.path)
        self.send_response(200 if body else 404)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
        self.send_header("content-type", kind)
        self.send_header(
            "content-security-policy", "default-src 'none'; script-src 'self'; img-src 'self'"
        )
        self.end_headers()
        self.wfile.write((body or "").encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: a test's output is pytest's."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def told(lines: list[str], pattern: str) -> None:
    """Wait until one of the lines that the browser reports matches."""
    async with asyncio.timeout(10):
        while not any(re.search(pattern, line) for line in lines):  # noqa: ASYNC110 - events fill it
            await asyncio.sleep(0.02)


async def test_a_good_page_has_no_problem(open_page: Visit, site: str) -> None:
    page = await open_page("kiosk", language="en-GB")
    await page.goto(f"{site}/good")
    assert await page.evaluate("navigator.language") == "en-GB"
    assert page.viewport_size == {"width": 1080, "height": 1920}
    assert await axe_violations(page) == []
    assert open_page.problems == []


async def test_an_inline_script_is_a_violation(open_page: Visit, site: str) -> None:
    open_page.expect_problem("content security policy|Content Security Policy")
    page = await open_page()
    await page.goto(f"{site}/inline")
    await told(open_page.problems, "^content security policy: script-src")
    assert await page.title() == "x"


async def test_an_uncaught_error_is_told_with_its_page(open_page: Visit, site: str) -> None:
    open_page.expect_problem("broken on purpose")
    page = await open_page()
    await page.goto(f"{site}/throws")
    await told(open_page.problems, "uncaught on .*/throws")


async def test_a_failed_request_is_kept_apart(open_page: Visit, site: str) -> None:
    page = await open_page()
    await page.goto(f"{site}/missing")
    await told(open_page.network, "404")
    assert open_page.problems == []


async def test_axe_sees_a_button_without_a_name(page: Page, site: str) -> None:
    await page.goto(f"{site}/unnamed")
    assert any(v.startswith("button-name") for v in await axe_violations(page))
