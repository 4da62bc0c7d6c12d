"""The journal only grows, and its chain shows what somebody did to it."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.peers.stores import opened
from tests.store.acts import Count, count
from turnero.store import journal
from turnero.store.opening import DATABASE

KEY_LENGTH = 32


async def _five(folder: Path) -> bytes:
    async with opened(folder) as ledger:
        for n in range(5):
            await ledger.run(count, Count(n), site=1, actor="user:1")
        return ledger.key


async def _verdict(folder: Path, exported: tuple[int, bytes] | None = None) -> journal.Verdict:
    async with opened(folder) as ledger:
        return await ledger.read(journal.verify, 1, ledger.key, exported)


def _tamper(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / DATABASE)
    for trigger in ("journal_no_update", "journal_no_delete"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


async def test_an_untouched_chain_holds(tmp_path: Path) -> None:
    await _five(tmp_path)
    verdict = await _verdict(tmp_path)
    assert (verdict.facts, verdict.broken_at) == (5, None)


@pytest.mark.parametrize(
    ("statement", "at", "why"),
    [
        ('UPDATE journal SET body = \'{"kind":"test-counted","n":9}\' WHERE seq = 3', 3, "edited"),
        ("UPDATE journal SET actor = 'user:2' WHERE seq = 2", 2, "edited"),
        ("UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 5", 5, "edited"),
        ("DELETE FROM journal WHERE seq = 4", 4, "gap"),
        ("DELETE FROM journal WHERE seq = 5", 5, "truncated"),
    ],
)
async def test_an_edit_shows(tmp_path: Path, statement: str, at: int, why: str) -> None:
    await _five(tmp_path)
    _tamper(tmp_path, statement)
    verdict = await _verdict(tmp_path)
    assert verdict.broken_at == at
    assert verdict.why is not None
    assert verdict.why.startswith(why)


async def test_a_tail_cut_off_with_its_head_shows_against_an_exported_head(tmp_path: Path) -> None:
    await _five(tmp_path)
    connection = sqlite3.connect(tmp_path / DATABASE)
    exported = connection.execute("SELECT seq, mac FROM head WHERE site = 1").fetchone()
    connection.close()
    _tamper(
        tmp_path,
        "DELETE FROM journal WHERE seq = 5",
        "UPDATE head SET seq = 4, mac = (SELECT mac FROM journal WHERE seq = 4)",
    )
    assert (await _verdict(tmp_path)).broken_at is None
    assert (await _verdict(tmp_path, exported)).why is not None


async def test_the_database_refuses_to_change_or_remove_a_fact(
    database: str | None, tmp_path: Path
) -> None:
    async with opened(tmp_path, database) as ledger:
        await ledger.run(count, Count(1), site=1, actor="user:1")
    url = (database or f"sqlite:///{tmp_path / DATABASE}").replace(
        "postgresql:", "postgresql+psycopg:"
    )
    engine = create_engine(url)
    for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
