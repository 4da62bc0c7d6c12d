"""A desk's telephone that nobody picks up: who is to be rung goes to other desks for a while.

The pause is a timer whose key is the desk and whose body is the telephone's name at the exchange:
another telephone has none. Meanwhile heads.py leaves callbacks out at that desk, and whoever came
is called there as ever. It is longer with each miss in a row, and is over by itself, when that
telephone is picked up, or when its agent says that it rings. Both ends are facts, so that the
journal alone tells why a callback went past a desk.
"""

from typing import Any, Final

from sqlalchemy import Text, and_, bindparam, func, literal_column, or_, select

from turnero.queue.alarms import end_alarm, raise_alarm
from turnero.queue.call_facts import DeskCallsPaused, DeskCallsResumed
from turnero.queue.callback_tables import leg
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.store.tx import Tx

#: a timer; and an alarm, from the second miss in a row: one is somebody who was slow
PAUSE: Final = "desk-phone"
#: ends of a desk's leg that say that its telephone is not picked up, is not there, or is in use
MISSES: Final = ("no-answer", "busy", "declined", "bad-number", "trunk-fault")
#: for how long, milliseconds; doubled with each miss in a row up to the second figure
PAUSE_MS: Final = (30_000, 15 * 60_000)
#: misses of longer ago are another day's
_SINCE_MS: Final = 12 * 3_600_000

_PAUSED = Statement(
    select(timer.c.due_ms).where(
        timer.c.site == bindparam("site"),
        timer.c.kind == literal_column(f"'{PAUSE}'", Text),
        timer.c.key == bindparam("desk"),
    )
)
_OF_PHONE = and_(
    leg.c.site == bindparam("site"),
    leg.c.extension == bindparam("phone"),
    leg.c.at_ms > bindparam("since"),
)
_PICKED_UP = Statement(
    select(func.max(leg.c.at_ms).label("at_ms")).where(_OF_PHONE, leg.c.up_ms.is_not(None))
)
_MISSED = Statement(
    select(func.count().label("n")).where(
        _OF_PHONE,
        leg.c.up_ms.is_(None),
        or_(*(leg.c.outcome == literal_column(f"'{one}'", Text) for one in MISSES)),
    )
)


def missed(tx: Tx, desk_ref: str, phone: str) -> None:
    """It was rung for a callback and not picked up; the leg's end is written down already."""
    since = tx.now_ms - _SINCE_MS
    last: Any = tx.row(_PICKED_UP, site=tx.site, phone=phone, since=since)
    found: Any = tx.row(_MISSED, site=tx.site, phone=phone, since=max(since, last.at_ms or 0))
    pause_ms = min(PAUSE_MS[0] * 2 ** min(found.n - 1, 9), PAUSE_MS[1])
    until_ms = tx.now_ms + pause_ms
    tx.timer(PAUSE, desk_ref, until_ms, phone)
    tx.append(DeskCallsPaused(desk=desk_ref, phone=phone, missed=found.n, until_ms=until_ms))
    if found.n > 1:
        figures: dict[str, str | int] = {"missed": found.n, "phone": phone}
        raise_alarm(tx, PAUSE, desk_ref, figures)


def resumed(tx: Tx, desk_ref: str, why: str) -> None:
    """It rings, as `why` tells (answered | said): callbacks come to that desk again."""
    end_alarm(tx, PAUSE, desk_ref)
    if tx.row(_PAUSED, site=tx.site, desk=desk_ref) is not None:
        tx.untimer(PAUSE, desk_ref)
        tx.append(DeskCallsResumed(desk=desk_ref, why=why))
