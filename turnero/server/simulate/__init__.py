"""A whole day on the virtual clock, through the real ledger and commands, in seconds.

The same seed gives the same journal, byte for byte: the identifiers and the journal's key
come from it too. It is a rehearsal, never a real site.
"""

import asyncio
import hashlib
import random
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import reads, site_file
from turnero.queue.commands.sites import load_site
from turnero.queue.report import DayReport
from turnero.server.forecasting import Forecaster
from turnero.server.simulate.day import TICKETS, Day
from turnero.server.simulate.engine import SITE, Engine
from turnero.server.simulate.site import DAY, START_MS, description
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.ids import SeededIds
from turnero.store.ledger import Ledger
from turnero.store.migrate import migrate
from turnero.store.opening import DATABASE
from turnero.store.sql import Query, Statement
from turnero.store.sqlite import SqliteBackend
from turnero.store.tables import journal as table

#: the day ends at half past eight in the evening, after the close and its reports
_LENGTH_MS: Final = 14 * 3_600_000 + 30 * 60_000
#: from one forecast to the next: the last one holds until then
_FORECAST_MS: Final = 150_000
_CHAIN = Statement(
    select(table.c.seq, table.c.at_ms, table.c.actor, table.c.kind, table.c.body, table.c.mac)
    .where(table.c.site == bindparam("site"))
    .order_by(table.c.seq)
)


class Simulated(msgspec.Struct, frozen=True):
    """What came of a simulated day."""

    seed: int
    #: SHA-256 over the site's journal, its chain included
    digest: str
    facts: int
    commands: int
    #: refusal → how often
    refused: dict[str, int]
    #: of the machine, not of the day
    seconds: float
    #: whether the journal's chain holds
    whole: bool
    #: whether the report derived from the journal alone is the one that was kept
    same_report: bool
    report: DayReport


async def simulate(folder: Path, seed: int, tickets: int = TICKETS) -> Simulated:
    """Play the day in that folder, which must hold no database yet."""
    began = time.perf_counter()
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    path = folder / DATABASE
    await asyncio.to_thread(migrate, f"sqlite:///{path}")
    clock = VirtualClock(START_MS)
    key = hashlib.sha256(f"turnero simulation {seed}".encode()).digest()
    ledger = Ledger(SqliteBackend(path, durable=False), key=key, clock=clock, ids=SeededIds(seed))
    await ledger.start()
    try:
        engine = Engine(ledger, clock, random.Random(seed))  # noqa: S311 - repeatable on purpose
        await engine.do(load_site, site_file.decode(description()), "cli")
        Day(engine, tickets).plan()
        _forecast(engine)
        await engine.run(START_MS + _LENGTH_MS)
        kept = await ledger.read(reads.day_report, SITE, DAY)
        if kept is None:
            raise AssertionError("the day was not reported")
        digest, facts = await ledger.read(_digest)
        return Simulated(
            seed=seed,
            digest=digest,
            facts=facts,
            commands=engine.commands,
            refused=dict(sorted(engine.refused.items())),
            seconds=round(time.perf_counter() - began, 2),
            whole=(await ledger.read(journal.verify, SITE, key)).broken_at is None,
            same_report=await ledger.read(reads.derived, SITE, DAY) == kept.body,
            report=kept.report,
        )
    finally:
        await ledger.stop()


def _forecast(engine: Engine) -> None:
    """Let waits be forecast as a server does, at fixed hours, so that promises are the same too."""
    forecaster = Forecaster(engine.ledger, engine.failed)
    for ms in range(START_MS, START_MS + _LENGTH_MS, _FORECAST_MS):
        engine.at(ms, partial(forecaster.round, SITE))


def run(seed: int, folder: Path | None = None, tickets: int = TICKETS) -> Simulated:
    """The same, for the command line; without a folder it leaves nothing behind."""
    if folder is not None:
        if (folder / DATABASE).exists():
            raise ValueError(f"{folder} holds a database already: name a new folder")
        return asyncio.run(simulate(folder, seed, tickets))
    with tempfile.TemporaryDirectory(prefix="turnero-day-") as scratch:
        return asyncio.run(simulate(Path(scratch), seed, tickets))


def told(found: Simulated, *, as_json: bool) -> str:
    """The day in a few lines, or whole as JSON."""
    if as_json:
        return msgspec.json.format(msgspec.json.encode(found)).decode()
    report, waits = found.report, found.report.all_waits
    taken = sum(one.tickets for one in report.tickets)
    lines = [
        (
            f"{DAY}, seed {found.seed}: {taken} tickets, {len(report.desks)} desks,"
            f" {found.facts} facts by {found.commands} commands in {found.seconds:.1f} s"
        ),
        f"journal   {found.digest} ({'whole' if found.whole else 'BROKEN'})",
        f"report    {'the same' if found.same_report else 'NOT THE SAME'} from the journal alone",
        (
            f"served    {sum(one.served for one in report.tickets)},"
            f" no-shows {report.no_shows}, not served {sum(n for _, n in report.not_served)}"
        ),
    ]
    if waits is not None:
        lines.append(
            f"waits     half {waits.median_s // 60} min, nine of ten {waits.p90_s // 60} min,"
            f" longest {waits.max_s // 60} min"
        )
    lines += [f"refused   {code}: {n}" for code, n in found.refused.items()]
    return "\n".join(lines)


def _digest(q: Query) -> tuple[str, int]:
    total, facts = hashlib.sha256(), 0
    for row in q.rows(_CHAIN, site=SITE):
        body, mac = bytes(row.body), bytes(row.mac)
        total.update(f"{row.seq}\n{row.at_ms}\n{row.actor}\n{row.kind}\n".encode() + body + mac)
        facts += 1
    return total.hexdigest(), facts
