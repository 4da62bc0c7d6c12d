"""Asks axe-core what is wrong with a page for people who read, see or point differently.

Evaluated from outside the page, so that the content security policy stays in force; every frame is judged.
"""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests.peers.browser import ROOT

RUN = """() => axe.run(document, {resultTypes: ['violations'], iframes: false})"""


@cache
def _source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def axe_violations(page: Page) -> list[str]:
    """Each violation as `rule (impact): help: elements`, in the page and all its frames; [] is good."""
    found = []
    for frame in page.frames:
        await frame.evaluate(_source())
        result: dict[str, Any] = await frame.evaluate(RUN)
        for violation in result["violations"]:
            elements = ", ".join(str(node["target"]) for node in violation["nodes"])
            found.append(
                f"{violation['id']} ({violation['impact']}): {violation['help']}: {elements}"
            )
    return found
