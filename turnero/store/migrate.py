"""Bringing a database to this version's shape, with a backup first where there is something to lose.

Alembic is imported only when there is something to do: it costs more than all the rest of a start.
"""

import os
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import Connection, make_url

from turnero.store.errors import TurneroError

_FOLDER = Path(__file__).parent.parent / "migrations"


class MigrationError(TurneroError):
    """The database is of a shape that this version cannot use; the message says what to do."""


def revisions() -> list[str]:
    """The revisions of the one linear history, oldest first: the migration files' names."""
    return sorted(path.stem for path in (_FOLDER / "versions").glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The database's revision, or None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def migrate(url: str, *, keep: Path | None = None) -> str | None:
    """Upgrade the database at this SQLAlchemy URL to the newest revision.

    `keep` is where an existing SQLite database is copied before it is changed, in place of the copy
    of an earlier upgrade. It is changed whole or not at all. Returns the revision it had. Raises
    `MigrationError` for a database newer than this version.
    """
    known = revisions()
    sync = make_url(url)
    if sync.drivername == "postgresql":
        sync = sync.set(drivername="postgresql+psycopg")
    engine = create_engine(sync)
    try:
        with engine.connect() as connection:
            had = current(connection)
            if had == known[-1]:
                return had
            if had is not None and had not in known:
                msg = (
                    f"the database is at revision {had}, newer than this version knows ({known[-1]}): "
                    "install the newer version again, or restore a backup"
                )
                raise MigrationError(msg)
            if had is not None and keep is not None and sync.get_backend_name() == "sqlite":
                _copy(connection, keep)
        with engine.begin() as connection:
            _upgrade(connection)
        return had
    finally:
        engine.dispose()


def _copy(connection: Connection, keep: Path) -> None:
    """What was kept before stays until this copy is whole."""
    fresh = keep.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    # SQLite makes files that others may read
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection.exec_driver_sql("VACUUM INTO ?", (str(fresh),))
    fresh.replace(keep)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # Several processes may start together; the first one does the work.
        connection.execute(text("SELECT pg_advisory_xact_lock(7461)"))
    else:
        # Python's driver begins none before a CREATE TABLE, so that half an upgrade would stay.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
