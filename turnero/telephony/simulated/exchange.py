"""The port over a simulated exchange in our own process: the embedded default and the demo's."""

from collections.abc import AsyncIterator, Sequence

from turnero.store.clock import Clock
from turnero.telephony.exchange import (
    Caps,
    Event,
    Gather,
    Health,
    Leg,
    LegState,
    Placed,
    Say,
)
from turnero.telephony.simulated.call import Seen
from turnero.telephony.simulated.reader import Reader
from turnero.telephony.simulated.switchboard import Switchboard

CAPS = Caps(idempotent_place=True, lookup=True, gather=True, in_call_digits=True, own_voice=True)


class SimulatedExchange:
    """See `Exchange`. The switchboard may be given: two adapters at one are two of our processes.

    The page with the demonstration's telephone uses `hold`, `answer`, `press`, `hang` and
    `ring_in`; tests reach faults and breakages through `switchboard`.
    """

    caps = CAPS

    def __init__(
        self, clock: Clock, *, seed: int = 0, switchboard: Switchboard | None = None
    ) -> None:
        self.switchboard = switchboard or Switchboard(clock, seed=seed)
        self._reader: Reader | None = None

    # --- the port ------------------------------------------------------------------------

    async def place(self, leg: Leg) -> Placed:
        """See `Exchange.place`."""
        return self.switchboard.place(leg)

    async def lookup(self, leg_id: str) -> LegState | None:
        """See `Exchange.lookup`."""
        return self.switchboard.lookup(leg_id)

    async def live(self) -> list[LegState]:
        """See `Exchange.live`."""
        return self.switchboard.live()

    async def join(self, a: str, b: str) -> str:
        """See `Exchange.join`."""
        return self.switchboard.join(a, b)

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        self.switchboard.prompt(leg_id, says, gather)

    async def hangup(self, leg_id: str, why: str = "") -> None:
        """See `Exchange.hangup`."""
        self.switchboard.hangup(leg_id, why)

    async def leave(self, leg_id: str) -> None:
        """See `Exchange.leave`."""
        self.switchboard.leave(leg_id)

    async def events(self) -> AsyncIterator[Event]:
        """See `Exchange.events`."""
        reader = self._reader = self.switchboard.attach()
        try:
            async for event in reader.each():
                yield event
        finally:
            self.switchboard.detach(reader)

    async def health(self) -> Health:
        """See `Exchange.health`."""
        return self.switchboard.health()

    async def close(self) -> None:
        """See `Exchange.close`: whoever reads events has read the last one."""
        if self._reader is not None:
            self._reader.close()
            self.switchboard.detach(self._reader)

    # --- a person at a telephone ---------------------------------------------------------

    def hold(self, number: str) -> None:
        """Take a telephone into the hand: "+51…" or a name of the house; it does nothing by itself."""
        self.switchboard.held.add(number)

    def release(self, number: str) -> None:
        """Let it do again what its number says."""
        self.switchboard.held.discard(number)

    def telephones(self) -> list[Seen]:
        """Every telephone in use."""
        return self.switchboard.telephones()

    def answer(self, leg_id: str) -> bool:
        """Pick up; False: it does not ring (any more)."""
        return self.switchboard.answer(leg_id)

    def press(self, leg_id: str, digit: str) -> bool:
        """Press a key; False: nobody hears it."""
        return self.switchboard.press(leg_id, digit)

    def hang(self, leg_id: str) -> bool:
        """Hang up, or decline while it rings; False: it was over."""
        return self.switchboard.hang(leg_id)

    def ring_in(self, caller: str | None, called: str) -> str:
        """Ring us from a telephone in the hand; the leg's id."""
        return self.switchboard.ring_in(caller, called, by_hand=True)
