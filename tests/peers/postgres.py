"""A real PostgreSQL for tests, from Debian's binaries, in a scratch folder on a loopback port.

One server a session, started when a test first asks and stopped by its pid; one database a test. It does
not migrate anything: `PostgresServer.prepared` keeps a database that a room has prepared, to be copied.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from scripts.system_packages import postgresql_bin
from tests.peers.ours import begin
from tests.peers.packages import require
from tests.peers.ports import free_port

START_S = 60.0
STOP_S = 10.0
#: initdb and postgres refuse root; Debian's package brings this user.
UNPRIVILEGED = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    # Errors carry their text wherever the tests run.
    "lc_messages": "C.UTF-8",
}
#: Three times as fast, and a power cut may lose what was acknowledged: never for a durability test.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass
class PostgresServer:
    """A running server; every address it gives is `postgresql://postgres@127.0.0.1:PORT/NAME`."""

    port: int
    pid: int
    #: Its scratch folder: data/ and log, gone with the server.
    folder: Path
    _prepared: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address of the maintenance database, which tests leave as it is."""
        return self.address("postgres")

    def address(self, database: str) -> str:
        return f"postgresql://{UNPRIVILEGED}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or a copy of `template` (nobody may be connected to it); its address."""
        name = f"t_{uuid4().hex}"
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.address(name)

    def drop(self, address: str) -> None:
        """Remove a database, ending what is still connected to it."""
        name = address.rpartition("/")[2]
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def prepared(self, key: str, prepare: Callable[[str], object]) -> str:
        """A new database as `prepare(address)` leaves one: it runs once per `key`, then is copied."""
        if key not in self._prepared:
            address = self.create()
            prepare(address)
            self._prepared[key] = address.rpartition("/")[2]
        return self.create(self._prepared[key])

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres(*, durable: bool) -> Iterator[PostgresServer]:
    """Start a server in a scratch folder and stop it at the end; `durable` keeps its fsyncs.

    Raises RuntimeError with the server's own words when it does not start.
    """
    bin_folder = postgresql_bin()
    if bin_folder is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    # Not under pytest's own folder: that one is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="turnero-postgres-", dir="/tmp"))
    try:
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _initialise(bin_folder, data, user)
        port = free_port()
        settings = {**SETTINGS, **({} if durable else FORGETFUL), "port": str(port)}
        options = [f"--{name}={value}" for name, value in settings.items()]
        log = folder / "log"
        with log.open("wb") as output:
            process = begin(
                [str(bin_folder / "postgres"), "-D", str(data), *options],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                ends="INT",
            )
        try:
            server = PostgresServer(port=port, pid=process.pid, folder=folder)
            _wait_until_ready(server, process, log)
            yield server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(bin_folder: Path, data: Path, user: str | None) -> None:
    done = subprocess.run(
        [
            str(bin_folder / "initdb"),
            f"--pgdata={data}",
            f"--username={UNPRIVILEGED}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        check=False,
        capture_output=True,
        text=True,
        cwd=data.parent,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_S
    while True:
        try:
            psycopg.connect(server.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": ends sessions, then itself
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(STOP_S)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's PostgreSQL, quick and forgetful: for everything but durability."""
    require("postgresql")
    with running_postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def durable_postgres_server() -> Iterator[PostgresServer]:
    """A second PostgreSQL that keeps its fsyncs: for tests of what survives."""
    require("postgresql")
    with running_postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The address of the session's PostgreSQL (its maintenance database: make your own)."""
    return postgres_server.url


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of this test alone."""
    address = postgres_server.create()
    yield address
    postgres_server.drop(address)
