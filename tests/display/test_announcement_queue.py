"""What a zone's queue says next: the rule of static/queue.js, run in the browser that runs it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route

import turnero.display

pytestmark = pytest.mark.requires("chromium")

RULE = (Path(turnero.display.__file__).parent / "static" / "queue.js").read_text()
ORIGIN = "http://board.test"

#: Steps on one queue: {"take": [...], ...} or {"next": n}; answers what was said and what is shown.
PLAY = """async (steps) => {
  const { Announcements } = await import("/queue.js");
  const queue = new Announcements();
  const call = ([seq, number, at = 0, inForce = true, byPhone = false]) =>
    ({ seq, number, at, inForce, byPhone,
       sounds: { full: {ms: 8000}, brief: {ms: 5000}, bare: {ms: 4000} } });
  const said = [];
  for (const step of steps) {
    if (step.take) queue.take(step.take.map(call), step.floor ?? 0, step.now ?? 0, step.gap ?? false,
      step.quiet === "on" ? Infinity : step.quiet ?? -1);
    for (let n = step.next ?? 0; n > 0; n -= 1) {
      const next = queue.next();
      said.push(next && [next.call.seq, next.length]);
    }
  }
  return {
    said, waiting: queue.waiting.map((one) => one.seq), current: queue.current?.seq ?? null,
    recent: queue.recent(4).map((one) => one.seq), annulled: [...queue.annulled],
    kept: queue.shown.length,
  };
}"""

Play = Callable[..., Awaitable[dict[str, Any]]]


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

    async def run(*steps: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = await page.evaluate(PLAY, list(steps))
        return answer

    return run


async def test_a_board_that_loads_shows_the_state_and_says_nothing(play: Play) -> None:
    after = await play({"take": [[7, "A001"], [8, "A002"]], "now": 1_000}, {"next": 1})
    assert after["said"] == [None]
    assert (after["current"], after["recent"]) == (8, [7])


async def test_calls_are_said_once_each_and_in_their_order(play: Play) -> None:
    calls = [[3, "A003"], [1, "A001"], [2, "A002"]]
    after = await play({"take": []}, {"take": calls}, {"take": calls}, {"next": 4})
    assert [one and one[0] for one in after["said"]] == [1, 2, 3, None]


async def test_the_first_call_of_a_day_is_said(play: Play) -> None:
    after = await play({"take": []}, {"take": [[5, "A001"]], "next": 1})
    assert after["said"] == [[5, "full"]]


async def test_the_screen_follows_the_voice(play: Play) -> None:
    after = await play({"take": [[1, "A001"]]}, {"take": [[1, "A001"], [2, "A002"], [3, "A003"]]})
    assert after["current"] == 1
    after = await play(
        {"take": [[1, "A001"]]},
        {"take": [[1, "A001"], [2, "A002"], [3, "A003"]], "next": 1},
    )
    assert (after["current"], after["recent"], after["waiting"]) == (2, [1], [3])


async def test_who_is_called_by_telephone_is_listed_and_neither_said_nor_shown_large(
    play: Play,
) -> None:
    rung = [3, "C003", 0, False, True]
    after = await play({"take": [[1, "A001"]]}, {"take": [[1, "A001"], rung], "next": 1})
    assert after["said"] == [None]
    assert (after["current"], after["recent"]) == (1, [3])
    alone = await play({"take": []}, {"take": [rung]})
    assert (alone["current"], alone["recent"], alone["waiting"]) == (None, [3], [])


async def test_a_long_backlog_gives_up_the_second_language_then_the_chime_never_a_call(
    play: Play,
) -> None:
    burst = [[seq, f"A{seq:03}"] for seq in range(1, 8)]
    after = await play({"take": []}, {"take": burst, "next": 8})
    # 7 x 8 s and 7 x 5 s are both over 15 s; from three on 3 x 5 s is not, nor is 1 x 8 s.
    assert after["said"] == [
        *([seq, "bare"] for seq in (1, 2, 3, 4)),
        [5, "brief"],
        [6, "brief"],
        [7, "full"],
        None,
    ]


async def test_a_call_that_ended_before_its_turn_is_still_said(play: Play) -> None:
    after = await play(
        {"take": []},
        {"take": [[1, "A001"], [2, "A002"]]},
        {"take": [[1, "A001"], [2, "A002", 0, False]], "next": 2},
    )
    assert [one[0] for one in after["said"]] == [1, 2]


async def test_after_a_gap_only_fresh_calls_in_force_are_said_and_the_rest_shown(
    play: Play,
) -> None:
    after = await play(
        {"take": [[1, "A001"]]},
        {
            "gap": True,
            "now": 100_000,
            "take": [
                [1, "A001"],
                [2, "A002", 60_000, True],
                [3, "A003", 69_999, True],
                [4, "A004", 80_000, False],
                [5, "A005", 80_000, True],
            ],
        },
        {"next": 2},
    )
    assert after["said"] == [[5, "full"], None]
    assert after["recent"] == [4, 3, 2, 1]


async def test_a_short_loss_without_a_gap_still_says_everything(play: Play) -> None:
    after = await play({"take": []}, {"take": [[1, "A001", 0, False]], "now": 11_000, "next": 1})
    assert after["said"] == [[1, "full"]]


async def test_a_call_taken_back_before_its_turn_is_never_said(play: Play) -> None:
    after = await play(
        {"take": []},
        {"take": [[1, "A001"], [2, "A002"]], "next": 1},
        {"take": [[1, "A001"]], "next": 1},
    )
    assert after["said"] == [[1, "brief"], None]
    assert after["annulled"] == []


async def test_a_call_taken_back_after_it_was_said_is_shown_as_annulled(play: Play) -> None:
    after = await play(
        {"take": []},
        {"take": [[1, "A001"], [2, "A002"]], "next": 2},
        {"take": [[1, "A001"]], "now": 9_000},
    )
    assert (after["current"], after["annulled"], after["recent"]) == (2, [2], [1])


async def test_a_call_that_only_aged_out_of_the_list_is_not_annulled(play: Play) -> None:
    by_number = await play({"take": [[1, "A001"]]}, {"take": [[2, "A002"]], "floor": 2, "next": 1})
    assert by_number["annulled"] == []
    next_day = await play({"take": [[1, "A001"]]}, {"take": [], "now": 3_600_000})
    assert next_day["annulled"] == []


async def test_a_recall_is_said_as_a_call_of_its_own_and_shown_once(play: Play) -> None:
    after = await play(
        {"take": []},
        {"take": [[1, "A001"], [2, "B001"]], "next": 2},
        {"take": [[2, "B001"], [5, "A001"]], "next": 1},
    )
    assert after["said"][-1] == [5, "full"]
    assert after["annulled"] == []
    assert (after["current"], after["recent"]) == (5, [2])


async def test_a_journal_that_was_restored_does_not_silence_the_board(play: Play) -> None:
    after = await play(
        {"take": [[900, "A900"]]},
        {"take": [[100, "A100"]], "gap": True, "now": 90_000},
        {"take": [[100, "A100"], [101, "A101", 90_000]], "now": 90_500, "next": 1},
    )
    assert after["said"] == [[101, "full"]]


async def test_a_board_that_runs_for_months_keeps_only_what_it_can_show(play: Play) -> None:
    steps = [
        {"take": [[seq, f"A{seq:04}", seq * 60_000, False]], "floor": seq, "now": seq * 60_000}
        for seq in range(1, 500)
    ]
    after = await play(*({**step, "next": 1} for step in steps))
    assert after["kept"] <= 41


@pytest.mark.rule("emergency")
async def test_what_an_emergency_held_up_is_shown_afterwards_and_not_said(play: Play) -> None:
    before, fallen, later = [1, "A001", 1_000], [2, "A002", 2_000], [3, "A003", 9_000]
    after = await play(
        {"take": []},
        {"take": [before], "now": 1_000},
        {"take": [before, fallen], "now": 2_000, "quiet": "on", "next": 1},
        {"take": [before, fallen, later], "now": 9_100, "quiet": 8_000, "next": 2},
    )
    assert after["said"] == [None, [3, "full"], None]
    assert (after["current"], after["recent"]) == (3, [2, 1])


@pytest.mark.rule("emergency")
async def test_a_board_that_was_away_over_an_emergency_says_only_calls_of_after(play: Play) -> None:
    calls = [[1, "A001", 1_000], [2, "A002", 9_000]]
    after = await play(
        {"take": []},
        {"take": calls, "now": 9_500, "gap": True, "quiet": 8_000, "next": 2},
    )
    assert after["said"] == [[2, "full"], None]
