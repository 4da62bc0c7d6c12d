"""The box's screen as whoever sets it up sees it: code and QR, then by itself the kiosk; how it is."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import expect

from tests.device.standing import Hospital
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.printer.eyes import qr_of


async def test_the_screen_shows_a_code_goes_on_to_the_kiosk_and_says_when_it_is_switched_off(
    hospital: Hospital, open_page: Visit, tmp_path: Path
) -> None:
    box = hospital.box
    await asyncio.to_thread(box.start)
    page = await open_page("kiosk")
    await page.goto(box.url)
    code = page.locator(".box-code")
    await expect(code).to_have_text(re.compile(r"^[A-Z]{4} [A-Z]{4}$"))
    shown = (await code.inner_text()).replace(" ", "")
    picture = await page.locator(".box-qr").screenshot(animations="disabled")
    assert qr_of(picture, tmp_path) == [f"{hospital.server.url}/boxes?code={shown}"]
    await expect(page.locator("main code")).to_have_text(re.compile(r"^([0-9a-f]{4} ?){4}$"))
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "pairing.png")

    approved = asyncio.to_thread(
        hospital.send, "/boxes/approve", code=shown, device=hospital.device("box", "entrance")
    )
    assert (await approved).status_code == 303
    await expect(page).to_have_url(re.compile(r"/kiosk$"))
    await expect(page.get_by_text("Laboratorio")).to_be_visible()

    status = await open_page("desk")
    await status.goto(f"{box.url}/status")
    await expect(status.get_by_text("conectado", exact=True)).to_be_visible()
    await expect(status.locator('[data-printer="own"]')).to_contain_text("En orden")
    assert await axe_violations(status) == []
    await status.screenshot(path=tmp_path / "status.png", full_page=True)

    entrance = hospital.device("box", "entrance")
    revoked = asyncio.to_thread(hospital.send, f"/boxes/{entrance}/revoke")
    assert (await revoked).status_code == 303
    open_page.expect_problem("401|status of 40")
    await expect(page.get_by_text("Un administrador desactivó este terminal")).to_be_visible(
        timeout=60_000
    )
    await expect(status.get_by_text("desactivado por un administrador")).to_be_visible()
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "revoked.png")
