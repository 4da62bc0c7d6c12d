"""How the tests hear a page and notice a key: what its players did and when, by the machine's own clock."""

from typing import Any

from playwright.async_api import Page

#: Writes down what the players of a page do. Before it any script of the page.
LISTEN = """
window.heard = [];
const play = HTMLMediaElement.prototype.play;
const known = new WeakSet();
HTMLMediaElement.prototype.play = function () {
  const note = (kind) => heard.push({
    kind, url: this.currentSrc, loud: this.volume > 0 && !this.muted, seconds: this.duration,
    played: this.played.length ? this.played.end(this.played.length - 1) - this.played.start(0) : 0,
    at: performance.timeOrigin + performance.now(),
  });
  if (!known.has(this)) {
    known.add(this);
    for (const kind of ["playing", "ended"]) this.addEventListener(kind, () => note(kind));
  }
  return play.call(this);
};
"""

#: Writes down when the space bar is pressed.
NOTICE = """
addEventListener("keydown", (event) => {
  if (event.key === " ") window.pressedAt = performance.timeOrigin + performance.now();
}, { capture: true });
"""


async def heard(page: Page, kind: str) -> list[dict[str, Any]]:
    """What was `playing` or had `ended` so far, loud enough to be heard, oldest first."""
    events: list[dict[str, Any]] = await page.evaluate("window.heard ?? []")
    return [event for event in events if event["kind"] == kind and event["loud"]]
