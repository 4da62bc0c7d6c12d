"""A private print server: CUPS in a scratch folder, reached by a socket there, with one raw queue
whose paper is a file. Nothing of the machine's own CUPS is touched.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.packages import require

START_S = 10.0
QUEUE = "roll"
_CUPS = Path("/usr/lib/cups")
#: as root cupsd gives its back ends to another user
_USER = "lp"
#: how a job comes to paper: appended to the file that the queue's address names
_BACKEND = """#!/bin/sh
[ $# -eq 0 ] && exit 0
exec cat "${6:--}" >> "${DEVICE_URI#paper:}"
"""
_FILES = """
User {user}
Group lp
SystemGroup root
ServerRoot {folder}/root
ServerBin {folder}/bin
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/spool
AccessLog {folder}/log/access
ErrorLog {folder}/log/error
PageLog {folder}/log/page
Printcap
"""
_SERVER = """
LogLevel warn
Listen {folder}/cups.sock
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""


@dataclass
class Cups:
    """A running print server."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def server(self) -> str:
        """What CUPS_SERVER has to be."""
        return str(self.folder / "cups.sock")

    @property
    def paper(self) -> bytes:
        """All that was printed."""
        file = self.folder / "paper" / "roll"
        return file.read_bytes() if file.exists() else b""

    def run(self, *command: str) -> None:
        """Run one of CUPS' own programs against this server."""
        env = {**os.environ, "CUPS_SERVER": self.server, "LC_ALL": "C"}
        subprocess.run(command, check=True, env=env, timeout=10, capture_output=True)

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def cups() -> Iterator[Cups]:
    """Start one; needs Debian's packages, and root for cupsd to change its user."""
    require("cups-daemon", "cups-client")
    folder = Path(tempfile.mkdtemp(prefix="cups-"))
    folder.chmod(0o755)
    try:
        server = _started(folder)
        try:
            server.run(
                "lpadmin", "-p", QUEUE, "-v", f"paper:{folder}/paper/roll", "-m", "raw", "-E"
            )
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path) -> Cups:
    root = os.geteuid() == 0
    for name in (
        "root/ppd",
        "spool",
        "cache",
        "state",
        "log",
        "paper",
        "bin/backend",
        "bin/daemon",
    ):
        (folder / name).mkdir(parents=True)
    if root:
        shutil.chown(folder / "paper", _USER)
    (folder / "bin/daemon/cups-exec").symlink_to(_CUPS / "daemon/cups-exec")
    backend = folder / "bin/backend/paper"
    backend.write_text(_BACKEND, "utf-8")
    backend.chmod(0o755)
    user = _USER if root else str(os.geteuid())
    (folder / "cups-files.conf").write_text(_FILES.format(folder=folder, user=user), "utf-8")
    (folder / "cupsd.conf").write_text(_SERVER.format(folder=folder), "utf-8")
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    program = shutil.which("cupsd", path=path)
    assert program is not None
    process = subprocess.Popen(
        [program, "-f", "-c", str(folder / "cupsd.conf"), "-s", str(folder / "cups-files.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    give_up = time.monotonic() + START_S
    while not (folder / "cups.sock").exists():
        assert process.poll() is None, "cupsd ended by itself"
        assert time.monotonic() < give_up, "cupsd does not listen"
        time.sleep(0.05)
    return Cups(folder, process)
