"""The server that is measured: our own command line, on a scratch folder that is filled beforehand.

It is a process of its own, started, stopped and looked at by its pid.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from turnero.queue.commands.issue import issue
from turnero.queue.requests import Issue
from turnero.server.bench.load import LoadError
from turnero.store.opening import open_store
from turnero.store.tx import Tx

SITE = "bench"
#: desks that call from each line
DESKS = 64
#: tickets that share a transaction while filling
_AT_ONCE = 500
_READY_S = 60.0
_COMMAND_S = 120.0
_STOP_S = 15.0


class Fill(Struct, frozen=True):
    """So many tickets of a service."""

    service: str
    count: int


def fill(tx: Tx, request: Fill) -> int:
    """Command: take many tickets, each as anybody would take it."""
    for _ in range(request.count):
        issue(tx, Issue(service=request.service))
    return request.count


def description(levels: Sequence[int]) -> str:
    """A site in TOML: a service to issue at, and one with desks for each number waiting."""
    letters = "CEFGHJKLMN"
    lines = [
        "[site]",
        f'key = "{SITE}"',
        'name = "Benchmark"',
        'zone = "America/Lima"',
        'languages = ["es", "en"]',
        "[[service]]",
        'key = "issue"',
        'prefix = "A"',
        'name = { es = "Tomar turno" }',
        "all_day = true",
    ]
    for letter, level in zip(letters, levels, strict=False):
        lines += [
            "[[service]]",
            f'key = "w{level}"',
            f'prefix = "{letter}"',
            f'name = {{ es = "{level} en espera" }}',
            "all_day = true",
        ]
        for n in range(DESKS):
            lines += [
                "[[desk]]",
                f'key = "w{level}-{n}"',
                f'name = "{level}/{n}"',
                f'primary = ["w{level}"]',
            ]
    lines += ["[[kiosk]]", 'key = "hall"', 'name = "Kiosk"']
    return "\n".join(lines) + "\n"


async def _fill(folder: Path, levels: Sequence[int]) -> None:
    store = await asyncio.to_thread(open_store, folder)
    try:
        await store.ledger.start()
        for level in levels:
            for start in range(0, level, _AT_ONCE):
                request = Fill(f"w{level}", min(_AT_ONCE, level - start))
                await store.ledger.run(fill, request, site=1, actor="cli")
        await store.ledger.stop()
    finally:
        store.close()


class Scratch:
    """A data folder with the benchmark's site, and the server on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def prepare(self, levels: Sequence[int]) -> None:
        """Load the site by the command line, then let so many people wait."""
        toml = self.folder / "site.toml"
        toml.write_text(description(levels), "utf-8")
        self.command("site", "load", str(toml))
        asyncio.run(_fill(self.folder, levels))

    def command(self, *words: str) -> str:
        """Run a command of ours on the folder; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "turnero", *words, "--data", str(self.folder)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_S,
            check=False,
        )
        if done.returncode:
            raise LoadError(f"turnero {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def start(self) -> float:
        """Start the server; seconds from starting the process until it is ready."""
        log = self.folder / "server.log"
        began = time.perf_counter()
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "turnero", "serve"),
                    *("--data", str(self.folder), "--port", str(self.port)),
                ],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while time.perf_counter() - began < _READY_S:
            if self.process.poll() is not None:
                break
            if _ready(self.port):
                return time.perf_counter() - began
            time.sleep(0.005)
        tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])
        self.stop()
        raise LoadError(f"the server did not become ready:\n{tail}")

    def stop(self) -> None:
        """Ask the server to stop, by its pid, and wait for it."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_S)

    def peak_mb(self) -> float:
        """The most memory that the server has held so far, MiB; 0 where the system does not say."""
        if self.process is None:
            return 0.0
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text("ascii", "replace")
        except OSError:
            return 0.0
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
        return 0.0


def _ready(port: int) -> bool:
    """Whether `/health/ready` says 200; one short connection, no library to import."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as probe:
            probe.sendall(
                b"GET /health/ready HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
            )
            return probe.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _environment() -> dict[str, str]:
    """Ours without settings of another installation, and with compiled modules, as installed ones are."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TURNERO_") and name != "PYTHONDONTWRITEBYTECODE"
    }


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A scratch folder, removed at the end, with whatever runs on it stopped."""
    folder = Path(tempfile.mkdtemp(prefix="turnero-bench-"))
    made = Scratch(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
