"""Waits on the desk's side: expected now and in an hour, unknown said as unknown, promises measured."""

import re

import msgspec
import pytest

from tests.desk.conftest import Room
from turnero.queue import requests
from turnero.queue.accuracy import Kept, by_hour, together
from turnero.queue.commands.forecasts import publish
from turnero.queue.facts import Promise
from turnero.server.forecasting import Forecaster

DAY = "2025-10-15"


def _failed(what: str, error: Exception) -> None:
    raise AssertionError(what) from error


async def worked(room: Room, minutes: int = 50) -> Forecaster:
    """Somebody comes every two minutes and is called every three; forecasts are made meanwhile."""
    forecaster = Forecaster(room.ledger, _failed)
    await room.open("main.1")
    for minute in range(minutes):
        if minute % 2 == 0:
            await room.arrive()
        if minute % 3 == 0:
            await room.next()
        room.wait(60)
        await forecaster.round(1)
    return forecaster


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


async def test_who_supervises_sees_the_wait_now_and_in_an_hour_if_nobody_else_opens(
    room: Room,
) -> None:
    await worked(room)
    seen = _plain(await room.text("/supervisor?lang=es", "supervisor"))
    row = re.search(r"Admisión .*?Caja", seen)
    assert row is not None
    assert re.search(r"\d+–\d+ min|\d+ h", row[0]), row[0]
    assert re.search(r"si nadie más abre, a las 11:45 a\. m\.: \d", row[0]), row[0]
    assert "ninguna ventanilla atiende" in seen, "laboratory and cash have no desk"


async def test_a_desk_and_the_greeter_see_it_too(room: Room) -> None:
    await worked(room)
    assert re.search(r"Expected wait: \d+", _plain(await room.text("/desk/main.1")))
    greeter = _plain(await room.text("/greeter", "supervisor"))
    assert re.search(r"\d+ waiting · \d+", greeter)
    assert "0 waiting · no desk at work" in greeter


async def test_how_promises_were_kept_is_told_by_service_and_hour_with_a_word_on_few(
    room: Room,
) -> None:
    await worked(room)
    seen = _plain(await room.text("/accuracy/main?lang=es", "supervisor"))
    assert "Promesas medidas" in seen
    assert "pocas: menos de 30" in seen
    assert re.search(r"Admisión \d+ \(pocas\) \d+ % \d+ % [\d.]+ min [+-]?[\d.]+ min", seen), seen
    assert re.search(r"1[01] h \d+", seen)
    assert "miércoles, 15 de octubre" in seen
    one = await room.text(f"/accuracy/main?days={DAY}", "supervisor")
    assert f'value="{DAY}" selected' in one
    # Whatever somebody writes into the address means the last week.
    assert 'value="7" selected' in await room.text("/accuracy/main?days=-1", "supervisor")


async def test_before_any_promise_was_measured_it_says_so(room: Room) -> None:
    assert "No promise has been measured yet" in await room.text("/accuracy/main", "supervisor")


async def test_only_supervisors_and_administrators_see_how_promises_were_kept(room: Room) -> None:
    assert (await room.get("/accuracy/main", "agent")).status_code == 403
    assert (await room.get("/accuracy/elsewhere", "supervisor")).status_code in (403, 404)


async def test_days_add_up(room: Room) -> None:
    for day in ("2025-10-13", "2025-10-14"):
        kept = Kept("admission", 9, 40, 30, 4, -60 * 40, 180 * 40, 600 * 40)
        body = msgspec.json.encode([kept]).decode()
        await room.do(publish, requests.PublishForecasts((), day, body))
    seen = _plain(await room.text("/accuracy/main", "supervisor"))
    assert "Promises measured 80" in seen
    assert "Admission 80 75 % 10 % 3 min -1 min 10 min" in seen
    assert "people waited less" in seen
    day = _plain(await room.text("/accuracy/main?days=2025-10-13", "supervisor"))
    assert "Promises measured 40" in day


@pytest.mark.parametrize(
    ("waited_s", "inside", "longer"), [(599, 0, 0), (600, 1, 0), (1200, 1, 0), (1201, 0, 1)]
)
def test_a_wait_is_within_its_range_or_longer_or_shorter(
    waited_s: int, inside: int, longer: int
) -> None:
    kept = Kept("a", 9).after(Promise(600, 900, 1200, 3), waited_s)
    assert (kept.n, kept.inside, kept.longer) == (1, inside, longer)
    assert kept.error_s == waited_s - 900
    assert kept.few


def test_hours_add_up_to_the_day() -> None:
    promised = Promise(0, 60, 120, 0)
    rows = [Kept("a", 9).after(promised, 90), Kept("b", 9).after(promised, 30), Kept("a", 10)]
    assert by_hour(rows)[9].n == together(rows).n == 2
    assert together(rows).error_s == 0
    assert together(rows).off_s == 60
