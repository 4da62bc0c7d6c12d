"""Keys as a person presses them, who waits for what was pressed before, and as a scanner types them."""

import asyncio
import time

from playwright.async_api import Page, expect

#: between two characters of a scanner
_SCANNED_S = 0.004
#: before a code: what comes sooner after the one before belongs to it
_HELD_UP_S = 0.25


async def settled(page: Page) -> None:
    """Wait until nothing that was pressed is under way.

    The stream may be quicker than an answer, and a press before the answer does nothing.
    """
    await expect(page.locator("[aria-busy=true]")).to_have_count(0)


async def press(page: Page, key: str) -> None:
    """Press a key once what was pressed before is over. Who means to be too early uses Playwright's."""
    await settled(page)
    await page.keyboard.press(key)


async def scan(page: Page, code: str) -> None:
    """A scanner types this and Enter, at its own pace.

    The page goes by when a key came, as the device says, not by when a busy machine delivers it;
    Playwright's own typing has no such times, and a pause of the machine would end the code.
    """
    await settled(page)
    await asyncio.sleep(_HELD_UP_S)
    scanner = await page.context.new_cdp_session(page)
    began = time.time()
    for number, letter in enumerate(code):
        at = began + number * _SCANNED_S
        down = {"type": "keyDown", "key": letter, "text": letter, "timestamp": at}
        await scanner.send("Input.dispatchKeyEvent", down)
        await scanner.send(
            "Input.dispatchKeyEvent", {"type": "keyUp", "key": letter, "timestamp": at}
        )
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    at = began + len(code) * _SCANNED_S
    await scanner.send("Input.dispatchKeyEvent", {"type": "keyDown", "timestamp": at, **enter})
    await scanner.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, "key": "Enter"})
    await scanner.detach()
