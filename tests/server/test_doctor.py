"""`turnero doctor` finds what is wrong, says what to do, and ends with 1 when something is a fault."""

import contextlib
import json
import os
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.peers.server import ROOT, SITE, RunningServer


@pytest.fixture
def stopped(tmp_path: Path) -> RunningServer:
    """An installation with a hospital and a ticket, not running."""
    server = RunningServer(tmp_path / "data")
    server.data.mkdir(mode=0o700)
    server.load()
    server.token("kiosk")
    return server


def examine(data: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    done = subprocess.run(
        [sys.executable, "-m", "turnero", "doctor", "--json", "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, {one["what"]: one for one in json.loads(done.stdout)}


def test_a_healthy_installation_has_no_fault(stopped: RunningServer) -> None:
    code, found = examine(stopped.data)
    assert code == 0, found
    assert sqlite3.sqlite_version in found["sqlite"]["said"]
    assert "ms" in found["fsync"]["said"]
    assert found["journal of site 1"]["state"] == "ok"
    assert found["kiosk demo/hall"]["said"] == "was never heard"


def test_a_printer_that_was_heard_and_does_not_print_says_why(stopped: RunningServer) -> None:
    with sqlite3.connect(stopped.data / "turnero.db") as database:
        said = json.dumps({"answered": True, "reachable": True, "obstacle": "paper-out"})
        database.execute("UPDATE device SET kind = 'printer' WHERE kind = 'kiosk'")
        database.execute(
            "INSERT INTO heartbeat (device, at_ms, state) SELECT id, ?, ? FROM device"
            " WHERE kind = 'printer'",
            (time.time_ns() // 1_000_000, said),
        )
    code, found = examine(stopped.data)
    assert code == 0
    (printer,) = [one for what, one in found.items() if what.startswith("printer ")]
    assert (printer["state"], printer["said"]) == ("warning", "does not print: paper-out")


def test_a_printer_that_no_server_asks_is_asked(stopped: RunningServer) -> None:
    """Its address is tried, and the answer told: reached and silent, or not reached."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        with contextlib.closing(sqlite3.connect(stopped.data / "turnero.db")) as database, database:
            database.execute(
                "UPDATE device SET kind = 'printer', settings = ? WHERE kind = 'kiosk'",
                (f'{{"url": "{url}"}}',),
            )
            database.execute("DELETE FROM heartbeat")
        _, found = examine(stopped.data)
        (printer,) = [one for what, one in found.items() if what.startswith("printer ")]
        assert printer["state"] == "ok"
        assert "can be reached" in printer["said"]
    _, found = examine(stopped.data)
    (printer,) = [one for what, one in found.items() if what.startswith("printer ")]
    assert (printer["state"], printer["said"]) == (
        "warning",
        f"does not print: unreachable ({url})",
    )
    assert f"turnero printer test {url}" in printer["todo"]


def test_an_edited_journal_is_a_fault(stopped: RunningServer) -> None:
    with sqlite3.connect(stopped.data / "turnero.db") as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET actor = 'user:9' WHERE site = 0 AND seq = 1")
    code, found = examine(stopped.data)
    assert code == 1
    assert found["journal of the installation"]["state"] == "fault"
    assert "does not hold at 1" in found["journal of the installation"]["said"]


def test_a_missing_key_and_a_readable_one_are_faults(stopped: RunningServer) -> None:
    key = stopped.data / "keys" / "journal.key"
    key.chmod(0o644)
    code, found = examine(stopped.data)
    assert (code, found["keys"]["state"]) == (1, "fault")
    key.unlink()
    code, found = examine(stopped.data)
    assert code == 1
    assert "is missing" in found["journal"]["said"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_files_that_the_servers_user_cannot_read_are_a_fault(stopped: RunningServer) -> None:
    (stopped.data / "turnero.toml").write_text("")
    os.chown(stopped.data, 65534, -1)
    code, found = examine(stopped.data)
    assert (code, found["owner"]["state"]) == (1, "fault")
    assert "keys/journal.key" in found["owner"]["said"]
    assert "turnero.toml" not in found["owner"]["said"]
    subprocess.run(shlex.split(found["owner"]["todo"].partition(";")[0]), check=True, timeout=10)
    assert "owner" not in examine(stopped.data)[1]


def test_callbacks_that_nobody_is_rung_for_are_told(stopped: RunningServer) -> None:
    assert examine(stopped.data)[1]["telephone"]["state"] == "ok"
    offering = SITE.replace('key = "cash"', 'key = "cash"\ncallbacks = {}')
    stopped.load(re.sub(r"(\[\[desk\]\])", r'\1\nphone = "201"', offering, count=1))
    code, found = examine(stopped.data)
    assert (code, found["telephone"]["state"]) == (0, "warning")
    assert "rings nobody" in found["telephone"]["said"]


def test_a_clock_behind_the_newest_fact_is_a_fault(stopped: RunningServer) -> None:
    with sqlite3.connect(stopped.data / "turnero.db") as database:
        database.execute("DROP TRIGGER journal_no_update")
        database.execute("UPDATE journal SET at_ms = at_ms + 3600000 WHERE site = 0 AND seq = 1")
    _, found = examine(stopped.data)
    assert found["clock"]["state"] == "fault"
    assert "behind the newest fact" in found["clock"]["said"]


def test_a_folder_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    code, found = examine(tmp_path / "none")
    assert code == 0
    assert "does not exist" in found["data"]["said"]
    assert not (tmp_path / "none").exists()


def test_it_works_beside_a_running_server(own_server: RunningServer) -> None:
    code, found = examine(own_server.data)
    assert code == 0, found
