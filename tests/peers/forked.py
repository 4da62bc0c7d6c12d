"""Processes of Turnero that have imported everything before they begin: forked, not started anew.

Hundreds of servers and boxes begin in a run, and half of what each takes to be ready is importing. So a
process that does nothing else imports it once, and each of them is its fork: a process of its own, with its
own arguments, environment, folder and output, that ends as any other does. What differs is that a module
which somebody forgot to import may be there already; commands, and servers that a test starts `fresh`,
begin with nothing, as with a service manager.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, Protocol

from tests.peers.ours import begin

ROOT = Path(__file__).resolve().parent.parent.parent
#: what a server or a box imports until it is ready, and in its first seconds
IMPORTED = (
    "turnero.server.starting",
    "turnero.server.serve",
    "turnero.server.rooms",
    "turnero.server.running",
    "turnero.server.demo.life",
    "turnero.device.life",
    "turnero.printer.raster",
    "turnero.telephony.service",
    "turnero.telephony.ivr.session",
    "litestar._kwargs",
    "litestar.middleware._internal.exceptions",
    "uvicorn.lifespan.off",
)
#: variables that a Python reads as it starts, and so cannot be given to one that runs
AT_START = ("PYTHON", "LD_", "LC_", "LANG", "TZ", "MALLOC_")
_LONGEST = 1 << 17
_PR_SET_PDEATHSIG = 1
#: servers are also stopped in threads of their own
_ASKING = threading.Lock()


class Process(Protocol):
    """What tests use of a `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class Forked:
    """See `Process`. Its id is free for another process only once it was waited for."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._fd = os.pidfd_open(pid)
        self._ended: int | None = None

    def poll(self) -> int | None:
        return self._ended if self._ended is not None else self._within(0)

    def wait(self, timeout: float | None = None) -> int:
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            rest = None if until is None else until - time.monotonic()
            if rest is not None and rest <= 0:
                raise subprocess.TimeoutExpired(f"forked process {self.pid}", timeout or 0)
            self._within(rest)
        return code

    def send_signal(self, sig: int) -> None:
        if self._ended is None:
            signal.pidfd_send_signal(self._fd, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _within(self, seconds: float | None) -> int | None:
        ends = select.poll()
        ends.register(self._fd, select.POLLIN)
        if ends.poll(None if seconds is None else seconds * 1000):
            self._ended = int(_ask({"ended": self.pid}))
            os.close(self._fd)
        return self._ended


def turnero(
    words: Sequence[str], env: Mapping[str, str], out: IO[bytes], *, fresh: bool = False
) -> Process:
    """`python -m turnero WORDS` in a session of its own, both its outputs into one file.

    `fresh`: by a Python that starts anew; so does one whose environment asks its Python for something.
    """
    if not fresh and _at_start(env) == _at_start(os.environ):
        return Forked(_ask({"words": list(words), "env": dict(env)}, out.fileno()))
    return begin(
        [sys.executable, "-m", "turnero", *words],
        cwd=ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _at_start(env: Mapping[str, str]) -> dict[str, str]:
    read = {name: value for name, value in env.items() if name.startswith(AT_START)}
    return read | {"PYTHONUNBUFFERED": "1"}


@cache
def _parent() -> socket.socket:
    """Where the process that they are forked from is asked; it ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        begin(
            [sys.executable, "-m", __name__, str(its.fileno())],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            pass_fds=[its.fileno()],
            start_new_session=True,
        )
    ours.settimeout(120)
    return ours


def _ask(asked: dict[str, Any], *files: int) -> int:
    with _ASKING:
        parent = _parent()
        socket.send_fds(parent, [json.dumps(asked).encode()], list(files))
        return int(parent.recv(64))


def _import_all() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    # Neither a template nor a catalogue is read and compiled by each of them.
    from turnero.printer.escpos import warm
    from turnero.web.assets import Assets
    from turnero.web.languages import entries, translator
    from turnero.web.templating import Templates

    for name in ("es", "es_CO", "pt"):
        entries(name)
    found = sorted((ROOT / "turnero").rglob("templates"))
    folders = {f"{number}": path for number, path in enumerate(found)}
    folders["web"] = ROOT / "turnero" / "web" / "templates"
    environment = Templates(folders, Assets({})).environment(translator("es"))
    for folder, path in folders.items():
        for file in path.rglob("*.html"):
            environment.get_template(f"{folder}/{file.relative_to(path)}")
    warm()
    # A fork has the one thread that forks; what another held would be held for ever.
    assert len([*Path("/proc/self/task").iterdir()]) == 1, "an import has started a thread"
    gc.collect()
    gc.freeze()


def _become(asked: dict[str, Any], out: int, sock: socket.socket) -> None:
    """Be `python -m turnero`, in the fork; who asked hears of it once it is its own."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setsid()
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    os.environ.clear()
    os.environ.update(asked["env"])
    sys.argv = ["turnero", *asked["words"]]
    sock.send(str(os.getpid()).encode())
    sock.close()
    runpy.run_module("turnero", run_name="__main__", alter_sys=True)


def _serve(sock: socket.socket) -> None:
    """Fork for whoever asks, until nobody does any more."""
    while True:
        said, files, _, _ = socket.recv_fds(sock, _LONGEST, 1)
        if not said:
            return
        asked = json.loads(said)
        if "ended" in asked:
            _, status = os.waitpid(asked["ended"], 0)
            sock.send(str(os.waitstatus_to_exitcode(status)).encode())
            continue
        if os.fork() == 0:
            _become(asked, files[0], sock)
            return
        os.close(files[0])


if __name__ == "__main__":
    _import_all()
    _serve(socket.socket(fileno=int(sys.argv[1])))
