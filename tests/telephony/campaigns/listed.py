"""The hall with lists of people to ring, for tests of campaigns."""

from tests.queue.hall import Hall
from turnero.queue.timers import TIMERS
from turnero.store.timers import Timers
from turnero.telephony.campaigns import commands, reads
from turnero.telephony.campaigns.forgetting import FORGET, forget
from turnero.telephony.sealing import SealedNumbers


class Room(Hall):
    """The hall, whose cashier calls back, and its lists."""

    numbers: SealedNumbers

    async def begin(self, people: int, **more: object) -> int:
        """A campaign for so many people."""
        listed = tuple(
            commands.Listee(
                self.numbers.seal(f"98765{n:04d}", "pe", ()),
                self.numbers.seal_name(f"Persona {n}"),
                note="Control de marzo",
            )
            for n in range(people)
        )
        request = commands.MakeCampaign("Control", "caja", "Buenos días", listed, **more)  # type: ignore[arg-type]
        return (await self.act(commands.make, request)).campaign

    async def passes(self, seconds: float) -> None:
        """Time goes by, and what is due is done."""
        self.wait(seconds)
        ours = {commands.FEED: commands.feed, FORGET: forget}
        timers = Timers(self.ledger, {**TIMERS, **ours}, _failed)
        for _ in range(3):
            await timers._fire_due()

    async def campaign(self, number: int) -> reads.Campaign:
        """How far it is."""
        found = await self.read(reads.one_of, 1, number)
        assert found is not None
        return found


def _failed(kind: str, error: Exception) -> None:
    raise AssertionError(kind) from error
