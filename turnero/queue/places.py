"""Services, desks and classes by their keys, as a command that sends a ticket there names them."""

from typing import Any

from sqlalchemy import Text, bindparam, func, literal_column, or_, select

from turnero.queue import callback_rows, refusals
from turnero.queue.callback_tables import callback
from turnero.queue.callbacks import Stage
from turnero.queue.tables import YES, attention, desk, desk_service, service
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_SERVICE = Statement(
    select(
        service.c.id,
        service.c.prefix,
        service.c.path,
        service.c.anew,
        service.c.open,
        service.c.paused_after,
    ).where(
        service.c.site == bindparam("site"),
        service.c.key == bindparam("key"),
        service.c.active == 1,
    )
)
_DESK = Statement(
    select(desk.c.id).where(
        desk.c.site == bindparam("site"), desk.c.ref == bindparam("ref"), desk.c.active == 1
    )
)
_CLASS = Statement(
    select(attention.c.id, attention.c.clinical).where(
        attention.c.site == bindparam("site"),
        attention.c.key == bindparam("key"),
        attention.c.active == 1,
    )
)
#: somebody at that service or desk can ring
_RINGS = Statement(
    select(service.c.id)
    .select_from(service.outerjoin(desk, desk.c.id == bindparam("desk")))
    .where(
        service.c.id == bindparam("service"),
        or_(desk.c.phone.is_not(None), desk.c.id.is_(None) & service.c.callbacks.is_not(None)),
    )
)
_ANY_CALLBACK = Statement(
    select(callback.c.id)
    .where(
        callback.c.site == bindparam("site"),
        callback.c.service == bindparam("service"),
        callback.c.ended_ms.is_(None),
    )
    .limit(1)
)
#: services of which somebody is to be rung today, and whose desks have no telephone
_SILENT = Statement(
    select(service.c.key, func.count().label("n"))
    .select_from(callback.join(service, service.c.id == callback.c.service))
    .where(
        callback.c.site == bindparam("site"),
        callback.c.ended_ms.is_(None),
        callback.c.stage != literal_column(f"'{Stage.TOMORROW}'", Text),
        ~select(desk.c.id)
        .select_from(desk_service.join(desk, desk.c.id == desk_service.c.desk))
        .where(
            desk_service.c.service == service.c.id, desk.c.active == YES, desk.c.phone.is_not(None)
        )
        .correlate(service)
        .exists(),
    )
    .group_by(service.c.key)
)


def rings(tx: Tx, service_id: int, desk_id: int = 0) -> bool:
    """Whether who is to be rung can be, at that service, or at that desk of it."""
    return tx.row(_RINGS, service=service_id, desk=desk_id) is not None


def allow_there(
    tx: Tx, ticket_id: str | None, from_service: int, to_service: int, key: str, to_desk: int = 0
) -> None:
    """Refused where that ticket's person, or anybody of that service (None), is to be rung, and nobody
    can ring them where they would go: they would wait for ever.
    """
    if ticket_id is not None:
        there = callback_rows.of_ticket(tx, ticket_id) is not None
    else:
        there = tx.row(_ANY_CALLBACK, site=tx.site, service=from_service) is not None
    if there and not rings(tx, to_service, to_desk):
        raise refusals.refused("callback-not-there", service=key[:100])


def silent(tx: Tx) -> dict[str, int]:
    """Services of this site whose callbacks of today no desk could ring, and how many they are."""
    return {row.key: row.n for row in tx.rows(_SILENT, site=tx.site)}


def service_row(tx: Tx, key: str) -> Any:
    """A service that has a line: its id, its path, whether its places are new ones, its pause.

    `NotFound` for none, `Invalid` for a group.
    """
    row = tx.row(_SERVICE, site=tx.site, key=key)
    if row is None:
        raise refusals.unknown("service-unknown", service=key[:100])
    if row.prefix is None:
        raise refusals.invalid("service-is-group", service=key)
    return row


def desk_id(tx: Tx, ref: str) -> int:
    """A desk by "site.desk"."""
    row = tx.row(_DESK, site=tx.site, ref=ref)
    if row is None:
        raise refusals.unknown("desk-unknown", desk=ref[:100])
    return int(row.id)


def class_row(tx: Tx, key: str) -> Any:
    """An attention class: its id, and whether it is given only at triage."""
    row = tx.row(_CLASS, site=tx.site, key=key)
    if row is None:
        raise refusals.unknown("attention-unknown", attention=key[:100])
    return row
