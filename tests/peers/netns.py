"""A network of its own for what stands beside a test's server, behind a link that can be spoilt.

A namespace with one cable to this machine: processes and threads in it reach the server by that cable
alone. Packets are dropped by nft inside the namespace, so that this machine's own rules stay as
they are. Needs root; what was made is taken away by its name.
"""

import ctypes
import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_NET = 0x40000000  # CLONE_NEWNET
_numbers = itertools.count()


def run(*words: str, text: str | None = None) -> str:
    """A command that must succeed, soon."""
    done = subprocess.run(
        words, input=text, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


@cache
def permitted() -> bool:
    """Whether namespaces can be made here."""
    name = f"tn{os.getpid()}-try"
    try:
        run("ip", "netns", "add", name)
        run("ip", "netns", "del", name)
    except (AssertionError, FileNotFoundError):
        return False
    return True


class Network:
    """See the module's text. Threads of `pool` live in it."""

    def __init__(self) -> None:
        number = next(_numbers)
        #: names of at most 15 letters
        self.name = f"tn{os.getpid() % 10**8}-{number}"
        self._cable = f"tv{os.getpid() % 10**8}-{number}"
        third = os.getpid() % 200 + 20
        #: this machine, as it is seen from there
        self.here = f"10.213.{third}.{number % 60 * 4 + 1}"
        self._there = f"10.213.{third}.{number % 60 * 4 + 2}"
        self.pool = ThreadPoolExecutor(12, initializer=self._enter)

    def make(self) -> None:
        """Make it."""
        name, cable = self.name, self._cable
        run("ip", "netns", "add", name)
        run(*f"ip link add {cable} type veth peer name away netns {name}".split())
        run("ip", "addr", "add", f"{self.here}/30", "dev", cable)
        run("ip", "link", "set", cable, "up")
        run("ip", "-n", name, "addr", "add", f"{self._there}/30", "dev", "away")
        run("ip", "-n", name, "link", "set", "away", "up")
        run("ip", "-n", name, "link", "set", "lo", "up")

    def take_away(self) -> None:
        """End its threads and take it away; the cable goes with it."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        run("ip", "netns", "del", self.name)

    def drop(self, percent: int) -> None:
        """Drop so many of a hundred packets each way; 0: none, 100: the link is cut."""
        lines = ["table inet spoil", "delete table inet spoil"]
        if percent:
            rule = f"numgen random mod 100 < {percent} drop" if percent < 100 else "drop"
            lines.append(
                "table inet spoil {\n"
                " chain came { type filter hook input priority 0;"
                f' iifname "away" {rule}; }}\n'
                " chain goes { type filter hook output priority 0;"
                f' oifname "away" {rule}; }}\n}}'
            )
        run("ip", "netns", "exec", self.name, "nft", "-f", "-", text="\n".join(lines) + "\n")

    def do(self, function: Callable[..., T], *given: Any) -> T:
        """Call it in there."""
        return self.pool.submit(function, *given).result(60)

    @property
    def words(self) -> tuple[str, ...]:
        """What stands before a command that runs in there."""
        return ("ip", "netns", "exec", self.name)

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/run/netns/{self.name}").open() as handle:
            if libc.setns(handle.fileno(), _NET):
                raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def network() -> Iterator[Network]:
    """A network of one's own."""
    made = Network()
    try:
        made.make()
        yield made
    finally:
        made.take_away()
