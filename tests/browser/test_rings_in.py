"""Somebody rings the hospital with the demonstration's telephone, stays on the line and is joined."""

import pytest
from playwright.async_api import expect

from tests.browser.hospital import Hospital, People
from tests.browser.keys import press
from tests.browser.test_callbacks import CALLS, stage, well

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture(scope="module", autouse=True)
def calling(hospital: Hospital) -> None:
    hospital.server.load(CALLS)


async def test_rings_in_waits_on_the_line_is_joined_in_turn_and_says_how_it_went(
    hospital: Hospital, people: People
) -> None:
    hand = await people.person("pilar", "/phone", screen="phone")
    desk = await people.desk()
    says = hand.locator(".handset-says")
    await hand.tap(".handset-ring-hidden")
    await expect(hand.locator(".handset-number")).to_have_text("Número oculto")
    await hand.tap(".handset-hang")
    await hand.tap(".handset-ring-in")
    await expect(hand.locator(".handset-number")).to_have_text("+51 987 654 400")
    await expect(says).to_contain_text("Si es una emergencia, cuelgue y marque 106.")
    await well(hand)
    if "Para español" in await says.inner_text():
        await hand.tap("[data-digit-key='1']")
    await expect(says).to_contain_text("Para esperar en la línea, marque 2.")
    await hand.tap("[data-digit-key='2']")
    await expect(says).to_contain_text("Ya está en la fila. Por favor, no cuelgue.")
    await press(desk, "Space")
    await stage(desk, "desk")
    card = desk.locator("#call-now")
    await expect(card).to_contain_text("espera en el teléfono")
    await well(desk)
    await stage(desk, "talking")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "serving")
    await well(desk)
    await press(desk, "F")
    await expect(says).to_contain_text("¿Cómo le atendimos?")
    await hand.tap("[data-digit-key='5']")
    await expect(hand.locator(".handset-idle")).to_be_visible(timeout=20_000)
    rated = [fact["data"] for fact in hospital.facts() if fact["kind"] == "ticket-rated"]
    assert [(one["question"], one["answer"]) for one in rated] == [("call", 5)]
