"""A real Asterisk on loopback, from exactly the files that we ship, with ports of its own.

One a session, in a scratch folder, stopped by its pid. Telephones of other makes stand around it:
see `telephones.py`. What differs from the shipped files is named in `_shipped` and `_HOUSE`.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from scripts import asterisk as package
from tests.peers.ours import begin
from tests.peers.ports import free_port, free_udp_ports

SHIPPED = Path(__file__).resolve().parents[2] / "turnero" / "telephony" / "asterisk" / "examples"
PASSWORD = "password-of-this-run"
START_S = 40.0
#: a second loopback address, so that the trunk is known by where it comes from, as a provider is
TRUNK_HOST = "127.0.0.2"
HOST = "127.0.0.1"

_ASTERISK = """[directories]
astetcdir => {folder}/etc
astmoddir => {modules}
astvarlibdir => {folder}/lib
astdbdir => {folder}/lib
astkeydir => {folder}/lib
astdatadir => {data}
astagidir => {folder}/lib
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
[options]
verbose = 3
"""
_LOGGER = "[general]\n[logfiles]\nfull => notice,warning,error,verbose\n"
#: telephones of the house that do not register, for tests alone: they are told apart by name
_HOUSE = """
[{name}](turnero-telephone)
aors = {name}
context = turnero-desk-dials
[{name}]
type = aor
contact = sip:{name}@{host}:{port}
"""
HOUSE = ("desk-keys", "desk-hangs", "desk-busy", "desk-away")


@dataclass
class AsteriskPeer:
    """A running Asterisk; it may be killed and started again."""

    folder: Path
    http: int = field(default_factory=free_port)
    #: where it dials out to us, if something listens there
    outward: int = field(default_factory=free_port)
    sip: int = 0
    trunk: int = 0
    house: int = 0
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.sip, self.trunk, self.house, rtp = free_udp_ports(4)
        self._write(rtp)

    @property
    def url(self) -> str:
        """Of its HTTP server."""
        return f"http://{HOST}:{self.http}"

    def start(self) -> None:
        """Start it and wait until it is booted; RuntimeError with its words otherwise."""
        with (self.folder / "out").open("ab") as out:
            self.process = begin(
                [*package.command(), "-C", str(self.folder / "etc" / "asterisk.conf"), "-f", "-n"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )
        give_up = time.monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError((self.folder / "out").read_text()[-3000:])
            time.sleep(0.1)
        self.cli("core waitfullybooted")

    def kill(self) -> None:
        """End it as a power cut would; nothing of it is kept anyway."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def cli(self, line: str) -> str:
        """What its console says."""
        done = subprocess.run(
            [*package.command(), "-C", str(self.folder / "etc" / "asterisk.conf"), "-rx", line],
            check=False,
            capture_output=True,
            text=True,
            timeout=30,
        )
        return done.stdout

    def _answers(self) -> bool:
        with suppress(httpx.HTTPError):
            found = httpx.get(
                f"{self.url}/ari/asterisk/ping", auth=("turnero", PASSWORD), timeout=2
            )
            return found.is_success
        return False

    def _write(self, rtp: int) -> None:
        etc = self.folder / "etc"
        for name in ("etc", "lib", "run", "log", "spool"):
            (self.folder / name).mkdir()
        data = package.ROOT / "usr" / "share" / "asterisk"
        (etc / "asterisk.conf").write_text(
            _ASTERISK.format(folder=self.folder, modules=package.modules(), data=data)
        )
        (etc / "logger.conf").write_text(_LOGGER)
        (etc / "rtp.conf").write_text(f"[general]\nrtpstart={rtp}\nrtpend={rtp + 200}\n")
        (etc / "modules.conf").write_text(_shipped("modules.conf"))
        (etc / "extensions.conf").write_text(
            _shipped(
                "extensions.conf",
                {
                    "TURNERO_PATIENCE=15": "TURNERO_PATIENCE=3",
                    "Set(TIMEOUT(absolute)=5)": "Set(TIMEOUT(absolute)=2)",
                },
            )
        )
        (etc / "http.conf").write_text(
            _shipped("http.conf", {"bindport = 8088": f"bindport = {self.http}"})
        )
        (etc / "ari.conf").write_text(
            _shipped("ari.conf", {"password = change-me": f"password = {PASSWORD}"})
        )
        (etc / "pjsip.conf").write_text(
            _shipped(
                "pjsip.conf",
                {
                    "bind = 0.0.0.0:5060": f"bind = {HOST}:{self.sip}",
                    "contact = sip:192.0.2.10": f"contact = sip:{TRUNK_HOST}:{self.trunk}",
                    "match = 192.0.2.10": f"match = {TRUNK_HOST}",
                    # a test does not wait half a minute to hear that the trunk is dead
                    "qualify_frequency = 30\nqualify_timeout = 2": (
                        "qualify_frequency = 1\nqualify_timeout = 0.5"
                    ),
                    "password = change-me": f"password = {PASSWORD}",
                },
            )
            + "".join(_HOUSE.format(name=name, host=HOST, port=self.house) for name in HOUSE)
        )

    def dial_out(self) -> None:
        """Let it dial out to us in place of being asked; before `start`."""
        etc = self.folder / "etc"
        (etc / "websocket_client.conf").write_text(
            _shipped(
                "websocket_client.conf",
                {
                    "ws://127.0.0.1:8765/ari": f"ws://{HOST}:{self.outward}/ari",
                    "password = change-me": f"password = {PASSWORD}",
                    "reconnect_interval = 1000": "reconnect_interval = 300",
                },
            )
        )
        lines = (etc / "ari.conf").read_text().splitlines()
        first = lines.index(";[turnero-outward]")
        lines[first:] = [line.removeprefix(";") for line in lines[first:]]
        (etc / "ari.conf").write_text("\n".join(lines) + "\n")


def _shipped(name: str, changes: dict[str, str] | None = None) -> str:
    """A shipped file with what must differ here; each difference must be found in it."""
    text = (SHIPPED / name).read_text()
    for old, new in (changes or {}).items():
        assert old in text, f"{name} no longer says {old!r}"
        text = text.replace(old, new)
    return text


@contextmanager
def running_asterisk(*, outward: bool = False) -> Iterator[AsteriskPeer]:
    """Start one and stop it at the end."""
    if not package.present():
        pytest.skip("Asterisk is not there: python -m scripts.asterisk")
    folder = Path(tempfile.mkdtemp(prefix="turnero-asterisk-"))
    peer = AsteriskPeer(folder)
    try:
        if outward:
            peer.dial_out()
        peer.start()
        yield peer
    finally:
        peer.kill()
        if os.environ.get("TURNERO_KEEP") is None:
            shutil.rmtree(folder, ignore_errors=True)
