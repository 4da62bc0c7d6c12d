"""A backup is brought back while pages are open: they show what it knows, though its numbers are lower."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.hospital import Hospital, People
from tests.browser.keys import press

pytestmark = pytest.mark.requires("chromium")

#: the page asks again within four seconds
BACK_MS = 20_000


async def test_an_open_desk_goes_on_where_the_backup_was(
    hospital: Hospital, people: People, tmp_path: Path
) -> None:
    desk = await people.desk()
    number = hospital.take()["number"]
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")
    server, file = hospital.server, tmp_path / "morning.db"
    await asyncio.to_thread(server.command, "backup", str(file))
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(number)
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.command, "restore", str(file))
    await asyncio.to_thread(server.start)
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free", timeout=BACK_MS)
    await press(desk, "Space")
    await expect(desk.locator("#person-title")).to_have_text(number)
