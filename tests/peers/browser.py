"""Debian's Chromium, driven by Playwright, for tests that see what a person sees.

Playwright's asynchronous interface on pytest-asyncio's *session* loop: the synchronous one leaves a loop
running in the main thread, and every asynchronous test after it then fails. tests/conftest.py puts each test
that uses a browser on that loop, so such a test is plain `async def`. One browser a session, a fresh context
for every page opened; a violation of the content security policy, an uncaught error in a page or an error in
its console fails the test. It does not start our server.
"""

import ctypes
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    async_playwright,
    expect,
)

from tests.peers.packages import require

ROOT = Path(__file__).resolve().parent.parent.parent
ARTIFACTS = ROOT / "tests" / "artifacts"
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
#: As the managed policy of a board or kiosk box allows it: sound without a gesture.
SOUND_FLAG = "--autoplay-policy=no-user-gesture-required"
ACTION_MS = 10_000
#: How long an expectation may take to come true: a guard against hanging, not a measure of speed.
EXPECT_MS = 15_000

#: The sizes that the screens are made for, in CSS pixels.
SCREENS: dict[str, dict[str, Any]] = {
    "kiosk": {"viewport": {"width": 1080, "height": 1920}, "has_touch": True},
    "kiosk-wide": {"viewport": {"width": 1920, "height": 1080}, "has_touch": True},
    "board": {"viewport": {"width": 1920, "height": 1080}},
    "desk": {"viewport": {"width": 1366, "height": 768}},
    "tablet": {"viewport": {"width": 1024, "height": 768}, "has_touch": True},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}

#: The browser itself says this of every answer above 399 and every lost connection: no fault of a page.
NETWORK_NOISE = re.compile(r"^Failed to load resource: |net::ERR_")

REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  window.turneroViolation(`${event.effectiveDirective} blocked ${event.blockedURI || 'inline'} on ` +
    `${event.documentURI} ${event.sourceFile || ''}:${event.lineNumber} ${event.sample}`)
})
"""

FAILED = pytest.StashKey[bool]()
_PR_CAPBSET_DROP = 24
_CAP_SYS_NICE = 23


@dataclass
class Browsers:
    """The session's browsers, each launched when first wanted: with sound allowed, and without.

    Without its window, where Debian's package of that is there: a whole Chromium makes a window with all its
    buttons for each context, which takes four times the work of the context itself.
    """

    playwright: Playwright
    launched: dict[bool, Browser] = field(default_factory=dict)

    async def get(self, *, sound: bool) -> Browser:
        if sound not in self.launched:
            self.launched[sound] = await self.playwright.chromium.launch(
                executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
                headless=True,
                args=[*FLAGS, *([SOUND_FLAG] if sound else [])],
            )
        return self.launched[sound]


@dataclass
class Visit:
    """The pages that one test has opened and what went wrong in them; `open_page` makes it.

    Called, it opens a page in a new context: `await open_page("kiosk", language="es-CO")`. Options of
    Playwright's `new_context` may follow, such as `reduced_motion="reduce"` or `base_url=...`.
    """

    browsers: Browsers
    contexts: list[BrowserContext] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    #: What fails the test at its end; each line says where.
    problems: list[str] = field(default_factory=list)
    #: What the browser said about failed requests: allowed, as tests stop the server on purpose.
    network: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    async def __call__(
        self, screen: str = "desk", *, language: str = "es-PE", sound: bool = False, **options: Any
    ) -> Page:
        browser = await self.browsers.get(sound=sound)
        context = await browser.new_context(**{"locale": language, **SCREENS[screen], **options})
        context.set_default_timeout(ACTION_MS)
        self.contexts.append(context)
        await self._watch(context)
        return await context.new_page()

    def expect_problem(self, pattern: str) -> None:
        """Let a problem pass that a test brings about on purpose; `pattern` is searched in its line."""
        self._expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [p for p in self.problems if not any(e.search(p) for e in self._expected)]

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()

    async def _watch(self, context: BrowserContext) -> None:
        def violated(_source: object, text: str) -> None:
            self.problems.append(f"content security policy: {text}")

        def opened(page: Page) -> None:
            self.pages.append(page)
            page.on("console", said)
            page.on("pageerror", lambda error: failed(page, error))

        def said(message: ConsoleMessage) -> None:
            if message.type != "error":
                return
            where = message.location.get("url", "")
            line = f"console: {message.text} ({where})"
            (self.network if NETWORK_NOISE.search(message.text) else self.problems).append(line)

        def failed(page: Page, error: Error) -> None:
            self.problems.append(f"uncaught on {page.url}: {error.stack or error.message}")

        context.on("page", opened)
        # Both come from outside the page, so no content security policy stops them.
        await context.expose_binding("turneroViolation", violated)
        await context.add_init_script(REPORT_VIOLATIONS)


def keep_report(item: pytest.Item, report: pytest.TestReport) -> None:
    """Remember that a test failed, so that its pages are pictured before they close."""
    if report.when == "call":
        item.stash[FAILED] = report.failed


def _without_priority() -> None:
    """Refuse to what this process begins that it takes a higher priority, as it is refused to a person.

    Started by root, Chromium draws at -8: three of them kept servers under test waiting for seconds.
    """
    ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_SYS_NICE, 0, 0, 0)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    """The session's browsers; tests use `open_page` or `page`."""
    require("chromium", "libatomic1")
    expect.set_options(timeout=EXPECT_MS)
    _without_priority()
    async with async_playwright() as playwright:
        session = Browsers(playwright)
        yield session
        for browser in session.launched.values():
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browsers: Browsers, request: pytest.FixtureRequest) -> AsyncIterator[Visit]:
    """Opens pages, each like another person's browser; fails the test on what went wrong in one."""
    visit = Visit(browsers)
    try:
        yield visit
        if request.node.stash.get(FAILED, False):
            await _picture_failure(visit, request.node.name)
    finally:
        await visit.close()
    if unexpected := visit.unexpected():
        pytest.fail("the pages complained:\n" + "\n".join(unexpected), pytrace=False)


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: Visit) -> Page:
    """One page of a desk's size, for tests that need no more."""
    return await open_page()


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Page, str], Awaitable[Path]]:
    """Takes a page's picture by name; under `make screenshots` into the README's folder."""
    folder = os.environ.get("TURNERO_SCREENSHOTS")
    target = ROOT / folder if folder else tmp_path

    async def take(page: Page, name: str) -> Path:
        target.mkdir(parents=True, exist_ok=True)
        path = target / f"{name}.png"
        await page.screenshot(path=path, animations="disabled")
        return path

    return take


async def _picture_failure(visit: Visit, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    safe = re.sub(r"[^\w.-]+", "_", name)
    for number, page in enumerate(visit.pages):
        if not page.is_closed():
            await page.screenshot(path=ARTIFACTS / f"{safe}-{number}.png")
