"""Whether a service has given its tickets of the day.

A ticket uses its quota up, whoever gave it: a kiosk, a desk to somebody without one, or paper that was
entered later. A number that is only set aside (see commands/leases.py) uses nothing up.
"""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from turnero.queue import reserved
from turnero.queue.tables import ticket
from turnero.store.sql import Query, Statement

#: of numbers that begin with the prefix and a digit, by their index
_GIVEN: Final = Statement(
    select(func.count().label("tickets")).where(
        ticket.c.site == bindparam("site"),
        ticket.c.day == bindparam("day"),
        ticket.c.number.between(bindparam("first"), bindparam("last")),
    )
)


def full(q: Query, site_no: int, prefix: str, day: str, *, quota: int, next_no: int) -> bool:
    """Whether no more may be given of that day; `next_no` is the series' next number.

    Tickets are counted only where numbers alone don't tell.
    """
    if next_no <= quota and not reserved.any_kept(q, site_no, prefix, day):
        return False
    found = q.rows(_GIVEN, site=site_no, day=day, first=f"{prefix}0", last=f"{prefix}A")
    return int(found[0].tickets) >= quota


def spent(q: Query, site_no: int, day: str, services: Iterable[Any]) -> frozenset[int]:
    """Of rows with id, prefix, quota and next (None: no number was given): ids of those that are full."""
    return frozenset(
        row.id
        for row in services
        if row.quota is not None
        and row.next is not None
        and full(q, site_no, row.prefix, day, quota=row.quota, next_no=row.next)
    )
