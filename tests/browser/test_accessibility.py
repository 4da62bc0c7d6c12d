"""Every page for people who read, see, point or move differently: axe finds nothing wrong, by day and night.

What the kiosk's and the desk's pages do in each of their states is in test_kiosk_for_everybody.py and
test_desk_for_everybody.py, and keys, double size and less motion in test_keyboard_size_and_motion.py;
here no page is left out: a route that no walk declares fails.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar.handlers import HTTPRouteHandler
from playwright.async_api import Page, expect

from tests.browser.hospital import (
    KEY,
    PASSWORD,
    SITE,
    Hospital,
    People,
    answers,
    locked,
    touch,
)
from tests.browser.keys import press
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from tests.server.installation import installation

pytestmark = pytest.mark.requires("chromium")

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


@dataclass
class Walk:
    """One walk through some pages, and what axe found on them."""

    hospital: Hospital
    people: People
    #: routes of which at least one page was judged
    judged: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    async def well(self, page: Page, route: str, *, act: bool = False) -> None:
        """Judge a page in both schemes. `act`: a form gave it, so its address is another one's."""
        if not act:
            pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(route))
            assert re.fullmatch(pattern, urlsplit(page.url).path), f"{page.url} is not {route}"
        self.judged.add(route)
        await page.emulate_media(color_scheme="light")
        found = await axe_violations(page)
        await page.emulate_media(color_scheme="dark")
        # in the dark nothing is different but the colours
        found += [f"in the dark: {one}" for one in await axe_violations(page, "color-contrast")]
        self.found += [f"{urlsplit(page.url).path}: {one}" for one in found]


Way = Callable[[Walk], Awaitable[None]]
#: name -> the routes it judges, and how one gets to their pages
AREAS: dict[str, tuple[tuple[str, ...], Way]] = {}


def area(*routes: str) -> Callable[[Way], Way]:
    """Declare a walk and the routes whose pages it judges."""

    def declared(way: Way) -> Way:
        AREAS[getattr(way, "__name__", "")] = routes, way
        return way

    return declared


@pytest.fixture(scope="module")
def walked(hospital: Hospital) -> Hospital:
    """The hospital in which everything can be seen within a minute."""
    hospital.server.load(WALKED)
    return hospital


@area("/sign-in", "/enter")
async def the_doors(walk: Walk) -> None:
    page = await walk.people.visit()
    for path in ("/sign-in", "/enter"):
        await page.goto(walk.hospital.url + path)
        await walk.well(page, path)
    await page.fill("[name=token]", "nothing that anybody made")
    await press(page, "Enter")
    await expect(page.locator("#wrong")).to_be_visible()
    await walk.well(page, "/enter")
    await page.goto(walk.hospital.url + "/sign-in")
    await page.fill("[name=login]", "rosa")
    await page.fill("[name=password]", "wrong")
    await press(page, "Enter")
    await expect(page.locator("#wrong")).to_be_visible()
    await walk.well(page, "/sign-in")


@area("/kiosk", "/kiosk/service/{key:str}", "/kiosk/ticket", "/kiosk/help")
async def taking_a_ticket(walk: Walk) -> None:
    kiosk = await walk.people.kiosk()
    await walk.well(kiosk, "/kiosk")
    for service in ("laboratorio", "caja"):
        await kiosk.goto(f"{walk.hospital.url}/kiosk/service/{service}")
        await walk.well(kiosk, "/kiosk/service/{key:str}")
    await touch(kiosk, "#class-preferential")
    await expect(kiosk.locator("#class-preferential")).to_have_attribute("aria-pressed", "true")
    await touch(kiosk, "#people-more")
    await expect(kiosk.locator(".people-words")).to_contain_text("2")
    await walk.well(kiosk, "/kiosk/service/{key:str}")
    await touch(kiosk, "#take")
    await expect(kiosk.locator(".page-ticket .notice-good")).to_be_visible(timeout=20_000)
    await walk.well(kiosk, "/kiosk/ticket", act=True)
    await touch(kiosk, "#need-help")
    await expect(kiosk.locator(".page-help")).to_be_visible()
    await walk.well(kiosk, "/kiosk/help", act=True)


@area(
    "/kiosk/mine",
    "/kiosk/mine/leave",
    "/kiosk/mine/return",
    "/kiosk/mine/step-out",
    "/kiosk/mine/back",
)
async def having_a_ticket(walk: Walk) -> None:
    kiosk = await walk.people.kiosk("/kiosk/mine")
    await walk.well(kiosk, "/kiosk/mine")

    async def found(digits: str) -> None:
        await kiosk.goto(f"{walk.hospital.url}/kiosk/mine")
        await kiosk.fill("#digits", digits)
        await touch(kiosk, "#go")

    await found("1234 5678")
    await expect(kiosk.locator(".notice-bad")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine", act=True)

    await found(await taken(kiosk, walk))
    await expect(kiosk.locator("#leave")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine", act=True)
    await touch(kiosk, "#leave")
    await expect(kiosk.locator("#leaving")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine", act=True)
    await touch(kiosk, "#leaving .button-danger")
    await expect(kiosk.locator("#leave")).to_have_count(0)
    await walk.well(kiosk, "/kiosk/mine/leave", act=True)

    digits = await taken(kiosk, walk)
    absent(walk.hospital)
    await found(digits)
    await touch(kiosk, "#come-back")
    await expect(kiosk.locator("#leave")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine/return", act=True)
    await touch(kiosk, "#step-out")
    await expect(kiosk.locator("#is-back")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine/step-out", act=True)

    number = walk.hospital.take()["number"]
    absent(walk.hospital)
    await kiosk.goto(f"{walk.hospital.url}/kiosk/mine")
    for key in number:
        await touch(kiosk, f"[data-digit='{key}']")
    await expect(kiosk.locator("#digits")).to_have_value(number)
    await touch(kiosk, "#go")
    await expect(kiosk.locator("#is-back")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine", act=True)
    await touch(kiosk, "#is-back")
    await expect(kiosk.locator(".figures")).to_be_visible()
    await walk.well(kiosk, "/kiosk/mine/back", act=True)
    await found(digits)
    await touch(kiosk, "#is-back")
    await expect(kiosk.locator("#step-out")).to_be_visible()


@area("/kiosk/rate", "/kiosk/rate/answer")
async def saying_how_it_went(walk: Walk) -> None:
    kiosk = await walk.people.kiosk()
    digits = await taken(kiosk, walk)
    walk.hospital.clear()
    await kiosk.goto(f"{walk.hospital.url}/kiosk/rate")
    await walk.well(kiosk, "/kiosk/rate")
    await kiosk.fill("#digits", digits)
    await touch(kiosk, "#go")
    await expect(kiosk.locator(".page-rate")).to_be_visible()
    await walk.well(kiosk, "/kiosk/rate", act=True)
    await touch(kiosk, ".answer-3")
    await expect(kiosk.locator(".page-reasons")).to_be_visible()
    await walk.well(kiosk, "/kiosk/rate/answer", act=True)
    await touch(kiosk, "#send")
    await expect(kiosk.locator(".page-thanks")).to_be_visible()
    await walk.well(kiosk, "/kiosk/rate/answer", act=True)


async def taken(kiosk: Page, walk: Walk) -> str:
    """Somebody takes a ticket at the kiosk; the digits of its code."""
    await kiosk.goto(f"{walk.hospital.url}/kiosk/service/caja")
    await touch(kiosk, "#take")
    return await kiosk.locator(".ticket-short strong").inner_text()


def absent(hospital: Hospital) -> None:
    """The next is called, called again, and does not come."""
    ticket = hospital.next("1")
    for move in ("recall", "no-show"):
        hospital.ask("POST", f"/tickets/{ticket['id']}/{move}")


@area(
    "/t/{code:str}",
    "/t/{code:str}/leave",
    "/t/{code:str}/return",
    "/t/{code:str}/step-out",
    "/t/{code:str}/rate",
)
async def a_ticket_on_a_phone(walk: Walk) -> None:
    hospital = walk.hospital
    mine = hospital.take()
    phone = await walk.people.phone(mine["public_url"])

    async def is_in(state: str) -> None:
        await expect(phone.locator("[data-state]")).to_have_attribute("data-state", state)
        await walk.well(phone, "/t/{code:str}")

    def move(name: str) -> None:
        hospital.ask("POST", f"/tickets/{mine['id']}/{name}")

    await is_in("waiting")
    await phone.locator(".phone-leave").tap()
    await expect(phone.locator("#leaving")).to_be_visible()
    await walk.well(phone, "/t/{code:str}")
    await phone.locator("#leaving [data-close]").tap()
    await phone.locator(".phone-out button").tap()
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "away")
    await walk.well(phone, "/t/{code:str}/step-out", act=True)
    move("return")
    await is_in("waiting")
    hospital.next("1")
    await is_in("called")
    move("recall")
    move("no-show")
    await is_in("no-show")
    await phone.locator("form .button-primary").tap()
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await walk.well(phone, "/t/{code:str}/return", act=True)
    hospital.next("1")
    move("start")
    await is_in("serving")
    move("park")
    await is_in("parked")
    move("return")
    hospital.next("1")
    move("finish")
    await is_in("finished")
    await phone.locator(".answer-2").tap()
    await expect(phone.locator(".reasons")).to_be_visible()
    await walk.well(phone, "/t/{code:str}/rate", act=True)
    await phone.locator(".rating .button-primary").tap()
    await expect(phone.locator(".notice-good")).to_be_visible()
    await walk.well(phone, "/t/{code:str}")

    await phone.goto(hospital.take()["public_url"])
    await phone.locator(".phone-leave").tap()
    await phone.locator("#leaving .button-danger").tap()
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "cancelled")
    await walk.well(phone, "/t/{code:str}/leave", act=True)


@area("/desk", "/desk/{ref:str}")
async def a_desk(walk: Walk) -> None:
    page = await walk.people.person("rosa", "/desk")
    await walk.well(page, "/desk")
    walk.hospital.take(attention="preferential", people=3, aids=["voice", "low-reach"])
    walk.hospital.take()
    desk = await walk.people.desk()
    await walk.well(desk, "/desk/{ref:str}")
    await press(desk, "Space")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "called")
    await expect(desk.locator("#undo")).to_be_visible()
    await walk.well(desk, "/desk/{ref:str}")


@area("/supervisor", "/greeter")
async def who_looks_after_the_room(walk: Walk) -> None:
    hospital = walk.hospital
    parked = hospital.take()
    hospital.next("1")
    hospital.ask("POST", f"/tickets/{parked['id']}/park")
    left = hospital.take("consulta")
    kiosk = await walk.people.kiosk()
    await touch(kiosk, "#need-help")
    await expect(kiosk.locator(".page-help")).to_be_visible()
    supervisor = await walk.people.person("pilar", "/supervisor")
    await walk.well(supervisor, "/supervisor")
    await supervisor.click("#key-close-day")
    await expect(supervisor.locator("#dialog")).to_be_visible()
    await walk.well(supervisor, "/supervisor")
    await supervisor.click("#dialog .button-danger")
    phone = await walk.people.phone(left["public_url"])
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "not-served")
    await walk.well(phone, "/t/{code:str}")
    tablet = await walk.people.person("marta", "/greeter", "tablet")
    await walk.well(tablet, "/greeter")
    await tablet.locator("#services button").first.tap()
    await expect(tablet.locator("#ticket-card")).to_be_visible()
    await walk.well(tablet, "/greeter")
    await tablet.fill("#find", "Z999")
    await press(tablet, "Enter")
    await expect(tablet.locator(".toast")).to_be_visible()
    await walk.well(tablet, "/greeter")


@area(
    "/reports/{site:str}",
    "/accuracy/{site:str}",
    "/contingency/{site:str}",
    "/contingency/{site:str}/brought",
    "/hand-log/{site:str}",
    "/out-of-turn/{site:str}",
    "/what-if/{site:str}",
)
async def the_papers_of_a_day(walk: Walk) -> None:
    hospital = walk.hospital
    supervisor = await walk.people.person("pilar", "/supervisor")
    for path in ("contingency", "hand-log", "reports", "accuracy", "out-of-turn", "what-if"):
        await supervisor.goto(f"{hospital.url}/{path}/sur")
        await walk.well(supervisor, f"/{path}/{{site:str}}")
    await supervisor.goto(f"{hospital.url}/contingency/sur/brought")
    await walk.well(supervisor, "/contingency/{site:str}/brought")


@area("/boxes")
async def the_boxes(walk: Walk) -> None:
    url = walk.hospital.url
    page = await walk.people.person("adela", "/boxes")
    said = {"fingerprint": "1f2e 3d4c", "version": "1.4.0", "hardware": "mini"}
    answer = await page.request.post(
        f"{url}/api/v1/box/pair", data=said, headers={"origin": url}, timeout=10_000
    )
    asked = await answer.json()
    await expect(page.locator(".asking")).to_contain_text(asked["code"][:4])
    await walk.well(page, "/boxes")


@area("/board")
async def the_board(walk: Walk) -> None:
    for _ in range(6):
        walk.hospital.take()
    for _ in range(5):
        walk.hospital.next("1")
    board = await walk.people.board()
    await expect(board.locator("#now")).to_have_attribute("data-state", "rest")
    await walk.well(board, "/board")
    walk.hospital.next("1")
    await expect(board.locator("#now")).to_have_attribute("data-state", "calling")
    await walk.well(board, "/board")


@area("/display/signs/{site:str}")
async def the_signs(walk: Walk) -> None:
    page = await walk.people.person("pilar", "/display/signs/sur")
    await expect(page.locator("#sign-hall")).to_have_attribute(
        "data-state", "shown", timeout=20_000
    )
    await page.locator(".signs-faults summary").click()
    await page.locator("#switch-hall-unplugged").click()
    await expect(page.locator("#switch-hall-unplugged")).to_have_attribute("aria-checked", "true")
    await expect(page.locator("#sign-hall")).to_have_attribute(
        "data-state", "failed", timeout=20_000
    )
    await walk.well(page, "/display/signs/{site:str}")


@area("/paper/{printer:str}")
async def the_paper(walk: Walk) -> None:
    roll = await walk.people.person("pilar", "/paper/hall")
    await walk.well(roll, "/paper/{printer:str}")
    kiosk = await walk.people.kiosk()
    await taken(kiosk, walk)
    await expect(roll.locator(".paper-sheet img").first).to_be_visible(timeout=20_000)
    await roll.locator(".paper-faults summary").click()
    await roll.click("#switch-near-end")
    await expect(roll.locator("#switch-near-end")).to_have_attribute("aria-checked", "true")
    await walk.well(roll, "/paper/{printer:str}")
    await roll.click("#switch-near-end")
    await expect(roll.locator("#switch-near-end")).to_have_attribute("aria-checked", "false")


@area("/accounts", "/account", "/docs")
async def the_office(walk: Walk) -> None:
    office = await walk.people.person("adela", "/accounts")
    for summary in await office.locator("summary").all():
        await summary.click()
    await walk.well(office, "/accounts")
    await office.select_option("#t-site", KEY)
    await office.select_option("#t-role", "kiosk")
    await office.locator("form[action='/accounts/tokens'] button").click()
    await expect(office.locator(".shown-once")).to_be_visible()
    await walk.well(office, "/accounts/tokens", act=True)
    for path in ("/account", "/docs"):
        await office.goto(walk.hospital.url + path)
        await walk.well(office, path)
    await office.goto(walk.hospital.url + "/account")
    await office.fill("[name=old]", "not this one")
    await office.fill("[name=password]", PASSWORD)
    await press(office, "Enter")
    await expect(office.locator("[role=alert], .field-error").first).to_be_visible()
    await walk.well(office, "/account", act=True)


@area(
    "/admin/{site:str}",
    "/admin/{site:str}/{section:str}",
    "/admin/{site:str}/{section:str}/new",
    "/admin/{site:str}/{section:str}/of/{item:str}",
    "/admin/{site:str}/site",
    "/admin/{site:str}/settings",
    "/admin/{site:str}/pictures",
    "/admin/{site:str}/ticket",
    "/admin/{site:str}/file",
    "/admin/{site:str}/history",
)
async def what_the_site_is(walk: Walk) -> None:
    route = "/admin/{site:str}"
    page = await walk.people.person("adela", f"/admin/{KEY}")
    await walk.well(page, route)
    for path in ("services", "desks", "closures"):
        await page.goto(f"{walk.hospital.url}/admin/{KEY}/{path}")
        await walk.well(page, f"{route}/{{section:str}}")
    for path in ("services/of/caja", "desks/of/1", "kiosks/of/hall", "boards/of/sala"):
        await page.goto(f"{walk.hospital.url}/admin/{KEY}/{path}")
        await walk.well(page, f"{route}/{{section:str}}/of/{{item:str}}")
    await page.goto(f"{walk.hospital.url}/admin/{KEY}/services/new")
    await walk.well(page, f"{route}/{{section:str}}/new")
    await page.get_by_label("Español").first.fill("Otra")
    await page.fill("[name=prefix]", "I")
    await page.locator("main .button-primary").click()
    await expect(page.locator(".field-error")).to_be_visible()
    await walk.well(page, f"{route}/{{section:str}}/new", act=True)
    for path in ("site", "settings", "pictures", "ticket", "file", "history"):
        await page.goto(f"{walk.hospital.url}/admin/{KEY}/{path}")
        await walk.well(page, f"{route}/{path}")


@area()
async def what_went_wrong(walk: Walk) -> None:
    page = await walk.people.person("rosa", "/desk")
    for path, code in (
        ("/nowhere", "address-unknown"),
        ("/accounts", "not-allowed"),
        ("/t/nobody-has-this-code", "ticket-unknown"),
    ):
        await page.goto(walk.hospital.url + path)
        await expect(page.locator("[data-code]")).to_have_attribute("data-code", code)
        await walk.well(page, path)


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
