"""Pages of a box come anew when the server's program is another one, and are the same after a restart."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.peers.ports import free_port
from turnero.device.running import Running
from turnero.device.settings import BoxSettings
from turnero.store.opening import open_store


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Running, httpx.AsyncClient]]:
    """A box whose server is away, and a browser on it."""
    store = open_store(folder)
    settings = BoxSettings(data=folder, server=f"http://127.0.0.1:{free_port()}")
    box = Running(settings, store.ledger)
    await box.start()
    transport = httpx.ASGITransport(box.app)  # type: ignore[arg-type]
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8410") as one:
            yield box, one
    finally:
        await box.stop()
        store.close()


async def version(browser: httpx.AsyncClient) -> str:
    """What a page carries, and compares with what its stream says."""
    found = re.search('data-version="([^"]*)"', (await browser.get("/")).text)
    assert found is not None
    return found[1]


async def streaming(box: Running) -> None:
    """Return once a page follows the box."""
    for _ in range(500):
        if box.web.hub.streams:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no page follows the box")


async def test_pages_come_anew_when_the_servers_program_changes(tmp_path: Path) -> None:
    async with running(tmp_path / "box") as (box, browser):
        before = await version(browser)
        stream = asyncio.create_task(browser.get("/live?view=box:es:home"))
        await streaming(box)
        await box.box.serve("1a2b3c")
        said = (await stream).text
        assert f'"version":"{before}"' in said
        after = await version(browser)
        assert after != before
        again = asyncio.create_task(browser.get("/live?view=box:es:home"))
        await streaming(box)
        box.web.hub.seats.end_all()
        assert f'"version":"{after}"' in (await again).text, "the page that came anew stays"
        await box.box.serve("1a2b3c")
        assert await version(browser) == after
    async with running(tmp_path / "box") as (_, browser):
        assert await version(browser) == after, "a box that starts again makes no page come anew"
