"""A data folder of the desk's hospital with one closed day in its journal, by the real commands."""

import asyncio
import shutil
from datetime import date
from pathlib import Path

from tests.desk.hospital import described
from turnero.queue.commands import day, reports
from turnero.queue.numbers import at_ms
from turnero.queue.requests import CloseDay
from turnero.server.simulate import rehearsal
from turnero.server.simulate.script import Script, Span, Stream, Times
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds
from turnero.store.opening import DATABASE, open_store
from turnero.store.timers import TimerDue

DAY = "2025-10-13"
#: one desk for admission and more work than it can do until eleven
SCRIPT = Script(
    described(),
    DAY,
    times={"admission": Times(5.0), "cash": Times(3.0)},
    shifts={"1": (Span(480, 780),), "2": (Span(480, 780),)},
    streams=(
        Stream("admission", ((Span(480, 660), 14.0),), {"preferential": 0.3}),
        Stream("cash", ((Span(480, 720), 6.0),)),
    ),
)


def played(folder: Path) -> Path:
    """Play the day, close and report it, in a folder for a server to open."""
    work = folder / "work"
    work.mkdir(parents=True)
    template = rehearsal.prepared(SCRIPT, work)
    data = folder / "data"
    data.mkdir(mode=0o700)
    shutil.move(template, data / DATABASE)
    asyncio.run(rehearsal.act(SCRIPT, 5, data / DATABASE))
    asyncio.run(_closed(data))
    return data


async def _closed(data: Path) -> None:
    evening = VirtualClock(at_ms(date.fromisoformat(DAY), 20 * 60, "America/Lima"))
    store = open_store(data, clock=evening, ids=SeededIds(1))
    await store.ledger.start()
    try:
        await store.ledger.run(day.close_day, CloseDay(), site=1, actor="system")
        due = TimerDue(1, reports.MAKE, DAY, evening.now_ms(), "")
        await store.ledger.run(reports.make, due, site=1, actor="timer")
    finally:
        await store.ledger.stop()
        store.close()
