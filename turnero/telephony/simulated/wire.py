"""What a simulated exchange in a process of its own and its adapter say: one JSON value a line.

A connection carries one request and its answer, or, after "events", events until it is closed.
Addresses: "unix:/a/path" or "tcp:127.0.0.1:5070".
"""

import asyncio
from typing import Any

import msgspec

from turnero.telephony import exchange
from turnero.telephony.exchange import Event, Extension, Inbound, Leg, Phone

#: bytes a line may have
LINE_BYTES = 1_000_000
_KINDS: dict[str, type[Any]] = {
    name: getattr(exchange, name)
    for name in (
        *("LinkUp", "LinkDown", "LinkReplaced", "Inbound", "Ringing", "Answered"),
        *("Digit", "PromptDone", "Joined", "Parted", "Ended"),
    )
}


class Request(msgspec.Struct):
    """What is asked: a name of `server.DOES` and what it is given."""

    do: str
    given: list[Any] = []


class Answer(msgspec.Struct):
    """What came of it; `away`: it raised `ExchangeAway` with these words."""

    found: Any = None
    away: str | None = None


def packed_event(event: Event) -> list[Any]:
    """An event as JSON: its name, then its fields."""
    return [type(event).__name__, *event]


def event(packed: list[Any]) -> Event:
    """What `packed_event` packed."""
    kind = _KINDS[packed[0]]
    if kind is Inbound:
        leg, caller, called = packed[1:]
        return Inbound(leg, Phone(*caller) if caller else None, called)
    found: Event = msgspec.convert(packed[1:], kind)
    return found


def packed_leg(leg: Leg) -> list[Any]:
    """A leg as JSON."""
    to = ["phone", leg.to.e164] if isinstance(leg.to, Phone) else ["extension", leg.to.name]
    return [leg.id, to, leg.ring_s, leg.shows]


def leg(packed: list[Any]) -> Leg:
    """What `packed_leg` packed."""
    name, (sort, to), ring_s, shows = packed
    return Leg(name, Phone(to) if sort == "phone" else Extension(to), ring_s, shows)


async def opened(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to an address; `OSError` where nobody listens."""
    sort, _, rest = address.partition(":")
    if sort == "unix":
        return await asyncio.open_unix_connection(rest, limit=LINE_BYTES)
    host, _, port = rest.rpartition(":")
    return await asyncio.open_connection(host, int(port), limit=LINE_BYTES)


async def listening(address: str, serve: Any) -> tuple[asyncio.Server, str]:
    """Listen there; the server and its address, with the port chosen where it was 0."""
    sort, _, rest = address.partition(":")
    if sort == "unix":
        return await asyncio.start_unix_server(serve, rest, limit=LINE_BYTES), address
    host, _, port = rest.rpartition(":")
    server = await asyncio.start_server(serve, host, int(port), limit=LINE_BYTES)
    return server, f"tcp:{host}:{server.sockets[0].getsockname()[1]}"


def line(value: Any) -> bytes:
    """A value as it goes over the wire."""
    return msgspec.json.encode(value) + b"\n"
