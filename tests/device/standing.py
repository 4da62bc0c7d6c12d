"""A hospital with a box: the real server, the real box as a process of its own, a printer on a socket."""

import asyncio
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from tests.peers.ends import PrinterOnTcp
from tests.peers.forked import Process, turnero
from tests.peers.ports import free_port
from tests.peers.server import SITE, RunningServer
from turnero.printer.virtual import Faults, VirtualPrinter

T = TypeVar("T")

PASSWORD = "four unrelated little words"
#: seconds that anything may take on a slow machine
PATIENCE_S = 40.0


def soon(what: str, look: Callable[[], T | None], patience_s: float = PATIENCE_S) -> T:
    """What `look` finds once it finds something; fails after a while."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        with suppress(httpx.HTTPError):
            found = look()
            if found:
                return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {patience_s:.0f} s")


class PaperMachine:
    """A virtual printer on a real port, on a loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.printer = VirtualPrinter("hall", now_ms=lambda: time.time_ns() // 1_000_000)
        self._server = PrinterOnTcp(self.printer)
        self._do(self._server.start())

    def _do(self, work: Any) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(10)

    @property
    def url(self) -> str:
        """Its address."""
        return self._server.url

    @property
    def papers(self) -> list[bytes]:
        """What came out, oldest first."""
        return [paper.data for paper in self.printer.papers[::-1]]

    def set(self, **faults: Any) -> None:
        """Throw its switches."""
        self._do(self.printer.set_faults(Faults(**faults)))

    def stop(self) -> None:
        """Take it away."""
        self._do(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def site(printers: dict[str, str], extra: str = "") -> str:
    """The hospital with a box at its entrance, which hosts a kiosk and these printers."""
    first = next(iter(printers), "")
    text = '\n[[box]]\nkey = "entrance"\nname = "Entrada"\n'
    text += '\n[[kiosk]]\nkey = "door"\nname = "Puerta"\nbox = "entrance"\n'
    text += f'printer = "{first}"\n' if first else ""
    for key, url in printers.items():
        text += f'\n[[printer]]\nkey = "{key}"\nname = "Impresora {key}"\nurl = "{url}"\n'
        text += 'profile = "epson-tm-t20"\nbox = "entrance"\n'
    return SITE + text + extra


def two_free_ports() -> int:
    """The first of two ports side by side that nobody listens on."""
    while True:
        port = free_port()
        with socket.socket() as beside, suppress(OSError):
            beside.bind(("127.0.0.1", port + 1))
            return port


@dataclass
class RunningBox:
    """`turnero device` on a data folder."""

    data: Path
    server: str
    port: int = field(default_factory=two_free_ports)
    words: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where its own pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def board(self) -> str:
        """Where its board is."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def log(self) -> str:
        """All that it has printed."""
        path = self.data.parent / f"{self.data.name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> "RunningBox":
        """Start it, and wait until it answers."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TURNERO_")}
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            words = ("device", "--server", self.server, "--data", str(self.data))
            self.process = turnero(
                (*words, "--port", str(self.port), *self.words),
                {**kept, "PYTHONUNBUFFERED": "1", **self.environment},
                log,
            )
        soon("the box answers", lambda: self.get("/health/ready").is_success)
        return self

    def get(self, path: str) -> httpx.Response:
        """One of its pages, in English."""
        with httpx.Client(trust_env=False, timeout=5, headers={"accept-language": "en"}) as client:
            return client.get(self.url + path)

    def stop(self) -> int | None:
        """SIGTERM; its exit code."""
        process, self.process = self.process, None
        if process is None:
            return None
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    def kill(self) -> None:
        """As a power cut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None


class Hospital:
    """A server, its administrator, and the box that she lets in."""

    def __init__(self, server: RunningServer, folder: Path) -> None:
        self.server = server
        self.box = RunningBox(folder / "box", server.url)
        server.act("user-create", login="ana", password=PASSWORD, role="administrator", site=None)
        self.administrator = httpx.Client(
            base_url=server.url,
            headers={"origin": server.url, "accept-language": "en"},
            timeout=20,
            trust_env=False,
        )

    def close(self) -> None:
        """End all of it."""
        self.box.kill()
        self.administrator.close()

    def send(self, path: str, **fields: Any) -> httpx.Response:
        """A form of the administrator's."""
        if "cookie" not in self.administrator.headers:
            said = {"login": "ana", "password": PASSWORD}
            answer = self.administrator.post("/sign-in", data=said)
            # By hand: unlike a browser, the client's jar keeps secure cookies from this machine.
            self.administrator.headers["cookie"] = answer.headers["set-cookie"].partition(";")[0]
        return self.administrator.post(path, data={"idempotency_key": uuid4().hex, **fields})

    def code(self) -> str:
        """What stands on the box's screen."""

        def look() -> str | None:
            found = self.box.get("/").text.partition('class="box-code"')[2]
            return found.partition(">")[2].partition("<")[0].replace(" ", "").strip() or None

        return soon("the box shows a code", look)

    def pair(self, key: str = "entrance") -> None:
        """Let the box in as that one, and wait until it is connected."""
        code = self.code()
        answer = self.send("/boxes/approve", code=code, device=self.device("box", key))
        assert (answer.status_code, answer.headers["location"]) == (303, "/boxes"), answer.text
        self.connected()

    def connected(self) -> None:
        """Return once the box says that it is connected."""
        soon("the box is connected", lambda: ">connected<" in self.box.get("/status").text)

    def device(self, kind: str, key: str) -> int:
        """The id of a device."""
        import sqlite3

        with sqlite3.connect(self.server.data / "turnero.db") as db:
            found = db.execute("select id from device where kind=? and key=?", (kind, key))
            return int(found.fetchone()[0])

    def issue(self, site: str = "demo", place: str = "door") -> dict[str, Any]:
        """Take a ticket at the door's kiosk, as its server would for it."""
        token = self.server.act("token-create", role="kiosk", site=site, place=place)["token"]
        with httpx.Client(
            base_url=self.server.url,
            timeout=20,
            trust_env=False,
            headers={"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex},
        ) as client:
            answer = client.post("/api/v1/tickets", json={"service": "admission", "site": site})
            assert answer.is_success, answer.text
            return dict(answer.json())

    def call(self) -> None:
        """Desk 1 opens and calls whoever is next."""
        token = self.server.act("token-create", role="desk", site="demo", place="1")["token"]
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=self.server.url, headers=headers, trust_env=False) as desk:
            for act in ("open", "next"):
                answer = desk.post(f"/api/v1/desks/demo.1/{act}", json={})
                assert answer.is_success, answer.text

    def heard(self, kind: str, key: str) -> str | None:
        """What a device said of itself, as the server has it."""
        import sqlite3

        with sqlite3.connect(self.server.data / "turnero.db") as db:
            found = db.execute(
                "select state from heartbeat where device = ?", (self.device(kind, key),)
            ).fetchone()
            return None if found is None else str(found[0])

    def jobs(self, data: Path | None = None) -> list[str]:
        """The states of all print jobs at the server (or in that folder), oldest first."""
        import sqlite3

        with sqlite3.connect((data or self.server.data) / "turnero.db") as db:
            return [row[0] for row in db.execute("select state from print_job order by id")]
