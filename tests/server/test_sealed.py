"""Keys of what is personal: rotated by a command, watched by the doctor, in no backup."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers.server import ROOT, RunningServer
from turnero.queue.people_tables import NUMBER
from turnero.server import sealed
from turnero.server.doctor_devices import Finding
from turnero.server.settings import load
from turnero.store.vault import Vault

DIGITS = "+51987654482"


def turnero(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "turnero", *words, "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def examine(data: Path) -> dict[str, dict[str, Any]]:
    """The doctor as a program of its own."""
    done = turnero("doctor", "--json", data=data)
    assert "Traceback" not in done.stderr
    return {one["what"]: one for one in json.loads(done.stdout)}


def found_in(data: Path) -> dict[str, Finding]:
    """The part of the doctor that looks at keys, without a program of its own."""
    return {one.what: one for one in sealed.examine(load(data, environment={}))}


def keep(data: Path, digits: str = DIGITS) -> None:
    """A number, straight into the table."""
    vault = Vault(data)
    with sqlite3.connect(data / "turnero.db", timeout=10) as database:
        database.execute(
            "INSERT INTO phone (site, number_index, sealed, region, sort, tail, created_ms,"
            " last_used_ms) VALUES (1, ?, ?, 'PE', 'mobile', '482', 1, 1)",
            (vault.index(digits, NUMBER), vault.seal(digits, NUMBER)),
        )


def kept(data: Path) -> list[str]:
    with sqlite3.connect(data / "turnero.db", timeout=10) as database:
        rows = database.execute("SELECT sealed FROM phone").fetchall()
    return [Vault(data).open(row[0], NUMBER) for row in rows]


@pytest.fixture
def stopped(tmp_path: Path) -> RunningServer:
    """An installation with a hospital and a number, not running."""
    server = RunningServer(tmp_path / "data")
    server.data.mkdir(mode=0o700)
    server.load()
    keep(server.data)
    return server


def test_keys_are_rotated_and_the_number_still_opens(stopped: RunningServer) -> None:
    assert found_in(stopped.data)["sealed"].state == "ok"
    before = Vault(stopped.data).key_id
    done = turnero("vault", "rotate", data=stopped.data)
    assert done.returncode == 0, done.stderr
    assert "1 rows are sealed with the key" in done.stderr
    assert "copy the folder keys anew" in done.stderr
    assert f"the key {before} is in keys/retired" in done.stderr
    assert DIGITS[3:] not in done.stderr + done.stdout
    assert kept(stopped.data) == [DIGITS]
    assert Vault(stopped.data).key_ids() != [before]
    assert found_in(stopped.data)["sealed"].state == "ok"


def test_keys_are_rotated_by_a_server_that_runs(own_server: RunningServer) -> None:
    keep(own_server.data)
    before = Vault(own_server.data).key_id
    done = turnero("vault", "rotate", data=own_server.data)
    assert done.returncode == 0, done.stderr
    assert Vault(own_server.data).key_id != before
    assert kept(own_server.data) == [DIGITS]


def test_a_lost_key_is_a_fault_that_names_it(stopped: RunningServer) -> None:
    lost = Vault(stopped.data).key_id
    (stopped.data / "keys" / "personal-1.key").unlink()
    found = examine(stopped.data)["sealed phone.sealed"]
    assert found["state"] == "fault"
    assert lost in found["said"]
    assert "Put its file back" in found["todo"]
    assert not (stopped.data / "keys" / "personal-1.key").exists()  # the doctor makes none
    done = turnero("vault", "rotate", data=stopped.data)
    assert done.returncode == 1
    assert "1 of phone.sealed" in done.stderr


def test_another_index_key_is_a_fault(stopped: RunningServer) -> None:
    (stopped.data / "keys" / "personal-index.key").write_bytes(b"k" * 32)
    found = found_in(stopped.data)["sealed"]
    assert (found.state, "found again" in found.said) == ("fault", True)


def test_a_number_that_was_changed_in_the_table_is_a_fault(stopped: RunningServer) -> None:
    with sqlite3.connect(stopped.data / "turnero.db") as database:
        (bytes_,) = database.execute("SELECT sealed FROM phone").fetchone()
        database.execute("UPDATE phone SET sealed = ?", (bytes_[:-1] + bytes([bytes_[-1] ^ 1]),))
    assert "has been changed" in found_in(stopped.data)["sealed"].said


def test_a_rotation_that_was_cut_off_is_a_warning(stopped: RunningServer) -> None:
    Vault(stopped.data).new_key()
    found = found_in(stopped.data)["sealed"]
    assert (found.state, "it goes on" in found.todo) == ("warning", True)


def test_a_backup_holds_neither_digits_nor_keys(stopped: RunningServer, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert turnero("backup", str(copy), data=stopped.data).returncode == 0
    held = copy.read_bytes()
    assert DIGITS[3:].encode() not in held
    for file in (stopped.data / "keys").glob("*.key"):
        assert file.read_bytes() not in held
