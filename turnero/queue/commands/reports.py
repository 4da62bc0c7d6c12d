"""The day's report: made some time after the close, from the facts that are committed by then.

A command can't read its own facts, so the close only sets the timer. A report is made again
when its day gets facts later: a service that ended after the close, a ticket told late.
"""

from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.queue import report
from turnero.queue.facts import DayReported
from turnero.queue.numbers import day_of, local, minutes, next_at
from turnero.queue.report import DayReport
from turnero.queue.settings import NEVER, settings_of
from turnero.queue.tables import day_report, site
from turnero.store import journal
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timer that makes a day's report; its key is the day
MAKE: Final = "day-report"
#: timer that follows the calendar where no day ever closes
ROLL: Final = "day-roll"
ROLL_AT: Final = "00:10"
#: from the close to the report: what the close told is committed by then
AFTER_MS: Final = 60_000
#: a close before this hour ends the day before
_MORNING: Final = 6 * 60

_SITE = Statement(select(site.c.zone, site.c.settings).where(site.c.no == bindparam("site")))
_REPORT = Statement(
    select(day_report.c.after_seq, day_report.c.until_seq, day_report.c.body).where(
        day_report.c.site == bindparam("site"), day_report.c.day == bindparam("day")
    )
)
_BEFORE = Statement(
    select(day_report.c.day, day_report.c.until_seq)
    .where(day_report.c.site == bindparam("site"), day_report.c.day < bindparam("day"))
    .order_by(day_report.c.day.desc())
    .limit(2)
)
_NEW = Statement(insert(day_report))
_SET = Statement(
    update(day_report)
    .where(day_report.c.site == bindparam("b_site"), day_report.c.day == bindparam("b_day"))
    .values(made_ms=bindparam("b_made"), until_seq=bindparam("b_until"), body=bindparam("b_body"))
)


def make(tx: Tx, due: TimerDue) -> None:
    """Timer `MAKE`: the report of the day that is its key, and again of the one before if it changed."""
    row = tx.row(_SITE, site=tx.site)
    if row is None:
        return
    before = tx.rows(_BEFORE, site=tx.site, day=due.key)
    _make(tx, due.key, row.zone)
    if before:
        _make(tx, before[0].day, row.zone)


def roll(tx: Tx, due: TimerDue) -> None:
    """Timer `ROLL`: a day without a close is over at midnight."""
    row = tx.row(_SITE, site=tx.site)
    if row is None or settings_of(row.settings).day_close != NEVER:
        return
    yesterday = local(due.due_ms, row.zone).date() - timedelta(days=1)
    tx.timer(MAKE, yesterday.isoformat(), tx.now_ms)
    set_roll(tx, row.zone)


def set_roll(tx: Tx, zone: str | None) -> None:
    """Follow the calendar in that zone; None: not any more."""
    if zone is None:
        tx.untimer(ROLL, "")
    else:
        tx.timer(ROLL, "", next_at(tx.now_ms, zone, ROLL_AT))


def report_later(tx: Tx, closed_ms: int) -> None:
    """The day closed at that moment, UTC: its report is made once that is committed."""
    row = tx.row(_SITE, site=tx.site)
    if row is not None:
        day = _closing(closed_ms, row.zone, settings_of(row.settings).day_close)
        tx.timer(MAKE, day, tx.now_ms + AFTER_MS)


def report_again(tx: Tx, day: str) -> None:
    """Something of a day was told late: if it was reported, it is reported again."""
    if tx.row(_REPORT, site=tx.site, day=day) is not None:
        tx.timer(MAKE, day, tx.now_ms + AFTER_MS)


def _closing(closed_ms: int, zone: str, day_close: str) -> str:
    """The day that a close at that moment ends: in the small hours it is the day before."""
    day = date.fromisoformat(day_of(closed_ms, zone))
    small = day_close != NEVER and minutes(day_close) < _MORNING
    here = local(closed_ms, zone)
    if small and here.hour * 60 + here.minute < _MORNING:
        day -= timedelta(days=1)
    return day.isoformat()


def _make(tx: Tx, day: str, zone: str) -> None:
    kept: Any = tx.row(_REPORT, site=tx.site, day=day)
    if kept is not None:
        after = int(kept.after_seq)
        # Its hours stay those of the zone that the site had then.
        zone = msgspec.json.decode(kept.body, type=DayReport).zone
    else:
        # From the last report but one on: a ticket can be taken just before the day it is of,
        # where the clock is set back.
        before = tx.rows(_BEFORE, site=tx.site, day=day)
        after = int(before[1].until_seq) if len(before) > 1 else 0
    entries = journal.between(tx, tx.site, after)
    until = entries[-1].seq if entries else after
    body = report.encode(report.fold(entries, day, zone)).decode()
    if kept is not None and kept.body == body:
        return
    if kept is None:
        tx.run(
            _NEW,
            site=tx.site,
            day=day,
            made_ms=tx.now_ms,
            after_seq=after,
            until_seq=until,
            body=body,
        )
    else:
        tx.run(_SET, b_site=tx.site, b_day=day, b_made=tx.now_ms, b_until=until, b_body=body)
    tx.append(DayReported(day=day, after_seq=after, until_seq=until, zone=zone))
