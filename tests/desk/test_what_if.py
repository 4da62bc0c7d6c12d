"""Whether the supervisor's question is a question, who may ask it, and one at a time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from tests.desk.conftest import HOST, Room, Staff
from tests.desk.played_day import DAY, played
from tests.peers.stores import opened
from tests.web.conftest import LOOK
from turnero.desk import pictures
from turnero.desk import slice as desk
from turnero.desk.planner import Halves, Interval
from turnero.server.planner import WorkerPlanner
from turnero.store.clock import SystemClock
from turnero.web.look import OneLook
from turnero.web.wiring import options, weave


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return played(tmp_path_factory.mktemp("played"))


@pytest.fixture
async def room(data: Path) -> AsyncIterator[Room]:
    clock = SystemClock()
    async with opened(data, clock=clock) as ledger:
        slice_ = desk.make(planner=WorkerPlanner(seeds=2))
        web = weave(
            [slice_], ledger=ledger, clock=clock, authenticator=Staff(), looks=OneLook(LOOK)
        )
        app = Litestar(**options(web), openapi_config=None)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        task = asyncio.ensure_future(slice_.tasks["what-if"](web))
        await asyncio.sleep(0)
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Room(ledger, clock, web, client)  # type: ignore[arg-type]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        web.hub.stop()


async def ask(room: Room, who: str = "supervisor", **fields: str) -> httpx.Response:
    """Ask it, as the page's form does."""
    given = {"day": DAY, "start": "09:00", "end": "11:00", "desks": "1", **fields}
    return await room.post("/what-if/main", who, part=False, **given)


def held(folder: Path) -> list[str]:
    """What a worker has on the disk."""
    return [one.name for one in folder.glob("turnero-rehearsal-*")]


async def answered(room: Room) -> str:
    """The page once the day is played."""
    for _ in range(600):
        text = await room.text("/what-if/main", "supervisor")
        if "is being played" not in text:
            return text
        await asyncio.sleep(0.1)
    raise AssertionError("the day was not played in a minute")


async def test_only_supervisors_and_administrators_may_ask(room: Room) -> None:
    assert (await room.get("/what-if/main", "agent")).status_code == 403
    assert (await ask(room, "agent")).status_code == 403
    assert DAY in await room.text("/what-if/main", "supervisor")


async def test_one_day_is_played_at_a_time_and_the_server_goes_on(room: Room) -> None:
    assert (await ask(room)).status_code == 303
    assert "is being played" in await room.text("/what-if/main", "supervisor")
    busy = await ask(room)
    assert busy.status_code == 409
    assert "A day is being played already" in busy.text
    # A page in the meantime is answered at once.
    async with asyncio.timeout(5):
        await room.text(f"/reports/main/{DAY}", "supervisor")
    text = await answered(room)
    assert "With one desk more from 09:00 to 11:00" in text
    assert "half would have waited" in text
    assert "The desk is like Ventanilla 1." in text


async def test_the_end_of_the_server_ends_it_and_leaves_nothing_on_the_disk(
    room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert (await ask(room)).status_code == 303
    for _ in range(300):
        if held(tmp_path):
            break
        await asyncio.sleep(0.1)
    assert held(tmp_path)
    (playing,) = [one for one in asyncio.all_tasks() if one.get_name() == "what-if"]
    playing.cancel()
    await asyncio.wait({playing}, timeout=20)
    assert playing.done()
    assert not held(tmp_path)


async def test_a_desk_that_nobody_worked_at_cannot_be_closed(room: Room) -> None:
    assert (await ask(room, desks="-1", desk="3")).status_code == 303
    assert "Nobody worked at this desk in these hours" in await answered(room)


async def test_another_rule_is_answered_by_class(room: Room) -> None:
    assert (await ask(room, desks="0", rule="strict")).status_code == 303
    text = await answered(room)
    assert "By the rule “Priorities always first”," in text
    assert "What half of everybody waited" in text
    assert "<li>General: half would have waited" in text
    assert "<li>Priority: half would have waited" in text
    assert "The desk is" not in text


async def test_the_rule_that_a_site_has_is_no_change(room: Room) -> None:
    assert (await ask(room, rule="share")).status_code == 303
    assert "This site calls by that rule already." in await answered(room)


async def test_a_day_without_a_report_is_said(room: Room) -> None:
    assert (await ask(room, day="2020-01-01")).status_code == 303
    assert "This day has no report" in await answered(room)


@pytest.mark.parametrize(
    "fields",
    [
        {"start": "11:00", "end": "09:00"},
        {"start": "9"},
        {"desks": "50"},
        {"day": "yesterday"},
        {"desks": "0"},
        {"rule": "fifo"},
    ],
)
async def test_what_is_no_question_is_refused(room: Room, fields: dict[str, str]) -> None:
    assert (await ask(room, **fields)).status_code == 422


def test_two_bars_an_hour_stand_beside_each_other_on_one_scale() -> None:
    picture = pictures.pairs([(9, 30.0), (10, 60.0)], [(9, 15.0), (11, 5.0)])
    assert [one.hour for one in picture.columns] == [9, 10, 11]
    first, second, third = picture.columns
    assert first.before.height == pytest.approx(2 * first.after.height, abs=0.2)
    assert first.before.x + first.before.width == pytest.approx(first.after.x, abs=0.2)
    assert (second.was, second.would, third.was) == (60, 0, 0)
    assert second.before.height == max(one.before.height for one in picture.columns)
    assert not pictures.pairs([], []).columns


@pytest.mark.parametrize(
    ("before", "after", "low", "high", "told", "same"),
    [
        (21.0, 12.0, 7.0, 11.0, True, False),
        (12.0, 21.0, -11.0, -7.0, True, False),
        (12.0, 21.0, -30.0, 12.0, False, False),
        (12.2, 11.9, 0.1, 0.5, False, True),
        (12.0, 21.0, None, None, False, False),
    ],
)
def test_what_may_be_chance_is_neither_told_as_a_difference_nor_as_none(
    before: float, after: float, low: float | None, high: float | None, *, told: bool, same: bool
) -> None:
    less = Interval(before - after, low, high)
    halves = Halves(None, Interval(before), Interval(after), less)
    assert (halves.told, halves.same) == (told, same)
