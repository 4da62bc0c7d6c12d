"""Set numbers aside: for paper before the server is missed, or for a kiosk that may lose it.

Leased numbers come out of the service's series, so that nobody else is ever given one.
"""

from datetime import date
from typing import Final

from sqlalchemy import bindparam, insert, update

from turnero.queue import leased, refusals, text
from turnero.queue.facts import NumbersLeased
from turnero.queue.numbers import day_of, number
from turnero.queue.requests import Leased, LeaseNumbers
from turnero.queue.tables import lease as lease_table
from turnero.queue.tables import series
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: numbers in one lease
MOST: Final = 500
#: days ahead for which numbers may be set aside
AHEAD: Final = 31

_SKIP = Statement(
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
_LEASE = Statement(
    insert(lease_table)
    .values(
        {
            lease_table.c[name]: bindparam(name)
            for name in ("site", "service", "prefix", "day", "first", "last", "place", "at_ms")
        }
    )
    .returning(lease_table.c.id)
)


def lease(tx: Tx, request: LeaseNumbers) -> Leased:
    """Set the next numbers of a service aside, for a day that is or comes."""
    about = leased.about(tx, tx.site, request.service, None)
    if not 1 <= request.count <= MOST:
        raise refusals.invalid("count-out-of-range", max=MOST)
    place = text.name(request.place, "place")
    day = _day(request.day, day_of(tx.now_ms, about.zone))
    row = tx.row(_SKIP, b_site=tx.site, b_prefix=about.prefix, b_day=day, b_count=request.count)
    after = int(row.next) if row is not None else 1 + request.count
    if row is None:
        tx.run(_FIRST, site=tx.site, prefix=about.prefix, day=day, next=after)
    first, last = after - request.count, after - 1
    (made,) = tx.rows(
        _LEASE,
        site=tx.site,
        service=about.id,
        prefix=about.prefix,
        day=day,
        first=first,
        last=last,
        place=place,
        at_ms=tx.line_ms,
    )
    printed = number(about.prefix, first), number(about.prefix, last)
    tx.append(
        NumbersLeased(
            lease=made.id,
            service=about.key,
            day=day,
            first=printed[0],
            last=printed[1],
            place=place,
        )
    )
    return Leased(int(made.id), day, *printed)


def _day(asked: str | None, today: str) -> str:
    if asked is None:
        return today
    try:
        ahead = (date.fromisoformat(asked) - date.fromisoformat(today)).days
    except ValueError:
        raise refusals.invalid("day-unreadable", day=asked[:20]) from None
    if not 0 <= ahead <= AHEAD:
        raise refusals.invalid("day-out-of-range", day=asked, days=AHEAD)
    return date.fromisoformat(asked).isoformat()
