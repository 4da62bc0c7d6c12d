"""What is said besides calls: the rule of static/told.js, run in the browser that runs it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route

import turnero.display

pytestmark = pytest.mark.requires("chromium")

RULE = (Path(turnero.display.__file__).parent / "static" / "told.js").read_text()
ORIGIN = "http://board.test"

#: Steps at their times: what is shown ([id, at, fills]); each asks once what is said next.
PLAY = """async (steps) => {
  const { Told } = await import("/told.js");
  const told = new Told();
  return steps.map(({ now, shown }) => {
    if (shown) told.take(shown.map(([id, at, fills = false]) => ({ id, at, fills })), now);
    const next = told.next(now);
    if (next) told.over(next.id, now);
    return next && next.id;
  });
}"""

Play = Callable[..., Awaitable[list[Any]]]


@pytest_asyncio.fixture(loop_scope="session")
async def play(page: Page) -> Play:
    async def serve(route: Route) -> None:
        script = route.request.url.endswith(".js")
        await route.fulfill(
            body=RULE if script else "<!doctype html><title>board</title>",
            content_type="text/javascript" if script else "text/html",
        )

    await page.route(f"{ORIGIN}/**", serve)
    await page.goto(f"{ORIGIN}/")

    async def run(*steps: dict[str, Any]) -> list[Any]:
        said: list[Any] = await page.evaluate(PLAY, list(steps))
        return said

    return run


async def test_a_broadcast_is_said_once(play: Play) -> None:
    shown = [[1, 1_000]]
    assert await play(
        {"now": 1_000, "shown": shown}, {"now": 1_100, "shown": shown}, {"now": 90_000}
    ) == [1, None, None]


async def test_a_board_that_loads_only_shows_what_was_said_long_ago(play: Play) -> None:
    assert await play({"now": 60_000, "shown": [[1, 1_000], [2, 50_000]]}, {"now": 60_000}) == [
        2,
        None,
    ]


@pytest.mark.rule("emergency")
async def test_an_emergency_is_said_at_once_and_again_while_it_lasts(play: Play) -> None:
    shown = [[3, 1_000, True]]
    said = await play(
        {"now": 600_000, "shown": shown},
        {"now": 610_000, "shown": shown},
        {"now": 620_000},
        {"now": 641_000, "shown": []},
    )
    assert said == [3, None, 3, None]


@pytest.mark.rule("emergency")
async def test_during_an_emergency_nothing_else_is_said_and_two_take_turns(play: Play) -> None:
    said = await play(
        {"now": 1_000, "shown": [[1, 1_000], [2, 1_000, True], [3, 1_000, True]]},
        {"now": 1_100},
        {"now": 1_200},
        {"now": 22_000},
        {"now": 23_000, "shown": [[1, 1_000]]},
    )
    assert said == [2, 3, None, 2, 1]
