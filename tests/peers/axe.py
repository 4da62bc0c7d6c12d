"""Asks axe-core what is wrong with a page for people who read, see or point differently.

Evaluated from outside the page, so that the content security policy stays in force; every frame is judged.
"""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests.peers.browser import ROOT

RUN = """(rules) => axe.run(document, {
  resultTypes: ['violations'], iframes: false, ...(rules.length ? { runOnly: rules } : {}),
})"""
#: What moves is over when its transitions are; what never ends, or is held, is not waited for.
STILL = """() => Promise.race([
  new Promise((done) => setTimeout(done, 3000)),
  new Promise((done) => setTimeout(done, 20)).then(() => Promise.all(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished.catch(() => {})))),
])"""


@cache
def _source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def axe_violations(page: Page, *rules: str) -> list[str]:
    """Each violation as `rule (impact): help: elements`, in the page and all its frames; [] is good.

    Judged once nothing moves: what is changing has half its colours. `rules`: only these.
    """
    # Once more where something is wrong: on a slow machine a dialog may come up while the page is judged.
    return await _judged(page, rules) and await _judged(page, rules)


async def _judged(page: Page, rules: tuple[str, ...]) -> list[str]:
    found = []
    for frame in page.frames:
        if not await frame.evaluate("'axe' in window"):
            await frame.evaluate(_source())
        await frame.evaluate(STILL)
        result: dict[str, Any] = await frame.evaluate(RUN, list(rules))
        for violation in result["violations"]:
            elements = ", ".join(str(node["target"]) for node in violation["nodes"])
            found.append(
                f"{violation['id']} ({violation['impact']}): {violation['help']}: {elements}"
            )
    return found
