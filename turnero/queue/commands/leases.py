"""Set numbers aside: for paper before the server is missed, or for a kiosk that may lose it.

Leased numbers come out of the service's series, or for a kiosk's box out of the range that is kept for
kiosks (`reserved.py`), so that nobody else is ever given one.
"""

from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, insert, select

from turnero.queue import leased, refusals, reserved, text
from turnero.queue.facts import NumbersLeased
from turnero.queue.numbers import day_of, number
from turnero.queue.requests import (
    KioskLease,
    KioskLeases,
    Leased,
    LeaseKiosk,
    LeaseNumbers,
)
from turnero.queue.tables import lease as lease_table
from turnero.queue.tables import service, site
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: numbers in one lease
MOST: Final = 500
#: days ahead for which numbers may be set aside
AHEAD: Final = 31
#: numbers of a service in one lease of a kiosk: an hour of a busy one
KIOSK_SIZE: Final = 100
#: numbers of a service that a kiosk gets in a day, used or not: more is a box that forgets
KIOSK_MOST: Final = 1000

_LEASE = Statement(
    insert(lease_table)
    .values(
        {
            lease_table.c[name]: bindparam(name)
            for name in (
                *("site", "service", "prefix", "day", "first", "last", "place", "kept", "at_ms"),
            )
        }
    )
    .returning(lease_table.c.id)
)
_SERVICES = Statement(
    select(service.c.id, service.c.key, service.c.prefix, service.c.quota, site.c.zone)
    .select_from(service.join(site, site.c.no == service.c.site))
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.id)
)
_HELD = Statement(
    select(lease_table.c.first, lease_table.c.last).where(
        lease_table.c.site == bindparam("site"),
        lease_table.c.day == bindparam("day"),
        lease_table.c.service == bindparam("service"),
        lease_table.c.place == bindparam("place"),
        lease_table.c.kept == 1,
    )
)


def lease(tx: Tx, request: LeaseNumbers) -> Leased:
    """Set the next numbers of a service aside, for a day that is or comes."""
    about = leased.about(tx, tx.site, request.service, None)
    if not 1 <= request.count <= MOST:
        raise refusals.invalid("count-out-of-range", max=MOST)
    place = text.name(request.place, "place")
    day = _day(request.day, day_of(tx.now_ms, about.zone))
    first = reserved.take(tx, about.prefix, day, request.count)
    made = _write(tx, about, day, (first, first + request.count - 1), place)
    return Leased(
        made, day, number(about.prefix, first), number(about.prefix, first + request.count - 1)
    )


def lease_kiosk(tx: Tx, request: LeaseKiosk) -> KioskLeases:
    """Keep numbers of today ready for a kiosk that may lose the server, of each service that gives
    tickets; never more than a service gives in a day.
    """
    place = text.name(request.kiosk, "kiosk")
    made = []
    for row in tx.rows(_SERVICES, site=tx.site):
        if row.key in request.enough:
            continue
        day = day_of(tx.now_ms, row.zone)
        held = tx.rows(_HELD, site=tx.site, service=row.id, day=day, place=place)
        left = min(KIOSK_MOST, row.quota or KIOSK_MOST) - sum(
            one.last - one.first + 1 for one in held
        )
        if left <= 0:
            continue
        first, last = reserved.keep(tx, row.prefix, day, min(KIOSK_SIZE, left))
        lease_id = _write(tx, row, day, (first, last), place, kept=True)
        made.append(KioskLease(lease_id, row.key, row.prefix, day, first, last))
    return KioskLeases(tuple(made))


def _write(
    tx: Tx, about: Any, day: str, numbers: tuple[int, int], place: str, *, kept: bool = False
) -> int:
    first, last = numbers
    (made,) = tx.rows(
        _LEASE,
        site=tx.site,
        service=about.id,
        prefix=about.prefix,
        day=day,
        first=first,
        last=last,
        place=place,
        kept=int(kept),
        at_ms=tx.line_ms,
    )
    tx.append(
        NumbersLeased(
            lease=made.id,
            service=about.key,
            day=day,
            first=number(about.prefix, first),
            last=number(about.prefix, last),
            place=place,
        )
    )
    return int(made.id)


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
