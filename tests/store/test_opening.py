"""One process a data folder; keys are made once; the shape is this version's or refused."""

import asyncio
import sqlite3
import stat
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from tests.peers.stores import opened
from tests.store.acts import Count, count
from turnero.store import backup
from turnero.store.control import ControlError, ControlServer, ask
from turnero.store.errors import Occupied, Refused
from turnero.store.keys import load_key
from turnero.store.lock import DataLock
from turnero.store.migrate import MigrationError, migrate, revisions
from turnero.store.opening import DATABASE, open_store
from turnero.store.tables import metadata


def test_a_second_process_is_refused_with_the_reason(tmp_path: Path) -> None:
    with DataLock(tmp_path), pytest.raises(Occupied, match=r"in use by process \d+"):
        open_store(tmp_path)
    open_store(tmp_path).close()


def test_a_database_is_its_owners_alone(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    key = load_key(tmp_path, "journal")
    assert len(key) == 32
    assert load_key(tmp_path, "journal") == key
    assert stat.S_IMODE((tmp_path / "keys" / "journal.key").stat().st_mode) == 0o600
    (tmp_path / "keys" / "journal.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="not a key"):
        load_key(tmp_path, "journal")


def test_migrations_make_the_tables_that_the_rooms_describe(
    database: str | None, tmp_path: Path
) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    for room in (
        "queue",
        "printer",
        "server.accounts",
        "server.boxes",
        "device",
        "device.offline",
    ):  # their tables join the metadata
        import_module(f"turnero.{room}.tables")
    import_module("turnero.queue.content_tables")
    import_module("turnero.queue.people_tables")
    import_module("turnero.telephony.campaigns.tables")
    url = database or f"sqlite:///{tmp_path / DATABASE}"
    migrate(url)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": database is not None}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / DATABASE}"
    migrate(url)
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("UPDATE alembic_version SET version_num = '9999_future'")
    connection.commit()
    connection.close()
    with pytest.raises(MigrationError, match="newer than this version"):
        migrate(url)
    assert revisions() == sorted(revisions())


async def test_a_backup_taken_under_load_restores_to_a_chain_that_holds(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "copy.db"
    async with opened(data) as ledger:

        async def load() -> None:
            for n in range(300):
                await ledger.run(count, Count(n), site=1, actor="user:1")

        loading = asyncio.create_task(load())
        async for _ in ledger.follow(1, 0):
            break
        await asyncio.to_thread(backup.backup, data / DATABASE, file)
        await loading
        key = ledger.key
    held = backup.check(file, key).facts[1]
    assert 0 < held <= 300
    assert backup.restore(file, data / DATABASE, key).facts == {1: held}
    async with opened(data) as ledger:
        assert (await ledger.run(count, Count(1), site=1, actor="user:1")).seq == held + 1


def test_a_backup_never_overwrites_and_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    taken = tmp_path / "taken.db"
    taken.write_text("mine")
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.backup(tmp_path / DATABASE, taken)
    with pytest.raises(backup.BackupError, match="not a Turnero database"):
        backup.check(taken, b"k" * 32)


async def test_the_control_socket_answers_beside_a_running_server(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-long-folder-name"] * 8)
    deep.mkdir(parents=True)

    async def double(args: dict[str, int]) -> int:
        if args["n"] < 0:
            raise Refused("negative", n=args["n"])
        return args["n"] * 2

    server = ControlServer(deep, {"double": double})
    with pytest.raises(ConnectionError):
        await asyncio.to_thread(ask, deep, "double", n=2)
    await server.start()
    assert stat.S_IMODE((deep / "control.sock").stat().st_mode) == 0o600
    assert await asyncio.to_thread(ask, deep, "double", n=21) == 42
    with pytest.raises(ControlError, match="negative"):
        await asyncio.to_thread(ask, deep, "double", n=-1)
    with pytest.raises(ControlError, match="older version"):
        await asyncio.to_thread(ask, deep, "treble", n=1)
    await server.stop()
    with pytest.raises(ConnectionError):
        await asyncio.to_thread(ask, deep, "double", n=2)
