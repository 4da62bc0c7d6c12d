"""Somebody would rather be called: asked for at the kiosk and on the phone page, worked at a desk with
the demonstration's telephone in a hand, and every page of it judged.
"""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, SITE, Hospital, People, touch
from tests.browser.keys import press
from tests.peers.axe import axe_violations

pytestmark = pytest.mark.requires("chromium")

#: The cashier calls back at any hour, and everybody has the time to press 1.
CALLS = (
    SITE.replace('day_close = "never"', 'day_close = "never"\nholidays = false')
    .replace('key = "caja"\n', 'key = "caja"\ncallbacks = {}\n', 1)
    .replace('name = "Ventanilla 1"\n', 'name = "Ventanilla 1"\nphone = "201"\n')
    + """
[callbacks]
weekdays = "00:00-23:59"
saturdays = "00:00-23:59"
sundays = "00:00-23:59"
ring_s = 60
confirm_s = 30
"""
)


@pytest.fixture(scope="module", autouse=True)
def calling(hospital: Hospital) -> None:
    hospital.server.load(CALLS)


async def well(page: Page) -> None:
    """Nothing is wrong with it, by day and night."""
    found = await axe_violations(page)
    await page.emulate_media(color_scheme="dark")
    found += await axe_violations(page, "color-contrast")
    await page.emulate_media(color_scheme="light")
    assert found == [], page.url


async def typed(kiosk: Page, number: str) -> None:
    """Touch the digits."""
    for digit in number:
        await touch(kiosk, f"[data-digit='{digit}']")
    groups = (number[:3], number[3:6], number[6:])
    await expect(kiosk.locator("#number")).to_have_value(" ".join(filter(None, groups)))
    await touch(kiosk, "#go")


async def stage(desk: Page, name: str) -> None:
    """How the call stands at the desk."""
    await expect(desk.locator("#call-now")).to_have_attribute("data-stage", name)


async def asked_at_the_kiosk(people: People) -> str:
    """Somebody asks there for a call to their mother's; the number of their ticket."""
    kiosk = await people.kiosk("/kiosk/service/caja")
    await touch(kiosk, "#call")
    await expect(kiosk.locator("#consent")).to_contain_text("solo para llamarle")
    await well(kiosk)
    await typed(kiosk, "112")
    await expect(kiosk.locator("#wrong")).to_be_visible()
    await expect(kiosk.locator("#number")).to_have_value("112")
    await well(kiosk)
    for _ in "112":
        await touch(kiosk, "[data-digit='back']")
    await typed(kiosk, "987654400")
    await expect(kiosk.locator("#spelled")).to_have_text("987 654 400")
    await touch(kiosk, "#for-other")
    await expect(kiosk.get_by_label("De mi madre")).to_be_visible()
    await well(kiosk)
    await touch(kiosk, kiosk.locator(".choice", has_text="De mi madre"))
    await touch(kiosk, "#sure")
    number = await kiosk.locator("#number").inner_text()
    await expect(kiosk.locator(".call-where")).to_contain_text("termina en 400")
    await well(kiosk)
    return number


async def test_asked_at_the_kiosk_and_called_from_the_desk_in_its_turn(
    hospital: Hospital, people: People
) -> None:
    number = await asked_at_the_kiosk(people)
    walk_in = hospital.take("caja")
    desk = await people.desk()
    hand = await people.person("pilar", "/phone", screen="phone")
    board = await people.board()
    await well(hand)
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(number)
    await stage(desk, "dialling")
    card = desk.locator("#call-now")
    await expect(card).to_contain_text("••• 400")
    await expect(card).to_contain_text("Teléfono de la madre del paciente")
    await expect(card).to_contain_text("No diga nada a nadie que no sea el paciente")
    await expect(desk.locator("#press-recall")).to_have_count(0)
    await expect(desk.locator("#press-no-show")).to_have_count(0)
    await well(desk)
    await expect(board.locator("#last .by-phone .number strong")).to_have_text(number)
    await expect(board.locator("#last .by-phone .desk strong")).to_have_text("Por teléfono")
    await expect(board.locator("#call", has_text=number)).to_have_count(0)
    await well(board)
    await hand.tap(".handset-answer")
    await stage(desk, "confirming")
    await well(hand)
    await hand.tap("[data-digit-key='1']")
    await stage(desk, "talking")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "serving")
    await hand.tap(".handset-hang")
    await stage(desk, "wrap-up")
    await press(desk, "F")
    await expect(desk.locator("#call-now")).to_have_count(0)
    ends = [fact["data"] for fact in hospital.facts() if fact["kind"] == "callback-ended"]
    assert (ends[-1]["how"], ends[-1]["joined"]) == ("done", True)
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(walk_in["number"])


async def test_asked_on_the_phone_page_and_not_reached_the_first_time(
    hospital: Hospital, people: People
) -> None:
    taken = hospital.take("caja")
    phone = await people.phone(taken["public_url"])
    await phone.tap("#call")
    await well(phone)
    await phone.fill("#number", "987 654 300")
    await phone.tap("main .button-primary")
    await expect(phone.locator("#spelled")).to_have_text("987 654 300")
    await well(phone)
    await phone.tap("#sure")
    await expect(phone.locator("h1")).to_have_text("Le llamaremos cuando le toque")
    await expect(phone.locator(".phone .number")).to_have_text(taken["number"])
    await phone.locator(".call-change summary").tap()
    await well(phone)

    desk = await people.desk()
    await press(desk, "Space")
    await stage(desk, "dialling")
    await expect(phone.locator("h1")).to_have_text("Le estamos llamando")
    await expect(phone).to_have_title(re.compile(r"^Le estamos llamando · "))
    await press(desk, "N")
    await expect(desk.locator("#call-now")).to_have_count(0)
    await expect(phone.locator("h1")).to_have_text("Le volveremos a llamar")
    await expect(phone.locator(".phone-advice")).to_contain_text("Llamamos 1 de 3 veces")
    await phone.tap("#here button, #here")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await expect(phone.locator("h1")).not_to_have_text("Le volveremos a llamar")
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(taken["number"])
    await expect(desk.locator("#press-recall")).to_have_count(1)


async def test_staff_ask_for_a_patient_and_see_the_whole_number_only_on_the_record(
    hospital: Hospital, people: People
) -> None:
    calls = await people.person("rosa", f"/calls/{KEY}")
    await calls.fill("#f-number", "0909")
    await calls.click("main .button-primary")
    await expect(calls.locator("#e-number")).to_be_visible()
    await calls.fill("#f-number", "987 654 200")
    await calls.fill("#f-name", "Señora Quispe")
    await calls.fill("#f-why", "Resultado de laboratorio")
    await well(calls)
    await calls.click("main .button-primary")
    await expect(calls.locator("#asked")).to_be_visible()
    await expect(calls.locator(".calls-table")).to_contain_text("••• 200")
    await well(calls)
    assert "987654200" not in (await calls.content()).replace(" ", "")

    desk = await people.desk()
    await press(desk, "Space")
    card = desk.locator("#call-now")
    await expect(card).to_contain_text("Señora Quispe")
    await expect(card).to_contain_text("Resultado de laboratorio")
    await desk.click("#key-number")
    await desk.fill("#f-reason", "La central no marca")
    await press(desk, "Enter")
    await expect(desk.locator("#whole-number")).to_have_text("+51 987 654 200")
    await well(desk)
    (shown,) = [fact for fact in hospital.facts() if fact["kind"] == "number-revealed"]
    assert shown["data"]["where"] == "desk"
    await press(desk, "Escape")
    await press(desk, "D")
    await expect(desk.locator("#call-now")).to_have_count(0)
    supervisor = await people.person("pilar", "/supervisor")
    await expect(supervisor.locator("#calls-brief")).to_contain_text("Se puede llamar")
    await calls.goto(f"{people.url}/desk/{KEY}.2")
    await calls.click("#to-calls")
    await calls.locator(".calls-table button").first.click()
    await expect(calls.locator("#gone")).to_be_visible()
    await expect(calls.locator(".calls-table")).to_have_count(0)
    await well(calls)
    await calls.click("#undo-cancel")
    await expect(calls.locator(".calls-table")).to_contain_text("En la fila")
    await expect(calls.locator("#gone")).to_have_count(0)
    await calls.locator(".calls-table button").first.click()
    await expect(calls.locator("#gone")).to_be_visible()


async def test_only_who_works_there_has_keys_and_only_a_person_sees_the_number(
    hospital: Hospital, people: People
) -> None:
    asked = hospital.ask("POST", "/callbacks", site=KEY, service="caja", number="987654100")
    hospital.ask("POST", f"/desks/{KEY}.1/close", line="keep")
    desk = await people.desk()
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(asked["number"])
    await expect(desk.locator("#key-number")).to_be_visible()
    beside = await people.person("pilar", f"/desk/{KEY}.1")
    await expect(beside.locator("#call-now")).to_contain_text("••• 100")
    await expect(beside.locator("#call-now :is(.call-keys, #key-number)")).to_have_count(0)
    await well(beside)
    await press(desk, "D")
    await expect(beside.locator("#call-now")).to_have_count(0)
    await desk.click("#key-close")
    await desk.click("#dialog .button-primary, #dialog .button-danger")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "closed")

    hospital.tokens["desk"] = hospital.server.token("desk", KEY)
    device = await people.device("desk", f"/desk/{KEY}.1", "desk")
    await expect(device.locator("#seat[data-live-seq]")).to_be_visible()
    await press(device, "Space")
    await expect(device.locator("#seat-now")).to_have_attribute("data-state", "free")
    await press(device, "Space")
    await expect(device.locator("#call-now .call-keys")).to_be_visible()
    await expect(device.locator("#key-number")).to_have_count(0)
    await press(device, "O")
    await expect(device.locator("#call-now")).to_have_count(0)


async def test_who_hung_up_before_all_was_said_is_called_later(
    hospital: Hospital, people: People
) -> None:
    hospital.ask("POST", "/callbacks", site=KEY, service="caja", number="987654500")
    desk = await people.desk()
    hand = await people.person("pilar", "/phone", screen="phone")
    await press(desk, "Space")
    await hand.tap(".handset-answer")
    await hand.tap("[data-digit-key='1']")
    await stage(desk, "talking")
    await hand.tap(".handset-hang")
    await stage(desk, "wrap-up")
    await press(desk, "A")
    await desk.fill("#f-words", "Llamar después de las 5")
    await well(desk)
    await desk.click("#dialog .button-primary")
    await expect(desk.locator("#call-now .call-note")).to_have_text("Llamar después de las 5")
    await well(desk)
    await press(desk, "L")
    await expect(desk.locator("#call-now")).to_have_count(0)
    put_off = [fact["data"] for fact in hospital.facts() if fact["kind"] == "callback-put-off"]
    assert (put_off[-1]["why"], put_off[-1]["counts"]) == ("declined", True)
