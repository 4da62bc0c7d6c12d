"""Walks through the pages of staff, boards and the office. See walking.py."""

from playwright.async_api import expect

from tests.browser.hospital import KEY, PASSWORD, touch
from tests.browser.keys import press
from tests.browser.walking import Walk, area, taken


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


@area("/people/{site:str}")
async def what_is_kept_of_a_number(walk: Walk) -> None:
    route, number = "/people/{site:str}", "987654821"
    asked = walk.hospital.ask("POST", "/callbacks", site=KEY, service="caja", number=number)
    page = await walk.people.person("pilar", f"/people/{KEY}")
    await walk.well(page, route)

    async def looked_up(given: str) -> None:
        await page.fill("#f-number", given)
        await page.fill("#f-reason", "En persona, con el teléfono en la mano")
        await press(page, "Enter")

    await looked_up("112")
    await expect(page.locator("#e-number")).to_be_visible()
    await walk.well(page, route)
    await looked_up(number)
    await expect(page.locator("#kept")).to_contain_text("821")
    assert number not in (await page.content()).replace(" ", "")
    await walk.well(page, route)
    await page.click("#opt-out")
    await expect(page.locator("#opted-out")).to_be_visible()
    await page.click("#erase")
    await expect(page.locator("#erasing")).to_contain_text(asked["number"])
    await walk.well(page, route)
    await page.click("#sure")
    await expect(page.locator("#erased")).to_be_visible()
    await walk.well(page, route)
    await looked_up(number)
    await expect(page.locator("#wants")).to_be_visible()
    await expect(page.locator("#erase")).to_have_count(0)
    await walk.well(page, route)


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
    "/admin/{site:str}/callbacks",
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
    for path in ("site", "settings", "callbacks", "pictures", "ticket", "file", "history"):
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
