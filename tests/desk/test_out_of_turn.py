"""Calls out of turn: each with who chose, whom it passed and why, day by day, for supervisors."""

import re
from collections.abc import Mapping

import pytest

from tests.desk.conftest import Room
from turnero.desk.out_of_turn import Day, sheet
from turnero.desk.sheets import Words
from turnero.queue import reads
from turnero.queue.reads.overrides import overrides
from turnero.store.sql import Query
from turnero.web.formats import formats

#: the day of the room's clock
DAY = "2025-10-15"


async def choose(room: Room, ticket: str, reason: str, who: str = "ana") -> None:
    """Call out of turn, having seen who is at the desk."""
    serving = (await room.desk()).serving
    answer = await room.post(
        "/desk/main.1/call",
        who,
        seen=serving.ticket if serving else "",
        ticket=ticket,
        reason=reason,
    )
    assert answer.status_code == 200, answer.text


async def listed(room: Room, path: str = "/out-of-turn/main") -> list[list[str]]:
    """The rows of the list."""
    page = await room.text(path, "supervisor")
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall("<t[hd].*?</t[hd]>", row)]
        for row in body.split("</tr>")
        if "<td" in row
    ]


async def test_each_call_is_listed_with_whom_it_passed_and_why(room: Room) -> None:
    await room.open("main.1", "ana")
    first, chosen = await room.arrive(), await room.arrive()
    room.wait(12 * 60)
    await choose(room, chosen.ticket, "Se siente mal")
    room.wait(60)
    await choose(room, first.ticket, "Vino con él")
    found = await listed(room)
    assert [row[2:] for row in found] == [
        ["Ventanilla 1", "A001 · General · 13\xa0min", "nobody: it was due", "Vino con él"],
        [
            "Ventanilla 1",
            "A002 · General · 12\xa0min",
            "A001 · General · 12\xa0min",
            "Se siente mal",
        ],
    ]
    assert [row[1] for row in found] == ["user:11", "user:11"]


async def test_one_that_was_taken_back_stays_listed_as_such(room: Room) -> None:
    await room.open("main.1", "ana")
    _, chosen = await room.arrive(), await room.arrive()
    for reason, then in (("Por error", "undo"), ("Urgente", "park"), ("Otra vez", "undo")):
        await choose(room, chosen.ticket, reason)
        room.wait(5)
        answer = await room.post(f"/desk/main.1/move/{then}", "ana", ticket=chosen.ticket)
        assert answer.status_code == 200, answer.text
    again, urgent, mistake = [row[-1] for row in await listed(room)]
    assert re.fullmatch(r"Otra vez · undone at \d+:\d\d.*", again)
    assert urgent == "Urgente"
    assert re.fullmatch(r"Por error · undone at \d+:\d\d.*", mistake)
    assert (await room.text("/out-of-turn/main", "supervisor")).count("report-struck") == 2


async def test_another_day_has_its_own_list_and_what_is_no_day_means_today(room: Room) -> None:
    await room.open("main.1", "ana")
    chosen = await room.arrive()
    await choose(room, chosen.ticket, "Urgente")
    room.wait(24 * 3600)
    assert await listed(room) == []
    assert "Nobody was called out of turn on this day." in await room.text(
        "/out-of-turn/main", "supervisor"
    )
    assert len(await listed(room, f"/out-of-turn/main?day={DAY}")) == 1
    for day in ("2025-10-16", "soon", "9999-12-31", "0001-01-01", "2025-13-45"):
        assert await listed(room, f"/out-of-turn/main?day={day}") == [], day


async def test_who_has_an_account_is_called_by_name(room: Room) -> None:
    await room.open("main.1", "ana")
    await choose(room, (await room.arrive()).ticket, "Urgente")

    def read(q: Query) -> Day:
        people: Mapping[str, str] = {"user:11": "Ana Rojas"}
        return Day(DAY, overrides(q, 1, DAY), reads.labels(q, 1), people)

    found = await room.ledger.read(read)
    say = room.web.translator("es", "pe")
    told = sheet(found, Words(say, formats("es-PE", "America/Lima"), found.labels))
    assert told.tables[0].rows[0][1] == "Ana Rojas"


@pytest.mark.parametrize("who", ["agent", "kiosk", "greeter"])
async def test_only_supervisors_see_it(room: Room, who: str) -> None:
    assert (await room.get("/out-of-turn/main", who)).status_code in (303, 403)


async def test_it_says_who_was_due_in_the_readers_language(room: Room) -> None:
    page = await room.text("/out-of-turn/main?lang=es", "supervisor")
    assert "Llamados fuera de turno" in page or "fuera de orden" in page
