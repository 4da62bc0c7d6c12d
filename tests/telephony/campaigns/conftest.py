"""A room whose lists are called."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS, SITE
from tests.telephony.campaigns.listed import Room
from turnero.queue.call_requests import Lead, Opened
from turnero.queue.commands import leading
from turnero.store.clock import VirtualClock
from turnero.store.vault import Vault
from turnero.telephony.sealing import SealedNumbers


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock) as ledger:
        found = Room(ledger, clock)
        found.numbers = SealedNumbers(Vault(tmp_path / "data"))
        await found.load(SITE)
        led = await ledger.run(leading.lead, Lead("one"), site=0, actor="system")
        await ledger.run(leading.opened, Opened(led.epoch, open=True), site=0, actor="system")
        yield found
