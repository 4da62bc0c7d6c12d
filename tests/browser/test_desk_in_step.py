"""Browsers that show the same thing show the same thing: two at one desk, and all with the line."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, running, visit
from tests.peers.browser import Visit
from turnero.queue.commands.help import ask_help
from turnero.queue.requests import AskHelp


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    yield from running(tmp_path / "data")


async def test_two_browsers_of_one_desk_stay_in_step(open_page: Visit, hospital: Hospital) -> None:
    hospital.arrive()
    one = await visit(open_page, hospital)
    two = await visit(open_page, hospital)
    await press(one, "Space")
    await at_desk(two, "free")
    await press(two, "Space")
    await at_desk(one, "called")
    await press(one, "s")
    await at_desk(two, "serving")
    await press(two, "p")
    await at_desk(one, "free")
    await expect(one.locator("#aside")).to_contain_text("A001")


async def test_two_presses_of_next_at_one_desk_call_one_person(
    open_page: Visit, hospital: Hospital
) -> None:
    hospital.arrive()
    hospital.arrive()
    one = await visit(open_page, hospital)
    two = await visit(open_page, hospital)
    await press(one, "Space")
    await at_desk(one, "free")
    await at_desk(two, "free")
    # the second browser has not heard of the first one's press when it presses
    await two.evaluate("document.querySelector('#seat').removeAttribute('data-live')")
    await press(one, "Space")
    await at_desk(one, "called")
    await press(two, "Space")
    await at_desk(two, "called")
    for page in (one, two):
        assert await page.locator("#seat-now").get_attribute("data-number") == "A001"
    await expect(one.locator("#line tr", has_text="Admisión").locator("strong")).to_have_text("1")


async def test_an_answer_that_comes_late_does_not_bring_the_past_back(
    open_page: Visit, hospital: Hospital
) -> None:
    hospital.arrive()
    one = await visit(open_page, hospital)
    await press(one, "Space")
    await at_desk(one, "free")
    await press(one, "Space")
    await at_desk(one, "called")
    two = await visit(open_page, hospital)
    answered = asyncio.Event()

    async def late(route: Route) -> None:
        response = await route.fetch()
        await press(two, "s")
        await at_desk(one, "serving")
        # nothing more comes by the stream that could mend what this answer spoils
        await one.wait_for_timeout(500)
        await route.fulfill(response=response)
        answered.set()

    await one.route("**/move/recall", late)
    await press(one, "r")
    await answered.wait()
    await one.wait_for_timeout(500)
    assert await one.locator("#seat-now").get_attribute("data-state") == "serving"


async def test_who_waits_follows_the_line(open_page: Visit, hospital: Hospital) -> None:
    page = await visit(open_page, hospital)
    row = page.locator("#line tr", has_text="Admisión")
    await expect(row.locator("strong")).to_have_text("0")
    hospital.arrive()
    hospital.arrive()
    await expect(row.locator("strong")).to_have_text("2")
    await expect(row).to_contain_text("A tiempo")


async def test_a_help_call_reaches_every_page_and_goes_from_all(
    open_page: Visit, hospital: Hospital
) -> None:
    desk = await visit(open_page, hospital)
    tablet = await visit(open_page, hospital, "/greeter", "greeter", screen="tablet")
    supervisor = await visit(open_page, hospital, "/supervisor", "supervisor", screen="board")
    hospital.do(ask_help, AskHelp("hall", "unwell"))
    for page in (desk, tablet, supervisor):
        await expect(page.locator("#help")).to_contain_text("Alguien se siente mal")
        await expect(page.locator("#help")).to_contain_text("Entrada principal")
    await tablet.get_by_role("button", name="Voy en camino").click()
    for page in (desk, tablet, supervisor):
        await expect(page.locator(".help-call")).to_have_count(0)


async def test_a_new_help_call_rings_where_somebody_is_asked_to_go(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await visit(open_page, hospital, "/supervisor", "supervisor", sound=True)
    rung = "document.documentElement.dataset.rung"
    assert await page.evaluate(rung) is None
    hospital.do(ask_help, AskHelp("hall"))
    await page.wait_for_function(f"() => Number({rung}) >= 1")


async def test_the_supervisor_sees_a_desk_change_at_once(
    open_page: Visit, hospital: Hospital
) -> None:
    issued = hospital.arrive()
    page = await visit(open_page, hospital, "/supervisor", "supervisor", screen="board")
    row = page.locator(".now-desks tr", has_text="Ventanilla 1")
    await expect(row).to_contain_text("Cerrada")
    hospital.call("main.1")
    await expect(row).to_contain_text("Llamando")
    await expect(row).to_contain_text(issued.number)


async def test_a_given_ticket_follows_its_state_on_the_tablet(
    open_page: Visit, hospital: Hospital
) -> None:
    page = await visit(open_page, hospital, "/greeter", "greeter", screen="tablet")
    await page.get_by_label("Personas").select_option("3")
    await page.locator("#service-admission-preferential").click()
    card = page.locator("#ticket-card")
    await expect(card).to_contain_text("A001")
    await expect(card).to_contain_text("Preferente")
    await expect(card).to_contain_text("3 personas")
    # the next person is asked anew
    await expect(page.get_by_label("Personas")).to_have_value("1")
    hospital.call("main.1")
    await expect(card).to_contain_text("Llamado")
    await expect(card).to_contain_text("Ventanilla 1")


async def test_a_double_touch_gives_one_ticket(open_page: Visit, hospital: Hospital) -> None:
    page = await visit(open_page, hospital, "/greeter", "greeter", screen="tablet")
    await page.locator("#service-cash").dblclick()
    await expect(page.locator("#ticket-card")).to_contain_text("C001")
    await page.wait_for_timeout(500)
    await expect(page.locator("#service-cash")).to_contain_text("1 en espera")
