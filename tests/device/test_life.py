"""What the service manager sees of a box, and what the command line says of one that cannot start."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.device.standing import RunningBox, soon
from tests.peers.ports import free_port
from tests.peers.server import ROOT
from turnero.device.settings import settings_of
from turnero.device.systemd import Systemd


def _heard(sock: socket.socket) -> list[str]:
    said = []
    try:
        while True:
            said += sock.recv(4096).decode().splitlines()
    except BlockingIOError:
        return said


def _tried(*words: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "turnero", "device", *words]
    return subprocess.run(command, check=False, capture_output=True, timeout=60, cwd=ROOT)


def test_systemd_is_told_that_it_is_ready_alive_and_stopping(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        sock.setblocking(False)
        told = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"}
        box = RunningBox(tmp_path / "box", f"http://127.0.0.1:{free_port()}", environment=told)
        try:
            box.start()
            said: list[str] = []

            def alive() -> bool:
                said.extend(_heard(sock))
                return said.count("WATCHDOG=1") >= 3

            soon("it is alive", alive)
            assert said[0] == "READY=1", "ready although its server is not there"
            assert "it does not answer yet" in box.get("/").text.lower()
            began = time.monotonic()
            assert box.stop() == 0
            assert time.monotonic() - began < 5
            assert "STOPPING=1" in _heard(sock)
        finally:
            box.kill()


def test_nobody_is_told_where_nobody_listens(tmp_path: Path) -> None:
    assert Systemd({}).every_s is None
    Systemd({}).tell("READY=1")
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")
    another = {"NOTIFY_SOCKET": "x", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}
    assert Systemd(another).every_s is None
    assert Systemd({"NOTIFY_SOCKET": "x", "WATCHDOG_USEC": "1000000"}).every_s == 0.5


def test_two_boxes_in_one_folder_and_a_server_without_an_address_are_refused(
    tmp_path: Path,
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    first = RunningBox(tmp_path / "box", address)
    second = RunningBox(tmp_path / "box", address)
    try:
        first.start()
        assert settings_of(first.data, None).server == address, "it remembers its server"
        done = _tried("--data", str(first.data), "--port", str(second.port))
        assert done.returncode == 2
        assert b"Traceback" not in done.stderr
        looked = subprocess.run(
            [sys.executable, "-m", "turnero", "doctor", "--data", str(first.data)],
            check=False,
            capture_output=True,
            timeout=60,
            cwd=ROOT,
            text=True,
        )
        assert "fingerprint" in looked.stdout
        assert "no administrator has let it in" in looked.stdout
        done = _tried("--data", str(tmp_path / "new"))
        assert done.returncode == 2
        assert b"--server" in done.stderr
        done = _tried("--data", str(tmp_path / "new"), "--server", "ftp://x")
        assert done.returncode == 2
    finally:
        first.kill()
