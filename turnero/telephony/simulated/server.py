"""A simulated exchange in a process of its own, so that ours may be killed while the calls go on.

    python -m turnero.telephony.simulated.server ADDRESS [--seed N] [--speed X]

It prints the address it listens on, and ends when its standard input is closed or by a signal.
For rehearsals only: whoever reaches the address may do everything.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from turnero.store.clock import Clock, SystemClock
from turnero.telephony.exchange import ExchangeAway, Extension, Gather, Phone, Say
from turnero.telephony.simulated import wire
from turnero.telephony.simulated.faults import Faults
from turnero.telephony.simulated.switchboard import Switchboard


class QuickClock:
    """The machine's clock, so many times as fast."""

    def __init__(self, clock: Clock, speed: float) -> None:
        self._clock = clock
        self._speed = speed
        self._start_ms = clock.line_ms()

    def now_ms(self) -> int:
        """See `Clock.now_ms`."""
        return self.line_ms()

    def line_ms(self) -> int:
        """See `Clock.line_ms`."""
        return self._start_ms + round((self._clock.line_ms() - self._start_ms) * self._speed)

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await self._clock.sleep(seconds / self._speed)


def _does(board: Switchboard) -> dict[str, Callable[..., Any]]:
    """What can be asked, by name."""

    def break_it(faults: dict[str, Any]) -> None:
        board.faults = msgspec.convert({**msgspec.to_builtins(board.faults), **faults}, Faults)

    def prompt(leg: str, says: list[list[str]], gather: list[Any] | None) -> None:
        board.prompt(leg, [Say(*one) for one in says], Gather(*gather) if gather else None)

    does: dict[str, Callable[..., Any]] = {
        "place": lambda leg: board.place(wire.leg(leg)),
        "prompt": prompt,
        "ring_in": lambda caller, called, presses, by_hand: board.ring_in(
            caller, called, presses, by_hand=by_hand
        ),
        "stray": lambda to: board.stray(Phone(to) if to.startswith("+") else Extension(to)),
        "dials": lambda: board.dials,
        "faults": break_it,
        "hold": board.held.add,
        "release": board.held.discard,
    }
    for name in (
        *("lookup", "live", "join", "hangup", "leave", "health", "answer", "press", "hang"),
        *("telephones", "cut", "mend", "replace", "crash", "boot"),
    ):
        does[name] = getattr(board, name)
    return does


class Server:
    """Gives a switchboard to whoever connects."""

    def __init__(self, board: Switchboard) -> None:
        self._board = board
        self._does = _does(board)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(OSError, asyncio.CancelledError):
            request = msgspec.json.decode(
                await reader.readline() or b'{"do":""}', type=wire.Request
            )
            if request.do == "events":
                await self._events(reader, writer)
            elif request.do in self._does:
                writer.write(wire.line(self._answer(request)))
                await writer.drain()
        writer.close()

    def _answer(self, request: wire.Request) -> wire.Answer:
        try:
            return wire.Answer(self._does[request.do](*request.given))
        except ExchangeAway as away:
            return wire.Answer(away=str(away))

    async def _events(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._board.faults.away:
            return
        mine = self._board.attach()

        async def gone() -> None:
            """Until the other end has closed: as if it had closed its socket at an exchange."""
            await reader.read()
            self._board.detach(mine)
            mine.close()

        watch = asyncio.ensure_future(gone())
        try:
            async for event in mine.each():
                writer.write(wire.line(wire.packed_event(event)))
                await writer.drain()
        finally:
            watch.cancel()
            self._board.detach(mine)


async def run(address: str, *, seed: int, speed: float) -> None:
    """Listen until standard input is closed."""
    clock = SystemClock()
    board = Switchboard(QuickClock(clock, speed) if speed != 1 else clock, seed=seed)
    server, where = await wire.listening(address, Server(board).serve)
    print(where, flush=True)  # noqa: T201 - who started us reads it
    async with server:
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="A simulated telephone exchange, for rehearsals.")
    parser.add_argument("address", help="unix:/a/path or tcp:127.0.0.1:0")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0)
    given = parser.parse_args()
    asyncio.run(run(given.address, seed=given.seed, speed=given.speed))


if __name__ == "__main__":
    main()
