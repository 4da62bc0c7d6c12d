"""The line clock never goes back, whatever happens to the wall clock or the process."""

from pathlib import Path

import msgspec

from tests.peers.stores import opened
from turnero.store.clock import VirtualClock
from turnero.store.tx import Tx

START_MS = 1_790_000_000_000


class Ask(msgspec.Struct, frozen=True):
    """A request without content."""


def _line(tx: Tx, _ask: Ask) -> int:
    return tx.line_ms


async def test_it_goes_on_from_where_it_was_after_a_restart_with_a_clock_set_back(
    database: str | None, tmp_path: Path
) -> None:
    async with opened(tmp_path, database, clock=VirtualClock(START_MS)) as ledger:
        assert await ledger.run(_line, Ask(), site=1, actor="x") == START_MS
    back = VirtualClock(START_MS - 7_200_000)
    async with opened(tmp_path, database, clock=back) as ledger:
        assert await ledger.run(_line, Ask(), site=1, actor="x") == START_MS


async def test_it_does_not_follow_the_wall_clock(tmp_path: Path) -> None:
    clock = VirtualClock(START_MS)
    async with opened(tmp_path, clock=clock) as ledger:
        clock.set_wall(START_MS + 82_800_000)
        clock.advance(1000)
        assert await ledger.run(_line, Ask(), site=1, actor="x") == START_MS + 1000
