"""Weeks after somebody was called, or when they want it, nothing in the database leads to their number."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.queue.refusal import refused
from tests.telephony.messages.test_following import BUSY, Following
from tests.telephony.room import Room, room, stage
from turnero.queue.callbacks import Stage
from turnero.queue.commands.erasing import EraseNumber, NumberGone
from turnero.queue.people_facts import PeopleErased
from turnero.telephony.campaigns.forgetting import erase_number
from turnero.telephony.messages.following import for_patients
from turnero.telephony.numbers import FIELD
from turnero.telephony.sealing import NAME

ANSWERS = "987654301"
RINGS = "987654305"
_DAY_S = 24 * 3600


def holding(database: Path, text: bytes) -> Iterator[str]:
    """Columns of which a value holds that, in their order."""
    with closing(sqlite3.connect(database)) as connection:
        connection.text_factory = bytes
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        for (table,) in tables:
            found = connection.execute(f'SELECT * FROM "{table.decode()}"')  # noqa: S608 - its own
            names = [column[0] for column in found.description]
            rows = found.fetchall()
            for n, name in enumerate(names):
                if any(isinstance(row[n], bytes) and text in row[n] for row in rows):
                    yield f"{table.decode()}.{name}"


async def test_nothing_points_to_a_number_that_was_erased(tmp_path: Path) -> None:
    database = tmp_path / "data" / "turnero.db"
    async with room(tmp_path) as at:
        marks = {n: at.vault.index(f"+51{n}", FIELD).encode() for n in (ANSWERS, BUSY)}
        patients = Following(at, for_patients())
        name = at.vault.seal("Rigoberta", NAME)
        # As who rings in is counted: by the index.
        source = marks[ANSWERS].decode()
        asked = await at.ask(ANSWERS, name=name, source=source, reason="La receta de Rigoberta")
        missed = await at.ask(BUSY)
        await patients.told()
        await at.next("v1")
        await at.until(asked.ticket, "serving")
        await at.next("v2")
        await at.until(missed.ticket, "retry")
        await at.finish(asked.ticket)
        await at.move("cancel", missed.ticket)
        await patients.told()
        await at.passes(2)
        everywhere = {*holding(database, marks[ANSWERS]), *holding(database, marks[BUSY])}
        assert everywhere == {
            *("phone.number_index", "callback.number_index", "callback.source"),
            *("leg.number_index", "outbox.to_index"),
        }
        assert [*holding(database, b"Rigoberta")] == ["note.text"]
        assert [*holding(database, name)] == ["callback.name"]
        await at.stops()
        for _ in range(32):
            at.wait(_DAY_S)
            await at.fire_timers()
        for mark in (*marks.values(), name, b"Rigoberta"):
            assert [*holding(database, mark)] == []
        for fact in await at.facts(PeopleErased):
            assert fact.numbers + fact.messages + fact.callbacks > 0


async def erases(at: Room, number: str) -> NumberGone:
    """What is kept of a number is erased; nothing of it waits."""
    return await at.act(erase_number, EraseNumber(at.vault.index(f"+51{number}", FIELD)))


async def test_whoever_wants_it_is_erased_once_the_call_is_over(tmp_path: Path) -> None:
    database = tmp_path / "data" / "turnero.db"
    async with room(tmp_path) as at:
        patients = Following(at, for_patients())
        name = at.vault.seal("Rigoberta", NAME)
        asked = await at.ask(ANSWERS, name=name, reason="La receta de Rigoberta")
        other = await at.ask(BUSY)
        await patients.told()
        await at.next("v1")
        for now in (Stage.DESK, Stage.DIALLING, Stage.TALKING):
            await stage(at, asked.ticket, now)
            async with refused(at, "callback-under-way", number=asked.number):
                await erases(at, ANSWERS)
        # Nobody puts the telephone down meanwhile: they may still say how it went.
        await at.stops()
        await at.finish(asked.ticket)
        async with refused(at, "callback-under-way", number=asked.number):
            await erases(at, ANSWERS)
        at.dials()
        await at.passes(90)
        mark, others = (at.vault.index(f"+51{n}", FIELD).encode() for n in (ANSWERS, BUSY))
        before = [*holding(database, others)]
        assert "leg.number_index" in holding(database, mark)
        assert (await erases(at, ANSWERS)).numbers == 1
        for text in (mark, name, b"Rigoberta"):
            assert [*holding(database, text)] == []
        assert [*holding(database, others)] == before != []
        await patients.told()
        assert [*holding(database, mark)] == []
        assert await at.state(other.ticket) == "waiting"


async def test_a_telephone_that_may_still_ring_is_waited_for(tmp_path: Path) -> None:
    async with room(tmp_path) as at:
        asked = await at.ask(RINGS)
        await at.next("v1")
        await at.passes(8)
        at.board.crash()
        await at.passes(2)
        at.board.boot()
        await at.until(asked.ticket, "retry")
        await at.move("cancel", asked.ticket)
        async with refused(at, "callback-under-way", number=asked.number):
            await erases(at, RINGS)
        await at.passes(90)
        assert (await erases(at, RINGS)).callbacks == 1
