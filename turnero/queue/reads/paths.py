"""The steps of a ticket's way: behind it, the present one, and those to come."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.paths import steps_of
from turnero.queue.reads.lines import names_of, public_names
from turnero.queue.states import AT_DESK, State
from turnero.queue.stations import ahead
from turnero.queue.tables import desk, service, ticket, ticket_step
from turnero.queue.views import Names, Onward, StepView
from turnero.store.sql import Query, Statement

_BEHIND: Final = Statement(
    select(
        service.c.key,
        service.c.names,
        service.c.public_names,
        service.c.where_to,
        ticket_step.c.entered_ms,
        ticket_step.c.end,
        ticket_step.c.waited_ms,
        ticket_step.c.called_ms,
        ticket_step.c.started_ms,
        ticket_step.c.ended_ms,
        desk.c.ref,
    )
    .select_from(
        ticket_step.join(service, service.c.id == ticket_step.c.service).outerjoin(
            desk, desk.c.id == ticket_step.c.desk
        )
    )
    .where(ticket_step.c.ticket == bindparam("ticket"))
    .order_by(ticket_step.c.entered_ms, ticket_step.c.no)
)
_NAMES: Final = Statement(
    select(service.c.key, service.c.names, service.c.public_names, service.c.where_to).where(
        service.c.site == bindparam("site"), service.c.key == bindparam("key")
    )
)
_PATH: Final = Statement(
    select(ticket.c.site, ticket.c.path, ticket.c.attention).where(ticket.c.id == bindparam("id"))
)


def steps(q: Query, row: Any, now_ms: int, *, staff: bool = False) -> tuple[StepView, ...]:
    """Of a ticket's row with `service_key`, `names`, `public_names`, `where_to` and `desk_ref`;
    none of a ticket that is on no path and was never sent on. `staff`: by internal names.
    """
    if row.path is None and row.step == 0:
        return ()
    rows = q.rows(_BEHIND, ticket=row.id)
    behind = [
        StepView(
            service=one.key,
            names=_named(one, staff=staff),
            where=_where(one.where_to),
            state=one.end,
            waited_ms=one.waited_ms,
            called_ms=one.called_ms,
            started_ms=one.started_ms,
            ended_ms=one.ended_ms,
            desk=one.ref,
        )
        for one in rows
    ]
    # Steps to come that were left out while it was at the present one are told after it.
    before = sum(one.entered_ms <= row.entered_ms for one in rows)
    over = row.state == State.FINISHED
    now = StepView(
        service=row.service_key,
        names=_named(row, staff=staff),
        where=_where(row.where_to),
        state="done" if over else "now",
        waited_ms=waited_ms(row, now_ms),
        called_ms=row.called_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        desk=row.desk_ref if row.state in AT_DESK or over else None,
    )
    left = () if over else steps_of(row.path)
    to_come = (_to_come(q, row.site, key, staff=staff) for key in left)
    return (*behind[:before], now, *behind[before:], *to_come)


def onward(q: Query, ticket_id: str, now_ms: int) -> Onward | None:
    """What follows the present step of a ticket; None where nothing does, or somebody attends it."""
    row = q.row(_PATH, id=ticket_id)
    if row is None:
        return None
    found = ahead(q, row.site, steps_of(row.path), row.attention, now_ms)
    if not found or found[0].trouble is None:
        return None
    attended = found[-1].trouble is None
    named = [names_of(one.names) or {"": one.key} for one in found]
    return Onward(
        names=named[0],
        trouble=found[0].trouble,
        skipped=tuple(named[:-1] if attended else named),
        to=named[-1] if attended else None,
    )


def waited_ms(row: Any, now_ms: int) -> int:
    """For the present step: before it was called, and in line now."""
    in_line = row.state in (State.WAITING, State.AWAY)
    return int(row.waited_ms + (max(0, now_ms - row.entered_ms) if in_line else 0))


def _to_come(q: Query, site: int, key: str, *, staff: bool) -> StepView:
    row = q.row(_NAMES, site=site, key=key)
    if row is None:
        return StepView(service=key, names={"": key}, where={}, state="next", waited_ms=0)
    return StepView(
        service=key,
        names=_named(row, staff=staff),
        where=_where(row.where_to),
        state="next",
        waited_ms=0,
    )


def _named(row: Any, *, staff: bool) -> Names:
    return names_of(row.names) if staff else public_names(row.names, row.public_names)


def _where(text: str) -> Names:
    return msgspec.json.decode(text, type=Names)
