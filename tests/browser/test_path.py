"""One number through admission, cashier and laboratory: three desks, the board and the person's phone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People, furnish, touch
from tests.browser.keys import press
from tests.browser.test_main_job import newest_paper
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from tests.printer.eyes import qr_of

pytestmark = pytest.mark.requires("chromium", "zbar-tools")

SITE = """
[site]
key = "sur"
name = "Hospital del Sur"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en", "pt"]

[site.settings]
day_close = "never"

[[service]]
key = "admision"
prefix = "A"
name = { es = "Admisión", en = "Admission", pt = "Admissão" }
all_day = true
path = ["caja", "laboratorio"]

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja", en = "Cashier", pt = "Caixa" }
where = { es = "1.er piso, al fondo", en = "1st floor", pt = "1.º andar" }
all_day = true

[[service]]
key = "laboratorio"
prefix = "L"
name = { es = "Laboratorio", en = "Laboratory", pt = "Laboratório" }
where = { es = "2.º piso, ala B", en = "2nd floor", pt = "2.º andar" }
all_day = true

[[service]]
key = "farmacia"
prefix = "F"
name = { es = "Farmacia", en = "Pharmacy", pt = "Farmácia" }
all_day = true

[[desk]]
key = "1"
name = "Ventanilla 1"
primary = ["admision"]

[[desk]]
key = "2"
name = "Ventanilla 2"
primary = ["caja"]

[[desk]]
key = "3"
name = "Laboratorio"
primary = ["laboratorio", "farmacia"]

[[kiosk]]
key = "hall"
name = "Entrada principal"
printer = "hall"

[[board]]
key = "sala"
name = "Sala de espera"

[[printer]]
key = "hall"
name = "Impresora de la entrada"
url = "virtual://hall"
"""
AGENTS = {"ana": "agent", "berta": "agent", "carla": "agent", "pilar": "supervisor"}
#: desk → who works there
AT = {"1": "ana", "2": "berta", "3": "carla"}


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    data = tmp_path_factory.mktemp("path") / "data"
    with ThreadPoolExecutor(1) as elsewhere:  # it runs a loop of its own
        tokens = elsewhere.submit(furnish, data, SITE, AGENTS).result()
    server = RunningServer(data)
    server.environment["TURNERO_PUBLIC_ADDRESS"] = server.url
    server.start()
    try:
        yield Hospital(server, tokens)
    finally:
        server.stop()


@pytest.fixture
def people(hospital: Hospital, open_page: Visit) -> People:
    return People(hospital, open_page)


async def call(desk: Page, number: str) -> None:
    """The agent presses next, and this one is called."""
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(number)


async def finish(desk: Page) -> None:
    """The agent ends the service."""
    await desk.wait_for_timeout(900)  # a second press within a moment does nothing
    await press(desk, "F")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")


async def steps(page: Page) -> list[tuple[str, str]]:
    """The steps that a page shows, and how each is marked."""
    found = await page.locator(".steps .step").evaluate_all(
        "all => all.map(one => [one.querySelector('.step-words').firstChild.textContent.trim(),"
        " [...one.classList].find(name => name.startsWith('step-')).slice(5)])"
    )
    return [(text, state) for text, state in found]


async def test_one_number_leads_through_three_desks(
    hospital: Hospital, people: People, tmp_path: Path
) -> None:
    desks = {ref: await people.desk(ref, who=who) for ref, who in AT.items()}
    board = await people.board()
    kiosk = await people.kiosk()
    await touch(kiosk, "#service-admision")
    await touch(kiosk, "#take")
    number = await kiosk.locator("#number").inner_text()
    assert await steps(kiosk) == [
        ("Admisión", "now"),
        ("Caja", "next"),
        ("Laboratorio", "next"),
    ]
    assert await axe_violations(kiosk) == []
    roll = await people.person("pilar", "/paper/hall")
    (code,) = qr_of(await newest_paper(roll, number), tmp_path)
    phone = await people.phone(code)
    await expect(phone.locator("#phone[data-live-seq]")).to_be_visible()
    last = [("Admisión", "now"), ("Caja", "next"), ("Laboratorio", "next")]
    for ref, service, where in (
        ("1", "Admisión", ""),
        ("2", "Caja", "1.er piso, al fondo"),
        ("3", "Laboratorio", "2.º piso, ala B"),
    ):
        if where:
            await expect(phone.locator("h1")).to_have_text(f"Ahora pase a {service}")
            await expect(phone.locator(".phone-advice")).to_contain_text(where)
        assert await steps(phone) == last
        assert await axe_violations(phone) == []
        await call(desks[ref], number)
        await expect(desks[ref].locator(".purpose")).to_have_text(service)
        assert await steps(desks[ref]) == last
        assert await axe_violations(desks[ref]) == []
        await expect(board.locator("#call .number strong")).to_have_text(number)
        await expect(phone.locator("h1")).to_have_text("¡Le toca!")
        await expect(phone.locator("#question")).to_have_count(0)
        await finish(desks[ref])
        # who went on was called all the same
        await expect(board.locator("#now")).to_have_attribute("data-state", "rest")
        last = [(text, "done" if state == "now" else state) for text, state in last]
        for place, (text, state) in enumerate(last):
            if state == "next":
                last[place] = (text, "now")
                break
    await expect(phone.locator("#question")).to_be_visible()
    assert {state for _, state in await steps(phone)} == {"done"}
    called = [f["data"] for f in hospital.facts() if f["kind"] == "ticket-called"]
    assert [(one["number"], one["desk"]) for one in called] == [
        (number, f"{KEY}.{ref}") for ref in AT
    ]


async def test_a_step_is_left_out_added_and_taken_back_by_keyboard(
    hospital: Hospital, people: People
) -> None:
    hospital.next_or_none("2")  # somebody works at the next step
    desk = await people.desk("1", who="ana")
    number = hospital.take("admision")["number"]
    await call(desk, number)
    await press(desk, "E")
    await expect(desk.locator("#pick")).to_be_focused()
    assert await axe_violations(desk) == []
    await desk.locator(".way-step", has_text="Laboratorio").get_by_role("button").click()
    await expect(desk.locator("dialog[open]")).to_have_count(0)
    await expect(desk.locator(".step-skipped")).to_have_text("– Laboratorio: omitido")
    await press(desk, "U")
    await expect(desk.locator(".step-skipped")).to_have_count(0)
    assert await steps(desk) == [("Admisión", "now"), ("Caja", "next"), ("Laboratorio", "next")]
    await press(desk, "E")
    await desk.click("#way-again")
    await expect(desk.locator(".step")).to_have_count(4)
    await press(desk, "U")
    await expect(desk.locator(".step")).to_have_count(3)
    await press(desk, "E")
    await expect(desk.locator("#pick")).to_be_focused()
    await desk.keyboard.type("farm")
    await expect(desk.locator("input[name=step]:checked")).to_have_value("farmacia")
    await press(desk, "Enter")
    await expect(desk.locator(".step")).to_have_count(4)
    assert (await steps(desk))[1] == ("Farmacia", "next")
    await press(desk, "U")
    await expect(desk.locator(".step")).to_have_count(3)
    await finish(desk)
    assert hospital.ask("GET", f"/tickets/{await newest(hospital)}")["service"] == "caja"


async def newest(hospital: Hospital) -> str:
    """The ticket taken last."""
    issued = [fact for fact in hospital.facts() if fact["kind"] == "ticket-issued"]
    ticket: str = issued[-1]["data"]["ticket"]
    return ticket


async def test_where_nobody_attends_the_next_step_the_desk_is_asked_what_to_do(
    hospital: Hospital, people: People
) -> None:
    desk = await people.desk("1", who="ana")
    for ref in ("2", "3"):
        while hospital.next_or_none(ref) is not None:
            continue
        hospital.ask("POST", f"/desks/{KEY}.{ref}/close", line="keep")
    hospital.ask("POST", f"/desks/{KEY}.3/open")
    number = hospital.take("admision")["number"]
    await call(desk, number)
    await expect(desk.locator(".way-trouble")).to_contain_text("no hay ninguna ventanilla abierta")
    await desk.wait_for_timeout(900)
    await press(desk, "F")
    await expect(desk.locator("[name=onward]")).to_have_count(3)
    assert await axe_violations(desk) == []
    await desk.check("[value=skip]")
    await press(desk, "Enter")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")
    assert hospital.ask("GET", f"/tickets/{await newest(hospital)}")["service"] == "laboratorio"
