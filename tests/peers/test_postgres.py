"""The PostgreSQL that tests start is real, and each test has a database of its own."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.peers.postgres import PostgresServer


def one(address: str, query: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_a_new_database_is_empty_and_apart(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    other = postgres_server.create()
    try:
        with psycopg.connect(postgres_database) as connection:
            connection.execute("CREATE TABLE ticket (number integer)")
        assert one(postgres_database, "SELECT to_regclass('ticket')::text") == "ticket"
        assert one(other, "SELECT to_regclass('ticket')::text") is None
    finally:
        postgres_server.drop(other)


def test_a_prepared_database_is_prepared_once_and_copied(postgres_server: PostgresServer) -> None:
    prepared: list[str] = []

    def prepare(address: str) -> None:
        prepared.append(address)
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE service AS SELECT 1 AS id")

    first = postgres_server.prepared("test", prepare)
    second = postgres_server.prepared("test", prepare)
    try:
        assert len(prepared) == 1
        assert first != second
        assert one(second, "SELECT count(*) FROM service") == 1
    finally:
        postgres_server.drop(first)
        postgres_server.drop(second)


def test_the_durable_server_keeps_its_fsyncs(
    durable_postgres_server: PostgresServer, postgres_server: PostgresServer
) -> None:
    assert one(durable_postgres_server.url, "SHOW fsync") == "on"
    assert one(postgres_server.url, "SHOW fsync") == "off"


def test_a_run_that_is_killed_leaves_no_server_behind() -> None:
    script = (
        "import os, signal\n"
        "from tests.peers.postgres import running_postgres\n"
        "with running_postgres(durable=False) as server:\n"
        "    print(server.url, server.folder, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True
    )
    address, folder = done.stdout.split()
    pid_file = Path(folder, "data", "postmaster.pid")
    give_up = time.monotonic() + 20
    while pid_file.exists() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not pid_file.exists(), done.stderr
    with pytest.raises(psycopg.OperationalError, match="refused"):
        psycopg.connect(address, connect_timeout=1)
    shutil.rmtree(folder)
