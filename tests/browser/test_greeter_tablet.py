"""The greeter's tablet in the hand: one touch, one mistake undone, a lost ticket found and renewed."""

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import Hospital, People
from tests.browser.keys import press, scan
from tests.desk import hospital as small
from tests.desk.hospital import running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.printer.eyes import qr_of
from turnero.queue import reads
from turnero.queue.commands.help import ask_help
from turnero.queue.requests import AskHelp

pytestmark = pytest.mark.requires("chromium")

Take = Callable[[Page, str], Awaitable[Path]]

WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[small.Hospital]:
    yield from running(tmp_path / "data")


async def tablet(open_page: Visit, clinic: small.Hospital, **options: Any) -> Page:
    """The greeter's page on the tablet."""
    return await visit(open_page, clinic, "/greeter", "greeter", screen="tablet", **options)


async def fits(page: Page) -> None:
    """Nothing is wider than the tablet, and what is touched is large enough."""
    assert await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    small_keys = await page.evaluate(
        """[...document.querySelectorAll('main button, main select, main summary')]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
        .map((one) => one.textContent.trim())"""
    )
    assert small_keys == []


@pytest.mark.requires("zbar-tools")
@pytest.mark.rule("lost-ticket")
async def test_the_greeter_corrects_a_ticket_and_renews_its_code_which_closes_the_old_address(
    hospital: Hospital, people: People, picture: Take, tmp_path: Path
) -> None:
    lost = hospital.take("caja")
    phone = await people.phone(lost["public_url"])
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    roll = await people.person("pilar", "/paper/hall")
    papers = await roll.locator(".paper-sheet img").count()
    page = await people.person("marta", "/greeter", "tablet")

    await page.tap("#service-farmacia")
    card = page.locator("#ticket-card")
    await expect(card).to_contain_text("En espera")
    given = await card.locator(".number").inner_text()
    assert given.startswith("F")
    await expect(page.locator(".undo")).to_be_visible()

    await page.fill("#find", lost["number"].lower())
    await press(page, "Enter")
    await expect(card.locator(".number")).to_have_text(lost["number"])
    await page.tap("#key-correct")
    dialog = page.locator("#dialog")
    await dialog.get_by_label("Preferente").check()
    await dialog.get_by_label("Personas").fill("2")
    await dialog.locator("#correct-reason").fill("Adulta mayor con acompañante")
    await picture(page, "greeter-correct")
    await dialog.get_by_role("button", name="Corregir").tap()
    await expect(dialog).to_be_hidden()
    await expect(card).to_contain_text("Preferente")
    await expect(card).to_contain_text("2 personas")
    corrected = [one for one in hospital.facts() if one["kind"] == "ticket-corrected"]
    assert corrected[-1]["data"]["people"] == [1, 2]
    # a reason may be personal: it is not in the journal
    assert "acompañante" not in str(corrected)

    await page.tap("#key-renew")
    await dialog.get_by_role("button", name="Código nuevo e imprimirlo").tap()
    await expect(page.locator(".held-new")).to_contain_text("ya no abre nada")
    await expect(page.locator(".held .qr")).to_be_visible()
    await picture(page, "greeter-renewed")
    drawn = await page.locator(".held .qr").screenshot()
    (address,) = qr_of(drawn, tmp_path)
    assert address != lost["public_url"]
    await phone.goto(address)
    await expect(phone.locator(".number")).to_have_text(lost["number"])
    gone = await phone.request.get(lost["public_url"])
    assert gone.status == 404
    await phone.goto(lost["public_url"])
    await expect(phone.locator(".problem")).to_be_visible()
    # the new paper came out by itself
    await expect(page.locator("#ticket-tools [id^=said-]")).to_contain_text("imprim")
    await expect(roll.locator(".paper-sheet img")).to_have_count(papers + 1)
    assert (await axe_violations(page)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["tablet", "wide"])
async def test_it_fits_the_tablet_in_the_hand_and_axe_finds_nothing(
    open_page: Visit, clinic: small.Hospital, picture: Take, scheme: Any, size: str
) -> None:
    options: dict[str, Any] = {"viewport": WIDE} if size == "wide" else {}
    clinic.arrive("cash")
    page = await tablet(open_page, clinic, color_scheme=scheme, **options)
    await page.locator("#service-cash-preferential").tap()
    await expect(page.locator("#ticket-card")).to_contain_text("Preferente")
    await fits(page)
    await picture(page, f"greeter-{size}-{scheme}")
    assert await axe_violations(page) == []
    clinic.do(ask_help, AskHelp("hall", "unwell"))
    clinic.do(ask_help, AskHelp("main.1"))
    await expect(page.locator(".help-call")).to_have_count(2)
    await page.locator(".find-more summary").tap()
    await page.locator("#find-service").select_option("cash")
    await page.locator(".find-time button").tap()
    await expect(page.locator(".found-one")).to_have_count(2)
    await fits(page)
    await picture(page, f"greeter-help-{size}-{scheme}")
    assert await axe_violations(page) == []
    await page.locator(".found-one").first.tap()
    for ask in ("correct", "renew"):
        await page.locator(f"#key-{ask}").tap()
        await expect(page.locator("dialog[open]")).to_be_visible()
        await picture(page, f"greeter-ask-{ask}-{size}-{scheme}")
        assert await axe_violations(page) == []
        await page.locator("dialog [data-close]").last.tap()


async def test_a_ticket_given_by_mistake_goes_with_one_touch_within_ten_seconds(
    open_page: Visit, clinic: small.Hospital
) -> None:
    page = await tablet(open_page, clinic)
    await page.locator("#service-cash").tap()
    await page.locator(".undo button").tap()
    await expect(page.locator("#ticket-card")).to_contain_text("Anulado")
    await page.wait_for_timeout(900)
    await page.locator("#service-cash").tap()
    await expect(page.locator("#ticket-card .number")).to_have_text("C002")
    await expect(page.locator(".undo")).to_have_count(0, timeout=20_000)


async def test_a_scanned_code_finds_its_ticket_and_presses_no_key(
    open_page: Visit, clinic: small.Hospital
) -> None:
    wanted = clinic.arrive("oncology")
    page = await tablet(open_page, clinic)
    await page.locator("#service-cash").tap()
    await expect(page.locator("#ticket-card .number")).to_have_text("C001")
    paper = clinic.run(
        clinic.web.ledger.read(reads.paper, wanted.ticket, clinic.web.clock.line_ms())
    )
    assert paper is not None
    # the scanner's Enter comes while the key that was touched last has the focus
    await page.locator("#service-cash").focus()
    await scan(page, f"https://turnos.example.org/t/{paper.code}")
    await expect(page.locator("#ticket-card .number")).to_have_text(wanted.number)
    await expect(page.locator("#find")).to_have_value("")
    assert paper.code not in page.url
    await expect(page.locator("#service-cash")).to_contain_text("1 en espera")


@pytest.mark.rule("steps-out")
async def test_stepping_out_and_back_by_keyboard(open_page: Visit, clinic: small.Hospital) -> None:
    clinic.arrive("cash")
    page = await tablet(open_page, clinic)
    await page.locator("#find").focus()
    await page.keyboard.type("c1")
    await press(page, "Enter")
    card = page.locator("#ticket-card")
    await expect(card.locator(".number")).to_have_text("C001")
    await page.locator("#act-step-out").focus()
    await press(page, "Enter")
    await expect(card).to_contain_text("Salió un momento")
    await expect(card).to_contain_text(re.compile(r"vuelve antes de las \d"))
    await page.locator("#act-return").focus()
    await press(page, "Enter")
    await expect(card).to_contain_text("En espera")


async def test_the_first_touch_gives_its_ticket_though_it_turns_the_sound_on(
    open_page: Visit, clinic: small.Hospital
) -> None:
    for _ in range(3):
        page = await tablet(open_page, clinic)
        off = page.locator("[data-ring]")
        await expect(off).to_be_visible()
        before = await page.locator("#issue-title").bounding_box()
        await page.locator("#service-laboratory").tap()
        await expect(page.locator("#ticket-card")).to_contain_text("Laboratorio")
        await expect(off).to_be_hidden()
        assert await page.locator("#issue-title").bounding_box() == before


async def test_a_call_that_moves_the_keys_under_the_finger_gives_no_wrong_ticket(
    open_page: Visit, clinic: small.Hospital
) -> None:
    page = await tablet(open_page, clinic)
    await page.evaluate(
        """document.addEventListener('live:swapped', (event) => {
          if (event.target.id === 'help') document.querySelector('#service-cash').click();
        })"""
    )
    clinic.do(ask_help, AskHelp("hall"))
    await expect(page.locator(".help-call")).to_be_visible()
    await page.wait_for_timeout(600)
    await expect(page.locator("#ticket-card")).to_have_count(0)
    await page.locator("#service-cash").tap()
    await expect(page.locator("#ticket-card .number")).to_have_text("C001")


@pytest.mark.rule("help")
async def test_it_says_that_sound_is_off_until_the_first_touch_and_then_rings(
    open_page: Visit, clinic: small.Hospital
) -> None:
    page = await tablet(open_page, clinic)
    rung = "Number(document.documentElement.dataset.rung ?? 0)"
    off = page.locator("[data-ring]")
    await expect(off).to_contain_text("El sonido está apagado")
    clinic.do(ask_help, AskHelp("hall"))
    await expect(page.locator(".help-call")).to_be_visible()
    assert await page.evaluate(rung) == 0
    assert (await page.title()).startswith("(1) ")
    await expect(page.locator("#help-say")).to_have_text(
        "Alguien necesita ayuda: Entrada principal."
    )
    await off.tap()
    await expect(off).to_be_hidden()
    await page.wait_for_function(f"() => {rung} === 1")
    # it goes on until somebody goes
    await page.wait_for_function(f"() => {rung} >= 2", timeout=25_000)
    await page.get_by_role("button", name="Voy en camino").tap()
    await expect(page.locator(".help-call")).to_have_count(0)
    await expect(page.locator("#help")).to_contain_text("en camino a Entrada principal")
    assert not (await page.title()).startswith("(")
