"""PostgreSQL behind the ledger: several processes, sites in parallel, each site in order.

A site's transaction first locks that site's `head` row, so the order of its numbers is the
order of its commits and a follower cannot step over a fact that is still to come.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from turnero.store.errors import Refused, Unavailable
from turnero.store.facts import Entry
from turnero.store.readers import Reader, V
from turnero.store.sql import Dialect, Query, Statement
from turnero.store.tx import Cursor, Head
from turnero.store.writer import HEAD, NEW_HEAD

#: the channel on which processes tell each other that a site has new facts
CHANNEL = "turnero_journal"
#: how often a process looks by itself, should a signal have been lost; seconds
POLL_S = 2.0
#: seconds in which a connection must come about; a server behind a dead line never answers
CONNECT_S = 5
#: milliseconds after which who was stopped in the middle of a transaction has lost it: it holds its
#: site's lock, and every other process would wait for as long as it sleeps
STOPPED_MS = 5_000


class PostgresSession:
    """One site's write connection."""

    dialect: Dialect = "postgresql"

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg.connect(
            dsn, autocommit=True, application_name="turnero-writer", connect_timeout=CONNECT_S
        )
        self._connection.prepare_threshold = 3
        self._cursor = self._connection.cursor()
        self._cursor.execute("SET synchronous_commit = on")
        self._cursor.execute(f"SET idle_in_transaction_session_timeout = {STOPPED_MS}")
        # Statements are planned once, on the first morning, when tables are still empty and
        # reading them whole looks cheap; a thousand tickets later that plan costs milliseconds.
        self._cursor.execute("SET enable_seqscan = off")

    def begin(self) -> Cursor:
        """See `Session.begin`."""
        self._cursor.execute("BEGIN")
        return self._cursor

    def in_transaction(self) -> bool:
        """See `Session.in_transaction`: open and not in the failed state."""
        return self._connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS

    def lost(self) -> bool:
        """See `Session.lost`."""
        return self._connection.closed

    def commit(self, entries: list[Entry]) -> None:
        """See `Session.commit`; the signal is part of the transaction."""
        for site in sorted({entry.site for entry in entries}):
            self._cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(site)))
        self._cursor.execute("COMMIT")
        if self._connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            raise psycopg.OperationalError("the commit left the transaction open")

    def rollback(self) -> None:
        """See `Session.rollback`."""
        with suppress(psycopg.Error):
            self._connection.execute("ROLLBACK")

    def heads(self, cursor: Cursor, site: int) -> Head:
        """See `Session.heads`."""
        plan = HEAD.plan("postgresql")
        cursor.execute(plan.sql, {"site": site})
        row = cursor.fetchone()
        if row is None:
            fresh = NEW_HEAD.plan("postgresql")
            cursor.execute(
                fresh.sql + " ON CONFLICT DO NOTHING",
                {"site": site, "seq": 0, "mac": b"", "line_ms": 0},
            )
            cursor.execute(plan.sql, {"site": site})
            row = cursor.fetchone()
        seq, mac, line_ms = row
        return Head(seq, bytes(mac), line_ms)

    def told(self, error: Exception) -> Exception:
        """See `Session.told`."""
        if isinstance(error, psycopg.DataError):  # a NUL in a text
            return Refused("request-malformed", 400)
        if isinstance(error, psycopg.Error) and not isinstance(
            error, psycopg.IntegrityError | psycopg.ProgrammingError
        ):
            return Unavailable(str(error))
        return error

    def close(self) -> None:
        """See `Session.close`."""
        self._connection.close()


class _EngineSnapshot:
    """A `Query` on a connection of an engine, inside one read transaction."""

    __slots__ = ("_connection", "_dialect")

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def rows(self, statement: Statement, /, **params: Any) -> list[Any]:
        """See `Query.rows`."""
        plan = statement.plan(self._dialect)
        bound = plan.bind(params)
        found = self._connection.exec_driver_sql(
            plan.sql, bound if isinstance(bound, dict) else tuple(bound)
        )
        return [plan.make(row) for row in found.fetchall()]

    def row(self, statement: Statement, /, **params: Any) -> Any | None:
        """See `Query.row`."""
        found = self.rows(statement, **params)
        return found[0] if found else None


class EngineReader:
    """Reads through an asynchronous engine whose connections are read-only."""

    def __init__(self, engine: AsyncEngine, dialect: Dialect) -> None:
        self._engine = engine
        self._dialect = dialect

    async def open(self) -> None:
        """See `Reader.open`; the engine connects when first asked."""

    async def read(self, function: Callable[..., V], args: tuple[Any, ...]) -> V:
        """See `Reader.read`. Raises `Unavailable` when the database cannot be asked."""

        def run(raw: Connection) -> V:
            snapshot: Query = _EngineSnapshot(raw, self._dialect)
            return function(snapshot, *args)

        try:
            async with self._engine.connect() as connection:
                return await connection.run_sync(run)
        except (OperationalError, InterfaceError, OSError) as error:
            why = getattr(error, "orig", error)
            raise Unavailable(f"the database cannot be read: {why}") from error
        except DataError as error:
            raise Refused("request-malformed", 400) from error

    async def close(self) -> None:
        """See `Reader.close`."""
        await self._engine.dispose()


class PostgresBackend:
    """A database that several processes may serve. `url` is `postgresql://user@host/name`."""

    dialect: Dialect = "postgresql"
    alone = False

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self.dsn = self._url.set(drivername="postgresql").render_as_string(hide_password=False)

    def writer_name(self, site: int) -> str:
        """A writer for each site, so that sites run in parallel."""
        return f"store-writer-{site}"

    def open_session(self) -> PostgresSession:
        """See `Backend.open_session`."""
        return PostgresSession(self.dsn)

    def reader(self) -> Reader:
        """Read-only connections of psycopg."""
        engine = create_async_engine(
            self._url.set(drivername="postgresql+psycopg"),
            pool_size=4,
            max_overflow=4,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            connect_args={"connect_timeout": CONNECT_S},
            # parameters are tickets' codes and people's words: never in a log
            hide_parameters=True,
            execution_options={"postgresql_readonly": True},
        )
        return EngineReader(engine, self.dialect)

    async def listen(self, heard: Callable[[int], None]) -> None:
        """Signals of other processes, with reconnection and a slow look of our own."""
        known: dict[int, int] = {}
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self.dsn,
                    autocommit=True,
                    application_name="turnero-listen",
                    connect_timeout=CONNECT_S,
                )
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    while True:
                        for site, seq in await _heads(connection):
                            if known.get(site) != seq:
                                known[site] = seq
                                heard(site)
                        async for signal in connection.notifies(timeout=POLL_S):
                            heard(int(signal.payload))
            except psycopg.Error:
                await asyncio.sleep(1)


async def _heads(connection: psycopg.AsyncConnection[tuple[int, int]]) -> list[tuple[int, int]]:
    found = await connection.execute("SELECT site, seq FROM head")
    return await found.fetchall()
