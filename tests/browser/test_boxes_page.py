"""An administrator lets a box in: it appears by itself, is compared with its screen, and is let in."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.hospital import KEY, SITE, Hospital, People

pytestmark = pytest.mark.requires("chromium")

BOXES = """
[[box]]
key = "entrance"
name = "Equipo de la entrada"

[[box]]
key = "lab"
name = "Equipo del laboratorio"
"""
API = "/api/v1/box"
HARDWARE = "Beelink EQ12, puesto-3"


def _post(hospital: Hospital, path: str, said: dict[str, str]) -> dict[str, str]:
    """A message of a box that has no token yet; like a page, it says where it means to send it."""
    got = httpx.post(
        hospital.url + API + path, json=said, headers={"origin": hospital.url}, timeout=10
    )
    assert got.status_code == 200, got.text
    return dict(got.json())


def _asks(hospital: Hospital, fingerprint: str) -> dict[str, str]:
    said = {"fingerprint": fingerprint, "version": "1.4.0", "hardware": HARDWARE}
    return _post(hospital, "/pair", said)


def _polls(hospital: Hospital, asked: dict[str, str]) -> dict[str, str]:
    return _post(hospital, "/pair/poll", {"secret": asked["secret"]})


def _beats(hospital: Hospital, token: str) -> int:
    said = {"version": "1.4.0", "config": "", "uptime_s": 9, "clock_ms": 1, "seq": 0, "spool": 0}
    headers = {"authorization": f"Bearer {token}"}
    return httpx.post(
        hospital.url + API + "/beat", json=said | {"backlog": 3}, headers=headers, timeout=10
    ).status_code


async def test_a_box_is_let_in_turned_away_and_put_out(
    hospital: Hospital, people: People, tmp_path: Path
) -> None:
    page = await people.person("adela", "/boxes")
    await expect(page.locator(".asking")).to_have_count(0)
    wanted, stranger = (
        _asks(hospital, "1f2e 3d4c 5b6a 7988"),
        _asks(hospital, "dead beef dead beef"),
    )
    await expect(page.locator(".asking").first).to_contain_text("Primero describa")
    hospital.server.act("site-load", text=SITE + BOXES)
    await expect(page.locator("form[action='/boxes/approve']")).to_have_count(2, timeout=5_000)
    code = f"{wanted['code'][:4]} {wanted['code'][4:]}"
    card = page.locator(".asking", has_text=code)
    await expect(card).to_contain_text("1f2e 3d4c 5b6a 7988")
    await expect(card).to_contain_text(HARDWARE)
    await expect(page.locator(".asking")).to_have_count(2)
    await card.locator(".button-primary").click()
    assert await card.locator("select:invalid").count() == 1, (
        "nobody is let in as whatever comes first"
    )
    await card.locator("select").select_option(label="Equipo de la entrada")
    await page.screenshot(path=tmp_path / "asking.png", full_page=True)
    await card.locator(".button-primary").click()
    await expect(page.locator(".asking")).to_have_count(1)
    row = page.locator("tr", has_text="Equipo de la entrada")
    await expect(row.locator(".badge-warn").first).to_be_visible()
    got = _polls(hospital, wanted)
    assert (got["state"], got["site"], got["box"]) == ("approved", KEY, "entrance")
    assert _beats(hospital, got["token"]) == 200
    await page.locator(".asking form[action$='/refuse'] button").click()
    await expect(page.locator(".asking")).to_have_count(0)
    assert _polls(hospital, stranger) == {"state": "refused"}
    await expect(row.locator(".badge-good")).to_have_count(2)
    await expect(row).to_contain_text("1.4.0")
    await page.screenshot(path=tmp_path / "known.png", full_page=True)
    scanned = _asks(hospital, "0000 1111")
    again = await people.person("adela", scanned["url"].removeprefix(hospital.url))
    await expect(again.locator(".asking .badge-good")).to_be_visible()
    await row.locator("[popovertarget]").click()
    sure = page.locator(".revoke:popover-open")
    await expect(sure).to_contain_text("Equipo de la entrada")
    await sure.locator("button").click()
    await expect(row.locator(".badge-good")).to_have_count(0)
    assert _beats(hospital, got["token"]) == 401
