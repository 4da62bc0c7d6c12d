"""A backup taken while people take tickets is brought back, and the day goes on from there."""

import subprocess
import sys
from pathlib import Path

from tests.peers.server import ROOT, RunningServer


def _issue(server: RunningServer, count: int) -> list[str]:
    with server.client("kiosk") as client:
        return [
            client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"}).json()[
                "number"
            ]
            for _ in range(count)
        ]


def _refused(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "turnero", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_backup_is_brought_back_and_the_day_goes_on(
    own_server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "kept" / "monday.db"
    _issue(own_server, 3)
    own_server.command("backup", str(file))
    assert file.stat().st_mode & 0o077 == 0, "codes and hashes are in it"
    _issue(own_server, 2)
    assert "in use by process" in _refused("restore", str(file), "--data", str(own_server.data))
    own_server.stop()
    own_server.command("restore", str(file))
    assert "holds" in own_server.command("verify")
    own_server.start()
    assert _issue(own_server, 1) == ["C004"], "what was taken after the backup is gone, and said so"
    assert (own_server.data / "turnero.before-restore").exists(), "what was there is kept beside it"


def test_a_backup_overwrites_nothing_and_holds_no_key(
    own_server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "a.db"
    own_server.command("backup", str(file))
    assert "exists already" in _refused("backup", str(file), "--data", str(own_server.data))
    key = (own_server.data / "keys" / "journal.key").read_bytes()
    assert key not in file.read_bytes()


def test_another_installations_backup_is_refused(own_server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    own_server.command("backup", str(file))
    other = RunningServer(tmp_path / "other")
    other.data.mkdir()
    other.load()
    said = _refused("restore", str(file), "--data", str(other.data))
    assert "does not hold" in said
    assert not (other.data / "turnero.before-restore").exists()


def test_what_is_no_database_is_refused(own_server: RunningServer, tmp_path: Path) -> None:
    own_server.stop()
    file = tmp_path / "a.db"
    file.write_text("not a database, but long enough to be looked at" * 100)
    assert "not a Turnero database" in _refused(
        "restore", str(file), "--data", str(own_server.data)
    )
    assert "there is no file" in _refused(
        "restore", str(tmp_path / "no"), "--data", str(own_server.data)
    )
