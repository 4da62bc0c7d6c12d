"""`kill -9` of our process at the worst points of a callback, on a real Asterisk that goes on without us.

Whom it rang is taken from the log of the telephone itself: each time must have been written down
before, and none while another of the same number was under way.
"""

import asyncio
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.asterisk import AsteriskPeer
from tests.peers.sipp import Rung
from tests.peers.telephones import Telephones, asterisk_and_its_telephones

pytestmark = pytest.mark.requires("sip-tester", "baresip-core")

#: point → how the patient's number ends (tests/peers/sipp.py)
WORST = {
    # written down, and the exchange has not heard of it
    "after dial_patient": "11",
    # on its way to the telephone
    "after place patient": "11",
    "patient ringing": "13",
    # picked up, and nobody asked anything
    "before question": "11",
    # 1 was pressed
    "after confirmed": "11",
    # joined, and not written down
    "after join": "11",
    "talking": "11",
}
#: more than two lives take, and a pause after something unknown, on a slow machine
SECONDS_A_POINT = 120
_numbers = itertools.count(0)


@pytest.fixture(scope="module")
def exchange() -> Iterator[tuple[AsteriskPeer, Telephones]]:
    """This module's own."""
    with asterisk_and_its_telephones() as both:
        yield both


async def dies_at(
    exchange: tuple[AsteriskPeer, Telephones],
    folder: Path,
    point: str,
    ends: str,
    *more: str,
) -> tuple[dict[str, Any], list[Rung]]:
    """What was seen of a life killed there, and what the patient's telephone saw."""
    peer, telephones = exchange
    number = f"98765{next(_numbers):02d}{ends}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.telephone_lives", str(folder), "--points", point),
        *("--asterisk", peer.url, "--sounds", str(peer.folder), "--numbers", number, *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS_A_POINT):
            said, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, wrong.decode()
    died, seen = map(json.loads, said.splitlines())
    assert died["at"] == died["died"] == point
    return seen, telephones.rung(f"+51{number}")


def at_once(rung: list[Rung]) -> int:
    """How often the telephone was rung while it was being rung, or spoken on."""
    return sum(
        1
        for a, b in itertools.pairwise(sorted(rung, key=lambda one: one.from_s))
        if a.until_s is None or b.from_s < a.until_s
    )


def judge(seen: dict[str, Any], rung: list[Rung]) -> None:
    """Nobody was lost, doubled, or rung without a row that says so."""
    assert at_once(rung) == 0, f"the telephone rang twice at once: {rung}"
    assert 1 <= len(rung) <= seen["written"], f"rung, and not written down: {rung} {seen}"
    assert seen["states"] == ["finished"] * 2, f"somebody was lost: {seen}"
    assert seen["ends"] == ["done"], seen
    assert (seen["joined"], seen["left"], seen["place_kept"]) == (1, 0, True), seen
    assert seen["first_called"] == 0, seen


@pytest.mark.timeout(150)
async def test_who_dies_while_a_real_telephone_rings_takes_that_very_call_up_again(
    exchange: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    seen, rung = await dies_at(exchange, tmp_path, "patient ringing", "13")
    judge(seen, rung)
    assert len(rung) == 1


@pytest.mark.long
@pytest.mark.timeout(200)
@pytest.mark.parametrize("point", WORST)
async def test_a_callback_on_a_real_exchange_outlives_a_death_at_its_worst_points(
    exchange: tuple[AsteriskPeer, Telephones], tmp_path: Path, point: str
) -> None:
    judge(*await dies_at(exchange, tmp_path, point, WORST[point]))


@pytest.mark.long
@pytest.mark.timeout(200)
async def test_who_rings_a_real_telephone_before_writing_it_down_is_caught(
    exchange: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> None:
    seen, rung = await dies_at(exchange, tmp_path, "before dial_patient", "11", "--racy")
    assert at_once(rung) or len(rung) > seen["written"], "the check would not see a double call"
