"""Services, desks and classes by their keys, as a command that sends a ticket there names them."""

from typing import Any

from sqlalchemy import bindparam, select

from turnero.queue import refusals
from turnero.queue.tables import attention, desk, service
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
