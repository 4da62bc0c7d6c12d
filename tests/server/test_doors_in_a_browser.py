"""In a real browser: the set-up link, an administrator's token, and a screen that enters with it."""

import re

import pytest

from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from tests.server.installation import PASSWORD

pytestmark = pytest.mark.requires("chromium")


async def test_from_the_set_up_link_to_a_kiosk_that_is_connected(
    own_server: RunningServer, open_page: Visit
) -> None:
    found = re.search(r"http://\S+/setup#\S+", own_server.tail())
    assert found is not None
    page = await open_page("desk", language="en-GB")
    await page.goto(found[0])
    await page.wait_for_function("document.querySelector('[name=secret]').value")
    assert "#" not in page.url, "the secret does not stay in the address"
    assert await axe_violations(page) == []
    await page.fill("[name=login]", "chief")
    await page.fill("[name=password]", "short")
    await page.click("main .button-primary")
    await page.wait_for_selector(".notice-bad")
    assert await page.input_value("[name=login]") == "chief", "what was typed stays"
    await page.fill("[name=password]", PASSWORD)
    await page.click("main .button-primary")
    await page.wait_for_url("**/admin/demo")
    assert await axe_violations(page) == []
    await page.goto(f"{own_server.url}/accounts")
    assert await axe_violations(page) == []

    await page.locator("summary").nth(1).click()
    await page.select_option("#t-role", "kiosk")
    await page.select_option("#t-site", "demo")
    await page.get_by_role("button", name="Create the token").click()
    link = await page.locator("code.secret").nth(1).inner_text()
    assert await axe_violations(page) == []
    await page.reload()
    assert await page.locator("code.secret").count() == 0, "it is shown once"

    screen = await open_page("kiosk")
    assert link.startswith(f"{own_server.url}/enter#"), "the whole address, to be typed or sent"
    await screen.goto(link)
    await screen.wait_for_url("**/kiosk")
    assert await screen.get_by_text("Caja").count() > 0

    await page.goto(f"{own_server.url}/account")
    assert await axe_violations(page) == []
    await page.get_by_role("button", name="Sign out").first.click()
    await page.wait_for_url("**/sign-in")


@pytest.mark.parametrize("language", ["es-PE", "en-GB", "pt-BR"])
@pytest.mark.parametrize("path", ["/sign-in", "/enter", "/setup"])
async def test_every_door_is_for_everybody(
    server: RunningServer, open_page: Visit, path: str, language: str
) -> None:
    page = await open_page("phone", language=language)
    await page.goto(f"{server.url}{path}")
    assert await axe_violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "nothing runs out of a small screen"


async def test_a_wrong_password_is_said_on_the_page(
    server: RunningServer, open_page: Visit
) -> None:
    page = await open_page("desk")
    await page.goto(f"{server.url}/sign-in?next=/desk")
    await page.fill("[name=login]", "nadie")
    await page.fill("[name=password]", "equivocada")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#wrong")
    assert "no es correcto" in await page.inner_text("#wrong")
    assert await page.input_value("[name=login]") == "nadie"
    assert await page.input_value("[name=next]") == "/desk"
    assert await axe_violations(page) == []


async def test_the_api_is_described_on_a_page_of_ours(
    server: RunningServer, open_page: Visit
) -> None:
    page = await open_page("desk")
    await page.goto(f"{server.url}/docs")
    assert await page.get_by_text("/api/v1/tickets", exact=True).count() > 0
    assert await axe_violations(page) == []
    with server.client() as client:
        document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    for other in ("cdn", "unpkg", "jsdelivr"):
        assert other not in await page.content()
