"""A desk's telephone is unplugged: its page and the supervisor's say so, and its agent says that it works."""

import pytest
from playwright.async_api import expect

from tests.browser.hospital import KEY, Hospital, People
from tests.browser.keys import press
from tests.browser.test_callbacks import CALLS, well

pytestmark = pytest.mark.requires("chromium")


@pytest.fixture(scope="module", autouse=True)
def unplugged(hospital: Hospital) -> None:
    hospital.server.load(CALLS.replace('phone = "201"', 'phone = "201-off"'))


async def test_callbacks_go_past_it_until_its_agent_says_that_it_works(
    hospital: Hospital, people: People
) -> None:
    asked = hospital.ask("POST", "/callbacks", site=KEY, service="caja", number="987654301")
    walk_in = hospital.take("caja")
    hospital.ask("POST", f"/desks/{KEY}.1/close", line="keep")
    desk = await people.desk()
    silent, now = desk.locator("#phone-silent"), desk.locator("#person-title")
    await press(desk, "Space")
    await expect(silent).to_contain_text("Su teléfono no contestó.", timeout=15_000)
    await expect(silent).to_contain_text("los pacientes por llamar pasan a otras ventanillas")
    await well(desk)
    await press(desk, "Space")
    await expect(now).to_have_text(walk_in["number"])
    await well(desk)
    await press(desk, "F")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")
    beside = await people.person("pilar", f"/desk/{KEY}.1")
    await expect(beside.locator("#phone-silent")).to_be_visible()
    await expect(beside.locator("#phone-rings")).to_have_count(0)

    await desk.click("#phone-rings")
    await expect(silent).to_have_count(0)
    await press(desk, "Space")
    await expect(silent).to_be_visible(timeout=15_000)
    supervisor = await people.person("pilar", "/supervisor")
    alarm = supervisor.locator(".alarm", has_text="no contestó 2 veces seguidas")
    await expect(alarm).to_contain_text("Teléfono 201-off")
    await expect(alarm).to_contain_text("Ventanilla 1")
    await well(supervisor)
    await desk.click("#phone-rings")
    await expect(alarm).to_have_count(0)
    state = hospital.ask("GET", f"/tickets/{asked['ticket']}")["state"]
    assert state in {"waiting", "called"}
