"""How much one client may ask: the size of a body, and how often the named routes answer.

Counters live in memory: a restart forgives. They guard against a script or a stuck key,
not against a network attack, which is the proxy's work.
"""

import time
from collections.abc import Callable, Collection, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from msgspec import Struct

from turnero.store.errors import Refused

#: bytes; a longer body is refused with 413 before it is read
MAX_BODY = 64 * 1024

#: clients remembered for each limit; beyond it those that are whole again are forgotten
_REMEMBERED = 10_000


class TooMany(Refused):
    """This client has asked too often; `seconds` until it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too-many-requests", 429, seconds=seconds)
        self.seconds = seconds


class Limit(Struct, frozen=True):
    """So many at once, then so many a minute."""

    burst: int
    per_minute: float


#: a route names one by `opt={"limit": "sign-in"}`, which counts every request of a client; what
#: must first be known (whether a code was right) a route counts by itself
LIMITS: dict[str, Limit] = {
    "sign-in": Limit(burst=8, per_minute=6),
    "kiosk": Limit(burst=30, per_minute=60),
    "public": Limit(burst=60, per_minute=120),
    # one ticket's page, whoever has it open: hundreds of phones may come from one address
    "ticket": Limit(burst=60, per_minute=120),
    # a box that asks to be let in: fewer in its ten minutes than may ask at the same time
    "pairing": Limit(burst=10, per_minute=1),
    "rating": Limit(burst=10, per_minute=10),
    # what the holder of one ticket does with it: each is a fact of the journal
    "act": Limit(burst=10, per_minute=6),
    # to be rung, by one ticket: few, since whose number waits for a call could be tried out
    "call": Limit(burst=12, per_minute=6),
}


class Buckets:
    """Token buckets by limit and client."""

    def __init__(
        self,
        limits: Mapping[str, Limit] = LIMITS,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._now_s = now_s
        self._buckets: dict[str, dict[str, tuple[float, float]]] = {name: {} for name in limits}

    def take(self, name: str, client: str) -> None:
        """Count one request. Raises `TooMany` when there is nothing left for this client."""
        limit = self._limits[name]
        buckets = self._buckets[name]
        now = self._now_s()
        if len(buckets) >= _REMEMBERED and client not in buckets:
            self._forget(name, now)
        left, since = buckets.get(client, (float(limit.burst), now))
        left = min(limit.burst, left + (now - since) * limit.per_minute / 60)
        if left < 1:
            buckets[client] = (left, now)
            raise TooMany(max(1, round((1 - left) * 60 / limit.per_minute)))
        buckets[client] = (left - 1, now)

    def give_back(self, name: str, client: str) -> None:
        """Undo one `take`: it turned out to be no guess."""
        buckets = self._buckets[name]
        if client in buckets:
            left, since = buckets[client]
            buckets[client] = (min(float(self._limits[name].burst), left + 1), since)

    def _forget(self, name: str, now: float) -> None:
        limit = self._limits[name]
        whole_after = limit.burst * 60 / limit.per_minute
        kept = {c: b for c, b in self._buckets[name].items() if now - b[1] < whole_after}
        # still full of newcomers: somebody invents addresses; start afresh rather than grow
        self._buckets[name] = kept if len(kept) < _REMEMBERED else {}


Networks = Collection[IPv4Network | IPv6Network]


def networks(texts: Collection[str]) -> Networks:
    """Networks of trusted proxies from settings ("10.0.0.0/8"); `ValueError` names a wrong one."""
    return tuple(ip_network(text) for text in texts)


def client_address(peer: str, forwarded: str, trusted: Networks) -> str:
    """The address of the client: the last in `X-Forwarded-For` that no trusted proxy has.

    Without a trusted proxy at `peer` the header is what anybody may write, and is ignored.
    """
    here = peer
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _inside(here, trusted):
            break
        here = hop
    return here


def _inside(address: str, trusted: Networks) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip.version == network.version and ip in network for network in trusted)
