"""The port over a simulated exchange in another process (`server.py`)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from turnero.store.clock import Clock, SystemClock
from turnero.telephony.exchange import (
    Event,
    ExchangeAway,
    Gather,
    Health,
    Leg,
    LegState,
    LinkDown,
    LinkReplaced,
    Placed,
    Say,
)
from turnero.telephony.simulated import wire
from turnero.telephony.simulated.call import Dial, Seen
from turnero.telephony.simulated.exchange import CAPS

ANSWER_S = 5.0
RETRY_S = 0.2


class RemoteExchange:
    """See `Exchange`; and what tests do to the exchange: `ask` takes every name of `server.py`."""

    caps = CAPS

    def __init__(self, address: str, clock: Clock | None = None) -> None:
        self.address = address
        self._clock = clock or SystemClock()
        self._link: asyncio.StreamWriter | None = None
        self._closed = False

    async def ask(self, do: str, *given: Any) -> Any:
        """Ask for one thing; `ExchangeAway` where it does not answer in time or says so."""
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await wire.opened(self.address)
                try:
                    writer.write(wire.line(wire.Request(do, list(given))))
                    await writer.drain()
                    said = await reader.readline()
                finally:
                    writer.close()
            answer = msgspec.json.decode(said, type=wire.Answer)
        except (OSError, TimeoutError, msgspec.DecodeError) as error:
            raise ExchangeAway(f"no answer: {type(error).__name__}") from error
        if answer.away is not None:
            raise ExchangeAway(answer.away)
        return answer.found

    # --- the port ------------------------------------------------------------------------

    async def place(self, leg: Leg) -> Placed:
        """See `Exchange.place`."""
        try:
            return Placed(await self.ask("place", wire.packed_leg(leg)))
        except ExchangeAway as away:
            refused = isinstance(away.__cause__, ConnectionRefusedError | FileNotFoundError)
            return Placed.REFUSED if refused else Placed.UNKNOWN

    async def lookup(self, leg_id: str) -> LegState | None:
        """See `Exchange.lookup`."""
        return msgspec.convert(await self.ask("lookup", leg_id), LegState | None)

    async def live(self) -> list[LegState]:
        """See `Exchange.live`."""
        return msgspec.convert(await self.ask("live"), list[LegState])

    async def join(self, a: str, b: str) -> str:
        """See `Exchange.join`."""
        return str(await self.ask("join", a, b))

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        await self.ask("prompt", leg_id, list(says), gather)

    async def hangup(self, leg_id: str, why: str = "") -> None:
        """See `Exchange.hangup`."""
        await self.ask("hangup", leg_id, why)

    async def leave(self, leg_id: str) -> None:
        """See `Exchange.leave`."""
        await self.ask("leave", leg_id)

    async def events(self) -> AsyncIterator[Event]:
        """See `Exchange.events`."""
        linked = False
        while not self._closed:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, self._link = await wire.opened(self.address)
                try:
                    self._link.write(wire.line(wire.Request("events")))
                    while said := await reader.readline():
                        event = wire.event(msgspec.json.decode(said))
                        linked = not isinstance(event, LinkDown)
                        yield event
                        if isinstance(event, LinkReplaced):
                            return
                finally:
                    self._link.close()
            if linked:
                linked = False
                yield LinkDown()
            if not self._closed:
                await self._clock.sleep(RETRY_S)

    async def health(self) -> Health:
        """See `Exchange.health`."""
        try:
            return msgspec.convert(await self.ask("health"), Health)
        except ExchangeAway as away:
            return Health(reachable=False, booted=False, trunk=None, detail=str(away))

    async def close(self) -> None:
        """See `Exchange.close`."""
        self._closed = True
        if self._link is not None:
            self._link.close()

    # --- what tests want to know ---------------------------------------------------------

    async def dials(self) -> list[Dial]:
        """Every telephone that was ever rung."""
        return msgspec.convert(await self.ask("dials"), list[Dial])

    async def telephones(self) -> list[Seen]:
        """Every telephone in use."""
        return msgspec.convert(await self.ask("telephones"), list[Seen])
