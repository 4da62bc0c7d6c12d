"""An upgrade keeps a copy of what was before, each time, and happens whole or not at all."""

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from turnero.store import migrate as module
from turnero.store.migrate import migrate, revisions

#: made by the newest revision
_NEWEST_TABLE = "campaign"


def _older(path: Path, revision: str) -> str:
    """A database of an older version in that place; its URL."""
    from alembic import command
    from alembic.config import Config

    path.unlink(missing_ok=True)
    url = f"sqlite:///{path}"
    engine = create_engine(url)
    config = Config()
    config.set_main_option(
        "script_location", str(Path(module.__file__).parent.parent / "migrations")
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    return url


def _revision(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return str(connection.execute("select version_num from alembic_version").fetchone()[0])


def _tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_master")}


def test_each_upgrade_keeps_a_copy_of_what_was_before_it(tmp_path: Path) -> None:
    database, kept = tmp_path / "turnero.db", tmp_path / "before-upgrade.db"
    for older in revisions()[-3:-1]:
        assert migrate(_older(database, older), keep=kept) == older
        assert _revision(database) == revisions()[-1]
        assert _revision(kept) == older
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    database, kept = tmp_path / "turnero.db", tmp_path / "before-upgrade.db"
    url = _older(database, revisions()[-3])
    with sqlite3.connect(database) as connection:
        connection.execute(f"create table {_NEWEST_TABLE} (a)")
    before = _tables(database)
    with pytest.raises(OperationalError, match=_NEWEST_TABLE):
        migrate(url, keep=kept)
    assert _tables(database) == before
    assert _revision(database) == revisions()[-3]
    with sqlite3.connect(database) as connection:
        connection.execute(f"drop table {_NEWEST_TABLE}")
    migrate(url, keep=kept)
    assert _revision(database) == revisions()[-1]
