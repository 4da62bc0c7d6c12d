"""A real Turnero server as its own process: started on a scratch folder, asked over HTTP, stopped by pid.

`server` gives one with the small hospital of `SITE` loaded; `RunningServer` is for tests that stop, kill
or start it again. It does not reach into the server: what a test wants to know it asks.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.peers.forked import Process, turnero
from tests.peers.ports import free_port
from tests.peers.stores import put_database
from turnero.server.acts import do
from turnero.server.settings import load

ROOT = Path(__file__).resolve().parent.parent.parent
READY_S = 90.0
STOP_S = 10.0

#: A small hospital that is always open; nobody's prefix is a letter that sounds like another's.
SITE = """
[site]
key = "demo"
name = "Hospital de prueba"
zone = "America/Lima"
profile = "pe"
languages = ["es", "en", "pt"]

[[service]]
key = "admission"
prefix = "A"
name = { es = "Admisión", en = "Admission", pt = "Admissão" }
all_day = true

[[service]]
key = "cash"
prefix = "C"
name = { es = "Caja", en = "Cashier", pt = "Caixa" }
all_day = true
requirements = { es = ["DNI"], en = ["Identity card"] }

[[service]]
key = "laboratory"
prefix = "L"
name = { es = "Laboratorio", en = "Laboratory", pt = "Laboratório" }
all_day = true
outcomes = true

[[service]]
key = "scarce"
prefix = "S"
name = { es = "Cupos", en = "Two a day", pt = "Vagas" }
all_day = true
quota = 2

[[service]]
key = "shut"
prefix = "H"
name = { es = "Cerrado", en = "Never open", pt = "Fechado" }
hours = {}

[[desk]]
key = "1"
name = "Ventanilla 1"
primary = ["admission", "cash"]

[[desk]]
key = "2"
name = "Ventanilla 2"
primary = ["cash"]
overflow = ["admission"]

[[desk]]
key = "3"
name = "Laboratorio 3"
primary = ["laboratory"]

[[kiosk]]
key = "hall"
name = "Entrada"

[[board]]
key = "main"
name = "Sala"
"""


@dataclass
class RunningServer:
    """`turnero serve` on a data folder. Not started until `start`; `stop` and `start` may alternate."""

    data: Path
    port: int = field(default_factory=free_port)
    #: further words of the command line, such as "--demo"
    words: tuple[str, ...] = ()
    #: settings by the environment, such as {"TURNERO_LOG_LEVEL": "debug"}
    environment: dict[str, str] = field(default_factory=dict)
    #: by a Python that starts anew, and not a fork of one that has imported everything
    fresh: bool = False
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """All that it has printed, over all its starts."""
        return self.data.parent / f"{self.data.name}.log"

    def command(self, *words: str) -> str:
        """Run another command of Turnero on the same folder and give what it printed; it must succeed."""
        done = self.tool(*words, "--data", str(self.data))
        assert done.returncode == 0, f"turnero {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def tool(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run any command of Turnero, however it ends."""
        return subprocess.run(
            [sys.executable, "-m", "turnero", *words],
            cwd=ROOT,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def listed(self, what: str) -> list[dict[str, Any]]:
        """What `turnero WHAT list` has, such as the tokens."""
        found: list[dict[str, Any]] = msgspec.json.decode(self.command(what, "list", "--json"))
        return found

    def act(self, act: str, **given: Any) -> Any:
        """An act of the command line, by the running server or on the folder, without a process of its
        own: that costs more than the act, and the command line has its own tests.
        """
        settings = load(self.data, environment=self.environment)
        with ThreadPoolExecutor(1) as elsewhere:  # it runs a loop of its own
            return elsewhere.submit(do, settings, act, **given).result()

    def load(self, toml: str = SITE) -> None:
        """Load a site's description; into a copy of an empty database where there is none."""
        if "TURNERO_DATABASE" not in self.environment:
            put_database(self.data)
        self.act("site-load", text=toml)

    def token(self, role: str, site: str | None = "demo") -> str:
        """A new token of this role, as a device or a program would use it."""
        return str(self.act("token-create", role=role, site=site)["token"])

    def client(
        self, role: str | None = None, site: str | None = "demo", *, language: str = "en"
    ) -> httpx.Client:
        """A client that asks as this role (nobody without one), in this language."""
        headers = {"accept-language": language}
        if role is not None:
            headers["authorization"] = f"Bearer {self.token(role, site)}"
        return httpx.Client(base_url=self.url, headers=headers, timeout=20, trust_env=False)

    def start(self, *, wait: bool = True) -> "RunningServer":
        """Start it, and wait until it is ready."""
        assert self.process is None, "it runs already"
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            words = ("serve", "--data", str(self.data), "--port", str(self.port), *self.words)
            self.process = turnero(words, self._environment(), log, fresh=self.fresh)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self) -> None:
        """Return once `/health/ready` says so; fail with its log when it ends or takes too long."""
        assert self.process is not None
        until = time.monotonic() + READY_S
        with httpx.Client(trust_env=False, timeout=5) as client:
            while time.monotonic() < until:
                if self.process.poll() is not None:
                    pytest.fail(f"the server ended with {self.process.poll()}:\n{self.tail()}")
                with suppress(httpx.HTTPError):
                    if client.get(f"{self.url}/health/ready").is_success:
                        return
                time.sleep(0.02)
        pytest.fail(f"the server was not ready within {READY_S:.0f} s:\n{self.tail()}")

    def stop(self) -> float:
        """Ask it to stop (SIGTERM); how many seconds that took. Nothing when it does not run."""
        if self.process is None:
            return 0.0
        began = time.monotonic()
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the server did not stop within {STOP_S:.0f} s:\n{self.tail()}")
        self.process = None
        return time.monotonic() - began

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP_S)
            self.process = None

    def tail(self, lines: int = 60) -> str:
        """The end of what it has printed."""
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TURNERO_")}
        return {**kept, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **self.environment}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A running server with `SITE`, shared by the tests of a file."""
    running = RunningServer(tmp_path_factory.mktemp("server") / "data")
    running.data.mkdir()
    running.load()
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A running server with `SITE` that one test has for itself, to stop, kill and start again."""
    running = RunningServer(tmp_path / "data")
    running.data.mkdir()
    running.load()
    running.start()
    try:
        yield running
    finally:
        running.stop()
