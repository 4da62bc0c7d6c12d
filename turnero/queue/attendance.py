"""Whether somebody attends an open desk: the timer that runs while nobody is seen there.

Rows only: a page's coming and going is told by `commands/presence.py`, sessions by their own
commands. Timers are rows, so this outlives the server.
"""

from typing import Final

from sqlalchemy import and_, bindparam, select

from turnero.queue.alarms import end_alarm
from turnero.queue.settings import settings_of
from turnero.queue.tables import CLOSED, alarm, desk, desk_session, site
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
_CLOSED_DESKS = Statement(
    select(desk.c.ref)
    .select_from(
        desk.outerjoin(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state != CLOSED)
        )
    )
    .where(desk.c.site == bindparam("site"), desk_session.c.id.is_(None))
    .order_by(desk.c.id)
)


def expect(tx: Tx, ref: str, session: int) -> None:
    """From now on somebody should come within the site's minutes; session 0: open the desk."""
    tx.timer(UNATTENDED, ref, tx.now_ms + patience_ms(tx), f"{tx.line_ms} {session}")


def expected(tx: Tx, ref: str) -> bool:
    """Whether the time runs already, or is over."""
    named = {"site": tx.site, "kind": UNATTENDED, "desk": ref}
    return tx.row(_TIMER, **named) is not None or tx.row(_ALARM, **named) is not None


def came(tx: Tx, ref: str) -> None:
    """Somebody is there, or nobody need be any more."""
    tx.untimer(UNATTENDED, ref)
    end_alarm(tx, UNATTENDED, ref)


def day_is_over(tx: Tx) -> None:
    """The close of day: nobody need come to a closed desk any more."""
    for row in tx.rows(_CLOSED_DESKS, site=tx.site):
        came(tx, row.ref)


def patience_ms(tx: Tx) -> int:
    """How long an open desk may be without anybody."""
    row = tx.row(_SETTINGS, site=tx.site)
    return settings_of(row.settings if row else "{}").unattended_minutes * 60_000
