"""The hall that tests of signs act in; time stands still."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.display.signs.signed import SITE, Signed
from tests.peers.stores import opened
from tests.queue.hall import MORNING_MS
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Signed]:
    clock = VirtualClock(MORNING_MS)
    async with opened(tmp_path / "data", clock=clock, ids=SeededIds(7)) as ledger:
        found = Signed(ledger, clock)
        found.at = {}
        await found.load(SITE)
        for desk in ("v1", "v2", "v3"):
            await found.open(desk)
        for _ in range(12):
            await found.take("caja")
        yield found
