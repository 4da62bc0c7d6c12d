"""What a printer says is wrong with it is an alarm for as long as it says so."""

from typing import Any

import msgspec
import pytest

from tests.printer.spooling import BOTH, Spooling
from turnero.queue import reads
from turnero.queue.commands.devices import RemoveDevice, remove
from turnero.queue.commands.hearing import hear
from turnero.queue.facts import AlarmEnded, AlarmRaised
from turnero.store.devices import Beat

WELL: dict[str, Any] = {"reachable": True, "online": True, "paper": "present", "cover_open": False}


async def said(hall: Spooling, **state: Any) -> list[tuple[str, str, Any]]:
    """The open alarms after the printer said this of itself."""
    device = await hall.printer()
    beat = Beat(device.id, msgspec.json.encode({**WELL, **state}).decode())
    await hall.act(hear, beat)
    return [
        (one.kind, one.subject, one.figures.get("why")) for one in await hall.read(reads.alarms, 1)
    ]


@BOTH
@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({"paper": "near-end"}, "paper-low"),
        ({"paper": "out", "online": False}, "paper-out"),
        ({"cover_open": True, "online": False}, "cover-open"),
        ({"online": False}, "offline"),
        ({"reachable": False}, "unreachable"),
    ],
)
async def test_it_is_raised_once_and_ends_by_itself(
    hall: Spooling, state: dict[str, Any], why: str
) -> None:
    assert await said(hall) == []
    assert await said(hall, **state) == [("printer-trouble", "p1", why)]
    assert await said(hall, **state) == [("printer-trouble", "p1", why)]
    assert len(await hall.facts(AlarmRaised)) == 1
    assert await said(hall) == []
    assert [one.subject for one in await hall.facts(AlarmEnded)] == ["p1"]


async def test_what_gets_worse_is_the_same_alarm_in_other_words(hall: Spooling) -> None:
    await said(hall, paper="near-end")
    assert await said(hall, paper="out") == [("printer-trouble", "p1", "paper-out")]
    assert len(await hall.facts(AlarmRaised)) == 1


MUTE = {"answered": False, "online": None, "paper": None, "cover_open": None}


@pytest.mark.parametrize("state", [{"paper": "out"}, {"paper": "near-end"}, {"cover_open": True}])
async def test_silence_does_not_take_back_what_it_said_itself(
    hall: Spooling, state: dict[str, Any]
) -> None:
    """Without paper, and then switched off."""
    told = await said(hall, **state)
    assert await said(hall, **MUTE) == told != []
    assert await said(hall, answered=True) == []
    await said(hall, **state)
    assert await said(hall, **MUTE, asked=False) == [], "it was replaced by one that is never asked"


@pytest.mark.parametrize("state", [{"reachable": False}, {"reachable": False, "barred": "offline"}])
async def test_one_that_never_says_anything_is_well_once_it_is_reached(
    hall: Spooling, state: dict[str, Any]
) -> None:
    assert await said(hall, **MUTE, **state) != []
    assert await said(hall, **MUTE) == []


async def test_a_printer_that_is_taken_out_leaves_no_alarm(hall: Spooling) -> None:
    await said(hall, paper="out")
    await hall.act(remove, RemoveDevice("hnc", "printer", "p1"))
    assert await hall.read(reads.alarms, 1) == ()
