"""Walks through the pages of patients: kiosk, phone, calls. See walking.py."""

from playwright.async_api import FilePayload, expect

from tests.browser.hospital import KEY, touch
from tests.browser.walking import Walk, absent, area, taken


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


@area(
    "/kiosk/call",
    "/kiosk/call/{service:str}",
    "/t/{code:str}/call",
    "/t/{code:str}/call/change",
    "/t/{code:str}/here",
    "/calls/{site:str}",
    "/campaigns/{site:str}",
    "/campaigns/{site:str}/{campaign:int}",
    "/phone",
)
async def being_called_back(walk: Walk) -> None:
    """What happens with a call is in test_callbacks.py."""
    hospital = walk.hospital
    kiosk = await walk.people.kiosk("/kiosk/call/caja")
    await walk.well(kiosk, "/kiosk/call/{service:str}")
    await kiosk.locator("#number").evaluate("one => { one.value = '987654400'; }")
    await touch(kiosk, "#go")
    await expect(kiosk.locator("#spelled")).to_be_visible()
    await walk.well(kiosk, "/kiosk/call", act=True)
    phone = await walk.people.phone(hospital.take()["public_url"])
    await phone.tap("#call")
    await expect(phone.locator("#number")).to_be_visible()
    await walk.well(phone, "/t/{code:str}/call")
    await phone.fill("#number", "987654401")
    await phone.tap("main .button-primary")
    await phone.tap("#sure")
    await phone.locator(".call-change summary").tap()
    await phone.tap(".call-change .button-primary")
    await expect(phone.locator(".call-change:not([open])")).to_be_visible()
    await walk.well(phone, "/t/{code:str}/call/change", act=True)
    await phone.tap("#here")
    await expect(phone.locator("#here")).to_have_count(0)
    await walk.well(phone, "/t/{code:str}/here", act=True)
    calls = await walk.people.person("pilar", f"/calls/{KEY}")
    await walk.well(calls, "/calls/{site:str}")
    await calls.goto(f"{hospital.url}/campaigns/{KEY}")
    await walk.well(calls, "/campaigns/{site:str}")
    await calls.fill("#f-name", "Control")
    people: FilePayload = {
        "name": "lista.csv",
        "mimeType": "text/csv",
        "buffer": b"numero\n987654402\n112\n",
    }
    await calls.set_input_files("#f-list", people)
    await calls.click("main .button-primary")
    await expect(calls.locator("#refused")).to_be_visible()
    await calls.goto(f"{hospital.url}/campaigns/{KEY}")
    await calls.get_by_role("link", name="Control").click()
    await calls.wait_for_url("**/campaigns/*/*")
    await walk.well(calls, "/campaigns/{site:str}/{campaign:int}")
    await calls.goto(f"{hospital.url}/phone")
    await walk.well(calls, "/phone")


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
