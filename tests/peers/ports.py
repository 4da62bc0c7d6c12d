"""Free ports on loopback, below those that the kernel gives to outgoing connections.

A port that was free a moment ago stays so: nobody gets one of these without asking for it. Workers of one
run share them out, and each run begins somewhere else, so that two runs side by side seldom ask for the same.
"""

import os
import random
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from typing import Final

#: two by two, for who listens beside it too
_TCP: Final = range(10_000, 20_000, 2)
#: each with room for a hundred streams of sound behind it
_UDP: Final = range(20_224, 32_512, 256)


def free_port() -> int:
    """A TCP port that nobody listens on at this moment; no other call of this process gets it soon."""
    return next(port for port in _TCP_FROM if _is_free(port, socket.SOCK_STREAM))


def free_udp_ports(count: int) -> list[int]:
    """So many ports, free for UDP and TCP, all different and even (RTP wants that)."""
    return [next(port for port in _UDP_FROM if _has_both(port)) for _ in range(count)]


def _from_anywhere(all_ports: range) -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    ports = all_ports[worker :: int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))]
    start = random.SystemRandom().randrange(len(ports))
    return cycle([*ports[start:], *ports[:start]])


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        if kind == socket.SOCK_STREAM:
            # One whose last connection is being forgotten is free: servers take it again like this.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _has_both(port: int) -> bool:
    return _is_free(port, socket.SOCK_DGRAM) and _is_free(port, socket.SOCK_STREAM)


_TCP_FROM: Final = _from_anywhere(_TCP)
_UDP_FROM: Final = _from_anywhere(_UDP)
