"""Every page for people who read, see, point or move differently: axe finds nothing wrong, by day and night.

What the kiosk's and the desk's pages do in each of their states is in test_kiosk_for_everybody.py and
test_desk_for_everybody.py, and keys, double size and less motion in test_keyboard_size_and_motion.py;
here no page is left out: a route that no walk declares fails.
"""

import re
from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.async_api import expect

from tests.browser import walks_of_patients, walks_of_staff
from tests.browser.hospital import PASSWORD, SITE, Hospital, People, answers, locked
from tests.browser.keys import press
from tests.browser.walking import AREAS, Walk
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from tests.server.installation import installation

pytestmark = pytest.mark.requires("chromium")

#: what declares the walks
WALKS = (walks_of_patients, walks_of_staff)

#: Nobody waits twenty seconds between two calls here, and one service closes at night.
WALKED = SITE.replace(
    'day_close = "never"', 'day_close = "never"\nrecall_gap_s = 0\nno_show_recalls = 1'
).replace(
    "[[desk]]",
    """[[service]]
key = "consulta"
prefix = "X"
name = { es = "Consulta externa" }
[service.hours]
"""
    + "\n".join(
        f'{day} = ["00:00-24:00"]' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    )
    + "\n\n[[desk]]",
    1,
)
WALKED = WALKED.replace('key = "caja"\n', 'key = "caja"\ncallbacks = {}\n', 1).replace(
    'name = "Ventanilla 1"\n', 'name = "Ventanilla 1"\nphone = "201"\n'
)
WALKED += """
[[sign]]
key = "hall"
name = "Letrero del hall"
url = "virtual:"
protocol = "ditel"
"""

#: GET routes that give no page: for programs, sounds, pictures, and parts of pages, judged where they show
NO_PAGES = (
    r"/api/.*",
    r"/health/.*",
    r"/metrics",
    r"/openapi.*",
    r"/live",
    r"/static/.*",
    r"/display/voice/.*",
    r"/kiosk/speech/.*",
    r"/paper/[^/]+/[^/]+",
    r".*/ask/.*",
    r"/desk/[^/]+/tools/.*",
    r"/greeter/tickets/.*",
    r"/admin/[^/]+/file\.(toml|zip)",
    r"/admin/[^/]+/ticket/picture.png",
    r"/display/picture/.*",
    r"/setup/voice/.*",
    r".*/pdf",
)


@pytest.fixture(scope="module")
def walked(hospital: Hospital) -> Hospital:
    """The hospital in which everything can be seen within a minute."""
    hospital.server.load(WALKED)
    return hospital


@pytest.mark.parametrize("name", AREAS)
async def test_axe_finds_nothing_wrong_with(walked: Hospital, people: People, name: str) -> None:
    routes, way = AREAS[name]
    walk = Walk(walked, people)
    await way(walk)
    assert not walk.found, "\n".join(walk.found)
    assert set(routes) <= walk.judged


async def test_axe_finds_nothing_wrong_with_the_demonstration(
    demo: RunningServer, open_page: Visit
) -> None:
    page = await open_page("board")
    await page.goto(demo.url)
    for frame in page.frames[1:]:
        await expect(frame.locator("[data-live-seq]").first).to_be_attached()
    assert await axe_violations(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await axe_violations(page, "color-contrast") == []


async def test_axe_finds_nothing_wrong_before_there_is_anybody(
    tmp_path: Path, open_page: Visit
) -> None:
    """A server that cannot work yet, and the first set-up in it, from the link that it shows."""
    server = RunningServer(tmp_path / "data")
    server.data.mkdir()
    server.command("user", "list")
    try:
        with locked(server):
            server.start(wait=False)
            await answers(server.url, 503)
            page = await open_page()
            await page.goto(server.url)
            await expect(page.locator("[data-recover]")).to_be_visible()
            assert await axe_violations(page) == []
        await page.wait_for_url("**/sign-in")
        (link,) = re.findall(r"http\S+/setup#\S+", server.tail())
        await page.goto(link)
        await expect(page.locator("[name=secret]")).to_have_value(link.partition("#")[2])
        assert await axe_violations(page) == []
        await page.fill("[name=login]", "adela")
        await page.fill("[name=password]", PASSWORD)
        await press(page, "Enter")
        await page.wait_for_url("**/setup/start")
        assert await axe_violations(page) == []
    finally:
        server.stop()


async def test_no_page_of_the_server_is_left_out(tmp_path: Path) -> None:
    # where they lead is judged; judged before there is anybody, by test_wizard.py and by
    # test_report_pages.py
    elsewhere = {"/", "/admin", "/setup", "/setup/{step:str}", "/reports/{site:str}/{day:str}"}
    async with installation(tmp_path / "data") as here:
        pages = {
            route.path
            for route in here.running.app.routes
            for handler in getattr(route, "route_handlers", ())
            if isinstance(handler, HTTPRouteHandler)
            and "GET" in handler.http_methods
            and not any(re.fullmatch(pattern, route.path) for pattern in NO_PAGES)
        }
    assert pages == elsewhere.union(*(routes for routes, _ in AREAS.values()))
