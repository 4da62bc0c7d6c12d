"""Whether somebody attends an open desk: the timer that runs while nobody is seen there.

Rows only: a page's coming and going is told by `commands/presence.py`, sessions by their own
commands. Timers are rows, so this outlives the server.
"""

from typing import Final

from sqlalchemy import bindparam, select

from turnero.queue.alarms import end_alarm
from turnero.queue.settings import settings_of
from turnero.queue.tables import alarm, site
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.store.tx import Tx

#: the timer's kind, and the alarm's; its key is the desk, its body "since session"
UNATTENDED: Final = "desk-unattended"

_SETTINGS = Statement(select(site.c.settings).where(site.c.no == bindparam("site")))
_TIMER = Statement(
    select(timer.c.due_ms).where(
        timer.c.site == bindparam("site"),
        timer.c.kind == bindparam("kind"),
        timer.c.key == bindparam("desk"),
    )
)
_ALARM = Statement(
    select(alarm.c.id).where(
        alarm.c.site == bindparam("site"),
        alarm.c.kind == bindparam("kind"),
        alarm.c.subject == bindparam("desk"),
        alarm.c.ended_ms.is_(None),
    )
)


def expect(tx: Tx, desk: str, session: int) -> None:
    """From now on somebody should come within the site's minutes; session 0: open the desk."""
    tx.timer(UNATTENDED, desk, tx.now_ms + patience_ms(tx), f"{tx.line_ms} {session}")


def expected(tx: Tx, desk: str) -> bool:
    """Whether the time runs already, or is over."""
    named = {"site": tx.site, "kind": UNATTENDED, "desk": desk}
    return tx.row(_TIMER, **named) is not None or tx.row(_ALARM, **named) is not None


def came(tx: Tx, desk: str) -> None:
    """Somebody is there, or nobody need be any more."""
    tx.untimer(UNATTENDED, desk)
    end_alarm(tx, UNATTENDED, desk)


def patience_ms(tx: Tx) -> int:
    """How long an open desk may be without anybody."""
    row = tx.row(_SETTINGS, site=tx.site)
    return settings_of(row.settings if row else "{}").unattended_minutes * 60_000
