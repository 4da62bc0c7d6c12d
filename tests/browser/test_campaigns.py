"""A follow-up campaign: a list is uploaded, its people are called as callbacks, answers are counted."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People, until
from tests.browser.keys import press
from tests.browser.test_callbacks import CALLS, stage, well

pytestmark = pytest.mark.requires("chromium")

LIST = "Nombre;Teléfono;Nota\nSeñora Peña;987 654 500;Control de marzo\nOtro;112;\n"


@pytest.fixture(scope="module", autouse=True)
def calling(hospital: Hospital) -> None:
    hospital.server.load(CALLS)


async def uploaded(page: Page, text: str) -> None:
    """Fill the form in and send a list."""
    await page.fill("#f-name", "Control de marzo")
    await page.fill("#f-script", "Buenos días, llamo de la clínica.")
    await page.set_input_files(
        "#f-list", {"name": "lista.csv", "mimeType": "text/csv", "buffer": text.encode("latin-1")}
    )
    await page.click("main .button-primary")


async def test_a_list_becomes_calls_and_their_answers_are_counted(
    hospital: Hospital, people: People
) -> None:
    page = await people.person("pilar", f"/campaigns/{KEY}")
    await well(page)
    await uploaded(page, "Nombre;Nota\nSeñora Peña;x\n")
    await expect(page.locator("#wrong")).to_contain_text("columna de números")
    await well(page)
    await uploaded(page, LIST)
    await expect(page.locator("#refused")).to_contain_text("Línea 3")
    await expect(page.locator("h1")).to_have_text("Control de marzo")
    await well(page)
    assert "987654500" not in (await page.content()).replace(" ", "")

    walk_in = hospital.take("caja")
    desk = await people.desk()
    hand = await people.person("pilar", "/phone", screen="phone")
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(walk_in["number"])
    await press(desk, "F")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")
    card = desk.locator("#call-now")

    async def called() -> bool:
        """Whether *next* has called by phone: not before the server that just began may dial."""
        await press(desk, "Space")
        try:
            await expect(card).to_be_visible(timeout=2_000)
        except AssertionError:
            return False
        return True

    await until(called, "the campaign's person is called")
    await expect(card).to_contain_text("Señora Peña")
    await expect(card).to_contain_text("Buenos días, llamo de la clínica.")
    await stage(desk, "dialling")
    await hand.tap(".handset-answer")
    await stage(desk, "confirming")
    await hand.tap("[data-digit-key='1']")
    await stage(desk, "talking")
    await card.get_by_role("button", name="Muy buena", exact=True).click()
    await expect(card.locator("[aria-pressed='true']")).to_have_count(1)
    await card.get_by_role("button", name="Definitivamente sí").click()
    await expect(card.locator("[aria-pressed='true']")).to_have_count(2)
    await well(desk)
    await hand.tap(".handset-hang")
    await stage(desk, "wrap-up")
    await press(desk, "F")
    await expect(card).to_have_count(0)
    # The page that was left open has gone along.
    await expect(page.locator("[data-answer='P.3.14-5']")).to_have_text("1")
    await expect(page.locator("[data-answer='P.3.15-4']")).to_have_text("1")
    await expect(page.locator("#progress")).to_have_attribute("value", "1")
    await expect(page.locator("[data-share='P.3.14']")).to_contain_text(
        "1 respuesta muy pocas para dar un porcentaje · de 1 llamada terminada: 100 %",
        use_inner_text=True,
    )
    await well(page)
    await page.get_by_role("link", name="Campañas de seguimiento").first.click()
    await expect(page.get_by_role("row", name="Control de marzo")).to_contain_text("Todas llamadas")
