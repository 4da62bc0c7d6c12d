"""The supervisor's levers in the browser: asked, pressed, told, and seen by everybody at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import Hospital as Whole
from tests.browser.hospital import People, until
from tests.browser.keys import press
from tests.desk.hospital import Hospital, running, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.queue.alarms import raise_alarm
from turnero.queue.requests import AtPage
from turnero.store.tx import Tx

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


async def _supervisor(open_page: Visit, place: Hospital, **options: Any) -> Page:
    return await visit(open_page, place, "/supervisor", "supervisor", **options)


async def _open(page: Page, lever: str) -> None:
    key = page.locator(f"#key-{lever}")

    async def has_the_focus() -> bool:
        """For good: a dialog that closes gives it back to its own key, a moment later."""
        await key.focus()
        await page.wait_for_timeout(100)
        return bool(await key.evaluate("one => one === document.activeElement"))

    await expect(page.locator("dialog[open]")).to_have_count(0)
    await until(has_the_focus, f"the key {lever} has the focus")
    await press(page, "Enter")
    await expect(page.locator("dialog[open] #dialog-title")).to_be_visible()


@pytest.mark.rule("emergency")
async def test_an_emergency_is_confirmed_shown_large_and_ended(
    open_page: Visit, place: Hospital
) -> None:
    page = await _supervisor(open_page, place)
    await _open(page, "emergency")
    dialog = page.locator("dialog[open]")
    await dialog.get_by_role("button", name="Evacuar").click()
    await expect(page.locator("#text-es")).to_have_value(
        "Por favor, salgan del edificio con calma por la salida más cercana. No usen los ascensores."
    )
    await expect(page.locator("#text-en")).not_to_have_value("")
    # without the confirmation the browser itself sends nothing
    await dialog.get_by_role("button", name="Mostrar el mensaje").click()
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("checkbox").check()
    await dialog.get_by_role("button", name="Mostrar el mensaje").click()
    emergency = page.locator(".emergency")
    await expect(emergency).to_contain_text("salgan del edificio")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await expect(page.locator("#watch-note")).to_contain_text("Ya está en las pantallas")
    # it stays large, and says how it ends, on another supervisor's page too
    other = await _supervisor(open_page, place)
    await expect(other.locator(".emergency")).to_be_visible()
    assert await axe_violations(page) == []
    await emergency.get_by_role("button").click()
    await page.locator("dialog[open]").get_by_role("button", name="Terminar la emergencia").click()
    await expect(emergency).to_have_count(0)
    await expect(other.locator(".emergency")).to_have_count(0)
    await expect(page.locator("#watch-note")).to_contain_text("Ya no está en las pantallas")


async def test_a_refusal_is_read_in_the_dialog_and_what_was_typed_stays(
    open_page: Visit, place: Hospital
) -> None:
    page = await _supervisor(open_page, place)
    await _open(page, "broadcast")
    await page.locator("#text-es").evaluate("(field) => field.removeAttribute('maxlength')")
    await page.locator("#text-es").fill("x" * 5000)
    await page.locator("dialog[open] .button-primary").click()
    await expect(page.locator("dialog .dialog-messages [role=alert]")).to_contain_text("5000")
    await expect(page.locator("#text-es")).to_have_value("x" * 5000)
    await page.locator("#text-es").fill("Hoy hay café")
    await page.locator("dialog[open] .button-primary").click()
    await expect(page.locator(".lever-list")).to_contain_text("Hoy hay café")


@pytest.mark.rule("closed")
async def test_a_pause_by_keyboard_is_seen_by_the_other_supervisor_who_opens_again(
    open_page: Visit, place: Hospital
) -> None:
    page = await _supervisor(open_page, place)
    other = await _supervisor(open_page, place)
    await _open(page, "pause-service")
    # the title, the key that closes, the first of the choices; arrows choose
    await press(page, "Tab")
    await press(page, "Tab")
    await press(page, "Space")
    await press(page, "ArrowDown")
    await expect(page.locator("dialog[open] input[value=cash]")).to_be_checked()
    await press(page, "Tab")
    await press(page, "ArrowDown")
    await press(page, "ArrowDown")
    await expect(page.locator("dialog[open] input[value=after]")).to_be_checked()
    await press(page, "Tab")
    await expect(page.locator("#pause-after")).to_be_focused()
    await page.locator("#pause-after").fill("2")
    await press(page, "Enter")
    await expect(page.locator("#watch-note")).to_contain_text("Caja da 2 tickets más")
    lever = other.locator("#lever-service-cash")
    await expect(lever).to_contain_text("da 2 tickets más y luego ninguno")
    await lever.get_by_role("button").click()
    await expect(other.locator("#watch-note")).to_contain_text("Caja da tickets")
    await expect(page.locator("#lever-service-cash")).to_have_count(0)


async def test_a_new_alarm_sounds_once_and_a_seen_one_never(
    open_page: Visit, place: Hospital
) -> None:
    page = await _supervisor(open_page, place, sound=True)
    await page.locator("#main").click()

    def alarm(tx: Tx, at: AtPage) -> AtPage:
        raise_alarm(tx, "desk-unattended", at.desk, {"since_ms": tx.line_ms})
        return at

    place.do(alarm, AtPage("main.1"))
    await expect(page.locator(".alarm", has_text="Ventanilla 1")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("data-alarmed", "1")
    await expect(page.locator("#say")).to_contain_text("Ventanilla 1")
    await page.get_by_role("button", name="Yo me ocupo").click()
    await expect(page.locator(".alarm-seen")).to_contain_text("Visto a las")
    place.arrive("cash")
    await expect(page.locator("#now")).to_contain_text(
        "1 persona espera y ninguna ventanilla llama"
    )
    await expect(page.locator("html")).to_have_attribute("data-alarmed", "2")


@pytest.mark.parametrize("screen", ["desk", "tablet"])
async def test_every_dialog_is_for_everybody_by_day_and_by_night(
    open_page: Visit, place: Hospital, screen: str
) -> None:
    for _ in range(3):
        place.arrive("cash")
    place.call("main.1")
    page = await _supervisor(open_page, place, screen=screen)
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found += await axe_violations(page)
        for lever in (
            "pause-service",
            "pause-kiosk",
            "move-line",
            "move-desk",
            "broadcast",
            "emergency",
        ):
            await _open(page, lever)
            found += [f"{lever}: {one}" for one in await axe_violations(page)]
            wide = await page.evaluate(
                "() => { const d = document.querySelector('dialog[open]');"
                " return d.scrollWidth - d.clientWidth; }"
            )
            assert wide <= 0, f"{lever} is wider than its dialog on a {screen}"
            await press(page, "Escape")
    assert found == []


@pytest.mark.rule("last-desk")
async def test_a_moved_line_is_seen_on_board_phone_and_desk(
    people: People, hospital: Whole
) -> None:
    hospital.take("caja")
    ticket = hospital.take("caja")
    board = await people.board()
    phone = await people.phone(ticket["public_url"])
    desk = await people.desk("2")
    supervisor = await people.person("pilar", "/supervisor")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await supervisor.click("#key-move-line")
    dialog = supervisor.locator("dialog[open]")
    await dialog.locator("input[name=origin][value=caja]").check()
    await dialog.locator("input[name=service][value=farmacia]").check()
    await dialog.get_by_role("button", name="Seguir").click()
    await expect(dialog).to_contain_text("2 personas que esperan por Caja pasan a Farmacia.")
    await dialog.get_by_role("button", name="Mover 2 personas").click()
    await expect(supervisor.locator("#watch-note")).to_contain_text(
        "2 personas pasaron de Caja a Farmacia. Ahora 0 esperan por Caja y 2 por Farmacia."
    )
    await expect(phone.locator(".moved-line")).to_contain_text("Farmacia")
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await expect(desk.locator("#line tbody tr", has_text="Farmacia").first).to_contain_text("2")
    await expect(board.locator(".queues")).to_contain_text("Farmacia")
    await expect(board.locator(".queues > *", has_text="Farmacia").first).to_contain_text("2")
    # whoever came first is called first, and under their old number
    await press(desk, "Space")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "called")
    await expect(desk.locator("#seat-now")).not_to_have_attribute("data-number", ticket["number"])
