"""Jobs of which nothing was heard any more come to an end by themselves.

Whoever prints a job says what became of it: a worker, or the box that it was given to. Both may be
gone for good, the box broken or the printer taken out of the site, and a job left "queued" or "sending" would
keep people from a copy and the pages from the truth. A box that comes back later is believed
(`handover.followed`).
"""

import asyncio
import logging
from typing import Any, Final

from sqlalchemy import bindparam, select

from turnero.printer import spool
from turnero.printer.port import Reason
from turnero.printer.states import JobMove, JobState
from turnero.printer.tables import QUEUED, SENDING, print_job
from turnero.store.errors import TurneroError
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

log = logging.getLogger("turnero.printer")

#: being sent for so long, nobody is sending it; the longest that a printer may take is a minute
SENDING_MS: Final = 2 * 60_000
#: waiting for so long, nobody looks at it: whoever does has ended it before (`spool.STALE_MS`)
QUEUED_MS: Final = spool.STALE_MS + 60_000
#: seconds between two looks
LOOK_S: Final = 30.0

#: two reads, by the partial indexes of these states
_SILENT: Final = tuple(
    (
        silent_ms,
        Statement(
            select(print_job.c.id, print_job.c.site, print_job.c.state, print_job.c.box).where(
                print_job.c.state == state, print_job.c.updated_ms < bindparam("before")
            )
        ),
    )
    for state, silent_ms in ((QUEUED, QUEUED_MS), (SENDING, SENDING_MS))
)


def silent(q: Query, now_ms: int) -> list[Any]:
    """The jobs of all sites of which nothing was heard for too long."""
    return [row for silent_ms, found in _SILENT for row in q.rows(found, before=now_ms - silent_ms)]


def end(tx: Tx, _request: None) -> int:
    """Command: end such jobs of this site; how many. What nobody was given has not left."""
    found = [row for row in silent(tx, tx.now_ms) if row.site == tx.site]
    for one in found:
        row = spool.job_row(tx, one.id)
        if row.state == JobState.QUEUED and row.box is None:
            spool.too_late(tx, row)
        else:
            spool.step(tx, row, JobMove.FORGET, reason=Reason.INTERRUPTED)
    return len(found)


async def watch(ledger: Ledger, look_s: float = LOOK_S) -> None:
    """End them for as long as this runs."""
    while True:
        try:
            rows = await ledger.read(silent, ledger.clock.now_ms())
            for site in sorted({row.site for row in rows}):
                ended = await ledger.run(end, None, site=site, actor="system")
                log.warning("%s print jobs were heard of no more", ended)
        except TurneroError as error:
            log.info("print jobs cannot be looked at: %s", error)
        await asyncio.sleep(look_s)
