"""A day's numbers of one prefix: the series everybody's come from, and the range kept for kiosks alone.

The last three hundred of each thousand (700–999, 1700–1999, …) are for kiosks without a server. Whoever
sees A712 called before A058 sees at once that it is another sort of number, and nobody feels passed over.
Where no kiosk asked for any, the series runs through them as if they were not kept.
"""

from typing import Final

from sqlalchemy import bindparam, insert, select, update

from turnero.queue.tables import lease, series
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

_THOUSAND: Final = 1000
#: where the kept range of each thousand begins
KEPT: Final = 700

_TAKE = Statement(
    update(series)
    .where(
        series.c.site == bindparam("b_site"),
        series.c.prefix == bindparam("b_prefix"),
        series.c.day == bindparam("b_day"),
    )
    .values(next=series.c.next + bindparam("b_count"))
    .returning(series.c.next)
)
_FIRST = Statement(insert(series))
_NEXT = Statement(
    select(series.c.next).where(
        series.c.site == bindparam("site"),
        series.c.prefix == bindparam("prefix"),
        series.c.day == bindparam("day"),
    )
)
_LEASED = Statement(
    select(lease.c.first, lease.c.last)
    .where(
        lease.c.site == bindparam("site"),
        lease.c.day == bindparam("day"),
        lease.c.prefix == bindparam("prefix"),
        lease.c.kept == 1,
    )
    .order_by(lease.c.last.desc())
    .limit(1)
)
_IN = Statement(
    select(lease.c.id)
    .where(
        lease.c.site == bindparam("site"),
        lease.c.day == bindparam("day"),
        lease.c.prefix == bindparam("prefix"),
        lease.c.kept == 1,
        lease.c.first >= bindparam("first"),
        lease.c.first < bindparam("after"),
    )
    .limit(1)
)


def take(tx: Tx, prefix: str, day: str, count: int = 1) -> int:
    """The first of so many numbers of the series, which are nobody else's with the command's commit."""
    row = tx.row(_TAKE, b_site=tx.site, b_prefix=prefix, b_day=day, b_count=count)
    after = int(row.next) if row is not None else 1 + count
    if row is None:
        tx.run(_FIRST, site=tx.site, prefix=prefix, day=day, next=after)
    first = after - count
    entered = (after - 1 - KEPT) // _THOUSAND * _THOUSAND + KEPT  # the last range not after them
    if entered < first:
        return first
    beyond = entered - KEPT + _THOUSAND
    if tx.row(_IN, site=tx.site, day=day, prefix=prefix, first=entered, after=beyond) is None:
        return first
    tx.run(_TAKE, b_site=tx.site, b_prefix=prefix, b_day=day, b_count=beyond - first)
    return beyond


def keep(tx: Tx, prefix: str, day: str, count: int) -> tuple[int, int]:
    """The first and last of at most so many kept numbers that no kiosk has yet."""
    last = tx.row(_LEASED, site=tx.site, day=day, prefix=prefix)
    if last is not None and last.last % _THOUSAND < _THOUSAND - 1:
        first = int(last.last) + 1
    else:
        row = tx.row(_NEXT, site=tx.site, day=day, prefix=prefix)
        after = max(int(row.next) if row is not None else 1, int(last.last) + 1 if last else 1)
        # The first range that the series has not come to.
        first = (after + _THOUSAND - KEPT - 1) // _THOUSAND * _THOUSAND + KEPT
    room = _THOUSAND - first % _THOUSAND
    return first, first + min(count, room) - 1


def any_kept(q: Query, site_no: int, prefix: str, day: str) -> bool:
    """Whether kiosks have numbers of that day: the series then doesn't tell how many were given."""
    return q.row(_LEASED, site=site_no, day=day, prefix=prefix) is not None
