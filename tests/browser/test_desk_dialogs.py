"""What the desk asks before an act, answered by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, running, visit
from tests.peers.browser import Visit
from turnero.queue import reads


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


async def _called(open_page: Visit, hospital: Hospital, desk: str = "main.1") -> Page:
    page = await visit(open_page, hospital, f"/desk/{desk}")
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "Space")
    await at_desk(page, "called")
    return page


def _state(hospital: Hospital, ticket: str) -> tuple[str, str]:
    now_ms = hospital.web.clock.line_ms()
    view = hospital.run(hospital.web.ledger.read(reads.ticket, ticket, now_ms))
    assert view is not None
    return view.state, view.service


async def test_a_transfer_by_keyboard_all_the_way(open_page: Visit, hospital: Hospital) -> None:
    issued = hospital.arrive()
    page = await _called(open_page, hospital)
    await press(page, "t")
    await expect(page.locator("#pick")).to_be_focused()
    await page.keyboard.type("oncologia")
    await expect(page.locator("[data-find]:visible")).to_have_count(1)
    await expect(page.locator("input[name=to]:checked")).to_have_value("service:oncology")
    await press(page, "Enter")
    await at_desk(page, "free")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert _state(hospital, issued.ticket) == ("waiting", "oncology")


async def test_what_is_typed_before_the_dialog_is_there_goes_into_it(
    open_page: Visit, hospital: Hospital
) -> None:
    issued = hospital.arrive()
    page = await _called(open_page, hospital)

    async def slow(route: Route) -> None:
        await page.wait_for_timeout(600)
        await route.continue_()

    await page.route("**/ask/transfer*", slow)
    await press(page, "t")
    # each of these letters is a key of the desk
    await page.keyboard.type("cfpn")
    await expect(page.locator("#pick")).to_have_value("cfpn")
    await page.locator("#pick").fill("caja")
    await press(page, "Enter")
    await at_desk(page, "free")
    assert _state(hospital, issued.ticket) == ("waiting", "cash")


async def test_arrows_move_in_the_list_and_each_choice_is_said(
    open_page: Visit, hospital: Hospital
) -> None:
    hospital.arrive()
    page = await _called(open_page, hospital)
    await press(page, "t")
    await expect(page.locator("#pick")).to_be_focused()
    checked = page.locator("input[name=to]:checked")
    await press(page, "ArrowDown")
    await expect(checked).to_have_value("service:admission")
    await press(page, "ArrowDown")
    await expect(checked).to_have_value("service:cash")
    await expect(page.locator("#say")).to_contain_text("Caja")
    await press(page, "ArrowUp")
    await press(page, "ArrowUp")
    await expect(checked).to_have_value("desk:main.3")
    await expect(page.locator("#pick")).to_be_focused()


async def test_a_search_that_finds_nothing_says_so_and_sends_nothing(
    open_page: Visit, hospital: Hospital
) -> None:
    issued = hospital.arrive()
    page = await _called(open_page, hospital)
    await press(page, "t")
    await expect(page.locator("#pick")).to_be_focused()
    await page.keyboard.type("zzz")
    await expect(page.locator("[data-none]")).to_be_visible()
    await press(page, "Enter")
    await expect(page.locator("dialog[open]")).to_be_visible()
    assert _state(hospital, issued.ticket)[0] == "called"


async def test_the_outcome_is_one_digit(open_page: Visit, hospital: Hospital) -> None:
    first, second = hospital.arrive("laboratory"), hospital.arrive("laboratory")
    page = await _called(open_page, hospital, "main.3")
    await page.wait_for_timeout(900)
    await press(page, "Space")
    await expect(page.locator("#dialog-title")).to_be_focused()
    await expect(page.locator("#dialog-title")).to_contain_text(first.number)
    # a second Space by mistake decides nothing
    await press(page, "Space")
    await page.wait_for_timeout(300)
    assert _state(hospital, first.ticket)[0] == "called"
    await press(page, "2")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", second.number)
    assert _state(hospital, first.ticket)[0] == "finished"
    await expect(page.locator("dialog[open]")).to_have_count(0)
    await press(page, "f")
    await expect(page.locator("dialog[open]")).to_be_visible()
    await press(page, "1")
    await at_desk(page, "free")


async def test_a_call_out_of_turn_asks_for_its_reason(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    second = hospital.arrive()
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await press(page, "c")
    await expect(page.locator("#pick")).to_be_focused()
    await page.keyboard.type(second.number)
    await press(page, "Enter")
    # the browser itself leads to the field that is missing
    await expect(page.locator("#reason")).to_be_focused()
    await page.keyboard.type("Volvió del laboratorio")
    await press(page, "Enter")
    await expect(page.locator("#seat-now")).to_have_attribute("data-number", second.number)
    await expect(page.locator(".why")).to_contain_text("Volvió del laboratorio")


async def test_a_break_by_one_digit_and_back_by_space(open_page: Visit, hospital: Hospital) -> None:
    page = await visit(open_page, hospital)
    await press(page, "Space")
    await at_desk(page, "free")
    await page.locator("#key-break").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await press(page, "1")
    await at_desk(page, "break")
    await expect(page.locator(".session")).to_contain_text("Refrigerio")
    await press(page, "Space")
    await at_desk(page, "free")


async def test_closing_asks_what_becomes_of_the_person(
    open_page: Visit, hospital: Hospital
) -> None:
    issued = hospital.arrive("laboratory")
    page = await _called(open_page, hospital, "main.3")
    await page.locator("#key-close").click()
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_contain_text(f"{issued.number} está en la ventanilla")
    # the outcome is asked only of one who is finished
    await expect(dialog.locator("input[name=outcome]").first).to_be_hidden()
    await dialog.get_by_label("Finalizar: la atención terminó").check()
    await expect(dialog.locator("input[name=outcome]").first).to_be_visible()
    await dialog.get_by_label("Poner en pausa").check()
    await dialog.get_by_role("button", name="Cerrar ventanilla").click()
    await at_desk(page, "closed")
    assert _state(hospital, issued.ticket)[0] == "parked"


async def test_a_refusal_is_read_inside_the_dialog(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    page = await _called(open_page, hospital)
    await press(page, "t")
    await expect(page.locator("#pick")).to_be_focused()
    other = await visit(open_page, hospital)
    await press(other, "f")
    await at_desk(other, "free")
    await page.keyboard.type("caja")
    await press(page, "Enter")
    await expect(page.locator("dialog .dialog-messages [role=alert]")).to_be_visible()


async def test_taking_over_anothers_desk_is_confirmed(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    first = await _called(open_page, hospital)
    page = await visit(open_page, hospital, "/desk", "supervisor")
    await expect(page.locator("#desk-main\\.1")).to_contain_text("Ocupada")
    await page.locator("#take-main\\.1").click()
    await expect(page.locator("dialog[open]")).to_contain_text("A001")
    await press(page, "Enter")
    await page.wait_for_url("**/desk/main.1")
    await at_desk(page, "called")
    await at_desk(first, "other")
    await expect(first.locator("#seat")).not_to_contain_text("A001")
