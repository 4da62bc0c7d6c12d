"""The contract on the cloud's exchange before a stand-in of the service: as much as such a one can keep.

What is left out cannot be had there. Keys pressed in a talk are not told (`in_call_digits`). A lost link is
a webhook that does not come, which shows only by asking; nobody else can take the events; the service
rings also while nobody hears, and forgets nothing when it breaks; it does not say how its trunk is. Behind
us is nobody who could speak to who rings in.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.cloud.cloudy import Cloudy
from tests.telephony.cloud.service import Service
from tests.telephony.contract import Contract
from turnero.telephony.exchange import Exchange, LinkUp

_LEFT_OUT = (
    "test_a_joined_call_carries_keys_of_both",
    "test_what_ends_while_the_link_is_lost_is_seen_by_asking",
    "test_who_rings_on_while_the_link_is_lost_is_heard_again",
    "test_whoever_takes_our_events_silences_us",
    "test_who_answers_while_nobody_is_there_is_let_go",
    "test_nobody_is_rung_whose_answer_nobody_would_hear",
    "test_who_rings_in_and_finds_nobody_of_ours_is_told_so_by_the_exchange",
    "test_it_says_how_it_is",
    "test_killed_and_started_again_it_knows_nothing",
)


class CloudRig(Cloudy):
    """As the contract needs it."""

    exchange: Exchange  # type: ignore[assignment]
    _callers = 0

    async def ring_in(
        self, presses: str = "", *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        self._callers += 1
        number = f"+5197{self._callers:07d}"
        call = await self.service.ring_in("anonymous" if withheld else number, [presses], "5511")
        if gives_up_s is not None:
            await asyncio.sleep(gives_up_s / 10)
            await self.service.hang_up(call)
        return number


class TestCloud(Contract):
    """See the module."""

    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[CloudRig]:
        service = Service()
        await service.start()
        rig = CloudRig(service, tmp_path)
        await rig.heard.of(LinkUp)
        yield rig
        await rig.end()
        await service.stop()


for _name in _LEFT_OUT:
    setattr(TestCloud, _name, None)
