"""Legs as rows: written down before they are placed, and what is counted of them."""

from typing import Any, Final

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from turnero.queue import callback_rows as kept
from turnero.queue import refusals
from turnero.queue.call_facts import LegDialled
from turnero.queue.callback_tables import callback, leg
from turnero.queue.callbacks import FAULTS, GRACE_MS, LegStage, Stage
from turnero.queue.numbers import MIDNIGHT, at_ms, local
from turnero.queue.rows import Ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: for how long somebody may stay on the line, and a conversation that nobody ends, milliseconds
HOLD_MS: Final = 2 * 3_600_000
LONGEST_MS: Final = 2 * 3_600_000
#: we rang: what caps count. Who rings us costs nothing and disturbs nobody
_DIALLED: Final = leg.c.attempt > 0
#: in these an agent waits for a patient to pick up
_AWAITING: Final = (Stage.RESERVED, Stage.DESK, Stage.DIALLING)
#: what changes of a leg
_CHANGING: Final = (
    *("stage", "wanted", "outcome", "cause", "rang", "joined_ms", "until_ms", "up_ms", "ended_ms"),
)

#: a leg's first row; every other column is null until something happens to it
_NEW = Statement(
    insert(leg),
    columns=[
        *("id", "site", "callback", "side", "attempt", "number_index", "extension", "stage"),
        *("wanted", "rang", "at_ms", "until_ms", "up_ms"),
    ],
)
#: a leg of that number, of any callback of any site
_NUMBER_BUSY = Statement(
    select(leg.c.id).where(
        leg.c.number_index == bindparam("index"),
        leg.c.side == "patient",
        leg.c.ended_ms.is_(None),
    )
)
_LEG = Statement(select(*leg.c).where(leg.c.id == bindparam("id")))
_OPEN_LEG = Statement(
    select(*leg.c).where(
        leg.c.callback == bindparam("callback"),
        leg.c.side == bindparam("side"),
        leg.c.ended_ms.is_(None),
    )
)
#: of a call before at that desk's telephone, which is being put down
_PUT_DOWN = Statement(
    select(leg.c.id).where(
        leg.c.site == bindparam("site"),
        leg.c.extension == bindparam("extension"),
        leg.c.wanted == 0,
        leg.c.ended_ms.is_(None),
    )
)
#: until when a telephone may ring that we have lost sight of
_MAY_RING = Statement(
    select(func.max(leg.c.until_ms).label("ms")).where(
        leg.c.number_index == bindparam("index"),
        leg.c.outcome == "unknown",
        leg.c.up_ms.is_(None),
        leg.c.until_ms > bindparam("now"),
    )
)
_SET_LEG = Statement(
    update(leg)
    .where(leg.c.id == bindparam("b_id"))
    .values({name: bindparam(f"b_{name}") for name in _CHANGING})
)
#: without those that a broken way kept from ringing: nobody was disturbed
_OF_NUMBER = Statement(
    select(func.count().label("n")).where(
        leg.c.number_index == bindparam("index"),
        leg.c.at_ms >= bindparam("since"),
        _DIALLED,
        or_(
            leg.c.rang == 1,
            leg.c.outcome.is_(None),
            and_(*(leg.c.outcome != literal_column(f"'{one}'", Text) for one in FAULTS)),
        ),
    )
)
_IN_FLIGHT = Statement(
    select(func.count().label("n")).where(
        leg.c.site == bindparam("site"),
        leg.c.side == "patient",
        leg.c.ended_ms.is_(None),
        _DIALLED,
    )
)
#: patients' telephones that ring, and callbacks whose agent waits for one to be picked up
_RINGING = Statement(
    select(func.count().label("n")).where(
        leg.c.site == bindparam("site"),
        leg.c.side == "patient",
        leg.c.ended_ms.is_(None),
        leg.c.up_ms.is_(None),
    )
)
_AWAITED = Statement(
    select(func.count().label("n")).where(
        callback.c.site == bindparam("site"),
        callback.c.ended_ms.is_(None),
        or_(*(callback.c.stage == literal_column(f"'{stage}'", Text) for stage in _AWAITING)),
    )
)
_LASTED = leg.c.ended_ms - leg.c.up_ms
#: none lasts longer than a conversation may: the clock may have been set meanwhile
_SPOKEN = Statement(
    select(
        func.coalesce(
            func.sum(case((_LASTED > LONGEST_MS, LONGEST_MS), (_LASTED < 0, 0), else_=_LASTED)), 0
        ).label("ms")
    ).where(
        and_(
            leg.c.site == bindparam("site"),
            leg.c.side == "patient",
            leg.c.at_ms >= bindparam("since"),
            leg.c.up_ms.is_not(None),
            leg.c.ended_ms.is_not(None),
            _DIALLED,
        )
    )
)


def by_id(tx: Tx, leg_id: str) -> Any:
    """A leg's row; None: there is none of that id."""
    return tx.row(_LEG, id=leg_id)


def open_leg(tx: Tx, callback: str, side: str) -> Any:
    """The leg of a callback's side that is not over; None: there is none."""
    return tx.row(_OPEN_LEG, callback=callback, side=side)


def put_down(tx: Tx, extension: str) -> bool:
    """Whether a desk's telephone is free of calls that are over: rung sooner it would be busy."""
    return tx.row(_PUT_DOWN, site=tx.site, extension=extension) is None


def may_ring_ms(tx: Tx, index: str) -> int | None:
    """Until when a telephone may ring that we have lost sight of, UTC; None: none does."""
    found: Any = tx.row(_MAY_RING, index=index, now=tx.line_ms)
    return None if found.ms is None else tx.now_ms + int(found.ms) - tx.line_ms


def agent_waits(tx: Tx) -> bool:
    """Whether an agent waits for one telephone more than ring.

    One that was left ringing, while the exchange does not hang it up, has no agent any more.
    """
    ringing: Any = tx.row(_RINGING, site=tx.site)
    awaited: Any = tx.row(_AWAITED, site=tx.site)
    return bool(ringing.n < awaited.n)


def full_today(tx: Tx, found: kept.Callback) -> int | None:
    """The end of today, UTC, where its number was rung often enough, or patients spoke long enough."""
    settings = found.settings
    here = local(tx.now_ms, found.zone).date()
    since = at_ms(here, 0, found.zone)
    counted: Any = tx.row(_OF_NUMBER, index=found.number_index, since=since)
    spoken: Any = tx.row(_SPOKEN, site=tx.site, since=since)
    full = counted.n >= settings.number_a_day or spoken.ms >= settings.minutes_a_day * 60_000
    return at_ms(here, MIDNIGHT, found.zone) if full else None


def full_now(tx: Tx, found: kept.Callback) -> bool:
    """Whether enough telephones ring or speak, or one of this number does."""
    flying: Any = tx.row(_IN_FLIGHT, site=tx.site)
    busy = tx.row(_NUMBER_BUSY, index=found.number_index) is not None
    return busy or bool(flying.n >= found.settings.in_flight)


def dial(
    tx: Tx,
    found: kept.Callback,
    held: Ticket,
    leg_id: str,
    side: str,
    ring_s: int,
    *,
    extension: str | None = None,
    index: str | None = None,
) -> None:
    """Write down that it is to be rung; whoever asked places it after the commit."""
    attempt = found.attempts + 1
    tx.run(
        _NEW,
        id=leg_id,
        site=tx.site,
        callback=found.id,
        side=side,
        attempt=attempt,
        number_index=index,
        extension=extension,
        stage=LegStage.COMMITTED.value,
        wanted=1,
        rang=0,
        at_ms=tx.now_ms,
        until_ms=tx.line_ms + ring_s * 1000 + GRACE_MS,
        up_ms=None,
    )
    tx.append(
        LegDialled(
            callback=found.id,
            ticket=held.id,
            number=held.number,
            leg=leg_id,
            side=side,
            desk=held.desk_ref or "",
            attempt=attempt,
        )
    )


def hold(tx: Tx, found: kept.Callback, leg_id: str, how: str) -> None:
    """Its patient is on the line already, on that leg of the exchange's."""
    if open_leg(tx, found.id, "patient") is not None:
        raise refusals.refused("callback-not-so")  # one of before is still being hung up
    kept.clear(tx, found)
    kept.save(tx, found, found._replace(how=how))
    # Several people may ring us from one number; we ring none of them there meanwhile.
    beside = tx.row(_NUMBER_BUSY, index=found.number_index)
    tx.run(
        _NEW,
        id=leg_id,
        site=tx.site,
        callback=found.id,
        side="patient",
        attempt=0,
        number_index=found.number_index if beside is None else None,
        extension=None,
        stage=LegStage.UP.value,
        wanted=1,
        rang=1,
        at_ms=tx.now_ms,
        until_ms=tx.line_ms + HOLD_MS,
        up_ms=tx.now_ms,
    )


def write(tx: Tx, row: Any, **changes: object) -> None:
    """Change some of a leg's row."""
    now = {name: changes.get(name, getattr(row, name)) for name in _CHANGING}
    tx.run(_SET_LEG, b_id=row.id, **{f"b_{name}": value for name, value in now.items()})
