"""The waiting room that the display's tests sit in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.display.waiting_room import Room
from tests.peers.browser import Visit
from tests.web.conftest import Known
from turnero.web.principal import Principal, Role

Board = Callable[..., Awaitable[Page]]

TOKENS = {
    name: Principal(actor=f"token:{name}", role=Role.BOARD, site=1, place=name)
    for name in ("hall-1", "hall-2", "nowhere")
}


@pytest_asyncio.fixture(loop_scope="session")
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    """A room with this machine's voice, or the chime alone where it has none."""
    monkeypatch.setattr(Known, "people", {**Known.people, **TOKENS})
    found = Room(tmp_path)
    await found.start()
    try:
        await found.furnish()
        yield found
    finally:
        await found.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def show_board(room: Room, open_page: Visit) -> Board:
    """Opens a board in a browser of its own, for the token of that board."""

    async def show(
        board: str = "hall-1", *, path: str = "/board", before: str = "", **options: object
    ) -> Page:
        page = await open_page("board", **options)  # type: ignore[arg-type]
        cookie = {"name": "turnero_board", "value": board, "url": room.url}
        await page.context.add_cookies([cookie])  # type: ignore[list-item]
        if before:
            await page.add_init_script(before)
        await page.goto(room.url + path)
        await page.wait_for_selector("#now[data-state]")
        return page

    return show
