"""Before opening: what is missing is an alarm, and ends when it is there.

First checked some minutes before the site's first opening, then every minute as long as
something is missing. Once the site is open nothing new is raised: from then on a desk that
closes, or a printer that stops, is the day's business.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, select

from turnero.queue import ready
from turnero.queue.alarms import end_alarm, raise_alarm
from turnero.queue.numbers import local
from turnero.queue.settings import settings_of
from turnero.queue.tables import alarm, site
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: the timer's kind; its body is the opening, UTC
READY: Final = "ready"
#: the alarms' kind; subject: "printer:p1", "voice:hall", and "desks" for all of them together
NOT_READY: Final = "not-ready"
DESKS: Final = "desks"
#: how often it is looked at again
AGAIN_MS: Final = 60_000
_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 24 * 3600 * 1000

_SITE = Statement(select(site.c.zone, site.c.settings).where(site.c.no == bindparam("site")))
_RAISED = Statement(
    select(alarm.c.subject).where(
        alarm.c.site == bindparam("site"),
        alarm.c.kind == bindparam("kind"),
        alarm.c.ended_ms.is_(None),
    )
)


def check_on_time(tx: Tx, due: TimerDue) -> None:
    """Timer `READY`: before the opening, and again while something is missing."""
    opens_ms = int(due.body)
    if tx.now_ms - opens_ms >= _DAY_MS:
        # The server was off all that day: its opening is no news any more.
        _end_all(tx)
        set_ready(tx)
        return
    _look(tx, may_raise=tx.now_ms < opens_ms + AGAIN_MS)
    if tx.now_ms < opens_ms or _raised(tx):
        tx.timer(READY, "", tx.now_ms + AGAIN_MS, due.body)
    else:
        set_ready(tx)


def set_ready(tx: Tx) -> None:
    """Set the timer for the site's next opening, or remove it where it has none."""
    about = tx.row(_SITE, site=tx.site)
    opens_ms = None if about is None else _next_opening(tx, about.zone)
    if about is None or opens_ms is None:
        tx.untimer(READY, "")
        return
    due_ms = opens_ms - settings_of(about.settings).ready_minutes * _MINUTE_MS
    tx.timer(READY, "", max(due_ms, tx.now_ms), str(opens_ms))


def day_is_over(tx: Tx) -> None:
    """The close of day: what was missing in the morning is not looked for any more."""
    _end_all(tx)
    set_ready(tx)


def _next_opening(tx: Tx, zone: str) -> int | None:
    today = local(tx.now_ms, zone).date()
    for day in (today, today + timedelta(days=1)):
        found = ready.opening_of(tx, tx.site, day.isoformat())
        # While something is missing, today's opening goes on, also past its hour.
        if found is not None and (found > tx.now_ms or (day == today and _raised(tx))):
            return found
    return None


def _look(tx: Tx, *, may_raise: bool) -> None:
    now = ready.ready(tx, tx.site, tx.now_ms)
    wanted: dict[str, dict[str, str | int]] = {}
    for one in now.missing:
        if one.kind == "desk":
            wanted[DESKS] = {"planned": now.planned, "open": now.open}
        else:
            wanted[f"{one.kind}:{one.subject}"] = {"kind": one.kind, **one.figures}
    raised = _raised(tx)
    for subject in sorted(raised - wanted.keys()):
        end_alarm(tx, NOT_READY, subject)
    for subject, figures in wanted.items():
        if may_raise or subject in raised:
            raise_alarm(tx, NOT_READY, subject, figures)


def _raised(tx: Tx) -> set[str]:
    return {row.subject for row in tx.rows(_RAISED, site=tx.site, kind=NOT_READY)}


def _end_all(tx: Tx) -> None:
    for subject in sorted(_raised(tx)):
        end_alarm(tx, NOT_READY, subject)
