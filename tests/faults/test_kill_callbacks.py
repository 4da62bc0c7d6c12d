"""`kill -9` at each state of a callback: nobody is rung twice at once, nobody is forgotten, and
everybody keeps their place. The exchange lives on in a process of its own, as a real one does.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

#: acts of a life in which a callback is joined, and another one busy first
LAST = 128
#: one for each state of a callback at a desk, at the worst moment of it
WORST = [
    "before dial_desk",
    "after dial_desk",
    # written down, and the exchange has not heard of it
    "after dial_patient",
    # on its way to the telephone
    "after place patient",
    # picked up, and nobody asked anything
    "before question",
    # 1 was pressed
    "after confirmed",
    # joined, and not written down
    "after join",
    "talking",
]
#: more than a life takes, and the pause after a death, on a slow machine
SECONDS_A_POINT = 60


async def lives(folder: Path, points: Sequence[int | str], *more: str) -> list[dict[str, Any]]:
    """What was seen of lives killed at those points; two programs share the work."""
    found: list[dict[str, Any]] = []

    async def some(n: int) -> None:
        mine = points[n::2]
        if not mine:
            return
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.telephone_lives", str(folder)),
            *("--points", ",".join(map(str, mine)), *more),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SECONDS_A_POINT * len(mine)):
                said, wrong = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, wrong.decode()
        found.extend(map(json.loads, said.splitlines()))

    await asyncio.gather(some(0), some(1))
    return found


def judge(seen: list[dict[str, Any]], points: Sequence[int | str]) -> None:
    """Every point that was reached died and was lived on from, and nothing was lost or doubled."""
    died = {one["at"] for one in seen if "died" in one}
    ends = {one["at"]: one for one in seen if "states" in one}
    assert ends.keys() == set(points)
    assert len(died) >= len(points) * 0.8, "the points are beyond the acts of a life"
    for one in ends.values():
        assert one["twice"] == 0, f"a telephone rang twice at once: {one}"
        assert one["dials"] <= one["written"], f"rung, and not written down: {one}"
        assert one["states"] == ["finished"] * 3, f"somebody was lost: {one}"
        assert one["ends"] == ["done", "done"], one
        assert (one["joined"], one["left"], one["place_kept"]) == (2, 0, True), one
        assert one["first_called"] == 0, one


@pytest.mark.timeout(600)
async def test_a_callback_outlives_the_death_of_who_dials(tmp_path: Path) -> None:
    seen = await lives(tmp_path, WORST)
    judge(seen, WORST)
    assert {one["at"] for one in seen if "died" in one} == set(WORST), "no act is called so"


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_callback_outlives_a_death_at_each_of_its_acts(tmp_path: Path) -> None:
    points = list(range(1, LAST, 2))
    seen = await lives(tmp_path, points)
    judge(seen, points)
    assert len({one["died"] for one in seen if "died" in one}) >= 15


@pytest.mark.timeout(300)
async def test_who_rings_before_writing_it_down_is_caught(tmp_path: Path) -> None:
    seen = await lives(tmp_path, ["after place patient"], "--racy")
    ends = [one for one in seen if "states" in one]
    # Rung twice for one row; whether at once is a matter of who is quicker, the ring or the sweep.
    unwritten = any(one["dials"] > one["written"] for one in ends)
    assert unwritten or any(one["twice"] for one in ends), "the check would not see a double call"
